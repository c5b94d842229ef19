-- Weeks are claimed in the order in which they became due, the oldest week first.
begin;
\ir ../../_shared/collection.psql
select plan(3);

select pg_temp.start_collection(weeks => 8);
-- The oldest weeks lie last in the table.
update report_data_weeks set updated_at = updated_at where id in (pg_temp.week(1), pg_temp.week(2));
set local role service_role;

select results_eq('select time_window_start from claim_due_weeks(2)',
  array['2025-01-06T00:00:00', '2025-01-13T00:00:00'],
  'two are taken, the oldest, in order');
select results_eq('select time_window_start from claim_due_weeks(2)',
  array['2025-01-20T00:00:00', '2025-01-27T00:00:00'],
  'then the next two');
do $$
begin
  update report_data_weeks set due_at = amc_history.clock_now() - interval '1 minute' where id = pg_temp.week(8);
end;
$$;
select results_eq('select time_window_start from claim_due_weeks(1)', array['2025-02-24T00:00:00'],
  'one that is due longer comes before older ones');

select * from finish();
rollback;
