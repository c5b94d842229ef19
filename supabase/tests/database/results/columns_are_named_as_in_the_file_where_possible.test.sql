-- Columns are named as in the file, with the changes that Postgres and the view need.
begin;
\ir ../../_shared/setup.psql
select plan(10);

select is(amc_history.column_names(header), names, what) from (values
  (array['campaign', 'Clicks per day', 'x"y', 'ünï'], array['campaign', 'Clicks per day', 'x"y', 'ünï'],
  'names stay as they are'),
  (array['', '  ', null], array['column_1', 'column_2', 'column_3'], 'nameless columns are named by place'),
  (array['x', 'x', 'x', 'x_2'], array['x', 'x_2', 'x_3', 'x_2_2'], 'equal names are numbered'),
  (array['line', 'load_id', 'execution_id', 'week_id', 'collection_id', 'instance_id', 'week_start_date',
  'week_end_date', 'time_zone', 'window_start', 'window_end', 'series', 'workflow_id'],
    array['line_2', 'load_id_2', 'execution_id_2', 'week_id_2', 'collection_id_2', 'instance_id_2',
    'week_start_date_2', 'week_end_date_2', 'time_zone_2', 'window_start_2', 'window_end_2',
    'series_2', 'workflow_id_2'],
    'names that the view has itself are numbered'),
  (array[repeat('a', 70), repeat('a', 80)], array[repeat('a', 58), repeat('a', 58) || '_2'], 'long names are cut'),
  (array[repeat('é', 40)], array[repeat('é', 29)], 'by bytes, not within a character')
) as t(header, names, what);
select ok(bool_and(octet_length(n) <= 63), 'no name is cut by Postgres')
  from unnest(amc_history.column_names(array_fill(repeat('é', 60), array[200]))) n;

-- What is long or often equal is named in one pass: by the old way these ran for minutes.
set local statement_timeout = '60s';
select is(amc_history.column_names(array[repeat('a', 10000000), repeat('é', 10000000), 'b']),
  array[repeat('a', 58), repeat('é', 29), 'b'], 'names of ten million characters');
select is((select array_agg(n order by i) filter (where i in (1, 2, 1600))
    from unnest(amc_history.column_names(array_fill('x'::text, array[1600]))) with ordinality as t(n, i)),
  array['x', 'x_2', 'x_1600'], 'a name 1600 times');
select is((select count(distinct n) from unnest(amc_history.column_names(
  array(select 'x' || case when i % 2 = 0 then '_' || i else '' end from generate_series(1, 1600) i))) n), 1600::bigint,
  'and among names that look like numbered ones');

select * from finish();
rollback;
