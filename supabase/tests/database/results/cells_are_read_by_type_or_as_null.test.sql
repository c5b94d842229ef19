-- A cell is read as the type of its column, and as null where it does not fit.
begin;
\ir ../../_shared/setup.psql
select plan(8);

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
select is_empty($$ select cell, expected, pg_temp.read(cell, sql_type) from (values
    ('numeric', ' 1', '1'), ('numeric', E'1 \t', '1'), ('numeric', '  -12.50  ', '-12.50'),
    ('boolean', 'True', 'true'), ('boolean', 'fAlSe', 'false'), ('boolean', ' FALSE ', 'false'),
    ('date', '2025-01-06T00:00:00', '2025-01-06'), ('date', '2025-01-06 00:00:00.000', '2025-01-06'),
    ('date', '2025-01-06T00:00:00.000Z', '2025-01-06'), ('date', '2025-01-06 00:00:00 UTC', '2025-01-06'),
    ('date', ' 2025-01-06 ', '2025-01-06'), ('date', '2025-01-06T00:00:00.000000000+00:00', '2025-01-06'),
    ('timestamp', '2025-01-06T10:11:12Z', '2025-01-06 10:11:12'),
    ('timestamp', '2025-01-06 10:11:12 UTC', '2025-01-06 10:11:12'),
    ('timestamp', '2025-01-06 10:11:12.123 UTC', '2025-01-06 10:11:12.123'),
    ('timestamp', '2025-01-06T10:11:12.123Z', '2025-01-06 10:11:12.123'),
    ('timestamp', '2025-01-06T10:11:12+05:30', '2025-01-06 04:41:12'),
    ('timestamp', '2025-01-06T10:11:12.5-0800', '2025-01-06 18:11:12.5'),
    ('timestamp', '2025-01-06 23:11:12-05', '2025-01-07 04:11:12'),
    ('timestamp', '2025-01-06T10:11:12.123456', '2025-01-06 10:11:12.123456'),
    ('timestamp', '2025-01-06T10:11:12.123456789', '2025-01-06 10:11:12.123456'),
    ('timestamp', '2025-01-06T23:59:59.999999999', '2025-01-06 23:59:59.999999'),
    ('timestamp', '2025-01-06T23:59:59.999999999Z', '2025-01-06 23:59:59.999999'),
    ('timestamp', '  2025-01-06T10:11:12.123456789  ', '2025-01-06 10:11:12.123456')) as t(sql_type, cell, expected)
  where pg_temp.read(cell, sql_type) is distinct from expected $$, 'and the forms that AMC may write');
-- Postgres itself would read nearly all of these.
select is_empty(format('select cell, pg_temp.read(cell, %L) from unnest(%L::text[]) cell
    where pg_temp.read(cell, %L) is not null',
  sql_type, cells, sql_type), sql_type || ': all else is null, and no error')
from (values
  ('numeric', array['', ' ', 'NaN', 'Infinity', '-inf', '1_000', '0x10', '1 2', E'\n1', '- 1', '1,000', '1.2.3', '-',
    '.', 'e5', '1e', '1e9999', repeat('9', 2000), '12a', E'1\n', '١']),
  ('date', array['', 'today', 'epoch', 'infinity', '2025-02-29', '2025-13-01', '2025-00-00', '0000-01-01', '20250106',
    '2025-1-6', '01/06/2025', '2025-01-06 BC', '2025-01-06T00:00:01', '2025-01-06T00:00:00.0001', '2025-02-29T00:00:00',
    '2025-01-06T00:00', '2025-01-06T00:00:00+05:00', 'Jan 6, 2025', '12025-01-06', E'2025-01-06\n']),
  ('timestamp', array['', 'now', 'infinity', '2025-01-06', '2025-02-29T00:00:00', '2025-01-06T25:00:00',
    '2025-01-06T10:60:00', '2025-02-29T00:00:00Z', '2025-01-06T10:00:00+25', '2025-01-06T10:00:00+05:99',
    '2025-01-06T10:00:00.1234567890', '2025-01-06T10:00', '2025-01-06T10:00:00 PM', '2025-01-06T10:00:00 PST',
    '2025-01-06T10:00:00 America/New_York', '2025-01-06T10:00:00 GMT+5', '2025-01-06T10:00:00ZZ']),
  ('boolean', array['', ' ', 't', 'f', 'yes', 'no', '1', '0', 'on', 'truefalse', 'tru'])
) as t(sql_type, cells);

select * from finish();
rollback;
