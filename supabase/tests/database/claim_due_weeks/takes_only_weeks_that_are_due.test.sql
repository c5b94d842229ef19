-- Only weeks that are due and have no live attempt are claimed.
begin;
\ir ../../_shared/three_weeks.psql
select plan(3);

set local role service_role;
do $$
begin
  update report_data_weeks set due_at = amc_history.clock_now() + interval '1 minute' where id = pg_temp.week(1);
  perform update_week_status(pg_temp.collection(), pg_temp.week(2), 'failed');
end;
$$;

select results_eq('select week_id from claim_due_weeks(10)', 'select pg_temp.week(3)',
  'a later and a failed week are left');
set local amc_history.clock = '2025-03-03T12:01:00Z';
select results_eq('select week_id from claim_due_weeks(10)', 'select pg_temp.week(1)',
  'the later one comes in its time');

-- Somebody makes a running week due.
update report_data_weeks set due_at = amc_history.clock_now() where id = pg_temp.week(3);
select is_empty('select week_id from claim_due_weeks(10)', 'a week whose attempt lives is left, though it is due');

select * from finish();
rollback;
