begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(2);

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
create function pg_temp.load_id() returns uuid language sql as
  $$ select id from result_loads where execution_id = 'exec-1' order by started_at desc limit 1 $$;
-- Rows as COPY would write them: load and line come by themselves.
create function pg_temp.copy(variadic campaigns text[]) returns void language plpgsql as $$
declare
  campaign text;
begin
  perform amc_history.open_load(pg_temp.load_id(), 2);
  foreach campaign in array campaigns loop
    execute format('insert into amc_results.%I (campaign) values ($1)', (select table_name from result_loads
      where id = pg_temp.load_id())) using campaign;
  end loop;
end;
$$;
-- Commits a segment of so many records, from one place to another.
create function pg_temp.commit_segment(records integer, from_file integer, from_offset integer, to_file integer, to_offset integer)
returns void language sql as $$
  select amc_history.commit_segment(jsonb_build_object('load_id', pg_temp.load_id(), 'attempt_id', pg_temp.attempt(1),
    'fence', 2, 'from', jsonb_build_object('file', from_file, 'byte_offset', from_offset),
    'to', jsonb_build_object('file', to_file, 'byte_offset', to_offset, 'lines', 7, 'line_end', 'LF',
      'etag', case when to_offset > 0 then '"etag"' end),
    'records', records, 'bytes', 100, 'digests', jsonb_build_array(repeat('0' || to_file, 32))));
$$;
-- Week 1 has succeeded at AMC as exec-1; a worker holds fence 2 and has begun its load of two files.
do $$
begin
  perform claim_due_weeks(1);
  perform record_execution(pg_temp.attempt(1), 'exec-1', '{"status": "SUCCEEDED"}');
  perform claim_loads(5, 60);
  perform amc_history.begin_load(pg_temp.attempt(1), 2, array['campaign'], 2, 50);
end;
$$;

do $$
begin
  perform pg_temp.copy('a', 'b');
  perform pg_temp.commit_segment(2, 0, 0, 0, 60);
end;
$$;
do $$ begin perform amc_history.purge_history(); end $$;

select is((select count(*) from result_loads), 1::bigint, 'not what is being loaded');
do $$
begin
  perform fail_load(pg_temp.attempt(1), 2, 'bad_csv', 'A file that is not right.', true);
  perform amc_history.purge_history();
end;
$$;
select is((select count(*) from result_loads), 0::bigint, 'what nobody dropped when its attempt ended');

select * from finish();
rollback;
