-- week_rows, execution_rows and compare_executions read each cell as the view does, and as null where it does not fit.
begin;
\ir ../../_shared/results.psql
select plan(6);

create function pg_temp.columns() returns jsonb language sql as $$ select '[
  {"name": "at", "dataType": "TIMESTAMP", "columnType": "DIMENSION"},
  {"name": "day", "dataType": "DATE", "columnType": "DIMENSION"},
  {"name": "filtered", "dataType": "BOOLEAN", "columnType": "DIMENSION"},
  {"name": "sold", "dataType": "DECIMAL", "columnType": "METRIC"}]'::jsonb $$;
do $$
begin
  perform pg_temp.load(1, 'exec-1', array['at', 'day', 'filtered', 'sold'], '[
    ["2025-01-06T10:11:12.123Z", "2025-01-06T00:00:00", "True", " 1.50 "],
    ["now", "today", "yes", "NaN"],
    ["never", "2025-02-29", "maybe", "many"],
    ["2025-01-06T23:00:00-05:00", " 2025-01-06 ", "FALSE", "2"],
    [null, "", null, ""]]', pg_temp.columns());
  perform pg_temp.show(1, 'exec-1');
  perform pg_temp.load(1, 'exec-2', array['at', 'day', 'filtered', 'sold'], '[["infinity", "epoch", "t", "1"]]',
    pg_temp.columns());
end;
$$;
create function pg_temp.view_rows() returns jsonb language plpgsql as $$
declare
  rows jsonb;
begin
  execute format('select jsonb_agg(to_jsonb(r) order by line) from (select line, execution_id, at, day, filtered, sold
    from public.%I) r', (select results_view from amc_workflows)) into rows;
  return rows;
end;
$$;

select is(pg_temp.view_rows(), '[
  {"line": 1, "execution_id": "exec-1", "at": "2025-01-06T10:11:12.123", "day": "2025-01-06", "filtered": true,
    "sold": 1.50},
  {"line": 2, "execution_id": "exec-1", "at": null, "day": null, "filtered": null, "sold": null},
  {"line": 3, "execution_id": "exec-1", "at": null, "day": null, "filtered": null, "sold": null},
  {"line": 4, "execution_id": "exec-1", "at": "2025-01-07T04:00:00", "day": "2025-01-06", "filtered": false, "sold": 2},
  {"line": 5, "execution_id": "exec-1", "at": null, "day": null, "filtered": null, "sold": null}]',
  'what fits has its type, all else is null');
select pg_temp.sign_in('owner');
select is(week_rows(pg_temp.week(1)), pg_temp.view_rows(), 'week_rows answers what the view shows');
select is(execution_rows('exec-1'), pg_temp.view_rows(), 'and execution_rows');
select is(execution_rows('exec-2'), '[{"line": 1, "execution_id": "exec-2", "at": null, "day": null,
  "filtered": null, "sold": 1}]', 'also of a result that is not shown');
select is(compare_executions('exec-1', 'exec-2') -> 'rows' -> 'added', '[{"line": 1, "at": null, "day": null,
  "filtered": null, "sold": 1}]', 'and compare_executions');
reset role;
select is((select amc_history.count_uncast(id, 1, 5) from result_loads where execution_id = 'exec-1'),
  '{"at": 2, "day": 2, "filtered": 2, "sold": 2}', 'what does not fit is counted');

select * from finish();
rollback;
