-- A permanent failure of a load fails its week at once.
begin;
\ir ../../_shared/three_weeks.psql
select plan(3);

set local role service_role;
select pg_temp.run_week(1, 'exec-1', 'SUCCEEDED');
do $$ begin perform claim_loads(); end $$;

select is(fail_load(pg_temp.attempt(1), 2, 'header_changed', 'Expected a, got b.', true),
  row('applied', null, 'failed', 'exec-1')::tracking_report, 'it is applied');
select results_eq('select status, error_code, error_message, error_count,
  execution_id from report_data_weeks where id = pg_temp.week(1)',
  $$ values ('failed', 'header_changed', 'Expected a, got b.', 1, 'exec-1') $$,
  'the week has failed, and names its execution');
select is((select outcome from week_attempts where id = pg_temp.attempt(1)), 'failed', 'the attempt has ended');

select * from finish();
rollback;
