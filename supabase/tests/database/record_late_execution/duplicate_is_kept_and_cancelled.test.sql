-- An execution found for a week that has another is kept as a duplicate and cancelled at AMC.
begin;
\ir ../../_shared/three_weeks.psql
select plan(7);

create temporary table abandoned (id uuid) on commit drop;
grant all on abandoned to service_role;
set local role service_role;
select pg_temp.abandon_create(1);
do $$
begin
  insert into abandoned select pg_temp.attempt(1);
  perform claim_due_weeks(10);
  perform record_execution(pg_temp.attempt(1), 'exec-2');
end;
$$;

select is(record_late_execution((select id from abandoned), 'exec-late', '{"status": "RUNNING"}'),
  row('duplicate', null, 'running', 'exec-2')::tracking_report, 'a week that has another keeps that');
select results_eq($$ select week_id, adopted, cancel_requested_at from workflow_executions where id = 'exec-late' $$,
  $$ values (pg_temp.week(1), true, '2025-03-03T13:00:00Z'::timestamptz) $$,
  'the duplicate is known and to be cancelled');
select is((select array_agg(execution_id) from claim_cancellations()), array['exec-late'],
  'it alone is cancelled at AMC');
select results_eq('select code from tracking_alerts where week_id = pg_temp.week(1)', array['duplicate_execution'],
  'an alert is raised');
select is(record_late_execution(pg_temp.attempt(1), 'exec-done', '{"status": "SUCCEEDED"}'),
  row('duplicate', null, 'running', 'exec-2')::tracking_report, 'one that has ended is kept too');
select is((select cancel_requested_at from workflow_executions where id = 'exec-done'), null, 'with nothing to cancel');
select is(record_late_execution(gen_random_uuid(), 'exec-x'),
  row('not_found', 'no_such_attempt', null, null)::tracking_report, 'an unknown attempt is not found');

select * from finish();
rollback;
