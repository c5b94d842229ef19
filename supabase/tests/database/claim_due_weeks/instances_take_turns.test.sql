-- Instances with due weeks are served in turn.
begin;
\ir ../../_shared/three_weeks.psql
select plan(6);

select pg_temp.start_collection(weeks => 3, instance => 'amcpgtap2', region => 'EU');
create function pg_temp.next(at_second integer) returns text language sql as
  $$ select set_config('amc_history.clock',
  ('2025-03-03T12:00:00Z'::timestamptz + make_interval(secs => at_second))::text, true);
     select instance_id from claim_due_weeks(1) $$;
set local role service_role;

select is(pg_temp.next(n), case n % 2 when 1 then 'amcpgtap1' else 'amcpgtap2' end, 'turn ' || n)
  from generate_series(1, 6) n;

select * from finish();
rollback;
