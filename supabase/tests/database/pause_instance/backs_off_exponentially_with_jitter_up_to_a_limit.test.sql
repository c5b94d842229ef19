begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(5);

-- The clock stands still. One instance, one workflow and a collection of three weeks: of 6, 13 and 20 January 2025.
do $fixture$
begin
  perform set_config('amc_history.clock', '2025-03-03T12:00:00Z', true);
  insert into auth.users (id, email) values ('a0000000-0000-4000-8000-000000000001', 'owner@pgtap.test');
  perform amc_history.connect_instance('amcpgtap1', 'ENTITYPGTAP', 'ATVPDKIKX0DER', 'NA',
    '{"client_id": "c", "client_secret": "s", "refresh_token": "r"}', 'owner@pgtap.test');
  perform create_collection('a0000000-0000-4000-8000-000000000001', 'amcpgtap1',
    save_workflow('amcpgtap1', 'Weekly campaigns', 'select campaign, impressions from sponsored_ads_traffic'),
    start_date => '2025-01-06', end_date => '2025-01-26');
  -- AMC's list was read for it, so that its weeks may begin.
  update report_data_collections set surveyed_at = amc_history.clock_now() where instance_id = 'amcpgtap1';
end;
$fixture$;
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
