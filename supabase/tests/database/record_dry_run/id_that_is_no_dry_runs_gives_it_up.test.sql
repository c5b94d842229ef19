-- A dry run for which AMC gives an id that cannot be its own is given up and asked again: no version waits for ever.
begin;
\ir ../../_shared/checks.psql
select plan(7);

create function pg_temp.ask(execution text) returns text language sql as
  $$ select record_dry_run((select check_id from claim_workflow_checks() where execution_id is null), execution) $$;

select is(pg_temp.run_dry('dry-1') is not null, true, 'there is a dry run');
set local role service_role;
do $$ begin perform report_workflow_check(pg_temp.check_id(), 'failed', 'FAILED', 'Internal error'); end $$;
select pg_temp.wait('1 hour');
select is(pg_temp.ask('dry-1'), 'rejected', 'AMC gives the id of an earlier one');
select is(report_workflow_check(pg_temp.check_id(), 'pending', 'PENDING'), 'applied', 'it is followed all the same');
select pg_temp.wait('2 hours');
select is(pg_temp.ask('no id!'), 'rejected', 'so another is asked for; its id has no form');
select is(report_workflow_check(pg_temp.check_id(), 'held_up', 'PENDING'), 'applied', 'AMC does not show it');
select pg_temp.wait('2 hours');
select is(pg_temp.ask('dry-2'), 'recorded', 'and another');
select is(pg_temp.stoppages(), array['workflow_check dry_run_failed by amc: AMC gave the dry run no id of its own.'],
  'which was told');

select * from finish();
rollback;
