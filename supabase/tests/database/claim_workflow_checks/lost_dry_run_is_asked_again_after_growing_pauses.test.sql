-- A dry run whose answer was lost costs nothing: it is asked again after its lease, and less and less often.
begin;
\ir ../../_shared/checks.psql
select plan(9);

set local role service_role;
do $$ begin perform claim_workflow_checks(); end $$;
select pg_temp.wait('59 seconds');
select is_empty('select * from claim_workflow_checks()', 'its worker has it to itself');
select pg_temp.wait('1 second');
select is_empty('select * from claim_workflow_checks()', 'then it counts as lost, and is asked again after a pause');
select is(pg_temp.checks(), array['dry_run ended lost'], 'it has ended');
select is(pg_temp.stoppages(),
  array['workflow_check dry_run_lost by amc_history: No worker reported what AMC answered to the dry run.'],
  'what holds the weeks up can be read');
select is(record_dry_run(pg_temp.check_id(), 'dry-1'), 'stale', 'a late answer changes nothing');
select is((select execution_id from workflow_checks), 'dry-1', 'but its id is kept');
select pg_temp.wait('1 minute');
select is((select count(*) from claim_workflow_checks()), 1::bigint, 'it is asked again');
do $$ begin perform report_workflow_check(pg_temp.check_id(), 'lost', message => 'The connection broke off.'); end $$;
select is(pg_temp.claimed(), null, 'no week begins meanwhile');
select ok((select retry_at > amc_history.clock_now() + interval '1 minute' - interval '1 second' and times = 2
  from stoppages), 'the second pause is longer');

select * from finish();
rollback;
