-- A week that an external caller reports is no longer collected by this project.
begin;
\ir ../../_shared/three_weeks.psql
select plan(2);

set local role service_role;
do $$
begin
  perform update_week_status(pg_temp.collection(), pg_temp.week(1), 'running', null, 'exec-1');
  perform update_week_status(pg_temp.collection(), pg_temp.week(2), 'completed', '{}');
end;
$$;

select is((select count(*) from report_data_weeks where id in (pg_temp.week(1), pg_temp.week(2))
  and due_at is not null),
  0::bigint, 'neither week is due any more');
select results_eq('select week_id from claim_due_weeks(10)', 'select pg_temp.week(3)', 'only the third is claimed');

select * from finish();
rollback;
