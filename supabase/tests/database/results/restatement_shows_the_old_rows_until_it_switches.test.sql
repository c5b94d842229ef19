-- The view shows the old rows until the week switches to the new execution.
begin;
\ir ../../_shared/loading.psql
select plan(2);

do $$
begin
  perform pg_temp.run_week(1, 'exec-0');
  perform amc_history.begin_load(pg_temp.attempt(1), 1, array['campaign', 'clicks']);
  perform amc_history.open_load((select id from result_loads where execution_id = 'exec-0'), 1);
  execute format('insert into amc_results.%I (campaign) values (''old'')',
  (select table_name from result_loads where execution_id = 'exec-0'));
  perform pg_temp.finish_load((select id from result_loads where execution_id = 'exec-0'), pg_temp.attempt(1), 1);
  perform update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', '{"rows": 1}', 'exec-0');
  perform pg_temp.make_due(1);
  perform pg_temp.run_week(1, 'exec-1');
  perform amc_history.begin_load(pg_temp.attempt(1), 1, array['campaign', 'clicks']);
  perform amc_history.open_load(pg_temp.load_id(), 1);
  perform pg_temp.copy('new');
  perform pg_temp.finish_load(pg_temp.load_id(), pg_temp.attempt(1), 1);
end;
$$;

select is(pg_temp.shown(), array['1 old exec-0 2025-01-06'], 'with the new load complete, the old rows are shown');
do $$
begin
  perform update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', '{"rows": 1}', 'exec-1');
end;
$$;
select is(pg_temp.shown(), array['1 new 3 exec-1 2025-01-06'], 'after the switch the new ones, and only those');

select * from finish();
rollback;
