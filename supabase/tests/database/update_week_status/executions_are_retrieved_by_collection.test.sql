-- The executions of a collection are found through its weeks.
begin;
\ir ../../_shared/three_weeks.psql
select plan(3);

-- Another collection, of the week of 27 January, with an execution of its own.
create temporary table other on commit drop as
select (start_collection(pg_temp.user_id('owner'), 'amcpgtap1', workflow_id,
  start_date => '2025-01-27', end_date => '2025-02-02', time_zone => 'Asia/Tokyo') ->> 'collection_id')::uuid as id
from report_data_collections where id = pg_temp.collection();
grant select on other to service_role;
set local role service_role;
do $$
begin
  perform update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', '{}', 'exec-1');
  perform update_week_status(pg_temp.collection(), pg_temp.week(2), 'running', null, 'exec-2');
  perform update_week_status((select id from other), (select id from report_data_weeks where collection_id =
    (select id from other)), 'completed', '{}', 'exec-other');
end;
$$;

select results_eq('select execution_id from report_data_weeks where collection_id = pg_temp.collection()
    and execution_id is not null order by week_start_date', array['exec-1', 'exec-2'],
    'a collection gives its executions');
select results_eq('select e.id from workflow_executions e join report_data_weeks w on w.id = e.week_id
    where w.collection_id = (select id from other)', array['exec-other'], 'so does the other');
select results_eq('select weeks, pending, running, completed, failed, tracked, status from collection_progress
    where collection_id = pg_temp.collection()', $$ values (3, 1, 1, 1, 0, 2, 'running') $$,
    'its progress counts tracked weeks');

select * from finish();
rollback;
