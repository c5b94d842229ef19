-- A restatement that AMC refuses leaves the week's result.
begin;
\ir ../../_shared/three_weeks.psql
select plan(2);

set local role service_role;
do $$
begin
  perform pg_temp.complete_week(1, 'exec-1');
  perform pg_temp.make_due(1);
  perform claim_due_weeks(1);
  perform pg_temp.run_week(2, 'exec-2');
  perform pg_temp.run_week(3, 'exec-3');
end;
$$;

select is(report_create(pg_temp.attempt(1), 'refused', 400, 'Too often'),
  row('applied', null, 'completed', 'exec-1')::tracking_report, 'the refusal is taken');
select results_eq('select status, data, execution_id, error_code,
  due_at from report_data_weeks where id = pg_temp.week(1)',
  $$ values ('completed', '{"rows": 1}'::jsonb, 'exec-1', 'amc_refused', null::timestamptz) $$,
  'the week shows what it showed');

select * from finish();
rollback;
