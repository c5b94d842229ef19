-- A week's time window is given as local midnights and as instants, also where the clocks change.
begin;
\ir ../../_shared/setup.psql
select plan(3);

-- Weeks in New York around 9 March 2025, when the clock goes from 02:00 to 03:00, and around 2 November, when it goes
-- back.
select pg_temp.connect_instance();
set local amc_history.clock = '2025-12-31T12:00:00Z';
do $$
begin
  perform start_collection(pg_temp.user_id('owner'), 'amcpgtap1',
    (save_workflow('amcpgtap1', 'Weekly', 'select 1')).workflow_id,
    start_date => d, end_date => d + 20, time_zone => 'America/New_York')
  from unnest(array['2025-02-24', '2025-10-20']::date[]) d;
  update report_data_weeks set surveyed_at = amc_history.clock_now() where instance_id = 'amcpgtap1';
  perform pg_temp.check_workflows();
  perform claim_due_weeks(10);
  perform report_create(id, 'unknown') from week_attempts where instance_id = 'amcpgtap1';
end;
$$;
set local role service_role;
create temporary table windows on commit drop as
select a ->> 'time_window_start' as local_start, a ->> 'time_window_end' as local_end,
  (a ->> 'window_start_at')::timestamptz as start_at, (a ->> 'window_end_at')::timestamptz as end_at
from claim_listing(), jsonb_array_elements(attempts) a;

select results_eq($$ select local_start, local_end,
  extract(epoch from end_at - start_at)::integer / 3600 from windows order by start_at $$,
  $$ values ('2025-02-24T00:00:00', '2025-03-03T00:00:00', 168), ('2025-03-03T00:00:00', '2025-03-10T00:00:00', 167),
    ('2025-03-10T00:00:00', '2025-03-17T00:00:00', 168), ('2025-10-20T00:00:00', '2025-10-27T00:00:00', 168),
    ('2025-10-27T00:00:00', '2025-11-03T00:00:00', 169), ('2025-11-03T00:00:00', '2025-11-10T00:00:00', 168) $$,
  'the local times are midnights, whatever the length of the week');
select results_eq('select start_at from windows order by start_at limit 3',
  array['2025-02-24T05:00:00Z', '2025-03-03T05:00:00Z', '2025-03-10T04:00:00Z']::timestamptz[],
  'the instants follow the zone');
select is((select count(*) from windows w where exists (select from windows x where x.start_at = w.end_at)), 4::bigint,
  'each week ends where the next begins');

select * from finish();
rollback;
