-- No week of a paused or cancelled collection is claimed.
begin;
\ir ../../_shared/three_weeks.psql
select plan(3);

set local role service_role;
do $$
begin
  update report_data_collections set paused_at = amc_history.clock_now() where id = pg_temp.collection();
end;
$$;

select is((select count(*) from claim_due_weeks(10)), 0::bigint, 'nothing of a paused collection is taken');
do $$
begin
  update report_data_collections set paused_at = null,
  cancelled_at = amc_history.clock_now() where id = pg_temp.collection();
end;
$$;
select is((select count(*) from claim_due_weeks(10)), 0::bigint, 'nor of a cancelled one');
do $$ begin update report_data_collections set cancelled_at = null where id = pg_temp.collection(); end $$;
select is((select count(*) from claim_due_weeks(10)), 3::bigint, 'only these two held it back');

select * from finish();
rollback;
