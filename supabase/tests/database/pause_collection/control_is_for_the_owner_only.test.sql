begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(15);

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
create function pg_temp.weeks() returns text[] language sql as
  $$ select array_agg(concat_ws(' ', w.status, case when w.due_at = 'infinity' then 'held' when w.due_at is not null
  then 'due' end)
       order by w.week_start_date) from report_data_weeks w where w.collection_id = pg_temp.collection() $$;
create function pg_temp.refusal(statement text) returns text language plpgsql as $$
declare
  code text;
  hint text;
begin
  execute statement;
  return 'no refusal';
exception
  when others then
    get stacked diagnostics code = pg_exception_detail, hint = pg_exception_hint;
    return concat_ws(' ', sqlstate, code, case when hint = '' then 'without a hint' end);
end;
$$;
-- Another user is signed in, who is a member of the instance.
insert into auth.users (id, email) values ('a0000000-0000-4000-8000-000000000002', 'other@pgtap.test');
insert into amc_instance_members (instance_id, user_id) values ('amcpgtap1', 'a0000000-0000-4000-8000-000000000002');
create temporary table target on commit drop as select pg_temp.collection() as collection_id,
  pg_temp.week(1) as week_id;
grant select on target to authenticated;
do $$ begin perform update_week_status(pg_temp.collection(), pg_temp.week(2), 'completed', '{}'); end $$;
do $$ begin perform set_config('request.jwt.claims',
  '{"sub": "a0000000-0000-4000-8000-000000000002", "role": "authenticated"}', true); end $$;
set local role authenticated;

select is(pg_temp.refusal(format('select %s((select %s from target))', f, argument)), 'PT404 collection_not_found',
  f || ' is refused to another user')
from (values ('pause_collection', 'collection_id'), ('resume_collection', 'collection_id'),
  ('cancel_collection', 'collection_id'),
  ('retry_failed_weeks', 'collection_id'), ('retry_week', 'week_id'), ('restate_week', 'week_id')) as t(f, argument);
select is(pg_temp.refusal('select pause_collection(gen_random_uuid())'), 'PT404 collection_not_found',
  'which reads like one that is not there');
select is(pg_temp.refusal('select retry_week(gen_random_uuid())'), 'PT404 week_not_found', 'nor is there such a week');
reset role;
select is(pg_temp.weeks(), array['pending due', 'completed', 'pending due'], 'nothing changed');
set local role anon;
select throws_ok(format('select %s(gen_random_uuid())', f), '42501', null, f || ' is closed without a user')
from unnest(array['pause_collection', 'resume_collection', 'cancel_collection', 'retry_failed_weeks', 'retry_week',
  'restate_week']) f;

select * from finish();
rollback;
