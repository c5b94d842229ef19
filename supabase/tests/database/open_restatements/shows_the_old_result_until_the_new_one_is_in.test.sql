-- A week that is restated shows its old result until the new one is loaded and reported.
begin;
\ir ../../_shared/results.psql
select plan(4);

create function pg_temp.due() returns text language sql as $$
  select string_agg(to_char(week_start_date, 'MM-DD'), ' ' order by week_start_date) from report_data_weeks
  where collection_id = pg_temp.collection() and status = 'completed' and due_at is not null $$;
select pg_temp.collect(n, 'exec-' || n) from generate_series(1, 3) n;

create function pg_temp.shown() returns text language sql as $$
  select concat_ws(' ', execution_id, week_rows(week_id) -> 0 ->> 'campaign',
    restating) from week_results where week_id = pg_temp.week(3) $$;
update report_data_collections set restate_weeks = 1;
do $$
begin
  perform set_config('amc_history.clock', '2025-03-11T12:00:00Z', true);
  perform amc_history.open_restatements();
end;
$$;
select is(pg_temp.shown(), 'exec-3 a t', 'the old one while it is due');
select pg_temp.load(3, 'exec-4', array['campaign'], '[["b"]]');
select is(pg_temp.shown(), 'exec-3 a t', 'and while the new one is in, but not yet reported');
do $$ begin perform pg_temp.show(3, 'exec-4'); end $$;
select is(pg_temp.shown(), 'exec-4 b f', 'then the new one');
do $$
begin
  perform set_config('amc_history.clock', '2025-03-18T12:00:00Z', true);
  perform amc_history.open_restatements();
  perform pg_temp.load(3, 'exec-5', array['campaign'], '[["c"]]');
  perform update_week_status(pg_temp.collection(), pg_temp.week(3), 'failed', null, 'exec-5');
end;
$$;
select is(pg_temp.shown(), 'exec-4 b f', 'which a failure of the next leaves as it is');

select * from finish();
rollback;
