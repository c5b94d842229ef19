-- A new week cannot name an execution that ran for another week.
begin;
\ir ../../_shared/three_weeks.psql
select plan(1);

insert into workflow_executions (id, week_id) values ('exec-1', pg_temp.week(1));
delete from report_data_weeks where id = pg_temp.week(3);

select throws_ok($$ insert into report_data_weeks (collection_id, week_start_date, week_end_date, execution_id)
    values (pg_temp.collection(), '2025-01-20', '2025-01-26', 'exec-1') $$,
  '23503', null, 'a new week cannot name an execution that ran for another week');

select * from finish();
rollback;
