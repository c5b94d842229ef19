-- Without a proved matcher an unknown attempt waits for a person.
begin;
\ir ../../_shared/three_weeks.psql
select plan(3);

set local role service_role;
select pg_temp.prove_matcher();
select pg_temp.lose_create(1);
do $$
begin
  update amc_instances set matcher_proved_at = null where id = 'amcpgtap1';
  perform set_config('amc_history.clock', '2025-03-10T12:00:00Z', true);
end;
$$;

select is(settle_attempt(pg_temp.attempt(1), '2025-03-10T12:00:00Z'),
  row('waiting', 'matcher_not_proved', 'running', null)::tracking_report, 'however late it is');
select is((select state from week_attempts where id = pg_temp.attempt(1)), 'unknown', 'the attempt stays live');
select results_eq($$ select code, message like '%2025-01-06%' from tracking_alerts where week_id = pg_temp.week(1) $$,
  $$ values ('unknown_outcome', true) $$, 'an alert says what to look for');

select * from finish();
rollback;
