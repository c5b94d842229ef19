-- Without weeks or dates, a collection has 52 weeks, all pending and due at once.
begin;
\ir ../../_shared/workflow.psql
select plan(7);

set local role service_role;
create temporary table answer on commit drop as select start_collection(pg_temp.user_id('owner'),
  'amcpgtap1', pg_temp.workflow()) as made;

select is((select made ->> 'created' from answer), 'true', 'a collection is made');
select results_eq($$ select start_date, end_date, week_starts_on, time_zone, parameter_values, created_by, paused_at,
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
