-- Anonymous callers can read nothing.
begin;
\ir ../../_shared/three_weeks.psql
select plan(14);

set local role anon;

select throws_ok(format('select count(*) from public.%I', r), '42501', null, r || ' is closed')
from unnest(array['amc_instances', 'amc_instance_members', 'amc_workflows', 'report_data_collections',
  'report_data_weeks',
  'workflow_executions', 'week_attempts', 'result_loads', 'tracking_events', 'tracking_alerts',
  'collection_progress', 'invitations', 'collection_backers']) r;
select throws_ok('select amc_history.clock_now()', '42501', null, 'so is amc_history');

select * from finish();
rollback;
