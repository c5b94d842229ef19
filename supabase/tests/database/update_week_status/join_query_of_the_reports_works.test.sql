-- The query that reports use to join weeks and executions has each week once.
begin;
\ir ../../_shared/three_weeks.psql
select plan(2);

set local role service_role;
select pg_temp.run_week(1, 'exec-1');
do $$
begin
  update workflow_executions set status = 'RUNNING' where id = 'exec-1';
  perform update_week_status(pg_temp.collection(), pg_temp.week(2), 'completed', '{"rows": 2}', 'exec-2');
end;
$$;

select results_eq($$ select week_start_date::text, status, execution_id, execution_status from (
    select rdw.*, we.status as execution_status from report_data_weeks rdw
    left join workflow_executions we on we.id = rdw.execution_id where rdw.collection_id = pg_temp.collection()) joined
    order by week_start_date $$,
  $$ values ('2025-01-06', 'running', 'exec-1', 'RUNNING'), ('2025-01-13', 'completed', 'exec-2', null),
    ('2025-01-20', 'pending', null, null) $$, 'each week comes once, with its execution''s status if there is one');
reset role;
select pg_temp.sign_in('owner');
select is((select count(*) from report_data_weeks rdw left join workflow_executions we on we.id = rdw.execution_id
  where rdw.collection_id = pg_temp.collection() and we.id is not null), 2::bigint, 'the owner can run it');

select * from finish();
rollback;
