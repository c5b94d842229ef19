-- A report for an attempt that has ended is stale.
begin;
\ir ../../_shared/three_weeks.psql
select plan(6);

set local role service_role;
select pg_temp.claim_week(1);
do $$ begin perform report_create(pg_temp.attempt(1), 'not_sent'); end $$;
create temporary table before on commit drop as select * from report_data_weeks where id = pg_temp.week(1);

select is(report_create(pg_temp.attempt(1), 'refused', 400, 'no'),
  row('stale', 'attempt_ended', 'running', null)::tracking_report, 'an attempt that has ended takes no verdict');
select is(report_create(pg_temp.attempt(1), 'throttled', 429, 'no', null, 60),
  row('stale', 'attempt_ended', 'running', null)::tracking_report, 'not a pause either');
select results_eq('select * from report_data_weeks where id = pg_temp.week(1)', 'select * from before',
  'the week did not change');
select is((select outcome from week_attempts where id = pg_temp.attempt(1)), 'not_sent', 'nor the attempt');
select is((select paused_until from amc_instances where id = 'amcpgtap1'), null, 'the instance is not paused');
select is((select count(*) from tracking_events where week_id = pg_temp.week(1) and event = 'late_report'), 2::bigint,
  'an event records each');

select * from finish();
rollback;
