-- Members ask for the check of a version again, which ends what holds it. It needs no collection.
begin;
\ir ../../_shared/checks.psql
select plan(19);

do $$ begin perform report_workflow_check(pg_temp.run_dry('dry-1'), 'refused', 'REJECTED', 'No.'); end $$;
select pg_temp.sign_in('other');
select is(pg_temp.refusal($$ select check_workflow_again('amcpgtap1', (select id from amc_workflows)) $$),
  'PT404 workflow_not_found', 'nobody else may');
select is(pg_temp.refusal($$ select check_workflow_again('amcpgtap1', 'no-such') $$), 'PT404 workflow_not_found',
  'an unknown one is answered alike');
select pg_temp.sign_in('owner');
select is((check_workflow_again('amcpgtap1', (select id from amc_workflows))).outcome, 'applied', 'a member may');
reset role;
select is(pg_temp.stoppages(), null, 'nothing is held up any more');
select is(pg_temp.open_alerts(), null, 'its alert is resolved');
select is((select actor from tracking_events where event = 'workflow_check_requested'),
  pg_temp.user_id('owner')::text, 'an event names who asked');
select is((select count(*) from claim_workflow_checks()), 1::bigint, 'the dry run is asked again');
do $$ begin perform report_workflow_check(pg_temp.check_id(), 'accepted', 'SUCCEEDED'); end $$;
select is((check_workflow_again('amcpgtap1', (select id from amc_workflows))).outcome, 'already_applied',
  'a checked version is not checked again');
do $$ begin
  perform record_stoppage('workflow_save', 'amcpgtap1/' || id, 'workflow_differs', 'amc_history', 'Another one.',
    'amcpgtap1', waits_for_person => true) from amc_workflows;
end $$;
select is((check_workflow_again('amcpgtap1', (select id from amc_workflows))).outcome, 'applied',
  'but one that AMC lost since, and that is held');
select is(pg_temp.stoppages(), null, 'is held up no more');
select is((select concat_ws(' ', checked_at is not null, check_asked_at is null) from amc_workflows), 't t',
  'it stays checked');
select is_empty('select * from claim_workflow_checks()', 'and is not checked again');

-- Without a collection.
do $$ begin perform save_workflow('amcpgtap1', 'Another', 'select 2'); end $$;
select is_empty('select * from claim_workflow_checks()', 'a version that nobody collects is left');
do $$ begin
  perform check_workflow_again('amcpgtap1', (select id from amc_workflows where sql_query = 'select 2'));
end $$;
select results_eq('select time_window_start, time_window_end, time_zone from claim_workflow_checks()',
  $$ values ('2025-02-17T00:00:00', '2025-02-18T00:00:00', 'UTC') $$,
  'unless a member asks: over a day that has settled');
do $$ begin perform report_workflow_check(pg_temp.check_id(), 'refused', 'REJECTED', 'No.'); end $$;
select is(pg_temp.stoppages(), array['workflow_check query_refused by amc for a person: No.'], 'it is held as any');
select is_empty('select * from claim_workflow_checks()', 'once');

-- By the first week.
do $$ begin perform check_workflow_again('amcpgtap1', (select id from amc_workflows where sql_query = 'select 2'),
  with_first_week => true); end $$;
select is_empty('select * from claim_workflow_checks()', 'with_first_week waits for a week');
do $$ begin
  perform start_collection(pg_temp.user_id('owner'), 'amcpgtap1',
    (select id from amc_workflows where sql_query = 'select 2'), weeks => 2);
  update report_data_weeks set surveyed_at = now();
  update report_data_weeks set due_at = null
  where collection_id = (select id from report_data_collections order by created_at limit 1);
  perform claim_workflow_checks();
end $$;
select is((select kind from workflow_checks where is_live), 'first_week', 'and lets it go');
select is(cardinality(pg_temp.claimed()), 1, 'alone');

select * from finish();
rollback;
