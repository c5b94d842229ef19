-- Cells that do not fit the type of their column are counted, by column.
begin;
\ir ../../_shared/results.psql
select plan(5);

do $$
begin
  perform pg_temp.load(1, 'exec-1', array['campaign', 'clicks', 'sold', 'day'],
    '[["a", "1", "1.5", "2025-01-06"], ["", "", "", ""], [null, null, null, null],
      ["b", "x", "y", "2025-02-30"], ["c", "z", "2", "today"]]');
end;
$$;
create function pg_temp.count(from_line bigint, to_line bigint) returns jsonb language sql as $$
  select amc_history.count_uncast((select id from result_loads), from_line, to_line) $$;

select is(pg_temp.count(1, 5), '{}', 'nothing, while the types are not known');
-- AMC's types become known after the load, before the view has them.
update workflow_executions set output_columns = '[{"name": "campaign", "dataType": "LONG", "columnType": "DIMENSION"},
    {"name": "clicks", "dataType": "LONG", "columnType": "METRIC"},
    {"name": "sold", "dataType": "DECIMAL", "columnType": "METRIC"},
    {"name": "day", "dataType": "DATE", "columnType": "DIMENSION"}]';
select is(pg_temp.count(1, 5), '{"clicks": 2, "sold": 1, "day": 2}', 'by column; empty cells and text fit');
select is(pg_temp.count(1, 4), '{"clicks": 1, "sold": 1, "day": 1}', 'of the lines asked for');
select is(pg_temp.count(5, 9), '{"clicks": 1, "day": 1}', 'so that parts add up');
select is(pg_temp.count(1, 3), '{}', 'nothing where all fits');

select * from finish();
rollback;
