-- A name, query or parameter that AMC would not take is refused when it is saved, with a code.
begin;
\ir ../../_shared/workflow.psql
select plan(40);

set local role authenticated;
select pg_temp.sign_in('owner');
create function pg_temp.save(name text, query text, parameters jsonb default '[]') returns text language sql as
  $$ select pg_temp.refusal(format('select save_workflow(''amcpgtap1'', %L, %L, %L)', name, query, parameters)) $$;

select is(pg_temp.save(name, 'select 1'), '22023 workflow_name_invalid', 'a name that is ' || what) from (values
  ('', 'empty'), ('  ', 'blank'), (E'a\nb', 'two lines'), (repeat('x', 101), 'too long')) n(name, what);
select is(pg_temp.save('a', query), '22023 ' || code, what) from (values
  ('', 'query_empty', 'no query'), (E' \n;', 'query_empty', 'only a semicolon'),
  ('-- nothing', 'query_empty', 'only a comment'), ('/* nothing */;', 'query_empty', 'a comment and a semicolon'),
  (repeat('x', 100001), 'query_too_long', 'too long'),
  ('select ''a', 'query_unterminated', 'a text without an end')) q(query, code, what);
select is(pg_temp.save('a', 'select 1', parameters::jsonb), '22023 parameters_invalid', parameters) from unnest(array[
  '{}', '[1]', '[{"nome": "brand", "dataType": "STRING"}]', '[{"name": "brand"}]',
  '[{"name": "brand", "dataType": "TEXT"}]', '[{"name": "", "dataType": "STRING"}]',
  '[{"name": "a b", "dataType": "STRING"}]', '[{"name": "a", "dataType": "LONG", "defaultValue": 1}]',
  '[{"name": "a", "dataType": "LONG", "columnType": "SUM"}]', '[{"name": "a", "dataType": "LONG", "extra": "1"}]',
  '[{"name": "a", "dataType": "LONG"}, {"name": "a", "dataType": "DATE"}]']) parameters;
select is(pg_temp.save('a', 'select 1', (select jsonb_agg(jsonb_build_object('name', 'p' || n, 'dataType', 'LONG'))
  from generate_series(1, 101) n)), '22023 parameters_invalid', 'a hundred and one');
select is(pg_temp.save('a', 'select custom_parameter(''brand'')'), '22023 parameter_not_declared',
  'a parameter that is read and not declared');
select is(pg_temp.save('a', 'select CUSTOM_PARAMETER(''Brand'')', '[{"name": "brand", "dataType": "STRING"}]'),
  '22023 parameter_not_declared', 'also one in another case');
select is(pg_temp.save('a', 'select CUSTOM_PARAMETER(''brand'') -- CUSTOM_PARAMETER(''other'')',
  '[{"name": "brand", "dataType": "STRING", "columnType": "DIMENSION", "defaultValue": "x", "description": "y"}]'),
  null, 'one that is declared is taken');

-- 16 MB of anything is refused by its length, and leaves nothing behind.
create temporary table saved_before on commit drop as select count(*) from amc_workflows;
create function pg_temp.large(part text) returns text language sql as
  $$ select repeat(part, 16 * 1024 * 1024 / octet_length(part)) $$;
select is(pg_temp.save('a', pg_temp.large(part)), '22023 query_too_long', '16 MB of ' || what) from (values
  ('select 1 ', 'SQL'), ('-- a comment' || E'\n', 'comments'), ('''a''''b', 'a text without an end'),
  ('/* a ', 'comments in comments'), ('CUSTOM_PARAMETER(''p'')', 'parameters'), ('ö', 'another script')) q(part, what);
select is(pg_temp.save(pg_temp.large('a'), 'select 1'), '22023 workflow_name_invalid', '16 MB of name');
select is(pg_temp.save('a', 'select 1', jsonb_build_array(jsonb_build_object('name', 'p', 'dataType', 'STRING',
  'defaultValue', pg_temp.large('a')))), '22023 parameters_invalid', '16 MB in a parameter');
select is((select count(*) from amc_workflows), (select count from saved_before), 'nothing was stored');

reset role;
select is(pg_temp.refusal($$ insert into amc_workflows (instance_id, name, sql_query) values ('amcpgtap1', 'a', '') $$),
  '22023 query_empty', 'whoever inserts it');

-- The limits are allowances, and the messages name them.
update amc_history.allowances set query_characters = 1000, declared_parameters = 2, parameter_name_characters = 4,
  parameter_text_characters = 255;
select throws_like(format('select save_workflow(''amcpgtap1'', ''a'', %L, %L)', query, parameters), message, message)
from (values
  ('select ' || repeat('x', 994), '[]', 'Expected a query of at most 1000 characters, got 1001.'),
  ('select 1', '[{"name": "brand", "dataType": "LONG"}]', '%a name of 1 to 4 characters without quotes and blanks;%'),
  ('select 1', jsonb_build_array(jsonb_build_object('name', 'a', 'dataType', 'STRING', 'defaultValue',
    repeat('x', 256)))::text, '%at most 255 characters in each text;%'),
  ('select 1', '[{}, {}, {}]', 'Expected at most 2 parameters, got 3.')) t(query, parameters, message);
select lives_ok(format('select save_workflow(''amcpgtap1'', ''a'', %L, %L)', 'select ' || repeat('x', 993),
  jsonb_build_array(jsonb_build_object('name', 'name', 'dataType', 'STRING', 'defaultValue', repeat('x', 255)))),
  'what is just within them is taken');

select * from finish();
rollback;
