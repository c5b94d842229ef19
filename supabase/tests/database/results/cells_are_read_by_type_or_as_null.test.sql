-- A cell is read as the type of its column, and as null where it does not fit.
begin;
\ir ../../_shared/setup.psql
select plan(6);

create function pg_temp.read(cell text, sql_type text) returns text language plpgsql as $$
declare
  value text;
begin
  execute format('select (%s)::text from (select $1 as cell) c',
  amc_history.typed_cell_sql('c.cell', sql_type)) into value using cell;
  return value;
end;
$$;

select results_eq(format('select pg_temp.read(cell, %L) from unnest(%L::text[]) cell', sql_type, cells),
  format('select * from unnest(%L::text[])', cells), sql_type || ': what it is comes as it is')
from (values
  ('numeric', array['0', '-1', '12.50', '9007199254740993', '0.12345678901234567',
  '123456789012345678901.12345678901234567']),
  ('boolean', array['true', 'false'])) as t(sql_type, cells);
select is(array[pg_temp.read('2024-02-29', 'date'), pg_temp.read('2025-01-06T10:11:12.123', 'timestamp'),
    pg_temp.read('2025-01-06 10:11:12', 'timestamp'), pg_temp.read('TRUE', 'boolean'), pg_temp.read('FALSE', 'boolean'),
    pg_temp.read('1.5E3', 'numeric'), pg_temp.read('.5', 'numeric')],
  array['2024-02-29', '2025-01-06 10:11:12.123', '2025-01-06 10:11:12', 'true', 'false', '1500', '0.5'],
  'the forms that AMC writes are read');
-- Postgres itself would read nearly all of these.
select is_empty(format('select cell, pg_temp.read(cell, %L) from unnest(%L::text[]) cell
    where pg_temp.read(cell, %L) is not null',
  sql_type, cells, sql_type), sql_type || ': all else is null, and no error')
from (values
  ('numeric', array['', ' ', 'NaN', 'Infinity', '-inf', '1_000', '0x10', ' 1', '1 ', '1,000', '1.2.3', '-', '.', 'e5',
  '1e', '1e9999',
    repeat('9', 2000), '12a', E'1\n', '١']),
  ('date', array['', 'today', 'epoch', 'infinity', '2025-02-29', '2025-13-01', '2025-00-00', '0000-01-01', '20250106',
  '2025-1-6',
    '01/06/2025', '2025-01-06 BC', ' 2025-01-06', '2025-01-06 ', '2025-01-06T00:00:00', 'Jan 6, 2025', '12025-01-06']),
  ('timestamp', array['', 'now', 'infinity', '2025-01-06', '2025-02-29T00:00:00', '2025-01-06T25:00:00',
  '2025-01-06T10:60:00',
    '2025-01-06T10:00:00Z', '2025-01-06T10:00:00+05', '2025-01-06T10:00:00.1234567', '2025-01-06T10:00',
    '2025-01-06T10:00:00 PM'])
) as t(sql_type, cells);

select * from finish();
rollback;
