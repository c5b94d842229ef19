-- AMC compiles a query with the parameters of one collection. If it refuses it, a person who asks again has another
-- collection's tried: whoever gave wrong ones holds up nobody else for good.
begin;
\ir ../../_shared/workflow.psql
select plan(5);

create function pg_temp.start(who text, brand text) returns uuid language sql as
  $$ select (start_collection(pg_temp.user_id(who), 'amcpgtap1', pg_temp.workflow(), weeks => 2,
       parameter_values => jsonb_build_object('brand', brand)) ->> 'collection_id')::uuid $$;
create function pg_temp.tried() returns text language sql as
  $$ select parameter_values ->> 'brand' from claim_workflow_checks() $$;
create function pg_temp.check_id() returns uuid language sql as
  $$ select id from workflow_checks order by intended_at desc, ended_at desc nulls first limit 1 $$;

do $$ begin
  perform amc_history.add_member('amcpgtap1', pg_temp.user_id('colleague')::text);
  perform pg_temp.start('owner', 'wrong');
end $$;
select set_config('amc_history.clock', '2025-03-03T12:01:00Z', true);
do $$ begin
  perform pg_temp.start('colleague', 'right');
  update report_data_weeks set surveyed_at = now();
  update amc_workflows set checked_at = null;
end $$;
set local role service_role;
select is(pg_temp.tried(), 'wrong', 'the oldest week is tried');
do $$ begin
  perform report_workflow_check(pg_temp.check_id(), 'refused', 'REJECTED', 'wrong is no brand');
  perform pg_temp.sign_in('colleague');
  perform check_workflow_again('amcpgtap1', pg_temp.workflow());
end $$;
reset role;
set local role service_role;
select set_config('amc_history.clock', '2025-03-03T12:02:00Z', true);
select is(pg_temp.tried(), 'right', 'asked again, another collection''s');
do $$ begin
  perform report_workflow_check(pg_temp.check_id(), 'refused', 'REJECTED', 'right is no brand');
  perform pg_temp.sign_in('owner');
  perform check_workflow_again('amcpgtap1', pg_temp.workflow());
end $$;
reset role;
set local role service_role;
select set_config('amc_history.clock', '2025-03-03T12:03:00Z', true);
select is(pg_temp.tried(), 'wrong', 'then the first one''s again');
do $$ begin
  perform report_workflow_check(pg_temp.check_id(), 'accepted', 'SUCCEEDED');
end $$;
select is((select count(*) from stoppages where ended_at is null), 0::bigint, 'nothing is held up');
select is((select count(*) from claim_due_weeks(10)), 4::bigint, 'all weeks begin');

select * from finish();
rollback;
