begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(4);

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
create function pg_temp.collection() returns uuid language sql as
  $$ select id from report_data_collections where instance_id = 'amcpgtap1' order by start_date, created_at limit 1 $$;
create function pg_temp.week(n integer) returns uuid language sql as
  $$ select id from report_data_weeks where collection_id = pg_temp.collection()
     order by week_start_date offset n - 1 limit 1 $$;
create function pg_temp.attempt(n integer) returns uuid language sql as
  $$ select id from week_attempts where week_id = pg_temp.week(n) order by number desc limit 1 $$;
set local role service_role;
do $$
begin
  update report_data_collections set failed_retries = 10 where id = pg_temp.collection();
  perform claim_due_weeks(1);
  perform record_execution(pg_temp.attempt(1), 'exec-1', '{"status": "FAILED"}');
end;
$$;
-- The longest and the shortest wait of forty, after so many errors; all of it is taken back.
create function pg_temp.waits(errors integer, out shortest numeric, out longest numeric) language plpgsql as $$
declare
  wait numeric;
begin
  for i in 1 .. 40 loop
    begin
      update report_data_weeks set error_count = errors where id = pg_temp.week(1);
      perform retry_failed_execution(pg_temp.attempt(1));
      wait := (select extract(epoch from due_at - amc_history.clock_now()) from report_data_weeks where id = pg_temp.week(1));
      raise exception 'taken back' using errcode = 'PT999';
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
