-- Members of an instance see who belongs to it, with which role; others are told that there is no such instance.
begin;
\ir ../../_shared/setup.psql
select plan(6);

select pg_temp.connect_instance();
select pg_temp.connect_instance('amcpgtap2');
insert into amc_instance_members (instance_id, user_id, role) values
  ('amcpgtap1', pg_temp.user_id('colleague'), 'viewer'), ('amcpgtap2', pg_temp.user_id('other'), 'viewer');
create function pg_temp.members(instance text) returns text[] language sql as $$
  select array_agg(concat_ws(' ', email, role, added_at) order by n)
  from list_members(instance) with ordinality m(user_id, email, role, added_at, n) $$;

select pg_temp.sign_in('colleague');
select is(pg_temp.members('amcpgtap1'), array['owner@pgtap.test admin 2025-03-03 12:00:00+00',
  'colleague@pgtap.test viewer 2025-03-03 12:00:00+00'], 'a viewer sees the members, admins first');
select is(pg_temp.refusal($$ select list_members('amcpgtap2') $$), 'PT404 instance_not_found',
  'of this instance alone');
select is(pg_temp.refusal($$ select list_members('amcnone') $$), 'PT404 instance_not_found',
  'which reads like one that is not there');
select is(pg_temp.refusal('select list_members(null)'), 'PT404 instance_not_found', 'null is none');
select is((select count(*) from amc_instance_members), 1::bigint, 'the table shows one''s own membership');
reset role;
select set_config('request.jwt.claims', '{"role": "service_role"}', true);
set local role service_role;
select is(cardinality(pg_temp.members('amcpgtap2')), 2, 'whoever acts for all users sees each team');

select * from finish();
rollback;
