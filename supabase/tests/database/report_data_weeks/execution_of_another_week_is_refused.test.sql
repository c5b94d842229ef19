begin;
\ir ../../_shared/three_weeks.psql
select plan(2);

insert into workflow_executions (id, week_id) values ('exec-1', pg_temp.week(1));

select throws_ok($$ update report_data_weeks set execution_id = 'exec-1' where id = pg_temp.week(2) $$,
  '23503', format('Execution exec-1 is not an execution of week %s.', pg_temp.week(2)),
  'a week cannot name an execution that ran for another week, even if that week does not name it');
select lives_ok($$ update report_data_weeks set execution_id = 'exec-1' where id = pg_temp.week(1) $$,
  'a week can name its own');

select * from finish();
rollback;
