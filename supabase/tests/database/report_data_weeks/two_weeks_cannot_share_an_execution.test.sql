-- Two weeks never name the same execution.
begin;
\ir ../../_shared/three_weeks.psql
select plan(3);

insert into workflow_executions (id, week_id) values ('exec-1', pg_temp.week(1));
update report_data_weeks set execution_id = 'exec-1' where id = pg_temp.week(1);

-- The foreign key and the unique index each refuse it alone.
drop index report_data_weeks_execution_id_key;
select throws_ok($$ update report_data_weeks set execution_id = 'exec-1' where id = pg_temp.week(2) $$, '23503', null,
  'the foreign key refuses the execution of another week');
create unique index report_data_weeks_execution_id_key
  on report_data_weeks (execution_id) where execution_id is not null;
alter table report_data_weeks drop constraint execution_belongs_to_its_week;
select throws_ok($$ update report_data_weeks set execution_id = 'exec-1' where id = pg_temp.week(2) $$, '23505', null,
  'the unique index refuses it without the foreign key');
select lives_ok($$ update report_data_weeks set execution_id = null where id = pg_temp.week(2) $$,
  'many weeks may have none');

select * from finish();
rollback;
