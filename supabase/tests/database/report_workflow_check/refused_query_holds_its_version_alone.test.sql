-- A query that AMC refuses costs no execution: its version is held with AMC's words, told once; others go on.
begin;
\ir ../../_shared/checks.psql
select plan(13);

set local role service_role;
do $$ begin perform report_workflow_check(pg_temp.run_dry('dry-1'), 'refused', 'REJECTED', 'From line 2: x not found',
  'RID1'); end $$;
select is(pg_temp.claimed(), null, 'no week begins');
select is(pg_temp.stoppages(), array['workflow_check query_refused by amc for a person: From line 2: x not found'],
  'it is held with AMC''s words');
select is((select array[request_id, instance_id] from stoppages), array['RID1', 'amcpgtap1'], 'and AMC''s request id');
select is(pg_temp.open_alerts(), array['held_up'], 'which an alert tells');
select pg_temp.wait('30 days');
select is_empty('select * from claim_workflow_checks()', 'nobody asks again by itself');
reset role;
select is(amc_history.count_actionable(), 0, 'there is nothing to do');
do $$ begin
  perform start_collection(pg_temp.user_id('owner'), 'amcpgtap1', (select id from amc_workflows), weeks => 1);
end $$;
set local role service_role;
select is_empty('select * from claim_workflow_checks()', 'another collection of it waits too');
reset role;
do $$ begin
  perform start_collection(pg_temp.user_id('owner'), 'amcpgtap1',
    (save_workflow('amcpgtap1', 'Another', 'select 2')).workflow_id, weeks => 1);
  update report_data_weeks set surveyed_at = now();
end $$;
set local role service_role;
select is((select count(*) from claim_workflow_checks()), 1::bigint, 'another version is checked');
do $$ begin perform report_workflow_check(pg_temp.check_id(), 'accepted', 'SUCCEEDED'); end $$;
select is((select count(*) from claim_due_weeks(10)), 1::bigint, 'and its week begins');
select is(report_workflow_check((select id from workflow_checks where outcome = 'refused'), 'accepted'), 'stale',
  'a later report of the refused one changes nothing');
select is((select times from tracking_alerts where code = 'held_up'), 1, 'it was told once');

-- AMC's failure to save the workflow at all is worded so by the worker.
select throws_ok($$ select report_workflow_check(pg_temp.check_id(), 'no_such') $$, '22023', null,
  'an unknown verdict raises');
select is(report_workflow_check('a0000000-0000-4000-8000-000000000009', 'accepted'), 'not_found',
  'an unknown check is not found');

select * from finish();
rollback;
