-- Admins change the roles of members, at once and with an event; an instance keeps an admin.
begin;
\ir ../../_shared/three_weeks.psql
select plan(21);

insert into amc_instance_members (instance_id, user_id, role) values
  ('amcpgtap1', pg_temp.user_id('colleague'), 'viewer');
-- How a request to give a member this role ends, for whoever is signed in.
create function pg_temp.give(member text, role text, instance text default 'amcpgtap1') returns text
language sql as $$
  select coalesce(pg_temp.refusal(format('select set_role(%L, %L, %L)', instance, pg_temp.user_id(member), role)),
    'taken')
$$;
create function pg_temp.role_of(member text) returns text language sql security definer as $$
  select role from public.amc_instance_members
  where instance_id = 'amcpgtap1' and user_id = pg_temp.user_id(member)
$$;

select pg_temp.sign_in('owner');
select is((set_role('amcpgtap1', pg_temp.user_id('colleague'), 'analyst')).outcome, 'applied',
  'an admin raises a role');
select is(pg_temp.role_of('colleague'), 'analyst', 'the member has it');
select is((set_role('amcpgtap1', pg_temp.user_id('colleague'), 'analyst')).outcome, 'already_applied', 'once');
select is(pg_temp.give('other', 'viewer'), 'PT404 member_not_found', 'who is no member gets no role so');
select is(pg_temp.give('colleague', role), '22023 role_unknown', coalesce(role, 'null') || ' is no role')
from unnest(array['owner', 'Admin', '', null, 'admin ']) role;
select is(pg_temp.give('colleague', 'viewer', 'amcnone'), 'PT404 instance_not_found', 'no such instance');
select is(pg_temp.give('owner', 'viewer'), 'PT409 last_admin', 'the last admin stays one');
select is(pg_temp.give('owner', 'analyst'), 'PT409 last_admin', 'nor becomes an analyst');
reset role;
select is((select array_agg(concat_ws(' ', event, actor = pg_temp.user_id('owner')::text, detail ->> 'before',
    detail ->> 'role') order by id) from tracking_events where event = 'member_role_set'),
  array['member_role_set t viewer analyst'], 'one event, with who did it');

select pg_temp.sign_in('colleague');
select is(pg_temp.give('colleague', 'admin'), 'PT403 role_too_low', 'an analyst raises nobody, not even oneself');
select is(pg_temp.give('owner', 'viewer'), 'PT403 role_too_low', 'and lowers nobody');
reset role;
select pg_temp.sign_in('other');
select is(pg_temp.give('other', 'admin'), 'PT404 instance_not_found', 'for who is no member there is no instance');
reset role;

select pg_temp.sign_in('owner');
select is(pg_temp.give('colleague', 'admin'), 'taken', 'there may be two admins');
select is(pg_temp.give('owner', 'viewer'), 'taken', 'of whom one may become a viewer');
select is(pg_temp.give('colleague', 'viewer'), 'PT403 role_too_low', 'who changes nobody from then on');
reset role;
select set_config('request.jwt.claims', '{"role": "service_role"}', true);
set local role service_role;
select is(pg_temp.give('owner', 'admin'), 'taken', 'whoever acts for all users changes roles too');
reset role;
select is((select actor from tracking_events where event = 'member_role_set' order by id desc limit 1), 'service_role',
  'and is named');

select * from finish();
rollback;
