-- A dry run that AMC does not show, or does not cancel, is set aside with AMC's words, told after three times, given up
-- once it is overdue, and asked for again.
begin;
\ir ../../_shared/checks.psql
select plan(18);

-- AMC's answer about the dry run under way, which a worker asks for if it is due; null if it is not.
create function pg_temp.answer(verdict text, message text default null) returns text language plpgsql as $$
declare
  claimed uuid := (select check_id from claim_workflow_checks() where execution_id is not null);
begin
  return report_workflow_check(claimed, verdict, 'RUNNING', message, 'RID1');
end;
$$;

set local role service_role;
do $$ begin perform pg_temp.run_dry('dry-1'); end $$;
select is(pg_temp.answer('held_up'), 'not_found', 'its worker has it to itself');
do $$ begin perform report_workflow_check(pg_temp.check_id(), 'pending', 'RUNNING'); end $$;
select pg_temp.wait('10 seconds');
select is(pg_temp.answer('held_up', 'Try again'), 'applied', 'AMC does not show it');
select is(pg_temp.stoppages(), array['workflow_check dry_run_unseen by amc: Try again'], 'which can be read');
select is(pg_temp.open_alerts(), null, 'no alert tells yet');
select pg_temp.wait('20 seconds');
select is(pg_temp.answer('held_up'), 'not_found', 'it waits');
reset role;
select is(amc_history.count_actionable(), 0, 'and wakes nobody');
set local role service_role;
select pg_temp.wait('1 minute');
select is(pg_temp.answer('held_up', 'Again'), 'applied', 'then AMC is asked about it again');
select pg_temp.wait('2 minutes');
select is(pg_temp.answer('held_up', 'No'), 'applied', 'and a third time');
select is(pg_temp.checks(), array['dry_run ended failed'], 'it is overdue, and given up');
select is(pg_temp.open_alerts(), array['held_up'], 'which an alert tells');
select is(pg_temp.claimed(), null, 'no week begins');
select pg_temp.wait('1 hour');
do $$ begin perform report_workflow_check(pg_temp.run_dry('dry-2'), 'pending', 'RUNNING', cancelling => true); end $$;
select pg_temp.wait('59 minutes');
do $$ begin perform pg_temp.answer('held_up', 'Not now'); end $$;
select is(pg_temp.stoppages(), array['workflow_check dry_run_not_cancelled by amc: Not now'],
  'another is asked for; AMC has an hour to cancel it');
select pg_temp.wait('1 hour');
do $$ begin perform pg_temp.answer('held_up', 'Not now'); end $$;
select is(pg_temp.checks(), array['dry_run ended failed', 'dry_run ended failed'], 'then it is given up too');
select pg_temp.wait('1 hour');
do $$ begin perform report_workflow_check(pg_temp.run_dry('dry-3'), 'accepted', 'SUCCEEDED'); end $$;
select is(pg_temp.stoppages(), null, 'an answer ends it');
select is(pg_temp.open_alerts(), null, 'and its alert');

-- One that is followed while an execution shows that AMC takes the query.
update amc_workflows set checked_at = null;
do $$ begin perform report_workflow_check(pg_temp.run_dry('dry-4'), 'held_up', 'RUNNING', 'No'); end $$;
select is(pg_temp.stoppages(), array['workflow_check dry_run_unseen by amc: No'], 'a version is held up');
update amc_workflows set checked_at = amc_history.clock_now();
select pg_temp.wait('3 minutes');
select is(pg_temp.answer('held_up', 'No'), 'applied', 'it is given up');
select is(pg_temp.stoppages(), null, 'and holds up nothing');

select * from finish();
rollback;
