-- The execution id of another week's attempt, or of a dry run, is rejected, and AMC's list settles the attempt.
begin;
\ir ../../_shared/checks.psql
select plan(8);

set local role service_role;
select pg_temp.prove_matcher();
-- AMC has compiled the query as dry-1. Week 1 runs as exec-1; weeks 2 and 3 are claimed.
do $$
begin
  perform report_workflow_check(pg_temp.run_dry('dry-1'), 'accepted', 'SUCCEEDED');
  perform claim_due_weeks(3);
  perform record_execution(pg_temp.attempt(1), 'exec-1');
end;
$$;

select is(record_execution(pg_temp.attempt(2), 'exec-1'),
  row('rejected', 'execution_of_another_attempt', 'running', null)::tracking_report,
  'the id of another week''s attempt is rejected');
select is(record_execution(pg_temp.attempt(3), 'dry-1'),
  row('rejected', 'execution_of_another_attempt', 'running', null)::tracking_report, 'so is that of a dry run');
select results_eq('select state, execution_id from week_attempts order by slot',
  $$ values ('created', 'exec-1'), ('intended', null), ('intended', null) $$, 'the attempts are as they were');
select is((select week_id from workflow_executions where id = 'exec-1'), pg_temp.week(1),
  'the execution stays where it was');
select results_eq('select week_id, code from tracking_alerts order by id',
  $$ values (pg_temp.week(2), 'execution_refused'), (pg_temp.week(3), 'execution_refused') $$,
  'an alert tells each of them');

-- A listing an hour later shows what the one create made, and that the other made nothing.
select pg_temp.wait('1 hour');
select results_eq(
  $$ select a ->> 'state' from claim_listing(), jsonb_array_elements(attempts) a order by (a ->> 'week_id')::uuid <>
    pg_temp.week(1), 1 $$,
  $$ values ('created'), ('unknown'), ('unknown') $$, 'the list is asked for them');
select is((record_execution(pg_temp.attempt(2), 'exec-2', adopted => true)).outcome, 'recorded',
  'one takes what the list shows');
do $$ begin perform settle_attempt(pg_temp.attempt(3), amc_history.clock_now()); end $$;
select is(pg_temp.weeks(), '{running,running,"running due"}', 'the other is tried again');

select * from finish();
rollback;
