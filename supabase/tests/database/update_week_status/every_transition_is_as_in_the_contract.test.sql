begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(36);

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
-- pending: any. running: any but pending. A terminal status: only the same again. Nothing new: already_applied.
create function pg_temp.try_every_transition() returns setof text language plpgsql as $$
declare
  statuses constant text[] := array['pending', 'running', 'completed', 'failed', 'skipped', 'cancelled'];
  old_status text;
  new_status text;
  expected text;
begin
  foreach old_status in array statuses loop
    foreach new_status in array statuses loop
      update report_data_weeks set status = old_status, due_at = null where id = pg_temp.week(1);
      expected := case
        when old_status = new_status then 'already_applied'
        when old_status = 'pending' or old_status = 'running' and new_status <> 'pending' then 'applied'
        else 'rejected'
      end;
      return next is(update_week_status(pg_temp.collection(), pg_temp.week(1), new_status),
        row(expected, case expected when 'rejected' then 'illegal_transition' end,
          case expected when 'rejected' then old_status else new_status end, null)::tracking_report,
        format('%s to %s: %s', old_status, new_status, expected));
    end loop;
  end loop;
end;
$$;
set local role service_role;

select pg_temp.try_every_transition();

select * from finish();
rollback;
