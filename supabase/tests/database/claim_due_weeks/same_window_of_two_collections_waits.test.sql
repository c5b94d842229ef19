-- A window that has a live attempt of another collection is not claimed until that attempt has ended.
begin;
\ir ../../_shared/three_weeks.psql
select plan(6);

-- Another collection, a second later, of the same workflow and weeks: it came from another system.
set local amc_history.clock = '2025-03-03T12:00:01Z';
select pg_temp.start_collection(weeks => 3, key => 'legacy', imported => true);
set local role service_role;

select is((select count(distinct collection_id) from report_data_weeks where instance_id = 'amcpgtap1'), 2::bigint,
  'there are two');
select results_eq('select week_id from claim_due_weeks(2)', 'select pg_temp.week(n) from generate_series(1, 2) n',
  'two weeks of the first are taken');
select results_eq('select time_window_start from claim_due_weeks(10)', array['2025-01-20T00:00:00'],
  'of both, only the window without a live attempt is taken');
select is((select count(*) from claim_due_weeks(10)), 0::bigint, 'the second collection waits');
select is((select array_agg(status order by week_start_date) from report_data_weeks
  where collection_id <> pg_temp.collection() and instance_id = 'amcpgtap1'), array['pending', 'pending', 'running'],
  'its turn was the third; its other weeks are as they were');
do $$ begin perform report_create(pg_temp.attempt(1), 'refused', 400, 'no'); end $$;
select results_eq('select time_window_start, collection_id = pg_temp.collection() from claim_due_weeks(10)',
  $$ values ('2025-01-06T00:00:00', false) $$, 'once the first''s attempt has ended, the second''s turn comes');

select * from finish();
rollback;
