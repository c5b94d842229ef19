-- Where AMC refuses the create of the week that goes alone, no other can tell whether it refuses the query: the version
-- is held with AMC's words after one create.
begin;
\ir ../../_shared/checks.psql
select plan(8);

set local role service_role;
do $$ begin
  perform report_workflow_check((select check_id from claim_workflow_checks()), 'unsupported');
  perform claim_workflow_checks();
  perform pg_temp.claim_week(1);
end $$;
savepoint one;
do $$ begin
  perform report_create(pg_temp.attempt(1), 'refused', 400, 'Object x not found', 'RID1');
  perform claim_workflow_checks();
end $$;
select is(pg_temp.weeks(), array['failed', 'pending due', 'pending due'], 'the week that went alone fails at once');
select is(pg_temp.stoppages(), array['workflow_check query_refused by amc for a person: Object x not found'],
  'its version is held');
select is(pg_temp.checks(), array['dry_run ended unsupported', 'first_week ended refused'], 'the check has ended');
select pg_temp.wait('1 day');
do $$ begin perform claim_workflow_checks(); end $$;
select is(pg_temp.claimed(), null, 'and no create is spent until a person asks again');
rollback to one;

do $$ begin
  perform report_create(pg_temp.attempt(1), 'refused', 400,
    'Too many workflows have already been run in the same or overlapping time windows.');
  perform claim_workflow_checks();
end $$;
select is(pg_temp.stoppages(), null, 'a refusal of the window holds nothing');
select is(pg_temp.claimed(), array['2025-01-13']::date[], 'another week goes alone');
select is(pg_temp.weeks(), array['failed', 'running', 'pending due'], 'the refused one has failed');

-- Another week that AMC takes already can tell.
reset role;
update workflow_checks set state = 'ended', outcome = 'accepted', ended_at = now() where is_live;
update amc_workflows set checked_at = now();
set local role service_role;
do $$ begin perform report_create(pg_temp.attempt(2), 'refused', 400, 'Object x not found'); end $$;
select is(pg_temp.weeks(), array['failed', 'running due', 'pending due'],
  'once it is checked, the others are waited for');

select * from finish();
rollback;
