-- A reported execution id is stored in the week and in workflow_executions.
begin;
\ir ../../_shared/three_weeks.psql
select plan(6);

set local role service_role;

select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'running', null,
  'b2f7c2de-6d3c-4a2e-9a51-0c5a1f5c9d01'),
  row('applied', null, 'running', 'b2f7c2de-6d3c-4a2e-9a51-0c5a1f5c9d01')::tracking_report, 'the id is applied');
select is((select execution_id from report_data_weeks where id = pg_temp.week(1)),
  'b2f7c2de-6d3c-4a2e-9a51-0c5a1f5c9d01',
  'the week names it');
select results_eq($$ select week_id, status, adopted from workflow_executions
  where id = 'b2f7c2de-6d3c-4a2e-9a51-0c5a1f5c9d01' $$,
  $$ values (pg_temp.week(1), null::text, false) $$, 'its row is there, with no status yet');
select results_eq($$ select number, kind, state, outcome, execution_id, intended_at, ended_at from week_attempts
    where week_id = pg_temp.week(1) $$,
  $$ values (1, 'external', 'ended', 'external', 'b2f7c2de-6d3c-4a2e-9a51-0c5a1f5c9d01', amc_history.clock_now(),
    amc_history.clock_now()) $$, 'an attempt of kind external stands for it');
select results_eq($$ select event, collection_id, week_id,
  execution_id from tracking_events where week_id = pg_temp.week(1) $$,
  $$ values ('week_running', pg_temp.collection(), pg_temp.week(1), 'b2f7c2de-6d3c-4a2e-9a51-0c5a1f5c9d01') $$,
  'an event records it');
select is((select count(*) from tracking_alerts where week_id = pg_temp.week(1)), 0::bigint,
  'there is no alert');

select * from finish();
rollback;
