begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(8);

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
create temporary table lost as select pg_temp.attempt() as id;
grant select on lost to public;
create function pg_temp.refusal(call text) returns text language plpgsql as $$
declare
  code text;
begin
  execute call;
  return 'no refusal';
exception
  when others then
    get stacked diagnostics code = pg_exception_detail;
    return concat_ws(' ', sqlstate, code);
end;
$$;
create function pg_temp.calls(attempt uuid) returns setof text language sql as $$
  values (format('select confirm_execution(%L, %L)', attempt, 'exec-1')), (format('select confirm_no_execution(%L)', attempt));
$$;
-- Somebody else is signed in.
do $$ begin perform set_config('request.jwt.claims',
  '{"sub": "a0000000-0000-4000-8000-000000000002", "role": "authenticated"}', true); end $$;
set local role authenticated;

select is(pg_temp.refusal(call), 'PT404 collection_not_found', 'refused to others: ' || split_part(call, '(', 1))
from lost, pg_temp.calls(lost.id) call;
select is(pg_temp.refusal(call), 'PT404 attempt_not_found', 'and of no attempt: ' || split_part(call, '(', 1))
from pg_temp.calls(gen_random_uuid()) call;
select throws_ok($$ select refute_confirmation(gen_random_uuid(), 'x', 'x') $$, '42501', null,
  'what AMC said is for workers to report');
reset role;
select is((select state from week_attempts where id = pg_temp.attempt()), 'unknown', 'nothing changed');
-- The front end's server may.
do $$ begin perform set_config('request.jwt.claims', '{"role": "service_role"}', true); end $$;
set local role service_role;
select is((select outcome from lost, confirm_no_execution(lost.id)), 'applied', 'with the secret key anybody''s may be settled');
reset role;
select is((select detail ->> 'by' from tracking_events where attempt_id = pg_temp.attempt() and event = 'attempt_abandoned'),
  'service_role', 'and the event says so');

select * from finish();
rollback;
