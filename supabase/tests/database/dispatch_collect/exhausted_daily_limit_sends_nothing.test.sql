-- Weeks that the daily limit holds back send no request.
begin;
\ir ../../_shared/schedule.psql
select plan(2);

select pg_temp.start_collection(weeks => 3);
do $$
begin
  update amc_instances set daily_limit = 1 where id = 'amcpgtap1';
  perform claim_due_weeks(10);
end;
$$;

select is(amc_history.dispatch_collect(), 0, 'weeks that wait for tomorrow are not actionable');
do $$
begin
  perform set_config('amc_history.clock', '2025-03-04T12:00:00Z', true);
  update week_attempts set leased_until = 'infinity' where instance_id = 'amcpgtap1';
end;
$$;
select is(amc_history.dispatch_collect(), 1, 'tomorrow they are');

select * from finish();
rollback;
