-- What was under way when its workflow was held up tells nothing new of it, however late its answer comes.
begin;
\ir ../../_shared/three_weeks.psql
select plan(2);

set local role service_role;
do $$
begin
  perform mark_workflow_saved('amcpgtap1', (select id from amc_workflows where instance_id = 'amcpgtap1'));
  perform claim_due_weeks(3);
  perform set_config('amc_history.clock', '2025-03-03T12:01:00Z', true);
  perform report_create(pg_temp.attempt(1), 'workflow_not_visible', 404, 'No such workflow');
  perform set_config('amc_history.clock', '2025-03-03T12:05:00Z', true);
  perform report_create(pg_temp.attempt(2), 'workflow_not_visible', 404, 'No such workflow');
end;
$$;
select results_eq('select times, retry_at < ''2025-03-03T12:02:01Z'' from stoppages', 'values (1, true)',
  'a second answer to what was asked before is no second try');

do $$
begin
  perform claim_due_weeks(1);
  perform report_create(a.id, 'workflow_not_visible', 404, 'No such workflow') from week_attempts a
  where a.intended_at = amc_history.clock_now();
end;
$$;
select is((select times from stoppages), 2, 'a week that tried since then is one');

select * from finish();
rollback;
