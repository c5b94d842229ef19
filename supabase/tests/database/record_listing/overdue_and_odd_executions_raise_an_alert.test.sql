-- An execution that runs for 48 hours, or has an unknown status for six, raises an alert.
begin;
\ir ../../_shared/three_weeks.psql
select plan(6);

create function pg_temp.alerts() returns text[] language sql as
  $$ select coalesce(array_agg(code || ' ' || case week_id when pg_temp.week(1) then 1 else 2 end order by code,
  week_id = pg_temp.week(1) desc), '{}')
     from tracking_alerts where instance_id = 'amcpgtap1' $$;
create function pg_temp.list_at(at text) returns void language sql as
  $$ select set_config('amc_history.clock', at, true);
     select pg_temp.list('[{"id": "exec-1", "status": "ODD"}, {"id": "exec-2", "status": "RUNNING"}]') $$;
set local role service_role;
do $$
begin
  perform claim_due_weeks(2);
  perform record_execution(pg_temp.attempt(1), 'exec-1');
  perform record_execution(pg_temp.attempt(2), 'exec-2');
  perform pg_temp.list_at('2025-03-03T18:00:00Z');
end;
$$;

select is(pg_temp.alerts(), '{}', 'for six hours an unknown status is just a status');
do $$ begin perform pg_temp.list_at('2025-03-03T18:00:01Z'); end $$;
select is(pg_temp.alerts(), array['unknown_status 1'], 'then an alert is raised');
do $$ begin perform pg_temp.list_at('2025-03-05T12:00:00Z'); end $$;
select is(pg_temp.alerts(), array['unknown_status 1'], 'for 48 hours an execution may take its time');
do $$ begin perform pg_temp.list_at('2025-03-05T12:00:01Z'); end $$;
select is(pg_temp.alerts(), array['execution_overdue 1', 'execution_overdue 2', 'unknown_status 1'],
  'then each raises an alert');
select is((select array_agg(code) from tracking_alerts where week_id = pg_temp.week(1) and resolved_at is null),
  array['execution_overdue'], 'one for each');
select is((select array_agg(state order by slot) from week_attempts where instance_id = 'amcpgtap1'),
  array['created', 'created'],
  'both are followed still');

select * from finish();
rollback;
