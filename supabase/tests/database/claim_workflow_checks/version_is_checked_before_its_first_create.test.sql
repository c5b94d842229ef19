-- No week of a version begins before AMC has compiled its query in a dry run, which is no week's.
begin;
\ir ../../_shared/checks.psql
select plan(13);

set local role service_role;
select is(pg_temp.claimed(), null, 'no week begins');
reset role;
select is(amc_history.count_actionable(), 1, 'the check is something to do');
set local role service_role;
create temporary table claimed on commit drop as select * from claim_workflow_checks();
select results_eq('select time_window_start, time_window_end, time_zone, parameter_values, execution_id from claimed',
  $$ values ('2025-01-06T00:00:00', '2025-01-07T00:00:00', 'UTC', '{}'::jsonb, null::text) $$,
  'a dry run of one day of the oldest week is asked for');
select ok((select timeout_seconds between 900 and 21599 from claimed), 'with a timeout that no week has');
select is((select workflow_definition ->> 'sql_query' from claimed),
  'select campaign, impressions from sponsored_ads_traffic', 'its query comes, to be saved at AMC first');
select is_empty('select * from claim_workflow_checks()', 'by one worker');
select is(record_dry_run((select check_id from claimed), 'dry-1'), 'recorded', 'its id is stored first');
select is(report_workflow_check((select check_id from claimed), 'pending', 'RUNNING'), 'applied', 'it takes a moment');
select is_empty('select * from claim_workflow_checks()', 'AMC is not asked again at once');
select pg_temp.wait('10 seconds');
select results_eq('select execution_id, is_overdue from claim_workflow_checks()', $$ values ('dry-1', false) $$,
  'but some seconds later');
select is(report_workflow_check((select check_id from claimed), 'accepted', 'SUCCEEDED', honoured => true), 'applied',
  'AMC takes the query');
select is(pg_temp.claimed(), array['2025-01-06', '2025-01-13', '2025-01-20']::date[], 'then all weeks may begin');
select is((select dry_runs from amc_instances), 'honoured', 'and dry runs are known to work here');

select * from finish();
rollback;
