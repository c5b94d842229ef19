-- The wait after a failed load grows with the number of errors, with full jitter.
begin;
\ir ../../_shared/three_weeks.psql
select plan(3);

set local role service_role;
select pg_temp.run_week(1, 'exec-1', 'SUCCEEDED');
do $$ begin perform claim_loads(); end $$;
-- The shortest and the longest of forty waits after so many errors. Each try is rolled back.
create function pg_temp.waits(errors integer, out shortest numeric, out longest numeric) language plpgsql as $$
declare
  wait numeric;
begin
  for i in 1 .. 40 loop
    begin
      update report_data_weeks set error_count = errors where id = pg_temp.week(1);
      perform fail_load(pg_temp.attempt(1), 2, 'download', 'The link was gone.', false);
      wait := (select extract(epoch from due_at - amc_history.clock_now())
        from week_attempts where id = pg_temp.attempt(1));
      raise exception 'rolled back' using errcode = 'PT999';
    exception
      when sqlstate 'PT999' then
        shortest := least(shortest, wait);
        longest := greatest(longest, wait);
    end;
  end loop;
end;
$$;

select ok(shortest >= 5 and shortest < 5 + most * 3 / 4 and longest > 5 + most / 4 and longest <= 5 + most,
  format('after %s errors forty waits are spread from 5 to %s s', errors, 5 + most))
from (values (0, 10), (3, 80), (6, 640)) t(errors, most), pg_temp.waits(errors);

select * from finish();
rollback;
