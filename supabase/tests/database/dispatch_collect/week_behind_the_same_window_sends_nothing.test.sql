-- A week that waits for another collection's attempt of the same window sends no request.
begin;
\ir ../../_shared/schedule.psql
select plan(2);

select pg_temp.start_collection(weeks => 3);
-- Another collection, a second later, of the same workflow and weeks.
do $$
begin
  perform set_config('amc_history.clock', '2025-03-03T12:00:01Z', true);
  perform create_collection(pg_temp.user_id('owner'), 'amcpgtap1', workflow_id,
    start_date => '2025-01-06', end_date => '2025-01-26', idempotency_key => 'second')
  from report_data_collections where id = pg_temp.collection();
  update report_data_weeks set surveyed_at = amc_history.clock_now() where surveyed_at is null
  and instance_id = 'amcpgtap1';
  perform claim_due_weeks(10);
end;
$$;

select is((select count(*) from week_attempts where instance_id = 'amcpgtap1'), 3::bigint,
  'the weeks of one collection are claimed');
select is(amc_history.dispatch_collect(), 0, 'those of the other wait, and are not actionable');

select * from finish();
rollback;
