-- A create that AMC refuses fails the week, with AMC's message, if no other week of its collection is to come.
begin;
\ir ../../_shared/three_weeks.psql
select plan(5);

set local role service_role;
select pg_temp.claim_week(1);
select pg_temp.run_week(2, 'exec-2');
select pg_temp.run_week(3, 'exec-3');

select is(report_create(pg_temp.attempt(1), 'refused', 400, 'Unknown column campain', 'req-1'),
  row('applied', null, 'failed', null)::tracking_report, 'it is applied');
select is(pg_temp.first_week(), 'failed due never errors 1 - ended refused', 'the week has failed for good');
select results_eq('select error_code, error_message from report_data_weeks where id = pg_temp.week(1)',
  $$ values ('amc_refused', 'Unknown column campain') $$, 'it has AMC''s message');
select is((select amc_answer from week_attempts where id = pg_temp.attempt(1)),
  '{"verdict": "refused", "http_status": 400, "message": "Unknown column campain", "request_id": "req-1"}'::jsonb,
  'the attempt keeps AMC''s answer');
select is((select count(*) from tracking_events where week_id = pg_temp.week(1) and event = 'create_refused'),
  1::bigint,
  'an event records it');

select * from finish();
rollback;
