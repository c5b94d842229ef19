-- An invitation makes the signed-in user whom it names a member, once, and lowers nobody's role.
begin;
\ir ../../_shared/setup.psql
select plan(30);

select pg_temp.connect_instance();
select pg_temp.connect_instance('amcpgtap2');
update auth.users set email = 'Other@Pgtap.test' where id = pg_temp.user_id('other');
create temporary table token (name text, token text) on commit drop;
grant select, insert on token to authenticated;
-- The owner invites, and keeps the token under a name.
create function pg_temp.invite(name text, role text, email text default null, instances text[] default '{amcpgtap1}')
returns void language plpgsql as $$
begin
  perform pg_temp.sign_in('owner');
  insert into token select invite.name, invite(instances, invite.role, invite.email) ->> 'token';
  perform set_config('role', 'none', true);
end;
$$;
-- What comes of it when a user accepts: the memberships, or how it is refused.
create function pg_temp.accepted_by(who text, name text) returns text language plpgsql as $$
declare
  refusal text;
  seen text;
begin
  perform pg_temp.sign_in(who);
  begin
    select string_agg(concat_ws(' ', instance_id, role), ', ') into seen
    from accept_invitation((select t.token from token t where t.name = accepted_by.name));
    perform set_config('role', 'none', true);
    return seen;
  exception
    when others then
      get stacked diagnostics refusal = pg_exception_detail;
      perform set_config('role', 'none', true);
      return sqlstate || ' ' || refusal;
  end;
end;
$$;

select pg_temp.invite('any', 'viewer');
select is(pg_temp.accepted_by('colleague', 'any'), 'amcpgtap1 viewer', 'any signed-in user accepts what names nobody');
select is(pg_temp.accepted_by('other', 'any'), 'PT409 invitation_used', 'once');
select is(pg_temp.accepted_by('colleague', 'any'), 'PT409 invitation_used', 'who accepted it too');
select is((select array_agg(concat_ws(' ', event, n.name) order by e.id) from tracking_events e
    join unnest(array['owner', 'colleague']) n(name) on pg_temp.user_id(n.name)::text = e.actor
    where event in ('member_invited', 'invitation_accepted', 'member_added')),
  array['member_invited owner', 'member_added colleague', 'invitation_accepted colleague'], 'each step has its actor');

select pg_temp.invite('named', 'analyst', 'other@pgtap.TEST', '{amcpgtap1,amcpgtap2}');
select is(pg_temp.accepted_by('colleague', 'named'), 'PT403 invitation_for_another',
  'nobody else accepts one with a name');
update auth.users set email_confirmed_at = null where id = pg_temp.user_id('other');
select is(pg_temp.accepted_by('other', 'named'), 'PT403 invitation_for_another',
  'nor who has not confirmed the address');
update auth.users set email_confirmed_at = now() where id = pg_temp.user_id('other');
select is(pg_temp.accepted_by('other', 'named'), 'amcpgtap1 analyst, amcpgtap2 analyst',
  'whose address it is does, however it is written, on every instance');

select pg_temp.invite('lower', 'viewer', null, '{amcpgtap1,amcpgtap2}');
select is(pg_temp.accepted_by('other', 'lower'), 'amcpgtap1 analyst, amcpgtap2 analyst', 'a role is never lowered');
select pg_temp.invite('raise', 'admin');
select is(pg_temp.accepted_by('other', 'raise'), 'amcpgtap1 admin', 'but it is raised');

select is(pg_temp.accepted_by('colleague', 'none'), 'PT404 invitation_not_found', 'no token is none');
insert into token values ('empty', ''), ('long', repeat('x', 100000)), ('odd', e'\u00fc \n'),
  ('hash', (select encode(token_hash, 'hex') from invitations limit 1));
select is(pg_temp.accepted_by('colleague', name), 'PT404 invitation_not_found', name || ' is none either')
from token where name in ('empty', 'long', 'odd', 'hash');

