-- A throttled create is settled by a listing that began after the list's lag.
begin;
\ir ../../_shared/three_weeks.psql
select plan(2);

set local role service_role;
do $$
begin
  update amc_instances set matcher_proved_at = amc_history.clock_now() where id = 'amcpgtap1';
  perform claim_due_weeks(1);
  perform report_create(pg_temp.attempt(1), 'throttled', 429, 'Slow down', null, 3);
  perform set_config('amc_history.clock', '2025-03-03T13:00:00Z', true);
end;
$$;

select is(settle_attempt(pg_temp.attempt(1), '2025-03-03T12:04:59Z'),
  row('waiting', 'listing_may_lag', 'running', null)::tracking_report, 'not by one begun within the lag');
select is(settle_attempt(pg_temp.attempt(1), '2025-03-03T12:05:00Z'),
  row('abandoned', null, 'running', null)::tracking_report, 'by one begun after it');

select * from finish();
rollback;
