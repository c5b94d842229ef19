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
-- The table and the view of a result are looked at as well.
do $$
begin
  perform claim_due_weeks(1);
  perform record_execution(pg_temp.attempt(1), 'exec-1');
  perform amc_history.begin_load(pg_temp.attempt(1), 1, array['campaign']);
end;
$$;
create temporary view relations as
select c.oid, format('%s.%s', n.nspname, c.relname) as name, c.relkind, c.relrowsecurity, c.reloptions
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname in ('public', 'amc_history', 'amc_results') and c.relkind in ('r', 'p', 'v', 'm')
  and not exists (select from pg_depend d
  where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e');
create temporary view functions as
select p.oid, p.oid::regprocedure::text as name, n.nspname, p.proacl, p.proconfig, p.prosecdef, p.prorettype
from pg_proc p join pg_namespace n on n.oid = p.pronamespace
where n.nspname in ('public', 'amc_history') and not exists (select from pg_depend d
  where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e');

select is((select array_agg(name order by name collate "C") from relations
  where coalesce(btrim(obj_description(oid, 'pg_class')), '') = ''), null,
  'every table and view has a comment');
select is((select array_agg(name order by name collate "C") from functions
  where coalesce(btrim(obj_description(oid, 'pg_proc')), '') = ''), null,
  'every function has a comment');
select is((select array_agg(nspname) from pg_namespace where nspname in ('amc_history', 'amc_results')
  and obj_description(oid, 'pg_namespace') is null), null, 'every schema of ours has a comment');
select cmp_ok((select count(*) from functions), '>=', 50::bigint, 'there are functions to look at');

select * from finish();
rollback;
