-- report_data_weeks.execution_id is a foreign key to workflow_executions.
begin;
\ir ../../_shared/three_weeks.psql
select plan(3);

select fk_ok('public', 'report_data_weeks', 'execution_id', 'public', 'workflow_executions', 'id');
select ok(convalidated, 'the foreign key is validated') from pg_constraint
  where conname = 'report_data_weeks_execution_id_fkey' and conrelid = 'public.report_data_weeks'::regclass;
select throws_ok($$ update report_data_weeks set execution_id = 'nobody-ran-this' where id = pg_temp.week(1) $$,
  '23503', null, 'an execution that is not there cannot be named');

select * from finish();
rollback;
