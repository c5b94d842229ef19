-- One request is sent for each ten instances with work, and at most three.
begin;
\ir ../../_shared/schedule.psql
select plan(6);

select pg_temp.start_collection(weeks => 1, instance => 'amcpgtap' || n) from generate_series(1, 45) n;
create function pg_temp.dispatch_with(instances integer) returns integer language plpgsql as $$
begin
  update report_data_weeks set due_at = case when substr(instance_id, 9)::integer <= instances
  then amc_history.clock_now() end
  where instance_id like 'amcpgtap%';
  return amc_history.dispatch_collect();
end;
$$;

select is(pg_temp.dispatch_with(instances), requests,
  format('%s instances with due weeks send %s requests', instances, requests))
from (values (1, 1), (10, 1), (11, 2), (21, 3), (45, 3)) as t(instances, requests);
select is(pg_temp.requests(), 10::bigint, 'as many requests wait to be sent');

select * from finish();
rollback;
