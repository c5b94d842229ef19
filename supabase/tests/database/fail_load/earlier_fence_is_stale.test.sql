-- A failure reported under an earlier fence changes nothing.
begin;
\ir ../../_shared/three_weeks.psql
select plan(4);

set local role service_role;
select pg_temp.run_week(1, 'exec-1', 'SUCCEEDED');
do $$
begin
  perform claim_loads(5, 60);
  perform set_config('amc_history.clock', '2025-03-03T12:01:00Z', true);
  perform claim_loads(5, 60);
end;
$$;
create temporary table before on commit drop as select * from report_data_weeks where id = pg_temp.week(1);

select is(fail_load(pg_temp.attempt(1), 2, 'download', 'gone', true),
  row('stale', 'attempt_taken_up_or_ended', 'running', 'exec-1')::tracking_report,
  'a worker that lost its lease is late');
select results_eq('select * from report_data_weeks where id = pg_temp.week(1)', 'select * from before',
  'nothing changed');
select is((select state from week_attempts where id = pg_temp.attempt(1)), 'created', 'the attempt continues');
select is(fail_load(gen_random_uuid(), 1, 'download', 'gone', true),
  row('not_found', 'no_such_attempt', null, null)::tracking_report, 'an unknown attempt is not found');

select * from finish();
rollback;
