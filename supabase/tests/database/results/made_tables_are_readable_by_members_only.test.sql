-- The rows of a result are readable by the members of its instance, and writable by nobody.
begin;
\ir ../../_shared/loading.psql
select plan(12);

select pg_temp.run_week(1, 'exec-1', 'SUCCEEDED');
do $$
begin
  perform amc_history.begin_load(pg_temp.attempt(1), 1, array['campaign', 'clicks']);
  perform amc_history.open_load(pg_temp.load_id(), 1);
  perform pg_temp.copy('a');
  perform pg_temp.finish_load(pg_temp.load_id(), pg_temp.attempt(1), 1);
  perform update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', '{}', 'exec-1');
end;
$$;
create function pg_temp.count_as(user_id text, relation text) returns bigint language plpgsql as $$
declare
  n bigint;
begin
  perform set_config('request.jwt.claims', json_build_object('sub', user_id)::text, true);
  set local role authenticated;
  execute 'select count(*) from ' || relation into n;
  reset role;
  return n;
end;
$$;
create temporary table made on commit drop as select 'amc_results.' || quote_ident(table_name) as made_table,
  'public.' || quote_ident('results_' || table_name) as made_view
from amc_history.result_tables t join report_data_collections c using (instance_id, workflow_id)
where c.id = pg_temp.collection();

select is(pg_temp.count_as('a0000000-0000-4000-8000-000000000001', made_view), 1::bigint, 'a member sees the row')
  from made;
select is(pg_temp.count_as('a0000000-0000-4000-8000-000000000002', made_view), 0::bigint, 'another user does not')
  from made;
select is(pg_temp.count_as('a0000000-0000-4000-8000-000000000002', made_table), 0::bigint, 'not in the table either')
  from made;
insert into amc_instance_members (instance_id, user_id, role)
values ('amcpgtap1', pg_temp.user_id('colleague'), 'viewer');
select is(pg_temp.count_as('a0000000-0000-4000-8000-000000000003', made_view), 1::bigint,
  'a viewer sees what others collect') from made;
delete from amc_instance_members where user_id <> pg_temp.user_id('colleague');
select is(pg_temp.count_as('a0000000-0000-4000-8000-000000000001', made_view), 0::bigint,
  'and whoever left sees none of it') from made;
update result_loads set complete = false, completed_at = null where id = pg_temp.load_id();
select is(pg_temp.count_as('a0000000-0000-4000-8000-000000000003', made_view), 0::bigint,
  'nobody sees the rows of a load that is not complete') from made;
select ok(relrowsecurity, 'the table has row level security') from made, pg_class where oid = made_table::regclass;
select is(reloptions, array['security_invoker=true'], 'the view reads with its caller''s rights') from made,
  pg_class where oid = made_view::regclass;
select ok(obj_description(relation::regclass, 'pg_class') is not null,
  regexp_replace(relation, '[0-9a-f]{12}', '…') || ' has a comment')
  from made, unnest(array[made_table, made_view]) relation;
select is((select array_agg(r || ' ' || p order by r, p) from unnest(array['anon', 'authenticated', 'service_role']) r,
    unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) p where has_table_privilege(r, relation, p)),
  array['authenticated SELECT', 'service_role SELECT'],
  regexp_replace(relation, '[0-9a-f]{12}', '…') || ' may be read and not written')
  from made, unnest(array[made_table, made_view]) relation;

select * from finish();
rollback;
