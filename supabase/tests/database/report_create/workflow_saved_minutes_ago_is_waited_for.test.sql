-- A workflow that was saved minutes ago may not be visible yet: it waits, and one week tries again.
begin;
\ir ../../_shared/three_weeks.psql
select plan(7);

set local role service_role;
select pg_temp.claim_week(1);
do $$
begin
  perform mark_workflow_saved('amcpgtap1', (select id from amc_workflows where instance_id = 'amcpgtap1'));
  perform set_config('amc_history.clock', '2025-03-03T12:09:59Z', true);
end;
$$;

select is(report_create(pg_temp.attempt(1), 'workflow_not_visible', 404, 'No such workflow', 'req-1'),
  row('applied', 'workflow_held', 'running', null)::tracking_report, 'it is applied, and the workflow waits');
select is(pg_temp.first_week(), 'running due 12:09:59 errors 0 - ended not_visible', 'no error is counted');
select isnt((select saved_at from amc_workflows where instance_id = 'amcpgtap1'), null, 'the workflow counts as saved');
select results_eq('select kind, code, source, words, request_id, retry_at between last_at + interval ''30 s''
    and last_at + interval ''60 s'' from stoppages',
  $$ values ('workflow_save', 'workflow_not_visible', 'amc', 'No such workflow', 'req-1', true) $$, 'for a minute');
do $$ begin perform set_config('amc_history.clock', '2025-03-03T12:11:00Z', true); end $$;
select is((select count(*) from claim_due_weeks(10)), 1::bigint, 'one week tries');
do $$
begin
  perform record_execution(a.id, 'exec-1') from week_attempts a where a.is_live;
end;
$$;
select is((select count(*) from claim_due_weeks(10)), 2::bigint, 'when AMC sees it, all go on');

do $$
begin
  perform amc_history.record_stoppage('workflow_save', 'amcpgtap1/' || id, 'refused', 'amc', 'Bad SQL', 'amcpgtap1',
    waits_for_person => true) from amc_workflows where instance_id = 'amcpgtap1';
  perform report_create(a.id, 'workflow_not_visible', 404, 'Still not') from week_attempts a where a.state = 'intended';
end;
$$;
select results_eq('select code, retry_at from stoppages where ended_at is null',
  $$ values ('refused', null::timestamptz) $$,
  'what was under way when a person had to look changes nothing');

select * from finish();
rollback;
