-- Letting go of an execution leaves a cancelled week cancelled and a completed week's result shown; AMC is not asked
-- any more to cancel it.
begin;
\ir ../../_shared/three_weeks.psql
select plan(9);

select pg_temp.complete_week(1, 'exec-1');
select restate_week(pg_temp.week(1));
select pg_temp.make_due(1);
select pg_temp.run_week(1, 'exec-2', 'RUNNING');
select pg_temp.run_week(2, 'exec-3', 'RUNNING');
set local amc_history.clock = '2025-03-08T12:00:00Z';
select is((let_go_of_execution('exec-2', 'Stuck')).outcome, 'applied', 'a restatement');
select results_eq($$ select status, execution_id, error_code, due_at from report_data_weeks
    where id = pg_temp.week(1) $$,
  $$ values ('completed', 'exec-1', 'let_go', null::timestamptz) $$, 'leaves the result as it is');
select is((let_go_of_execution('exec-1', 'Stuck')), row('rejected', 'attempt_ended', 0)::control_report,
  'nothing is let go of that has ended');
select cancel_collection(pg_temp.collection());
select set_eq('select execution_id from claim_cancellations()', array['exec-3'], 'AMC is asked to cancel');
select is((let_go_of_execution('exec-3', 'Stuck', true)).outcome, 'applied', 'a cancelled week''s');
select results_eq($$ select status, due_at from report_data_weeks where id = pg_temp.week(2) $$,
  $$ values ('cancelled', null::timestamptz) $$, 'stays cancelled, and is not due');
set local amc_history.clock = '2025-03-08T13:00:00Z';
select is((select count(*) from claim_cancellations()), 0::bigint, 'AMC is asked no more');
-- One that has ended at AMC needs nobody.
select is((select count(*) from week_attempts where is_live), 0::bigint, 'all slots are free');
update week_attempts set watch_until = null where outcome = 'let_go';
select record_observation('exec-3', '{"id": "exec-3", "status": "CANCELLED"}');
select is(pg_temp.open_alerts(), array['let_go_execution_ended'], 'its end is told whenever it is seen');

select * from finish();
rollback;
