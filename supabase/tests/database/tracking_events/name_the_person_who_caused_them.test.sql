begin;
\ir ../../_shared/three_weeks.psql
select plan(20);

-- The events since the last look, with who caused them: "collection_paused owner".
create temporary table seen as select max(id) as id from tracking_events;
create function pg_temp.new_events() returns text[] language plpgsql security definer as $$
declare
  events text[];
begin
  select array_agg(concat_ws(' ', e.event,
      case e.actor when pg_temp.user_id('owner')::text then 'owner' else e.actor end)
    order by e.id) into events from public.tracking_events e, seen where e.id > seen.id;
  update seen set id = (select max(e.id) from public.tracking_events e);
  return events;
end;
$$;
create function pg_temp.alert() returns bigint language sql security definer as
  $$ select id from public.tracking_alerts where code = 'late_execution' and resolved_at is null $$;

select is((select array_agg(concat_ws(' ', event, actor)) from tracking_events
    where instance_id = 'amcpgtap1' and collection_id is null),
  array['instance_connected postgres', 'member_added postgres'], 'connect_instance: the role at the database prompt');
select is((select array_agg(concat_ws(' ', event, actor)) from tracking_events
    where instance_id = 'amcpgtap1' and collection_id is not null),
  array['collection_started a0000000-0000-4000-8000-000000000001'],
  'start_collection: its owner, though the edge function calls it');
select pg_temp.complete_week(1, 'exec-1');
select pg_temp.lose_create(2);
select pg_temp.claim_week(3);
select report_create(pg_temp.attempt(3), 'refused', 400, 'No');
select amc_history.raise_alert('late_execution', 'Look', 'amcpgtap1');
set local amc_history.clock = '2025-03-03T13:00:00Z';
select is((select array_agg(distinct event) from tracking_events where actor is not null),
  array['collection_started', 'instance_connected', 'member_added'],
  'what a worker reports names nobody');
select pg_temp.new_events();

select pg_temp.sign_in('owner');
do $$ begin perform pause_collection(pg_temp.collection()); end $$;
select is(pg_temp.new_events(), array['collection_paused owner'], 'pause_collection');
do $$ begin perform pause_collection(pg_temp.collection()); end $$;
select is(pg_temp.new_events(), null, 'which changes nothing the second time, and leaves no event');
do $$ begin perform resume_collection(pg_temp.collection()); end $$;
select is(pg_temp.new_events(), array['collection_resumed owner'], 'resume_collection');
do $$ begin perform restate_week(pg_temp.week(1)); end $$;
select is(pg_temp.new_events(), array['week_to_be_restated owner'], 'restate_week');
do $$ begin perform set_restatement_policy(pg_temp.collection(), 4); end $$;
select is(pg_temp.new_events(), array['restatement_policy_set owner'], 'set_restatement_policy');
do $$ begin perform set_keep_versions(pg_temp.collection(), 5); end $$;
select is(pg_temp.new_events(), array['keep_versions_set owner'], 'set_keep_versions');
do $$ begin perform retry_week(pg_temp.week(3)); end $$;
select is(pg_temp.new_events(), array['week_retried owner'], 'retry_week');
do $$ begin perform confirm_execution(pg_temp.attempt(2), 'exec-2'); end $$;
select is(pg_temp.new_events(), array['execution_confirmed owner'], 'confirm_execution');
do $$ begin perform confirm_no_execution(pg_temp.attempt(2)); end $$;
select is(pg_temp.new_events(), array['attempt_abandoned owner'], 'confirm_no_execution');
do $$ begin perform resolve_alert(pg_temp.alert()); end $$;
select is(pg_temp.new_events(), array['alert_resolved owner'], 'resolve_alert');
reset role;
update report_data_weeks set status = 'failed', due_at = null where id in (pg_temp.week(2), pg_temp.week(3));
select pg_temp.sign_in('owner');
do $$ begin perform retry_failed_weeks(pg_temp.collection()); end $$;
select is(pg_temp.new_events(), array['week_retried owner', 'week_retried owner'], 'retry_failed_weeks: of each week');
do $$ begin perform cancel_collection(pg_temp.collection()); end $$;
select is(pg_temp.new_events(), array['collection_cancelled owner'], 'cancel_collection');
reset role;

-- Who is signed in as nobody.
select pg_temp.start_collection(weeks => 1, first_day => '2025-02-03', key => 'another');
select pg_temp.new_events();
do $$ begin perform set_config('request.jwt.claims', '{"role": "service_role"}', true); end $$;
select is(pause_collection(id), row('applied', null, 1)::control_report, 'the secret key acts for every user')
from report_data_collections where start_date = '2025-02-03';
select is(pg_temp.new_events(), array['collection_paused service_role'], 'and is named');
do $$ begin perform set_config('request.jwt.claims', '', true); end $$;
select is(resume_collection(id), row('applied', null, 1)::control_report, 'a database prompt acts for every user')
from report_data_collections where start_date = '2025-02-03';
select is(pg_temp.new_events(), array['collection_resumed postgres'], 'and its login role is named');

select throws_ok($$ insert into tracking_events (event) values ('collection_paused') $$, '23514', null,
  'an event that only a person causes names one');

select * from finish();
rollback;
