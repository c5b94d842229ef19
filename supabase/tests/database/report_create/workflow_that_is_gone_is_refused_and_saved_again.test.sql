-- A workflow that AMC no longer has fails the create, and is to be saved again.
begin;
\ir ../../_shared/three_weeks.psql
select plan(4);

set local role service_role;
select pg_temp.claim_week(1);
do $$
begin
  perform mark_workflow_saved('amcpgtap1', (select id from amc_workflows where instance_id = 'amcpgtap1'));
  perform set_config('amc_history.clock', '2025-03-03T12:10:00Z', true);
end;
$$;

select is(report_create(pg_temp.attempt(1), 'workflow_not_visible', 404, 'No such workflow'),
  row('applied', null, 'failed', null)::tracking_report, 'after ten minutes the workflow is not just late');
select is(pg_temp.first_week(), 'failed due never errors 1 - ended refused', 'the week has failed');
select is((select error_message from report_data_weeks where id = pg_temp.week(1)), 'No such workflow',
  'with AMC''s message');
select is((select saved_at from amc_workflows where instance_id = 'amcpgtap1'), null,
  'the workflow is to be saved again');

select * from finish();
rollback;
