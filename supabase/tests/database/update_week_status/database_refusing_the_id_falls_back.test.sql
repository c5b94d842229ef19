-- A report is applied without its execution id where the database refuses the id.
begin;
\ir ../../_shared/three_weeks.psql
select plan(7);

-- The database refuses executions, with the SQLSTATE in test.sqlstate.
create function pg_temp.refuse_execution() returns trigger language plpgsql as $$
begin
  raise exception 'refused for a test' using errcode = current_setting('test.sqlstate');
end;
$$;
create trigger refuse_execution before insert on workflow_executions
  for each row execute function pg_temp.refuse_execution();
set local role service_role;

create function pg_temp.report(n integer, code text) returns tracking_report language plpgsql as $$
begin
  perform set_config('test.sqlstate', code, true);
  return update_week_status(pg_temp.collection(), pg_temp.week(n), 'completed', '{"rows": 1}', 'exec-' || n);
end;
$$;
select is(pg_temp.report(1, '23514'), row('applied_untracked', 'refused_by_database: 23514 refused for a test',
  'completed',
  null)::tracking_report, 'a constraint that refuses the id (class 23) does not stop the report');
select is(pg_temp.report(2, '22001'), row('applied_untracked', 'refused_by_database: 22001 refused for a test',
  'completed',
  null)::tracking_report, 'nor does a value that does not fit (class 22)');
select is(pg_temp.report(3, '23505'), row('applied_untracked', 'refused_by_database: 23505 refused for a test',
  'completed',
  null)::tracking_report, 'nor does a key that is taken');
select results_eq('select status, data, execution_id from report_data_weeks where collection_id = pg_temp.collection()',
  $$ select 'completed', '{"rows": 1}'::jsonb, null::text from generate_series(1, 3) $$,
  'status and data are in, the ids are not');
select is((select count(*) from week_attempts where instance_id = 'amcpgtap1'), 0::bigint, 'no attempt was made');
select results_eq($$ select code, week_id, times from tracking_alerts where instance_id = 'amcpgtap1' order by id $$,
  $$ values ('execution_untracked', pg_temp.week(1), 1), ('execution_untracked', pg_temp.week(2), 1),
    ('execution_untracked', pg_temp.week(3), 1) $$, 'an alert is open for each week');
select results_eq($$ select execution_id from tracking_events where event = 'week_completed'
  and collection_id = pg_temp.collection()
  order by id $$, array['exec-1', 'exec-2', 'exec-3'], 'an event keeps each id');

select * from finish();
rollback;
