-- A week whose create is refused waits to see whether AMC refuses the collection's others too. It fails once
-- AMC takes one.
begin;
\ir ../../_shared/three_weeks.psql
select plan(9);

set local role service_role;
select pg_temp.claim_week(1);
select is(report_create(pg_temp.attempt(1), 'refused', 400, 'Privacy', 'req-1'),
  row('applied', null, 'running', null)::tracking_report, 'it is applied');
select is(pg_temp.first_week(), 'running due 12:10:00 errors 0 - ended refused', 'the week waits');
select results_eq('select error_code, error_message from report_data_weeks where id = pg_temp.week(1)',
  $$ values ('amc_refused', 'Privacy') $$, 'and says why');
select pg_temp.run_week(2, 'exec-2');
select is(pg_temp.first_week(), 'failed due never errors 1 - ended refused', 'AMC took another: it has failed');
select results_eq('select error_code, error_message from report_data_weeks where id = pg_temp.week(1)',
  $$ values ('amc_refused', 'Privacy') $$, 'with AMC''s message');

-- A restatement that is refused.
do $$
begin
  perform pg_temp.complete_load('exec-2');
  perform update_week_status(pg_temp.collection(), pg_temp.week(2), 'completed', '{}', 'exec-2');
  perform pg_temp.make_due(2);
  perform claim_due_weeks(1);
  perform report_create(pg_temp.attempt(2), 'refused', 400, 'Too often');
  perform pg_temp.claim_week(3);
end;
$$;
select is((pg_temp.weeks())[2], 'completed due', 'a restatement that is refused waits');
select is(report_create(pg_temp.attempt(3), 'refused', 400, 'No'),
  row('applied', null, 'failed', null)::tracking_report,
  'a week fails when no other is to come');
select is(pg_temp.weeks(), '{failed,completed,failed}', 'and so do those that waited');
select is((select count(*) from stoppages), 0::bigint, 'the collection is not held up');

select * from finish();
rollback;
