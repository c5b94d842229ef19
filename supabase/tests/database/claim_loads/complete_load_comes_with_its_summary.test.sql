-- A load that is complete is claimed with its summary: only the week remains to be completed.
begin;
\ir ../../_shared/three_weeks.psql
select plan(1);

set local role service_role;
select pg_temp.run_week(1, 'exec-1', 'SUCCEEDED');
insert into result_loads (execution_id, fence, table_name, header, complete, completed_at, summary, checksum)
values ('exec-1', 2, 'not_made', '{a}', true, amc_history.clock_now(), '{"rows": 7}', 'c');

select is((select summary from claim_loads()), '{"rows": 7}'::jsonb, 'only the week is to be completed then');

select * from finish();
rollback;
