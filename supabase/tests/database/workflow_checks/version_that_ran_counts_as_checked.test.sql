-- A version of which AMC runs or ran an execution counts as checked, however the execution came to be known.
begin;
\ir ../../_shared/checks.psql
select plan(8);

set local role service_role;
do $$ begin perform pg_temp.run_dry('dry-1'); end $$;
create function pg_temp.adopt(status text) returns boolean language plpgsql as $$
begin
  perform amc_history.insert_execution('exec-1', pg_temp.week(1), jsonb_build_object('status', status), true);
  return (select checked_at is not null from amc_workflows);
end;
$$;
savepoint clean;
select is(pg_temp.adopt('PENDING'), false, 'one that AMC queues says nothing');
do $$ begin perform amc_history.update_executions('amcpgtap1', '[{"id": "exec-1", "status": "SUCCEEDED"}]'); end $$;
select isnt((select checked_at from amc_workflows), null, 'once it has succeeded it does');
select is(pg_temp.checks(), array['dry_run created'], 'a dry run under way is followed all the same');
rollback to clean;
select is(pg_temp.adopt('SUCCEEDED'), true, 'an adopted one that succeeded');
rollback to clean;
select is(pg_temp.adopt('running'), true, 'one that runs, in whatever case');
rollback to clean;
select is(pg_temp.adopt('REJECTED'), false, 'one that was rejected says nothing');
rollback to clean;
select is(pg_temp.adopt('FAILED'), false, 'nor one that failed');
rollback to clean;
do $$ begin
  perform report_workflow_check(pg_temp.check_id(), 'lost');
  perform pg_temp.adopt('SUCCEEDED');
end $$;
select is(pg_temp.stoppages(), null, 'what held the version up has ended');

select * from finish();
rollback;
