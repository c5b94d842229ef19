-- The instance that an execution and its loads are read by is their week's, whatever is written.
begin;
\ir ../../_shared/three_weeks.psql
select plan(5);

select pg_temp.run_week(1, 'exec-1');
insert into result_loads (execution_id, fence, table_name, header) values ('exec-1', 1, 'not_made', '{a}');

select is((select instance_id from workflow_executions where id = 'exec-1'), 'amcpgtap1', 'an execution has it');
select is((select instance_id from result_loads), 'amcpgtap1', 'and so has its load');
insert into workflow_executions (id, week_id, instance_id) values ('exec-2', pg_temp.week(1), 'another');
select is((select instance_id from workflow_executions where id = 'exec-2'), 'amcpgtap1', 'nobody inserts another one');
update workflow_executions set instance_id = 'another' where id = 'exec-1';
select is((select instance_id from workflow_executions where id = 'exec-1'), 'amcpgtap1', 'nor writes one');
insert into result_loads (execution_id, instance_id, fence, table_name, header)
values ('exec-2', 'another', 1, 'not_made', '{a}');
update result_loads set instance_id = 'another' where execution_id = 'exec-1';
select is((select array_agg(distinct instance_id) from result_loads), '{amcpgtap1}', 'of a load neither');

select * from finish();
rollback;
