-- Of versions that AMC has not validated only the week that goes alone is looked at: many that wait delay no claim.
begin;
\ir ../../_shared/checks.psql
select plan(5);

create function pg_temp.read() returns text[] language sql as $$
  select array_agg(d.workflow_id || ' ' || c.start_date order by c.start_date)
  from amc_history.due_collections('amcpgtap1') d join report_data_collections c on c.id = d.id $$;
create function pg_temp.of(first_day text) returns text language sql as
  $$ select workflow_id || ' ' || first_day from report_data_collections limit 1 $$;
do $$ begin
  perform pg_temp.start_collection(weeks => 2, first_day => '2024-06-03', key => 'second');
  update amc_workflows set checked_at = null;
end $$;
select is(pg_temp.read(), null, 'none of a version that is not checked');
select is(amc_history.has_claimable_week('amcpgtap1'), false, 'nor is one claimable');
do $$ begin
  perform report_workflow_check((select check_id from claim_workflow_checks()), 'unsupported');
  perform claim_workflow_checks();
end $$;
select is(pg_temp.read(), array[pg_temp.of((select w.week_start_date::text from workflow_checks k
  join report_data_weeks w on w.id = k.week_id where k.is_live))], 'the one whose week goes alone');
select is(pg_temp.claimed(), (select array_agg(w.week_start_date) from workflow_checks k
  join report_data_weeks w on w.id = k.week_id where k.is_live), 'and that week is claimed, alone');
update amc_workflows set checked_at = now();
select is(array_length(pg_temp.read(), 1), 2, 'all once it is checked');

select * from finish();
rollback;
