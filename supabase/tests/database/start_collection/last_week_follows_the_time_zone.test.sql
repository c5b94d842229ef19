-- Whether a week ended 14 days ago is decided in the collection's time zone.
begin;
\ir ../../_shared/workflow.psql
select plan(11);

create function pg_temp.last_day(at_time text, zone text, weekday text) returns text language sql as
  $$ select set_config('amc_history.clock', at_time, true);
     select start_collection(pg_temp.user_id('owner'), 'amcpgtap1', pg_temp.workflow(), weeks => 1,
     time_zone => zone, week_starts_on => weekday,
       idempotency_key => gen_random_uuid()::text) -> 'weeks' -> 0 ->> 'week_end_date' $$;
set local role service_role;

select is(pg_temp.last_day(at_time, zone, 'monday'), last_day, what) from (values
  ('2025-03-02T23:59:59Z', 'UTC', '2025-02-09', 'in UTC it is still Sunday'),
  ('2025-03-03T00:00:00Z', 'UTC', '2025-02-16', 'in UTC it is Monday'),
  ('2025-03-03T02:00:00Z', 'America/Los_Angeles', '2025-02-09', 'in Los Angeles it is still Sunday'),
  ('2025-03-03T08:00:00Z', 'America/Los_Angeles', '2025-02-16', 'in Los Angeles it is Monday'),
  ('2025-03-02T14:59:59Z', 'Asia/Tokyo', '2025-02-09', 'in Tokyo it is still Sunday'),
  ('2025-03-02T15:00:00Z', 'Asia/Tokyo', '2025-02-16', 'in Tokyo it is Monday already'),
  ('2025-03-24T03:59:59Z', 'America/New_York', '2025-03-02',
  'summer time began since: midnight comes an hour earlier, not yet'),
  ('2025-03-24T04:00:00Z', 'America/New_York', '2025-03-09', 'now'),
  ('2025-11-17T04:59:59Z', 'America/New_York', '2025-10-26',
  'winter time began since: midnight comes an hour later, not yet'),
  ('2025-11-17T05:00:00Z', 'America/New_York', '2025-11-02', 'now'),
  ('2025-03-02T10:00:00Z', 'Pacific/Kiritimati', '2025-02-16', 'fourteen hours ahead it is Monday')
) as t(at_time, zone, last_day, what);

select * from finish();
rollback;
