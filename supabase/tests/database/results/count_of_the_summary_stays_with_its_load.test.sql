-- The count of cells that do not fit stays with its load.
begin;
\ir ../../_shared/results.psql
select plan(2);

do $$
begin
  perform pg_temp.load(1, 'exec-1', array['campaign'], '[["a"]]');
  update result_loads set complete = false, completed_at = null;
end;
$$;
update result_loads set complete = true, completed_at = amc_history.clock_now(), summary = '{"uncast": {"a": 1}}';
select results_eq('select uncast, cells_checked_at from result_loads',
  $$ select '{"a": 1}'::jsonb, amc_history.clock_now() $$,
  'what was counted within the load');
update result_loads set complete = false, completed_at = null, cells_checked_at = null;
update result_loads set complete = true, completed_at = amc_history.clock_now(), summary = '{}';
select is((select cells_checked_at from result_loads), null, 'nothing, if that was left for later');

select * from finish();
rollback;
