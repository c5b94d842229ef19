-- Waiting for an execution, or for a slot, counts as no error.
begin;
\ir ../../_shared/three_weeks.psql
select plan(4);

-- One slot: week 1 runs in it, the others wait.
do $$
begin
  update amc_instances set max_parallel = 1 where id = 'amcpgtap1';
  perform claim_due_weeks(10);
  perform record_execution(pg_temp.attempt(1), 'exec-1', '{"status": "RUNNING"}');
end;
$$;
set local role service_role;
create function pg_temp.claimed() returns bigint language plpgsql as $$
declare
  claimed bigint := 0;
begin
  for minute in 1 .. 100 loop
    perform set_config('amc_history.clock',
      ('2025-03-03T12:00:00Z'::timestamptz + make_interval(mins => minute))::text, true);
    perform pg_temp.list('[{"id": "exec-1", "status": "RUNNING"}]') from claim_listing();
    claimed := claimed + (select count(*) from claim_due_weeks(10));
  end loop;
  return claimed;
end;
$$;

select is(pg_temp.claimed(), 0::bigint, 'for a hundred listings nothing else is begun');
select is((select list_fence from amc_instances where id = 'amcpgtap1'), 100::bigint, 'each of which was taken');
select results_eq($$ select status, error_count, error_code from report_data_weeks where instance_id = 'amcpgtap1'
    order by week_start_date $$,
  $$ values ('running', 0, null::text), ('pending', 0, null), ('pending', 0, null) $$,
  'and no week has an error for it');
select is((select count(*) from tracking_alerts where instance_id = 'amcpgtap1'), 0::bigint, 'nor is an alert raised');

select * from finish();
rollback;
