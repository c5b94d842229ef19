-- An execution found after its attempt was abandoned is stale, and raises an alert.
begin;
\ir ../../_shared/three_weeks.psql
select plan(2);

set local role service_role;
select pg_temp.prove_matcher();
select pg_temp.lose_create(1);
do $$
begin
  perform set_config('amc_history.clock', '2025-03-03T13:00:00Z', true);
  perform settle_attempt(pg_temp.attempt(1), '2025-03-03T13:00:00Z');
end;
$$;

select is(record_execution(pg_temp.attempt(1), 'exec-late', null, true),
  row('stale', 'attempt_ended', 'running', null)::tracking_report, 'an abandoned attempt takes nothing more');
select results_eq('select code from tracking_alerts where week_id = pg_temp.week(1)', array['late_execution'],
  'an alert is raised');

select * from finish();
rollback;
