-- Admins invite to their instances by a token that is answered once and kept nowhere.
begin;
\ir ../../_shared/setup.psql
select plan(34);

select pg_temp.connect_instance();
select pg_temp.connect_instance('amcpgtap2');
insert into amc_instance_members (instance_id, user_id, role) values
  ('amcpgtap1', pg_temp.user_id('colleague'), 'analyst'), ('amcpgtap2', pg_temp.user_id('colleague'), 'admin');
create temporary table answer (invited jsonb) on commit drop;
grant select, insert on answer to authenticated;
create function pg_temp.invited(arguments text) returns text language sql as $$
  select coalesce(pg_temp.refusal(format('select invite(%s)', arguments)), 'taken')
$$;

select pg_temp.sign_in('owner');
insert into answer select invite(array['amcpgtap2', 'amcpgtap1', 'amcpgtap1'], 'analyst', 'New@Pgtap.test');
select matches((select invited ->> 'token' from answer), '^[A-Za-z0-9_-]{43}$', 'a token for a link, of 32 bytes');
select is((select invited ->> 'expires_at' from answer)::timestamptz, '2025-03-10T12:00:00Z', 'it is valid for a week');
select is((select invited #> '{invitations,0,instance_id}' || (invited #> '{invitations,1,instance_id}') from answer),
  '["amcpgtap1", "amcpgtap2"]', 'for both instances, each once');
select is((select array_agg(concat_ws(' ', instance_id, role, email, invited_by = pg_temp.user_id('owner'))
    order by instance_id) from invitations),
  array['amcpgtap1 analyst new@pgtap.test t', 'amcpgtap2 analyst new@pgtap.test t'], 'admins see them');
select throws_ok('select token_hash from invitations', '42501', null, 'but not what the token is known by');
select is(pg_temp.invited(arguments), refusal, arguments)
from (values
  ($$array['amcpgtap1'], 'owner'$$, '22023 role_unknown'),
  ($$array['amcpgtap1'], null$$, '22023 role_unknown'),
  ($$array['amcpgtap1'], ''$$, '22023 role_unknown'),
  ($$'{}', 'viewer'$$, '22023 instances_out_of_range'),
  ($$null, 'viewer'$$, '22023 instances_out_of_range'),
  ($$array(select 'i' || n from generate_series(1, 101) n), 'viewer'$$, '22023 instances_out_of_range'),
  ($$array['amcnone'], 'viewer'$$, 'PT404 instance_not_found'),
  ($$array['amcpgtap1', null], 'viewer'$$, 'PT404 instance_not_found'),
  ($$array['amcpgtap1', 'amcnone'], 'viewer'$$, 'PT404 instance_not_found'),
  ($$array['amcpgtap1'], 'viewer', ''$$, '22023 email_malformed'),
  ($$array['amcpgtap1'], 'viewer', 'nobody'$$, '22023 email_malformed'),
  ($$array['amcpgtap1'], 'viewer', 'a@b@c'$$, '22023 email_malformed'),
  ($$array['amcpgtap1'], 'viewer', 'a b@c'$$, '22023 email_malformed'),
  ($$array['amcpgtap1'], 'viewer', e'a@c\n'$$, '22023 email_malformed'),
  ($$array['amcpgtap1'], 'viewer', repeat('a', 250) || '@b.cd'$$, '22023 email_malformed'),
  ($$array['amcpgtap1'], 'viewer', null, 0$$, '22023 valid_days_out_of_range'),
  ($$array['amcpgtap1'], 'viewer', null, 31$$, '22023 valid_days_out_of_range'),
  ($$array['amcpgtap1'], 'viewer', null, -1$$, '22023 valid_days_out_of_range'),
  ($$array['amcpgtap1'], 'viewer', null, 2147483647$$, '22023 valid_days_out_of_range'),
  ($$array['amcpgtap1'], 'viewer', null, null$$, '22023 valid_days_out_of_range'),
  ($$array['amcpgtap1'], 'viewer', null, 30$$, 'taken')
) as t(arguments, refusal);
reset role;

select pg_temp.sign_in('colleague');
select is((select array_agg(instance_id) from invitations), array['amcpgtap2'], 'an analyst sees no invitation');
select is(pg_temp.invited($$array['amcpgtap1'], 'viewer'$$), 'PT403 role_too_low', 'and invites nobody');
select is(pg_temp.invited($$array['amcpgtap1', 'amcpgtap2'], 'viewer'$$), 'PT403 role_too_low',
  'nor to several, of which one is administered by others');
reset role;
select pg_temp.sign_in('other');
select is(pg_temp.invited($$array['amcpgtap1'], 'viewer'$$), 'PT404 instance_not_found', 'nor does who is no member');
reset role;

-- 3 are open.
update amc_history.allowances set invitations_of_instance = 3;
select pg_temp.sign_in('owner');
select is(pg_temp.invited($$array['amcpgtap1'], 'viewer'$$), 'taken', 'as many as may be open');
select is(pg_temp.invited($$array['amcpgtap2', 'amcpgtap1'], 'viewer'$$), 'PT429 too_many_invitations', 'and no more');
reset role;
set local amc_history.clock = '2025-03-10T12:00:00Z';
select pg_temp.sign_in('owner');
select is(pg_temp.invited($$array['amcpgtap1'], 'viewer'$$), 'taken', 'until one has expired');
reset role;
select is((select count(*) from tracking_events t, answer where t::text like '%' || (invited ->> 'token') || '%'),
  0::bigint, 'no event has the token');

select * from finish();
rollback;
