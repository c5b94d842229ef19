-- However large a result is, one run checks a piece of it, and the next goes on from there; small ones share a run.
begin;
\ir ../../_shared/results.psql
select plan(13);

create function pg_temp.next(n integer, execution text, cells jsonb) returns void language plpgsql as $$
begin
  perform set_config('amc_history.clock', (amc_history.clock_now() + interval '1 minute')::text, true);
  perform pg_temp.load(n, execution, array['campaign', 'clicks'], cells,
    '[{"name": "campaign", "dataType": "STRING", "columnType": "DIMENSION"},
    {"name": "clicks", "dataType": "LONG", "columnType": "METRIC"}]');
  update result_loads set summary = jsonb_build_object('load', execution) where execution_id = execution;
  perform update_week_status(pg_temp.collection(), pg_temp.week(n), 'completed', jsonb_build_object('load', execution),
    execution);
end;
$$;
create function pg_temp.place() returns text[] language sql as $$
  select array_agg(concat_ws(' ', execution_id, checked_lines, uncast ->> 'clicks',
    case when cells_checked_at is not null then 'checked' end) order by execution_id) from result_loads $$;
select pg_temp.next(1, 'exec-1', '[["a", "x"], ["b", "2"], ["c", "y"], ["d", "z"], ["e", "5"]]');
select pg_temp.next(2, 'exec-2', '[["a", "x"]]');
select pg_temp.next(3, 'exec-3', '[["a", "x"], ["b", "2"], ["c", "y"]]');
update amc_history.allowances set rows_at_once = 2;

select is(amc_history.check_cells(), 2::bigint, 'a piece of the oldest');
select is(pg_temp.place(), array['exec-1 2 1', 'exec-2 0', 'exec-3 0'], 'its place and its count are kept');
select is((select data from report_data_weeks where id = pg_temp.week(1)), '{"load": "exec-1"}',
  'and nothing is told of a part');
select is(amc_history.check_cells(), 2::bigint, 'the next piece');
select is(pg_temp.place(), array['exec-1 4 3', 'exec-2 0', 'exec-3 0'], 'of the same result');
select is(amc_history.check_cells(), 2::bigint, 'its last row, and a small one');
select is(pg_temp.place(), array['exec-1 5 3 checked', 'exec-2 1 1 checked', 'exec-3 0'], 'in one run');
select is((select data from report_data_weeks where id = pg_temp.week(1)),
  '{"load": "exec-1", "uncast": {"clicks": 3}}', 'the count of all pieces is told');

-- Of 100 bytes for three rows: two rows have 66.
update amc_history.allowances set rows_at_once = 1000, bytes_at_once = 99;
select is(amc_history.check_cells(), 2::bigint, 'as many rows as so many bytes have');
update amc_history.allowances set bytes_at_once = 1;
select is(amc_history.check_cells(), 1::bigint, 'one at least');
select is(pg_temp.place(), array['exec-1 5 3 checked', 'exec-2 1 1 checked', 'exec-3 3 2 checked'], 'until all are');
select is(amc_history.check_cells(), 0::bigint, 'then nothing is left to do');
update result_loads set cells_checked_at = null, checked_lines = 0, uncast = '{}', records = 0
where execution_id = 'exec-2';
select results_eq('select amc_history.check_cells(), (pg_temp.place())[2]',
  $$ values (0::bigint, 'exec-2 0 checked') $$, 'a result without rows is checked too');

select * from finish();
rollback;
