begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(11);

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
create function pg_temp.week(n integer) returns uuid language sql as
  $$ select id from report_data_weeks where collection_id = pg_temp.collection()
     order by week_start_date offset n - 1 limit 1 $$;

select col_is_pk('public', 'workflow_executions', 'id', 'AMC''s id is the key');
select col_type_is('public', 'workflow_executions', 'id', 'text', 'it is text');
select throws_ok(format('insert into workflow_executions (id, week_id) values (%L, pg_temp.week(1))', id), '23514',
  'new row for relation "workflow_executions" violates check constraint "execution_id_is_well_formed"',
  quote_literal(left(id, 20)) || ' is refused')
from unnest(array['', ' ', 'a b', '-a', repeat('a', 129)]) id;
select lives_ok(format('insert into workflow_executions (id, week_id) values (%L, pg_temp.week(1))', id),
  quote_literal(left(id, 40)) || ' is taken')
from unnest(array['b2f7c2de-6d3c-4a2e-9a51-0c5a1f5c9d01', 'a', 'A.b_c:d', repeat('a', 128)]) id;

select * from finish();
rollback;
