-- A collected week is completed only with a complete load.
begin;
\ir ../../_shared/three_weeks.psql
select plan(4);

select pg_temp.run_week(1, 'exec-1');

select throws_ok($$ update report_data_weeks set status = 'completed' where id = pg_temp.week(1) $$, '23514',
  format('Week %s cannot show execution exec-1: expected a complete load of it.', pg_temp.week(1)),
  'a collected week cannot be completed by hand before its load is complete');
select pg_temp.complete_load('exec-1');
select lives_ok($$ update report_data_weeks set status = 'completed' where id = pg_temp.week(1) $$,
  'with a complete load it can');
do $$ begin perform claim_due_weeks(1); end $$;
select throws_ok($$ update report_data_weeks set status = 'completed' where id = pg_temp.week(2) $$, '23514', null,
  'a week whose create is on its way cannot be completed');
select lives_ok($$ update report_data_weeks set status = 'completed', due_at = null where id = pg_temp.week(3) $$,
  'a week that this project did not collect can');

select * from finish();
rollback;
