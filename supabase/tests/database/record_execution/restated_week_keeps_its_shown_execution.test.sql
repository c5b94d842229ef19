-- A week that is restated shows its execution while the new one runs.
begin;
\ir ../../_shared/three_weeks.psql
select plan(3);

set local role service_role;
do $$
begin
  perform pg_temp.complete_week(1, 'exec-1');
  perform pg_temp.make_due(1);
  perform claim_due_weeks(1);
end;
$$;

select is(record_execution(pg_temp.attempt(1), 'exec-2'),
  row('recorded', null, 'completed', 'exec-1')::tracking_report,
  'the new id is recorded, the week names the shown one');
select is((select execution_id from week_attempts where id = pg_temp.attempt(1)), 'exec-2',
  'the attempt has the new id');
select results_eq('select status, data, execution_id from report_data_weeks where id = pg_temp.week(1)',
  $$ values ('completed', '{"rows": 1}'::jsonb, 'exec-1') $$, 'the week shows what it showed');

select * from finish();
rollback;
