-- AMC's status is the same word in whatever case AMC writes it, and with one l or two.
begin;
\ir ../../_shared/three_weeks.psql
select plan(8);

set local role service_role;
select pg_temp.run_week(1, 'exec-1', 'Running');
select pg_temp.run_week(2, 'exec-2', ' failed ');
select pg_temp.run_week(3, 'exec-3', 'Canceled');

select results_eq($$ select status, has_ended from workflow_executions order by id $$,
  $$ values ('RUNNING', false), ('FAILED', true), ('CANCELLED', true) $$, 'stored in AMC''s own form');
select results_eq($$ select execution_id, execution_status from finished_attempts() order by 1 $$,
  $$ values ('exec-2', 'FAILED'), ('exec-3', 'CANCELLED') $$, 'and so what ended without a result is found');
select pg_temp.list('[{"id": "exec-1", "status": "succeeded"}, {"id": "x1", "status": "Succeeded"},
  {"id": "x2", "status": "canceled"}, {"id": "x3", "status": "running"}]');
select is((select status from workflow_executions where id = 'exec-1'), 'SUCCEEDED', 'also by a listing');
select is((select running_elsewhere from amc_instances where id = 'amcpgtap1'), 1, 'and of others');
select is(amc_history.is_terminal_status(status), ended, status)
from (values ('rejected', true), ('CANCELED', true), ('pending', false), ('Odd', false)) v(status, ended);

select * from finish();
rollback;
