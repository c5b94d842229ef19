-- Whoever brings AMC's id of a dry run, no week takes it.
begin;
\ir ../../_shared/checks.psql
select plan(6);

set local role service_role;
do $$ begin perform report_workflow_check(pg_temp.run_dry('dry-1'), 'accepted', 'SUCCEEDED');
  perform pg_temp.claim_week(1); end $$;
select is((record_execution(pg_temp.attempt(1), 'dry-1')).outcome, 'rejected', 'not as the answer to a create');
select is((record_execution(pg_temp.attempt(1), 'dry-1', adopted => true)).outcome, 'rejected',
  'not as one that AMC''s list shows');
select isnt((adopt_surveyed(pg_temp.week(2), 'dry-1', '{}')).outcome, 'recorded', 'not in a survey');
do $$ begin perform report_create(pg_temp.attempt(1), 'not_sent'); end $$;
select isnt((record_late_execution(pg_temp.attempt(1), 'dry-1', '{}')).outcome, 'recorded', 'not as a late one');
select is((select count(*) from workflow_executions), 0::bigint, 'there is no such execution');
select is(record_dry_run(pg_temp.check_id(), 'not an id'), 'rejected', 'and no dry run has an id that is none');

select * from finish();
rollback;
