-- A collection's range is whole weeks, starting on its weekday.
begin;
\ir ../../_shared/three_weeks.psql
select plan(10);

select throws_ok(format('update report_data_collections set %s where id = pg_temp.collection()', change), '23514',
  format('new row for relation "report_data_collections" violates check constraint "%s"', rule), what || ' is refused')
from (values
  ('end_date = end_date - 1', 'range_is_whole_weeks', 'a range that lacks a day'),
  ('end_date = start_date - 8', 'range_is_whole_weeks', 'a range that ends before it starts'),
  ($$ week_starts_on = 'tuesday' $$, 'range_starts_on_its_weekday', 'another weekday'),
  ($$ parameter_values = '[]' $$, 'parameter_values_is_an_object', 'a list of parameters'),
  ($$ name = '' $$, 'collection_name_is_short', 'an empty name'),
  ($$ name = repeat('k', 201) $$, 'collection_name_is_short', 'a long name'),
  ($$ imported_from = '' $$, 'imported_from_is_short', 'a system without a name'),
  ($$ archived_at = now() $$, 'what_is_archived_is_paused', 'archived and not paused')
) as t(change, rule, what);
select throws_ok($$ delete from amc_workflows where instance_id = 'amcpgtap1' $$, '23503', null,
  'its workflow cannot be deleted');
delete from auth.users where id = 'a0000000-0000-4000-8000-000000000001';
select is((select created_by from report_data_collections where id = pg_temp.collection()),
  'a0000000-0000-4000-8000-000000000001', 'it outlives who started it, whose id stays');

select * from finish();
rollback;
