-- How many parameter values a collection has, and how large they are, is limited: AMC's list repeats them.
begin;
\ir ../../_shared/setup.psql
select plan(22);

do $$
begin
  perform pg_temp.connect_instance();
  insert into amc_workflows (instance_id, name, sql_query, parameters) values ('amcpgtap1', 'Many', 'select 1',
    (select jsonb_agg(jsonb_build_object('name', 'p' || n, 'dataType', 'STRING')) from generate_series(1, 60) n));
end;
$$;
create function pg_temp.many(count integer, size integer) returns jsonb language sql as
  $$ select jsonb_object_agg('p' || n, repeat('x', size)) from generate_series(1, count) n $$;
-- The message with which a statement is refused.
create function pg_temp.message(statement text) returns text language plpgsql as $$
begin
  execute statement;
  return null;
exception
  when others then
    return sqlerrm;
end;
$$;
create temporary table given (what text, given jsonb, code text) on commit drop;
insert into given values
  ('fifty short ones', pg_temp.many(50, 10), null),
  ('fifty-one', pg_temp.many(51, 1), 'too_many_parameters'),
  ('one as large as it may be', pg_temp.many(1, 3998), null),
  ('one that is larger', pg_temp.many(1, 3999), 'parameter_value_too_large'),
  ('one of 96 kB', pg_temp.many(1, 96000), 'parameter_value_too_large'),
  ('one whose characters take two bytes', jsonb_build_object('p1', repeat('ö', 2000)), 'parameter_value_too_large'),
  ('a list of many', jsonb_build_object('p1', array_to_json(array_fill('x'::text, array[2000]))),
    'parameter_value_too_large'),
  ('three large ones', pg_temp.many(3, 3990), 'parameter_values_too_large'),
  ('a list of texts', '{"p1": ["a", "b"], "p2": []}', null),
  ('a number', '{"p1": 1}', 'parameter_value_not_text'),
  ('null', '{"p1": null}', 'parameter_value_not_text'),
  ('an object', '{"p1": {"a": "b"}}', 'parameter_value_not_text'),
  ('a list with a number', '{"p1": ["a", 1]}', 'parameter_value_not_text'),
  ('a list in a list', '{"p1": [["a"]]}', 'parameter_value_not_text');

select is(pg_temp.refusal(format('select start_collection(%L, %L, (select id from amc_workflows), weeks => 1,
  parameter_values => %L)', pg_temp.user_id('owner'), 'amcpgtap1', given)), '22023 ' || code, what) from given;
select matches(pg_temp.refusal(format('update report_data_collections set parameter_values = %L', given)), '^23514',
  what || ', written past start_collection') from given where code in ('too_many_parameters',
  'parameter_value_too_large', 'parameter_values_too_large') and what not like 'a list%';
select ok(length(m.message) < 1500, 'a refusal is short, however long the ' || what)
from (values
  ('zone', $$ weeks => 1, time_zone => repeat('x', 100000) $$),
  ('weekday', $$ weeks => 1, week_starts_on => repeat('x', 100000) $$),
  ('parameter', $$ weeks => 1, parameter_values => jsonb_build_object(repeat('x', 100000), 'y') $$)
) as t(what, arguments)
cross join lateral (select pg_temp.message(format('select start_collection(%L, %L, (select id from amc_workflows),
  %s)', pg_temp.user_id('owner'), 'amcpgtap1', arguments)) as message) m;

select * from finish();
rollback;
