-- An error that is not about the execution id is raised, and nothing changes.
begin;
\ir ../../_shared/three_weeks.psql
select plan(10);

-- The database refuses executions, with the SQLSTATE in test.sqlstate.
create function pg_temp.refuse_execution() returns trigger language plpgsql as $$
begin
  raise exception 'refused for a test' using errcode = current_setting('test.sqlstate');
end;
$$;
create trigger refuse_execution before insert on workflow_executions
  for each row execute function pg_temp.refuse_execution();
set local role service_role;
create temporary table before on commit drop as select * from report_data_weeks where id = pg_temp.week(1);
create function pg_temp.sqlstate_of(code text) returns text language plpgsql as $$
begin
  perform set_config('test.sqlstate', code, true);
  perform update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', '{"rows": 1}', 'exec-1');
  return 'no error';
exception
  -- "others" leaves cancellations out.
  when query_canceled or others then
    return sqlstate;
end;
$$;

select is(pg_temp.sqlstate_of(code), code, what || ' is raised')
from (values ('40P01', 'a deadlock'), ('40001', 'a serialization failure'), ('57014', 'a cancellation'),
  ('53100', 'a full disk'), ('55P03', 'a lock that was not to be had'), ('42501', 'a missing right'),
  ('P0001', 'a bug')) as t(code, what);
select results_eq('select * from report_data_weeks where id = pg_temp.week(1)', 'select * from before',
  'nothing changed');
select is((select count(*) from tracking_events where week_id = pg_temp.week(1)), 0::bigint, 'there is no event');
select is((select count(*) from tracking_alerts where week_id = pg_temp.week(1)), 0::bigint, 'nor an alert');

select * from finish();
rollback;
