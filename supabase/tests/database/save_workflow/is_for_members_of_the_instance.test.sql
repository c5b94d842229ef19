-- Only members of an instance save workflows for it.
begin;
\ir ../../_shared/workflow.psql
select plan(4);

set local role authenticated;
select pg_temp.sign_in('other');

select is(pg_temp.refusal($$ select save_workflow('amcpgtap1', 'Mine', 'select 1') $$), 'PT404 instance_not_found',
  'another user has no such instance');
select is(pg_temp.refusal($$ select save_workflow('amcnosuch', 'Mine', 'select 1') $$), 'PT404 instance_not_found',
  'which reads like one that is not there');
select throws_ok($$ insert into amc_workflows (instance_id, name, sql_query)
  values ('amcpgtap1', 'Mine', 'select 1') $$, '42501', null,
  'nor can they write to the table');
set local role anon;
select throws_ok($$ select save_workflow('amcpgtap1', 'Mine', 'select 1') $$, '42501', null,
  'without a user there is nothing to call');

select * from finish();
rollback;
