-- A temporary failure of a load puts the load off, and the week runs on.
begin;
\ir ../../_shared/three_weeks.psql
select plan(5);

set local role service_role;
select pg_temp.run_week(1, 'exec-1', 'SUCCEEDED');
do $$ begin perform claim_loads(); end $$;

select is(fail_load(pg_temp.attempt(1), 2, 'download', 'The link was gone.', false),
  row('applied', null, 'running', 'exec-1')::tracking_report, 'it is applied');
select results_eq('select status, error_code, error_message,
  error_count from report_data_weeks where id = pg_temp.week(1)',
  $$ values ('running', 'download', 'The link was gone.', 1) $$, 'the week runs on and says why the load was put off');
select ok(state = 'created' and leased_until is null and due_at >= amc_history.clock_now() + interval '5 seconds'
  and due_at <= amc_history.clock_now() + interval '15 seconds', 'the attempt is due in 5 to 15 seconds')
  from week_attempts where id = pg_temp.attempt(1);
select is((select count(*) from claim_loads()), 0::bigint, 'not before');
set local amc_history.clock = '2025-03-03T12:00:15Z';
select is((select fence from claim_loads()), 3, 'then it is taken again');

select * from finish();
rollback;
