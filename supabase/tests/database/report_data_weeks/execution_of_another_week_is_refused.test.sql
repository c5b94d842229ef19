-- A week cannot be changed to name an execution that ran for another week.
begin;
\ir ../../_shared/three_weeks.psql
select plan(2);

insert into workflow_executions (id, week_id) values ('exec-1', pg_temp.week(1));

select throws_ok($$ update report_data_weeks set execution_id = 'exec-1' where id = pg_temp.week(2) $$,
  '23503',
  'insert or update on table "report_data_weeks" violates foreign key constraint "execution_belongs_to_its_week"',
  'a week cannot name an execution that ran for another week, even if that week does not name it');
select lives_ok($$ update report_data_weeks set execution_id = 'exec-1' where id = pg_temp.week(1) $$,
  'a week can name its own');

select * from finish();
rollback;
