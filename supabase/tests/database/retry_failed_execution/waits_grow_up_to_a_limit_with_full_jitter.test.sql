-- The wait before the next try grows with the number of errors up to a limit, with full jitter.
begin;
\ir ../../_shared/three_weeks.psql
select plan(4);

set local role service_role;
do $$
begin
  update report_data_collections set failed_retries = 10 where id = pg_temp.collection();
  perform pg_temp.run_week(1, 'exec-1', 'FAILED');
end;
$$;
-- The shortest and the longest of forty waits after so many errors. Each try is rolled back.
create function pg_temp.waits(errors integer, out shortest numeric, out longest numeric) language plpgsql as $$
declare
  wait numeric;
begin
  for i in 1 .. 40 loop
    begin
      update report_data_weeks set error_count = errors where id = pg_temp.week(1);
      perform retry_failed_execution(pg_temp.attempt(1));
      wait := (select extract(epoch from due_at - amc_history.clock_now())
        from report_data_weeks where id = pg_temp.week(1));
      raise exception 'rolled back' using errcode = 'PT999';
    exception
      when sqlstate 'PT999' then
        shortest := least(shortest, wait);
        longest := greatest(longest, wait);
    end;
  end loop;
end;
$$;

select ok(shortest >= 60 and shortest < 60 + most * 3 / 4 and longest > 60 + most / 4 and longest <= 60 + most,
  format('after %s errors forty waits are spread from 60 to %s s', errors, 60 + most))
from (values (0, 300), (2, 1200), (4, 3600), (9, 3600)) t(errors, most), pg_temp.waits(errors);

select * from finish();
rollback;
