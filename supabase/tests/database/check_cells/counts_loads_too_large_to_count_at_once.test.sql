-- Cells of a large load that do not fit their type are counted later, a bounded number of rows at a time.
begin;
\ir ../../_shared/results.psql
select plan(11);

create function pg_temp.checked(execution text) returns text language sql as $$
  select concat_ws(' ', uncast, cells_checked_at at time zone 'UTC',
    summary) from result_loads where execution_id = execution $$;
create function pg_temp.next(n integer, execution text) returns void language plpgsql as $$
begin
  perform pg_temp.load(n, execution, array['campaign', 'clicks'], '[["a", "1"], ["b", "x"], ["c", "y"]]',
    '[{"name": "campaign", "dataType": "LONG", "columnType": "DIMENSION"},
    {"name": "clicks", "dataType": "LONG", "columnType": "METRIC"},
    {"name": "sold", "dataType": "DECIMAL", "columnType": "METRIC"},
    {"name": "day", "dataType": "DATE", "columnType": "DIMENSION"}]');
  -- As loads that have their summary.
  update result_loads set summary = jsonb_build_object('load', execution) where execution_id = execution;
  perform update_week_status(pg_temp.collection(), pg_temp.week(n), 'completed', jsonb_build_object('load', execution),
    execution);
end;
$$;
do $$
begin
  perform pg_temp.next(1, 'exec-1');
  perform set_config('amc_history.clock', '2025-03-03T13:00:00Z', true);
  perform pg_temp.next(1, 'exec-2');
  perform pg_temp.next(2, 'exec-3');
  update report_data_weeks set data = '{"mine": 1}' where id = pg_temp.week(2);
  perform set_config('amc_history.clock', '2025-03-03T14:00:00Z', true);
  -- Loaded, and not yet reported.
  perform pg_temp.load(3, 'exec-4', array['campaign', 'clicks'], '[["a", "z"]]',
    '[{"name": "campaign", "dataType": "LONG", "columnType": "DIMENSION"},
    {"name": "clicks", "dataType": "LONG", "columnType": "METRIC"},
    {"name": "sold", "dataType": "DECIMAL", "columnType": "METRIC"},
    {"name": "day", "dataType": "DATE", "columnType": "DIMENSION"}]');
end;
$$;
select is(pg_temp.checked('exec-1'), '{} {"load": "exec-1"}', 'nothing is counted at first');
update amc_history.allowances set rows_at_once = 3;
select is(amc_history.check_cells(), 3::bigint, 'so many rows at once');
select is(pg_temp.checked('exec-1'), '{"clicks": 2} 2025-03-03 14:00:00 {"load": "exec-1", "uncast": {"clicks": 2}}',
  'the oldest first');
select is((select data from report_data_weeks where id = pg_temp.week(1)), '{"load": "exec-2"}',
  'the data of a week is not that of a superseded result');
select is(amc_history.check_cells(), 3::bigint, 'as many in the next run');
update amc_history.allowances set rows_at_once = 1000;
select is(amc_history.check_cells(), 3::bigint, 'the rest');
select is((select data from report_data_weeks where id = pg_temp.week(1)),
  '{"load": "exec-2", "uncast": {"clicks": 2}}', 'the week tells what is counted');
select is((select data from report_data_weeks where id = pg_temp.week(2)), '{"mine": 1}',
  'data that somebody else reported stays');
select is(amc_history.check_cells(), 0::bigint, 'what is about to be reported is left to its worker');
do $$ begin perform pg_temp.show(3, 'exec-4'); end $$;
select is(amc_history.check_cells(), 1::bigint, 'until it is reported');
update amc_history.result_tables set types = null;
update result_loads set cells_checked_at = null;
select is(amc_history.check_cells(), 0::bigint, 'nothing, while the types are not known');

select * from finish();
rollback;
