-- The view shows the rows of a load once its week is completed.
begin;
\ir ../../_shared/loading.psql
select plan(5);

select pg_temp.run_week(1, 'exec-1', 'SUCCEEDED');
do $$
begin
  perform amc_history.begin_load(pg_temp.attempt(1), 1, array['campaign', 'clicks']);
  perform amc_history.open_load(pg_temp.load_id(), 1);
  perform pg_temp.copy('a', 'bb');
end;
$$;

select is(pg_temp.shown(), null, 'rows of a load that is not complete are not shown');
do $$
begin
  perform pg_temp.finish_load(pg_temp.load_id(), pg_temp.attempt(1), 1);
end;
$$;
select is(pg_temp.shown(), null, 'nor of a complete one while the week runs');
do $$
begin
  perform update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed',
  (select summary from result_loads where id = pg_temp.load_id()), 'exec-1');
end;
$$;
select is(pg_temp.shown(), array['1 a 1 exec-1 2025-01-06', '2 bb 2 exec-1 2025-01-06'],
  'then they are, with their execution and lines from 1');
select is((select data ->> 'rows' from report_data_weeks where id = pg_temp.week(1)), '2', 'the week has the summary');

update result_loads set complete = false, completed_at = null where id = pg_temp.load_id();
select is(pg_temp.shown(), null, 'a completed week shows nothing of a load that is not complete');

select * from finish();
rollback;
