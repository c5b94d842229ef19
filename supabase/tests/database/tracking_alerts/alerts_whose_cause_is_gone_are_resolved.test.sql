begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(9);

-- The clock stands still. One instance whose list is not proved to tell, and a collection of three weeks: of 6, 13 and 20
-- January 2025. The answer to the first week's create was lost.
do $fixture$
begin
  perform set_config('amc_history.clock', '2025-03-03T12:00:00Z', true);
  insert into auth.users (id, email) values ('a0000000-0000-4000-8000-000000000001', 'owner@pgtap.test'),
    ('a0000000-0000-4000-8000-000000000002', 'other@pgtap.test');
  perform amc_history.connect_instance('amcpgtap1', 'ENTITYPGTAP', 'ATVPDKIKX0DER', 'NA',
    '{"client_id": "c", "client_secret": "s", "refresh_token": "r"}', 'owner@pgtap.test');
  perform create_collection('a0000000-0000-4000-8000-000000000001', 'amcpgtap1',
    save_workflow('amcpgtap1', 'Weekly campaigns', 'select campaign, impressions from sponsored_ads_traffic'),
    start_date => '2025-01-06', end_date => '2025-01-26');
  update report_data_collections set surveyed_at = amc_history.clock_now() where instance_id = 'amcpgtap1';
  perform report_create(c.attempt_id, 'unknown') from claim_due_weeks(1) c;
  perform set_config('amc_history.clock', '2025-03-03T13:00:00Z', true);
end;
$fixture$;
create function pg_temp.collection() returns uuid language sql as
  $$ select id from report_data_collections where instance_id = 'amcpgtap1' $$;
create function pg_temp.week(n integer) returns uuid language sql as
  $$ select id from report_data_weeks where collection_id = pg_temp.collection()
     order by week_start_date offset n - 1 limit 1 $$;
create function pg_temp.attempt() returns uuid language sql as
  $$ select id from week_attempts where week_id = pg_temp.week(1) order by number limit 1 $$;
create function pg_temp.open_alerts() returns text[] language sql security definer as
  $$ select array_agg(code order by code) from public.tracking_alerts where instance_id = 'amcpgtap1' and resolved_at is null $$;
create function pg_temp.list(status text) returns void language plpgsql as $$
begin
  perform record_listing('amcpgtap1', i.list_fence, amc_history.clock_now(),
    jsonb_build_array(jsonb_build_object('id', 'exec-1', 'status', status)), true)
  from amc_instances i where i.id = 'amcpgtap1';
end;
$$;
do $$ begin perform settle_attempt(pg_temp.attempt(), amc_history.clock_now()); end $$;
set local role service_role;

select is(pg_temp.open_alerts(), array['unknown_outcome'], 'a person is asked what became of a create');
do $$ begin perform record_execution(pg_temp.attempt(), 'exec-1', '{"status": "RUNNING"}', true); end $$;
select is(pg_temp.open_alerts(), null, 'until a listing tells');

do $$
begin
  perform set_config('amc_history.clock', '2025-03-03T20:00:00Z', true);
  perform pg_temp.list('DREAMING');
end;
$$;
select is(pg_temp.open_alerts(), array['unknown_status'], 'a status that nobody knows is told');
do $$ begin perform pg_temp.list('RUNNING'); end $$;
select is(pg_temp.open_alerts(), null, 'until there is one that is known');
do $$
begin
  perform set_config('amc_history.clock', '2025-03-06T20:00:00Z', true);
  perform pg_temp.list('RUNNING');
end;
$$;
select is(pg_temp.open_alerts(), array['execution_overdue'], 'an execution that takes too long is told');
do $$ begin perform pg_temp.list('SUCCEEDED'); end $$;
select is(pg_temp.open_alerts(), null, 'until it ends');

do $$ begin perform amc_history.raise_alert('unauthorized', 'AMC refused the token', 'amcpgtap1'); end $$;
do $$ begin perform record_listing('amcpgtap1', list_fence, amc_history.clock_now(), '[]', false) from amc_instances; end $$;
select is(pg_temp.open_alerts(), array['unauthorized'], 'a token that AMC refused is told');
do $$ begin perform pg_temp.list('SUCCEEDED'); end $$;
select is(pg_temp.open_alerts(), null, 'until AMC answers a listing');
do $$
begin
  perform amc_history.raise_alert('duplicate_execution', 'It ran twice', 'amcpgtap1', pg_temp.week(1));
  perform pg_temp.list('SUCCEEDED');
end;
$$;
select is(pg_temp.open_alerts(), array['duplicate_execution'], 'what has happened is for a person to put aside');

select * from finish();
rollback;
