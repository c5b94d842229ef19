-- A stored execution id never becomes null.
begin;
\ir ../../_shared/three_weeks.psql
select plan(4);

insert into workflow_executions (id, week_id) values ('exec-1', pg_temp.week(1)), ('exec-2', pg_temp.week(1));
update report_data_weeks set execution_id = 'exec-1' where id = pg_temp.week(1);

select throws_ok($$ update report_data_weeks set execution_id = null where id = pg_temp.week(1) $$, '23514',
  format('Week %s comes from execution exec-1: expected it to stay known, got null.', pg_temp.week(1)),
  'a stored execution id cannot become null');
select is((select execution_id from report_data_weeks where id = pg_temp.week(1)), 'exec-1', 'it is still there');
select lives_ok($$ update report_data_weeks set execution_id = 'exec-2' where id = pg_temp.week(1) $$,
  'another execution of the same week may take its place');
select lives_ok($$ update report_data_weeks set status = 'failed', due_at = null where id = pg_temp.week(1) $$,
  'an update of something else is free');

select * from finish();
rollback;
