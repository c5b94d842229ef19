-- A dry run is sent with the parameters of the collection that waits: the claim carries them, and the check keeps none.
begin;
\ir ../../_shared/workflow.psql
select plan(3);

update amc_workflows set checked_at = null;
create function pg_temp.start(brand jsonb, first_day date) returns void language plpgsql as $$
begin
  perform start_collection(pg_temp.user_id('owner'), 'amcpgtap1', pg_temp.workflow(), start_date => first_day,
    end_date => first_day + 6, parameter_values => brand);
  update report_data_weeks set surveyed_at = now();
end;
$$;
savepoint one;
do $$ begin perform pg_temp.start('{"brand": "Ärmel ''x'' \" {}"}', '2025-01-06'); end $$;
select is((select parameter_values from claim_workflow_checks()), '{"brand": "Ärmel ''x'' \" {}"}'::jsonb,
  'as they were given');
update workflow_checks set state = 'created', execution_id = 'dry-1', leased_until = null, due_at = now();
select is((select parameter_values from claim_workflow_checks()), null, 'whoever asks about it later needs none');
rollback to one;
do $$ begin perform check_workflow_again('amcpgtap1', pg_temp.workflow()); exception when others then null; end $$;
update amc_workflows set check_asked_at = now(), check_kind = 'dry_run';
select is((select parameter_values from claim_workflow_checks()), '{}'::jsonb, 'none where no week waits');

select * from finish();
rollback;
