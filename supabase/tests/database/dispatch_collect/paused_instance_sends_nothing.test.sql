-- A paused instance sends no request.
begin;
\ir ../../_shared/schedule.psql
select plan(2);

select pg_temp.start_collection(weeks => 3);
do $$
begin
  perform pg_temp.run_week(1, 'exec-1', 'SUCCEEDED');
  perform pause_instance('amcpgtap1', 'throttled', 60);
end;
$$;

select is(amc_history.dispatch_collect(), 0, 'neither due weeks nor results of a paused instance are actionable');
set local amc_history.clock = '2025-03-03T12:01:00Z';
select is(amc_history.dispatch_collect(), 1, 'after the pause they are');

select * from finish();
rollback;
