-- A workflow that AMC has lost is saved again, once. If AMC still does not see it, a person has to look.
begin;
\ir ../../_shared/three_weeks.psql
select plan(9);

-- All that may be claimed is, and AMC sees the workflow for none; before, it is saved, if it is to be. How many
-- creates?
create function pg_temp.try() returns bigint language plpgsql as $$
declare
  claimed uuid[] := array(select attempt_id from claim_due_weeks(10));
begin
  perform mark_workflow_saved('amcpgtap1', f.id) from amc_workflows f
    where f.instance_id = 'amcpgtap1' and saved_at is null and cardinality(claimed) > 0;
  perform report_create(a, 'workflow_not_visible', 404, 'No such workflow') from unnest(claimed) a;
  return cardinality(claimed);
end;
$$;
create function pg_temp.saved_at() returns text language sql as
  $$ select to_char(saved_at at time zone 'UTC', 'HH24:MI') from amc_workflows where instance_id = 'amcpgtap1' $$;
set local role service_role;

select is(pg_temp.try(), 3::bigint, 'three creates were under way');
select is((select times from stoppages), 1, 'they count as one');
set local amc_history.clock = '2025-03-03T12:09:00Z';
select is(array[pg_temp.try(), pg_temp.try()], array[1, 0]::bigint[], 'then one week tries at a time');
set local amc_history.clock = '2025-03-03T12:12:00Z';
select is(array[pg_temp.try()::text, pg_temp.saved_at()], array['1', null],
  'after ten minutes the workflow is not just late: it is to be saved again');
set local amc_history.clock = '2025-03-03T12:20:00Z';
select is(array[pg_temp.try()::text, pg_temp.saved_at()], array['1', '12:20'], 'it was saved again');
set local amc_history.clock = '2025-03-03T13:00:00Z';
select is(array[pg_temp.try()::text, pg_temp.saved_at()], array['1', '12:20'], 'but only once');
set local amc_history.clock = '2025-03-10T12:00:00Z';
select is(pg_temp.try(), 0::bigint, 'a person has to look: nothing is asked for ever');
select is(pg_temp.open_alerts(), array['held_up'], 'and is told');
select is(pg_temp.weeks(), '{running due,running due,running due}', 'no week has failed');

select * from finish();
rollback;
