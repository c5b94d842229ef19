begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(10);

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
  foreach campaign in array campaigns loop
    execute format('insert into amc_results.%I (campaign, clicks) values ($1, $2)', (select table_name from result_loads
      where id = pg_temp.load_id())) using campaign, length(campaign)::text;
  end loop;
end;
$$;
create function pg_temp.shown() returns text[] language plpgsql as $$
declare
  rows text[];
begin
  execute format('select array_agg(concat_ws('' '', line, campaign, clicks, execution_id, week_start_date)
  order by week_start_date, line) from public.%I',
    (select view_name from amc_history.result_tables t join report_data_collections c using (workflow_id)
    where c.id = pg_temp.collection()))
    into rows;
  return rows;
end;
$$;
insert into auth.users (id, email) values ('a0000000-0000-4000-8000-000000000002', 'other@pgtap.test');
-- Commits what was copied as all of the result's only file, and completes the load.
create function pg_temp.finish(load_id uuid, attempt_id uuid, fence integer) returns jsonb language plpgsql as $$
declare
  copied bigint;
begin
  execute format('select count(*) from amc_results.%I where load_id = $1',
    (select table_name from result_loads l where l.id = finish.load_id)) into copied using finish.load_id;
  perform amc_history.commit_segment(jsonb_build_object('load_id', finish.load_id, 'attempt_id', finish.attempt_id,
    'fence', finish.fence, 'from', '{"file": 0, "byte_offset": 0}'::jsonb,
    'to', '{"file": 1, "byte_offset": 0, "lines": 0}'::jsonb,
    'records', copied, 'bytes', 99, 'digests', jsonb_build_array(repeat('ab', 32))));
  return amc_history.finish_load(finish.load_id, finish.attempt_id, finish.fence);
end;
$$;
-- Week 1 has succeeded at AMC as exec-1.
do $$
begin
  perform claim_due_weeks(1);
  perform record_execution(pg_temp.attempt(1), 'exec-1', '{"status": "SUCCEEDED"}');
end;
$$;
do $$
begin
  perform amc_history.begin_load(pg_temp.attempt(1), 1, array['campaign', 'clicks']);
  perform amc_history.open_load(pg_temp.load_id(), 1);
  perform pg_temp.copy('a');
  perform pg_temp.finish(pg_temp.load_id(), pg_temp.attempt(1), 1);
  perform update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', '{}', 'exec-1');
end;
$$;
create function pg_temp.count_as(user_id text, relation text) returns bigint language plpgsql as $$
declare
  n bigint;
begin
  perform set_config('request.jwt.claims', json_build_object('sub', user_id)::text, true);
  set local role authenticated;
  execute 'select count(*) from ' || relation into n;
  reset role;
  return n;
end;
$$;
create temporary table made on commit drop as select 'amc_results.' || quote_ident(table_name) as made_table,
  'public.' || quote_ident(view_name) as made_view
from amc_history.result_tables t join report_data_collections c using (workflow_id) where c.id = pg_temp.collection();

select is(pg_temp.count_as('a0000000-0000-4000-8000-000000000001', made_view), 1::bigint, 'the owner sees the row')
  from made;
select is(pg_temp.count_as('a0000000-0000-4000-8000-000000000002', made_view), 0::bigint, 'another user does not')
  from made;
select is(pg_temp.count_as('a0000000-0000-4000-8000-000000000002', made_table), 0::bigint, 'not in the table either')
  from made;
update result_loads set complete = false, completed_at = null where id = pg_temp.load_id();
select is(pg_temp.count_as('a0000000-0000-4000-8000-000000000001', made_table), 0::bigint,
  'the rows of a load that is not complete are nobody''s') from made;
select ok(relrowsecurity, 'the table has row level security') from made, pg_class where oid = made_table::regclass;
select is(reloptions, array['security_invoker=true'], 'the view reads with its caller''s rights') from made,
  pg_class where oid = made_view::regclass;
select ok(obj_description(relation::regclass, 'pg_class') is not null,
  regexp_replace(relation, '[0-9a-f]{12}', '…') || ' has a comment')
  from made, unnest(array[made_table, made_view]) relation;
select is((select array_agg(r || ' ' || p order by r, p) from unnest(array['anon', 'authenticated', 'service_role']) r,
    unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) p where has_table_privilege(r, relation, p)),
  array['authenticated SELECT', 'service_role SELECT'],
  regexp_replace(relation, '[0-9a-f]{12}', '…') || ' may be read and not written')
  from made, unnest(array[made_table, made_view]) relation;

select * from finish();
rollback;
