-- A week that waits for another collection's attempt of the same window sends no request.
begin;
\ir ../../_shared/schedule.psql
select plan(2);

select pg_temp.start_collection(weeks => 3);
-- Another collection, a second later, of the same workflow and weeks: it came from another system.
do $$
begin
  perform set_config('amc_history.clock', '2025-03-03T12:00:01Z', true);
  perform pg_temp.start_collection(weeks => 3, key => 'legacy', imported => true);
  perform claim_due_weeks(10);
end;
$$;

select is((select count(*) from week_attempts where instance_id = 'amcpgtap1'), 3::bigint,
  'the weeks of one collection are claimed');
select is(amc_history.dispatch_collect(), 0, 'those of the other wait, and are not actionable');

select * from finish();
rollback;
