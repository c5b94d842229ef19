-- A workflow that was saved minutes ago may not be visible yet: the create is tried again.
begin;
\ir ../../_shared/three_weeks.psql
select plan(3);

set local role service_role;
select pg_temp.claim_week(1);
do $$
begin
  perform mark_workflow_saved('amcpgtap1', (select id from amc_workflows where instance_id = 'amcpgtap1'));
  perform set_config('amc_history.clock', '2025-03-03T12:09:59Z', true);
end;
$$;

select is(report_create(pg_temp.attempt(1), 'workflow_not_visible', 404, 'No such workflow'),
  row('applied', null, 'running', null)::tracking_report, 'it is applied');
select is(pg_temp.first_week(), 'running due 12:10:29 errors 0 - ended not_visible',
  'the week waits half a minute, no error is counted');
select isnt((select saved_at from amc_workflows where instance_id = 'amcpgtap1'), null, 'the workflow counts as saved');

select * from finish();
rollback;
