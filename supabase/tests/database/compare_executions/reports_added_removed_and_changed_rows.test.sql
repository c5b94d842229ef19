-- A comparison of two executions reports the rows that were added, removed and changed.
begin;
\ir ../../_shared/results.psql
select plan(9);

create function pg_temp.compared(a text, b text, max_rows integer default 100) returns jsonb language sql as $$
  select compare_executions(a, b, max_rows) $$;
create function pg_temp.counts(compared jsonb) returns text language sql as $$
  select concat_ws(' ', coalesce(compared ->> 'key', 'no key'), compared ->> 'added', compared ->> 'removed',
    compared ->> 'changed', compared ->> 'unchanged') $$;
create function pg_temp.column_types() returns jsonb language sql as $$
  select '[{"name": "campaign", "dataType": "LONG", "columnType": "DIMENSION"},
    {"name": "site", "dataType": "STRING", "columnType": "DIMENSION"},
    {"name": "clicks", "dataType": "LONG", "columnType": "METRIC"},
    {"name": "filtered", "dataType": "BOOLEAN", "columnType": "DIMENSION"}]'::jsonb $$;
create function pg_temp.next(execution text, cells jsonb, output_columns jsonb) returns void language sql as $$
  select pg_temp.load(1, execution, array['campaign', 'site', 'clicks', 'filtered'], cells, output_columns);
  select pg_temp.show(1, execution) $$;
do $$
begin
  perform pg_temp.next('exec-1',
    '[["1", "x", "10", "FALSE"], ["1", "y", "20", "FALSE"], ["2", null, "30", "FALSE"],
      ["2", "", "40", "FALSE"], ["3", "x", "50", "FALSE"]]', pg_temp.column_types());
  perform pg_temp.next('exec-2',
    '[["4", "x", "60", "FALSE"], ["2", "", "41", "FALSE"], ["2", null, "30", "FALSE"],
      ["1", "x", "10", "TRUE"], ["1", "y", "20", "FALSE"]]', null);
end;
$$;
select pg_temp.sign_in('owner');

select is(pg_temp.counts(pg_temp.compared('exec-1', 'exec-2')), '["campaign", "site"] 1 1 2 2',
  'rows are matched by dimensions, known from one of the two; an empty text is another key than null');
select is(pg_temp.compared('exec-1', 'exec-2') -> 'rows', '{
  "added": [{"line": 1, "campaign": "4", "site": "x", "clicks": 60, "filtered": false}],
  "removed": [{"line": 5, "campaign": "3", "site": "x", "clicks": 50, "filtered": false}],
  "changed": [{"before": {"line": 4, "campaign": "2", "site": "", "clicks": 40, "filtered": false},
      "after": {"line": 2, "campaign": "2", "site": "", "clicks": 41, "filtered": false}, "columns": ["clicks"]},
    {"before": {"line": 1, "campaign": "1", "site": "x", "clicks": 10, "filtered": false},
      "after": {"line": 4, "campaign": "1", "site": "x", "clicks": 10, "filtered": true},
      "columns": ["filtered"]}]}'::jsonb,
  'with the rows themselves, in the order of their lines');
select is(pg_temp.counts(pg_temp.compared('exec-2', 'exec-1')), '["campaign", "site"] 1 1 2 2',
  'and the other way round');
select is(pg_temp.counts(pg_temp.compared('exec-1', 'exec-1')), '["campaign", "site"] 0 0 0 5', 'nothing changed');
select is(pg_temp.compared('exec-1', 'exec-2', 1) -> 'rows' -> 'changed' -> 1, null, 'no more rows than asked for');
select is(pg_temp.counts(pg_temp.compared('exec-1', 'exec-2', 0)), '["campaign", "site"] 1 1 2 2',
  'the counts are of all');
reset role;
do $$
begin
  perform pg_temp.next('exec-3',
    '[["1", "x", "10", "FALSE"], ["1", "x", "10", "FALSE"], ["1", "x", "11", "FALSE"], ["2", "x", "5", "FALSE"]]',
    pg_temp.column_types());
  perform pg_temp.next('exec-4',
    '[["1", "x", "11", "FALSE"], ["1", "x", "10", "FALSE"], ["1", "x", "12", "FALSE"]]', pg_temp.column_types());
end;
$$;
set local role authenticated;

select is(pg_temp.counts(pg_temp.compared('exec-3', 'exec-4')), 'no key 1 2 0 2',
  'where dimensions do not identify rows, whole rows are matched, equal ones counted');
select is(pg_temp.counts(pg_temp.compared('exec-4', 'exec-2')), 'no key 5 3 0 0', 'also if in one result only');
reset role;
update workflow_executions set output_columns = null;
update amc_workflows set output_columns = null;
set local role authenticated;

select is(pg_temp.counts(pg_temp.compared('exec-1', 'exec-2')), 'no key 3 3 0 2', 'and where no columns are known');

select * from finish();
rollback;
