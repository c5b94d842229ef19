-- The last week planned is the newest that ended at least 14 days ago, whatever weekday weeks start on.
begin;
\ir ../../_shared/workflow.psql
select plan(16);

create function pg_temp.last_day(at_time text, zone text, weekday text) returns text language sql as
  $$ select set_config('amc_history.clock', at_time, true);
     select start_collection(pg_temp.user_id('owner'), 'amcpgtap1', pg_temp.workflow(), weeks => 1,
     time_zone => zone, week_starts_on => weekday,
       idempotency_key => gen_random_uuid()::text) -> 'weeks' -> 0 ->> 'week_end_date' $$;
set local role service_role;

select is(pg_temp.last_day('2025-03-03T12:00:00Z', 'UTC', weekday), last_day, 'weeks that start on ' || weekday)
from (values ('monday', '2025-02-16'), ('tuesday', '2025-02-10'), ('wednesday', '2025-02-11'),
  ('thursday', '2025-02-12'),
  ('friday', '2025-02-13'), ('saturday', '2025-02-14'), ('sunday', '2025-02-15')) as t(weekday, last_day);
select is(pg_temp.last_day(d || 'T12:00:00Z', 'UTC', 'monday'), last_day, 'on ' || d)
from (values ('2025-02-24', '2025-02-09'), ('2025-03-01', '2025-02-09'), ('2025-03-02', '2025-02-09'),
  ('2025-03-03', '2025-02-16'),
  ('2025-03-09', '2025-02-16'), ('2025-03-10', '2025-02-23'), ('2024-03-14', '2024-02-25'),
  ('2025-01-06', '2024-12-22')) as t(d, last_day);
select is(pg_temp.last_day('2025-03-03T12:00:00Z', 'UTC', 'Tuesday'), '2025-02-10',
  'a weekday in capitals is the same');

select * from finish();
rollback;
