-- A completed week that is due is claimed as a restatement, and shows its result meanwhile.
begin;
\ir ../../_shared/three_weeks.psql
select plan(2);

set local role service_role;
do $$
begin
  perform update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', '{"rows": 1}', 'exec-1');
  update report_data_weeks set due_at = amc_history.clock_now() where id = pg_temp.week(1);
  perform claim_due_weeks(1);
end;
$$;

select results_eq('select kind, state, number from week_attempts where id = pg_temp.attempt(1)',
  $$ values ('restated', 'intended', 2) $$,
  'its attempt is of kind restated');
select results_eq('select status, data, execution_id, due_at from report_data_weeks where id = pg_temp.week(1)',
  $$ values ('completed', '{"rows": 1}'::jsonb, 'exec-1', null::timestamptz) $$,
  'it stays completed and shows what it showed');

select * from finish();
rollback;
