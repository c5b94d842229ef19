-- A complete listing resets the instance's backoff.
begin;
\ir ../../_shared/three_weeks.psql
select plan(1);

set local role service_role;
select pg_temp.run_week(1, 'exec-1');
do $$
begin
  update amc_instances set throttles_in_row = 4 where id = 'amcpgtap1';
  perform pg_temp.list('[]');
end;
$$;

select is((select throttles_in_row from amc_instances where id = 'amcpgtap1'), 0,
  'a complete listing says that AMC answers');

select * from finish();
rollback;
