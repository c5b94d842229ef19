-- The execution that a week names cannot be deleted.
begin;
\ir ../../_shared/three_weeks.psql
select plan(4);

insert into workflow_executions (id, week_id) values ('exec-1', pg_temp.week(1)), ('exec-2', pg_temp.week(1));
update report_data_weeks set execution_id = 'exec-1' where id = pg_temp.week(1);

select throws_ok($$ delete from workflow_executions where id = 'exec-1' $$, '23503', null,
  'the execution that a week names cannot be deleted');
select is((select execution_id from report_data_weeks where id = pg_temp.week(1)), 'exec-1', 'the week still names it');
select lives_ok($$ delete from workflow_executions where id = 'exec-2' $$, 'one that no week names can be');
set local role service_role;
select throws_ok($$ delete from workflow_executions where id = 'exec-1' $$, '23503', null,
  'service_role cannot delete it either');

select * from finish();
rollback;
