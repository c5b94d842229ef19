begin;
\ir ../../_shared/three_weeks.psql
select plan(3);

insert into workflow_executions (id, week_id) values ('exec-1', pg_temp.week(1));
update report_data_weeks set execution_id = 'exec-1' where id = pg_temp.week(1);

select throws_ok($$ update report_data_weeks set execution_id = 'exec-1' where id = pg_temp.week(2) $$, '23503', null,
  'the trigger refuses the execution of another week');
-- The index alone refuses it as well.
alter table report_data_weeks disable trigger protect_execution_id;
select throws_ok($$ update report_data_weeks set execution_id = 'exec-1' where id = pg_temp.week(2) $$, '23505', null,
  'the unique index refuses it without the trigger');
select lives_ok($$ update report_data_weeks set execution_id = null where id = pg_temp.week(2) $$,
  'many weeks may have none');

select * from finish();
rollback;
