-- The view week_results reports the outcome of each week.
begin;
\ir ../../_shared/results.psql
select plan(8);

do $$
begin
  -- Eleven more weeks, one for each state.
  update report_data_collections set end_date = '2025-02-23' where id = pg_temp.collection();
  insert into report_data_weeks (collection_id, week_start_date, week_end_date, surveyed_at)
  select pg_temp.collection(), d::date, d::date + 6, now() from generate_series(timestamp '2025-01-27',
    timestamp '2025-02-17', interval '7 days') d;
  perform pg_temp.load(1, 'exec-1', array['campaign', 'filtered'], '[["a", "FALSE"], ["b", "TRUE"], ["c", "TRUE"]]');
  perform pg_temp.show(1, 'exec-1');
  perform pg_temp.load(2, 'exec-2', array['campaign', 'filtered'], '[]');
  perform pg_temp.show(2, 'exec-2');
  perform pg_temp.load(3, 'exec-3', array['campaign', 'filtered'], '[["a", "FALSE"]]');
  perform pg_temp.show(3, 'exec-3');
  perform update_week_status(pg_temp.collection(), pg_temp.week(4), 'completed', '{}', 'exec-4');
  perform update_week_status(pg_temp.collection(), pg_temp.week(5), 'failed');
  update report_data_weeks set error_code = 'result_gone' where id = pg_temp.week(5);
  perform update_week_status(pg_temp.collection(), pg_temp.week(6), 'skipped');
  perform update_week_status(pg_temp.collection(), pg_temp.week(7), 'failed');
end;
$$;
create function pg_temp.results() returns text[] language sql as $$
  select array_agg(concat_ws(' ', state, records, filtered_records) order by week_start_date)
  from week_results where collection_id = pg_temp.collection() $$;
create function pg_temp.versions() returns text language sql as $$
  select concat_ws(' ', execution_id, restating, superseded_versions, restated_at at time zone 'UTC')
  from week_results where week_id = pg_temp.week(1) $$;

select pg_temp.sign_in('owner');

select is(pg_temp.results(), array['filtered 3 2', 'empty 0 0', 'rows 1 0', 'reported', 'gone', 'skipped', 'failed'],
  'filtered, empty, rows, reported, gone, skipped and failed weeks are distinguished');
select is(pg_temp.versions(), 'exec-1 f 0', 'the first result');
reset role;
do $$ begin perform restate_week(pg_temp.week(1)); end $$;
select is(pg_temp.versions(), 'exec-1 t 0', 'due to be restated');
select pg_temp.load(1, 'exec-5', array['campaign', 'filtered'], '[["a", "FALSE"]]');
select is(pg_temp.versions(), 'exec-1 t 0', 'a result that is in and not shown is no earlier version');
do $$ begin perform pg_temp.show(1, 'exec-5'); end $$;
select is(pg_temp.versions(), 'exec-5 f 1 2025-03-03 12:00:00', 'restated');
do $$
begin
  update report_data_weeks set status = 'pending', finished_at = null,
  due_at = amc_history.clock_now() where id = pg_temp.week(7);
end;
$$;
select is((pg_temp.results())[7], 'waiting', 'waiting');
do $$ begin perform claim_due_weeks(1); end $$;
select is((pg_temp.results())[7], 'running', 'running');
select pg_temp.sign_in('other');
select is_empty('select * from week_results', 'another user sees none');

select * from finish();
rollback;