select pg_temp.invite('late', 'viewer');
set local amc_history.clock = '2025-03-10T12:00:00Z';
select is(pg_temp.accepted_by('colleague', 'late'), 'PT410 invitation_expired', 'after a week it has expired');

-- Withdrawing.
select pg_temp.invite('withdrawn', 'viewer', null, '{amcpgtap1,amcpgtap2}');
create function pg_temp.withdraw(who text, instance text, accepted boolean default false) returns text
language plpgsql as $$
declare
  id uuid;
  answer text;
begin
  id := (select v.id from public.invitations v
    where v.instance_id = instance and withdraw.accepted = (v.accepted_at is not null)
    order by v.created_at desc, v.withdrawn_at nulls first limit 1);
  perform pg_temp.sign_in(who);
  answer := coalesce(pg_temp.refusal(format('select withdraw_invitation(%L)', id)), 'taken');
  perform set_config('role', 'none', true);
  return answer;
end;
$$;
select is(pg_temp.withdraw('colleague', 'amcpgtap1'), 'PT404 invitation_not_found', 'a viewer withdraws nothing');
select is(pg_temp.withdraw('owner', 'amcpgtap1'), 'taken', 'an admin does');
select is(pg_temp.withdraw('owner', 'amcpgtap1', true), 'PT409 invitation_used', 'but not what was accepted');
select is(pg_temp.accepted_by('colleague', 'withdrawn'), 'amcpgtap2 viewer', 'of two instances the other stays');
select pg_temp.invite('gone', 'viewer', null, '{amcpgtap2}');
select is(pg_temp.withdraw('owner', 'amcpgtap2'), 'taken', 'all of it');
select is(pg_temp.accepted_by('colleague', 'gone'), 'PT410 invitation_withdrawn', 'is accepted no more');

-- Whoever is no admin any more does not come back by a link of one's own, and lets nobody in.
select pg_temp.invite('back', 'admin', null, '{amcpgtap1}');
select pg_temp.invite('stays', 'viewer', null, '{amcpgtap2}');
update amc_instance_members set role = 'viewer'
where instance_id = 'amcpgtap1' and user_id = pg_temp.user_id('owner');
select is(pg_temp.accepted_by('owner', 'back'), 'PT410 invitation_withdrawn', 'who was demoted');
select is(pg_temp.accepted_by('colleague', 'stays'), 'amcpgtap2 viewer', 'on another instance it holds');
update amc_instance_members set role = 'admin' where user_id = pg_temp.user_id('owner');
select pg_temp.invite('removed', 'admin', null, '{amcpgtap1}');
delete from amc_instance_members where user_id = pg_temp.user_id('owner');
select is(pg_temp.accepted_by('owner', 'removed'), 'PT410 invitation_withdrawn', 'who was removed');
insert into amc_instance_members (instance_id, user_id) values ('amcpgtap1', pg_temp.user_id('owner'));
select pg_temp.invite('deleted', 'admin', null, '{amcpgtap1}');
delete from auth.users where id = pg_temp.user_id('owner');
select is(pg_temp.accepted_by('colleague', 'deleted'), 'PT404 invitation_not_found', 'whose account was deleted');

select set_config('request.jwt.claims', '{"role": "service_role"}', true);
set local role service_role;
select is(pg_temp.refusal($$ select accept_invitation('x') $$), 'PT403 user_needed', 'a secret key is no user');
select is((invite('{amcpgtap1}', 'viewer') -> 'invitations' -> 0 ->> 'instance_id'), 'amcpgtap1',
  'but an operator invites too');
reset role;
set local role anon;
select throws_ok(format('select %s', call), '42501', null, call || ' is closed to anon')
from unnest(array['invite(''{amcpgtap1}'', ''viewer'')', 'accept_invitation(''x'')',
  'withdraw_invitation(gen_random_uuid())']) call;

select * from finish();
rollback;
