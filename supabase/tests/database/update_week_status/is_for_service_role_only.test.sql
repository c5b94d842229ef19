-- Only service_role may call update_week_status.
begin;
\ir ../../_shared/three_weeks.psql
select plan(6);

select function_privs_are('public', 'update_week_status', array['uuid', 'uuid', 'text', 'jsonb', 'text'],
  'service_role',
  array['EXECUTE']);
select function_privs_are('public', 'update_week_status', array['uuid', 'uuid', 'text', 'jsonb', 'text'], role,
  array[]::text[])
from unnest(array['anon', 'authenticated']) role;
select is((select array_agg(grantee::text order by grantee) from information_schema.role_routine_grants
  where routine_name = 'update_week_status' and grantee not in ('postgres', 'service_role')), null,
  'nobody else may call it');
select pg_temp.sign_in('owner');
select throws_ok($$ select update_week_status(gen_random_uuid(), gen_random_uuid(), 'failed') $$, '42501', null,
  'the owner of a collection cannot');
set local role anon;
select throws_ok($$ select update_week_status(gen_random_uuid(), gen_random_uuid(), 'failed') $$, '42501', null,
  'nor can anybody without a user');

select * from finish();
rollback;
