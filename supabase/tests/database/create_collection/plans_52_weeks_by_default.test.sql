begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(7);

-- Two users, one instance of the first one's, one workflow that declares the parameter brand.
do $fixture$
begin
  perform set_config('amc_history.clock', '2025-03-03T12:00:00Z', true);
  insert into auth.users (id, email) values ('a0000000-0000-4000-8000-000000000001', 'owner@pgtap.test'),
    ('a0000000-0000-4000-8000-000000000002', 'other@pgtap.test');
  perform amc_history.connect_instance('amcpgtap1', 'ENTITYPGTAP', 'ATVPDKIKX0DER', 'NA',
    '{"client_id": "c", "client_secret": "s", "refresh_token": "r"}', 'owner@pgtap.test');
  perform save_workflow('amcpgtap1', 'Weekly campaigns', 'select 1', '[{"name": "brand", "dataType": "STRING"}]');
end;
$fixture$;
create function pg_temp.workflow() returns text language sql as
  $$ select id from amc_workflows where instance_id = 'amcpgtap1' $$;
set local role service_role;
create temporary table answer on commit drop as select create_collection('a0000000-0000-4000-8000-000000000001',
  'amcpgtap1', pg_temp.workflow()) as made;

select is((select made ->> 'created' from answer), 'true', 'a collection is made');
select results_eq($$ select start_date, end_date, week_starts_on, time_zone, parameter_values, owner_id, paused_at,
  cancelled_at
    from report_data_collections where id = (select (made ->> 'collection_id')::uuid from answer) $$,
  $$ values ('2024-02-19'::date, '2025-02-16'::date, 'monday', 'UTC', '{}'::jsonb,
  'a0000000-0000-4000-8000-000000000001'::uuid, null::timestamptz, null::timestamptz) $$,
  'of 52 weeks from Monday to Sunday, the last one over since 14 days');
select is((select jsonb_array_length(made -> 'weeks') from answer), 52, 'the answer has its weeks');
select is((select made -> 'weeks' -> 0 from answer) - 'id',
  '{"week_start_date": "2024-02-19", "week_end_date": "2024-02-25", "status": "pending"}'::jsonb, 'the oldest first');
select set_eq($$ select (w ->> 'id')::uuid from answer, jsonb_array_elements(made -> 'weeks') w $$,
  $$ select id from report_data_weeks where instance_id = 'amcpgtap1' $$, 'they are the rows');
select results_eq($$ select week_start_date from report_data_weeks where instance_id = 'amcpgtap1' order by 1 $$,
  $$ select d::date from generate_series('2024-02-19'::timestamp, '2025-02-10', '7 days') d $$,
  'every seventh day, without gap or overlap');
select results_eq($$ select distinct status, due_at, execution_id, data,
  error_count from report_data_weeks where instance_id = 'amcpgtap1' $$,
  $$ values ('pending', '2025-03-03T12:00:00Z'::timestamptz, null::text, null::jsonb, 0) $$,
  'all are pending and due at once');

select * from finish();
rollback;
