-- week_rows returns the rows that a week shows, typed and in order.
begin;
\ir ../../_shared/results.psql
select plan(8);

do $$
begin
  perform pg_temp.load(1, 'exec-1', array['campaign', 'clicks', 'sold', 'day', 'execution_id'],
    '[["a", "1", "1.50", "2025-01-06", "own"], ["", null, "many", "today", null], ["c", "2", null, null, ""]]',
    '[{"name": "campaign", "dataType": "LONG", "columnType": "DIMENSION"},
    {"name": "clicks", "dataType": "LONG", "columnType": "METRIC"},
    {"name": "sold", "dataType": "DECIMAL", "columnType": "METRIC"},
    {"name": "day", "dataType": "DATE", "columnType": "DIMENSION"}]');
  perform pg_temp.show(1, 'exec-1');
  perform pg_temp.load(1, 'exec-2', array['campaign', 'clicks', 'sold', 'day', 'execution_id'],
    '[["new", "1", "1", null, null]]');
end;
$$;
create function pg_temp.rows(max_rows integer default 1000,
  after_line bigint default 0) returns jsonb language sql as $$
  select week_rows(pg_temp.week(1), max_rows, after_line) $$;

select pg_temp.sign_in('owner');

select is(pg_temp.rows(), '[
  {"line": 1, "execution_id": "exec-1", "campaign": "a", "clicks": 1, "sold": 1.50, "day": "2025-01-06",
    "execution_id_2": "own"},
  {"line": 2, "execution_id": "exec-1", "campaign": "", "clicks": null, "sold": null, "day": null,
  "execution_id_2": null},
  {"line": 3, "execution_id": "exec-1", "campaign": "c", "clicks": 2, "sold": null, "day": null,
  "execution_id_2": ""}]',
  'typed, in order, with line and execution; a restatement that is not in shows nothing');
select is(jsonb_path_query_array(pg_temp.rows(2), '$[*].line'), '[1, 2]', 'as many as asked for');
select is(jsonb_path_query_array(pg_temp.rows(2, 2), '$[*].line'), '[3]', 'from the line on');
select is(pg_temp.rows(2, 3), '[]', 'none behind the last');
select is(week_rows(pg_temp.week(2)), '[]', 'none of a week that shows nothing');
reset role;
do $$
begin
  perform pg_temp.show(1, 'exec-2');
  perform pg_temp.load(2, 'exec-3', array['campaign', 'clicks', 'sold', 'day', 'execution_id'],
    '[["first", "1", "1", null, null]]');
end;
$$;
set local role authenticated;

select is(jsonb_path_query_array(pg_temp.rows(), '$[*].campaign'), '["new"]',
  'after the switch the new rows, and only those');
select is(week_rows(pg_temp.week(2)), '[]', 'none of a first result that is not yet reported');
select is(jsonb_path_query_array(execution_rows('exec-1', 2, 1), '$[*].campaign'), '["", "c"]',
  'the superseded ones by their execution');

select * from finish();
rollback;
