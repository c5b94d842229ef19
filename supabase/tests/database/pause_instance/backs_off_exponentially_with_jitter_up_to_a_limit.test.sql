-- Throttled again and again, an instance waits exponentially longer, with jitter, up to a limit.
begin;
\ir ../../_shared/three_weeks.psql
select plan(5);

set local role service_role;
create function pg_temp.longest_of_40(throttles integer) returns numeric language plpgsql as $$
declare
  wait numeric;
  longest numeric := 0;
begin
  for i in 1 .. 40 loop
    update amc_instances set throttles_in_row = throttles, paused_until = null where id = 'amcpgtap1';
    wait := extract(epoch from pause_instance('amcpgtap1', 'throttled') - amc_history.clock_now());
    if wait < 1 then
      raise exception 'a wait of % s', wait;
    end if;
    longest := greatest(longest, wait);
  end loop;
  return longest;
end;
$$;

select ok(longest <= 1 + least(900, 15 * 2 ^ n) and longest > least(900, 15 * 2 ^ n) / 4,
  format('after %s throttles the longest of 40 waits lies under %s s and in its upper three quarters', n,
  1 + least(900, 15 * 2 ^ n)))
from unnest(array[0, 1, 3, 6, 30]) n, pg_temp.longest_of_40(n) longest;

select * from finish();
rollback;
