-- Columns have the types that AMC reports for them, and are text otherwise.
begin;
\ir ../../_shared/setup.psql
select plan(12);

create function pg_temp.type_of(data_type text, column_type text, name text default 'x') returns text language sql as $$
  select (amc_history.column_types(array[name], jsonb_build_array(
    jsonb_build_object('name', name, 'dataType', data_type, 'columnType', column_type))))[1] $$;

select is(pg_temp.type_of(data_type, column_type), expected, format('%s of %s is %s', data_type, column_type, expected))
from (values ('DECIMAL', 'METRIC', 'numeric'), ('LONG', 'METRIC', 'numeric'), ('INTEGER', 'METRIC', 'numeric'),
  ('LONG', 'DIMENSION', 'text'), ('DECIMAL(38,17)', 'DIMENSION', 'numeric'), ('DATE', 'DIMENSION', 'date'),
  ('TIMESTAMP', 'DIMENSION', 'timestamp'), ('BOOLEAN', 'DIMENSION', 'boolean'), ('STRING', 'DIMENSION', 'text'),
  ('ARRAY', 'METRIC', 'text')) as t(data_type, column_type, expected);
select is(amc_history.column_types(array['b', 'a', 'a', 'filtered', 'new'],
  '[{"name": "a", "dataType": "DATE", "columnType": "DIMENSION"},
    {"name": "a", "dataType": "DECIMAL", "columnType": "METRIC"}, {"name": "b", "dataType": "BOOLEAN"}, 7]'),
  array['boolean', 'date', 'numeric', 'boolean', 'text'],
  'columns are found by name, equal names in their order; filtered is boolean; an unknown one is text');
select is(amc_history.column_types(array['a'], reported), null,
  'without reported columns no types are known') from (values ('[]'::jsonb)) as t(reported);

select * from finish();
rollback;
