-- Attempts that are unknown, running or finished need a request, unless a worker has a lease on them.
begin;
\ir ../../_shared/schedule.psql
select plan(7);

select pg_temp.start_collection(weeks => 3);
do $$
begin
  update report_data_weeks set due_at = null where id <> pg_temp.week(1) and instance_id = 'amcpgtap1';
  perform claim_due_weeks(1);
end;
$$;

select is(amc_history.dispatch_collect(), 0, 'a create on its way is not');
set local amc_history.clock = '2025-03-03T12:01:00Z';
select is(amc_history.dispatch_collect(), 1, 'an intent whose lease is over is');
do $$ begin perform record_execution(pg_temp.attempt(1), 'exec-1', '{"status": "RUNNING"}'); end $$;
select is(amc_history.dispatch_collect(), 1, 'an execution to be polled is');
do $$ begin perform claim_listing(5, 60); end $$;
select is(amc_history.dispatch_collect(), 0, 'not while somebody polls it');
do $$
begin
  perform record_listing('amcpgtap1', 1, '[{"id": "exec-1", "status": "RUNNING"}]', true);
end;
$$;
select is(amc_history.dispatch_collect(), 0, 'nor right after');
do $$
begin
  perform set_config('amc_history.clock', '2025-03-03T12:01:30Z', true);
  perform claim_listing(5, 60);
  perform record_listing('amcpgtap1', 2, '[{"id": "exec-1", "status": "SUCCEEDED"}]', true);
end;
$$;
select is(amc_history.dispatch_collect(), 1, 'a result to be loaded is');
do $$ begin perform claim_loads(1, 60); end $$;
select is(amc_history.dispatch_collect(), 0, 'not while somebody loads it');

select * from finish();
rollback;
