begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(8);

-- The clock stands still. One instance, one workflow and a collection of three weeks: of 6, 13 and 20 January 2025.
do $fixture$
begin
  perform set_config('amc_history.clock', '2025-03-03T12:00:00Z', true);
  insert into auth.users (id, email) values ('a0000000-0000-4000-8000-000000000001', 'owner@pgtap.test');
  perform amc_history.connect_instance('amcpgtap1', 'ENTITYPGTAP', 'ATVPDKIKX0DER', 'NA',
    '{"client_id": "c", "client_secret": "s", "refresh_token": "r"}', 'owner@pgtap.test');
  perform create_collection('a0000000-0000-4000-8000-000000000001', 'amcpgtap1',
    save_workflow('amcpgtap1', 'Weekly campaigns', 'select campaign, impressions from sponsored_ads_traffic'),
    start_date => '2025-01-06', end_date => '2025-01-26');
  -- AMC's list was read for it, so that its weeks may begin.
  update report_data_collections set surveyed_at = amc_history.clock_now() where instance_id = 'amcpgtap1';
end;
$fixture$;
create function pg_temp.collection() returns uuid language sql as
  $$ select id from report_data_collections where instance_id = 'amcpgtap1' order by start_date, created_at limit 1 $$;

select throws_ok(format('update report_data_collections set %s where id = pg_temp.collection()', change), '23514',
  format('new row for relation "report_data_collections" violates check constraint "%s"', rule), what || ' is refused')
from (values
  ('end_date = end_date - 1', 'range_is_whole_weeks', 'a range that lacks a day'),
  ('end_date = start_date - 1', 'range_is_whole_weeks', 'an empty range'),
  ($$ week_starts_on = 'tuesday' $$, 'range_starts_on_its_weekday', 'another weekday'),
  ($$ parameter_values = '[]' $$, 'parameter_values_is_an_object', 'a list of parameters'),
  ($$ idempotency_key = '' $$, 'idempotency_key_is_short', 'an empty key'),
  ($$ idempotency_key = repeat('k', 201) $$, 'idempotency_key_is_short', 'a long key')
) as t(change, rule, what);
select throws_ok($$ delete from amc_workflows where instance_id = 'amcpgtap1' $$, '23503', null,
  'its workflow cannot be deleted');
delete from auth.users where id = 'a0000000-0000-4000-8000-000000000001';
select is((select owner_id from report_data_collections where id = pg_temp.collection()), null,
  'it outlives its owner');

select * from finish();
rollback;
