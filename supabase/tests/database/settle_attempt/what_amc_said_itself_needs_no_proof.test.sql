-- A listing that shows no run of the same workflow, window and zone proves that nothing was created where AMC said so
-- itself, or where its list is proved to show those.
begin;
\ir ../../_shared/three_weeks.psql
select plan(12);

set local role service_role;

-- Claims week 1, reports this verdict, and settles a day later.
create function pg_temp.settled(verdict text, similar_runs boolean, window_proved boolean default false)
  returns text language plpgsql as $$
declare
  settled tracking_report;
begin
  perform set_config('amc_history.clock', '2025-03-03T12:00:00Z', true);
  update amc_instances set window_proved_at = case when window_proved then amc_history.clock_now() end,
    paused_until = null;
  perform pg_temp.claim_week(1);
  perform report_create(pg_temp.attempt(1), verdict);
  perform set_config('amc_history.clock', '2025-03-04T12:00:00Z', true);
  settled := settle_attempt(pg_temp.attempt(1), '2025-03-04T12:00:00Z', similar_runs);
  -- For the next one.
  perform confirm_no_execution(pg_temp.attempt(1)) where settled.outcome = 'waiting';
  perform pg_temp.make_due(1);
  return concat_ws(' ', settled.outcome, settled.reason);
end;
$$;

select is(pg_temp.settled(verdict, similar_runs, window_proved), outcome,
  format('%s, similar runs %s, windows proved %s', verdict, similar_runs, window_proved))
from (values
  ('throttled', false, false, 'abandoned'),
  ('throttled', true, false, 'waiting matcher_not_proved'),
  ('throttled', null, false, 'waiting matcher_not_proved'),
  ('unauthorized', false, false, 'abandoned'),
  ('unknown', false, false, 'waiting matcher_not_proved'),
  ('unknown', false, true, 'abandoned'),
  ('unknown', true, true, 'waiting matcher_not_proved'),
  ('unknown', null, true, 'waiting matcher_not_proved'),
  ('throttled', true, true, 'waiting matcher_not_proved')) v(verdict, similar_runs, window_proved, outcome);

-- Not before the wait is over.
update amc_instances set paused_until = null;
select pg_temp.claim_week(1);
select report_create(pg_temp.attempt(1), 'throttled');
select is((settle_attempt(pg_temp.attempt(1), amc_history.clock_now(), false)).reason, 'listing_may_lag',
  'a listing that began before the lag was over proves nothing');
select set_config('amc_history.clock', (amc_history.clock_now() + interval '5 minutes')::text, true);
select is((settle_attempt(pg_temp.attempt(1), amc_history.clock_now() - interval '1 second', false)).reason,
  'listing_may_lag', 'nor one that began a second before');
select is((settle_attempt(pg_temp.attempt(1), amc_history.clock_now(), false)).outcome, 'abandoned',
  'and one that began then does');

select * from finish();
rollback;
