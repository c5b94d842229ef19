-- An execution is followed to its end, however long it runs.
begin;
\ir ../../_shared/three_weeks.psql
select plan(7);

-- Week 1 has run at AMC as exec-1 for ten days.
do $$
begin
  update amc_instances set overdue_hours = 24 * 12 where id = 'amcpgtap1';
  perform pg_temp.run_week(1, 'exec-1', 'RUNNING');
  perform set_config('amc_history.clock', '2025-03-13T12:00:00Z', true);
end;
$$;
create function pg_temp.followed() returns text[] language sql as $$
  select array[a ->> 'execution_id', l.list_from::text] from claim_listing() l, jsonb_array_elements(l.attempts) a
$$;
set local timezone = 'UTC';
set local role service_role;

select is(pg_temp.followed(), array['exec-1', '2025-03-03 11:00:00+00'], 'the next listing goes back to its beginning');
select is(pg_temp.list('[{"id": "exec-1", "status": "RUNNING"}]'), 'recorded', 'it still runs');
select is((select count(*) from tracking_alerts where instance_id = 'amcpgtap1'), 0::bigint,
  'an instance that allows twelve days raises no alert');
set local amc_history.clock = '2025-03-16T12:00:00Z';
select is(pg_temp.followed(), array['exec-1', '2025-03-03 11:00:00+00'], 'nor is it dropped after thirteen');
select is(pg_temp.list('[{"id": "exec-1", "status": "SUCCEEDED"}]'), 'recorded', 'when it ends');
select is((select execution_id from claim_loads()), 'exec-1', 'its result is loaded');
select is((select error_count from report_data_weeks where id = pg_temp.week(1)), 0, 'and it was no error to wait');

select * from finish();
rollback;
