-- While loading does not keep up, no more weeks of the instance begin; nor of a workflow whose header waits for a
-- person, whose results hold back no other.
begin;
\ir ../../_shared/collection.psql
select plan(7);

update amc_history.allowances set results_waiting = 3;
select pg_temp.start_collection(weeks => 8);
do $$ begin
  for n in 1..3 loop
    perform pg_temp.run_week(n, 'exec-' || n, 'SUCCEEDED');
  end loop;
end $$;
set local role service_role;
select is_empty('select from claim_due_weeks(10)', 'three results wait to be loaded: no more weeks begin');
do $$ begin perform claim_loads(1); end $$;
select is_empty('select from claim_due_weeks(10)', 'nor while one of them is loaded');
do $$ begin perform fail_load(a.id, a.fence, 'not_ready', 'Not yet', false) from week_attempts a
  where a.leased_until is not null and a.is_live; end $$;
select is((select count(*) from claim_due_weeks(10)), 1::bigint, 'one that AMC has not ready holds nothing back');
do $$ begin
  perform record_stoppage('workflow_header', 'amcpgtap1/' || id, 'header_to_accept', 'amc_history', 'Other columns',
    'amcpgtap1', waits_for_person => true) from amc_workflows;
end $$;
select is_empty('select from claim_due_weeks(10)', 'while a header waits for a person, no week of its workflow begins');
reset role;
do $$ begin
  perform start_collection(pg_temp.user_id('owner'), 'amcpgtap1',
    (save_workflow('amcpgtap1', 'Another', 'select 2')).workflow_id, weeks => 2);
  update report_data_weeks set surveyed_at = now();
  perform pg_temp.check_workflows();
end $$;
set local role service_role;
select is((select count(*) from claim_due_weeks(10)), 2::bigint, 'its results hold back no other workflow''s');
do $$ begin perform end_stoppage('workflow_header', subject) from stoppages; end $$;
select is((select count(*) from claim_due_weeks(10)), 1::bigint, 'once it is accepted, as many as loading allows');
reset role;
update amc_history.allowances set results_waiting = 200;
set local role service_role;
select is((select count(*) from claim_due_weeks(10)), 3::bigint, 'and the others as it keeps up');

select * from finish();
rollback;
