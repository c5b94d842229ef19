-- The execution id of another week's attempt is rejected.
begin;
\ir ../../_shared/three_weeks.psql
select plan(4);

set local role service_role;
-- Week 1 runs as exec-1; week 2 is claimed.
do $$
begin
  perform claim_due_weeks(2);
  perform record_execution(pg_temp.attempt(1), 'exec-1');
end;
$$;

select is(record_execution(pg_temp.attempt(2), 'exec-1'),
  row('rejected', 'execution_of_another_attempt', 'running', null)::tracking_report,
  'the id of another week''s attempt is rejected');
select results_eq('select state, execution_id from week_attempts where week_id in (pg_temp.week(1), pg_temp.week(2))
  order by slot',
  $$ values ('created', 'exec-1'), ('intended', null) $$, 'both attempts are as they were');
select is((select week_id from workflow_executions where id = 'exec-1'), pg_temp.week(1),
  'the execution stays where it was');
select results_eq('select code from tracking_alerts where week_id = pg_temp.week(2)', array['execution_refused'],
  'an alert is open');

select * from finish();
rollback;
