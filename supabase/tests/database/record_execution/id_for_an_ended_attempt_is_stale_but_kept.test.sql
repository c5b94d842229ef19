-- An id that arrives after its attempt has ended is stale; an event and an alert keep it.
begin;
\ir ../../_shared/three_weeks.psql
select plan(5);

set local role service_role;
select pg_temp.claim_week(1);
do $$ begin perform report_create(pg_temp.attempt(1), 'not_sent'); end $$;
create temporary table before on commit drop as select * from report_data_weeks where id = pg_temp.week(1);

select is(record_execution(pg_temp.attempt(1), 'exec-late', '{"request_id": "req-9"}'),
  row('stale', 'attempt_ended', 'running', null)::tracking_report, 'an attempt that has ended takes nothing more');
select results_eq('select * from report_data_weeks where id = pg_temp.week(1)', 'select * from before',
  'the week did not change');
select is((select count(*) from workflow_executions where id = 'exec-late'), 0::bigint,
  'the execution is not stored as the week''s');
select results_eq($$ select attempt_id, execution_id,
  detail ->> 'request_id' from tracking_events where event = 'late_execution'
    and week_id = pg_temp.week(1) $$,
  $$ values (pg_temp.attempt(1), 'exec-late', 'req-9') $$, 'an event keeps the id');
select results_eq($$ select code, message like '%exec-late%not_sent%' from tracking_alerts
  where week_id = pg_temp.week(1) $$,
  $$ values ('late_execution', true) $$, 'an alert says which execution may still run');

select * from finish();
rollback;
