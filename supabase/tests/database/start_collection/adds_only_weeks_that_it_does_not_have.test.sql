-- Asking for weeks of a query that is collected already adds those that its collection does not have, and no others.
begin;
\ir ../../_shared/three_weeks.psql
select plan(25);

insert into amc_instance_members (instance_id, user_id, role)
values ('amcpgtap1', pg_temp.user_id('colleague'), 'analyst');
create function pg_temp.ask(first_day date, weeks integer, who text default 'colleague') returns jsonb language sql as
  $$ select start_collection(pg_temp.user_id(who), 'amcpgtap1', (select workflow_id from report_data_collections),
       start_date => first_day, end_date => first_day + 7 * weeks - 1) $$;
create function pg_temp.changed(answer jsonb) returns text language sql as
  $$ select concat_ws(' ', answer ->> 'created', answer ->> 'extended', answer ->> 'reopened',
       jsonb_array_length(answer -> 'weeks')) $$;
create function pg_temp.range() returns text language sql as
  $$ select concat_ws(' ', start_date, end_date) from report_data_collections $$;
create temporary table before on commit drop as select id, created_at, requested_by from report_data_weeks;
grant select on before to service_role;
do $$ begin perform pg_temp.complete_week(1, 'exec-1'); end $$;
update report_data_weeks set status = 'failed', due_at = null where id = pg_temp.week(2);
set local role service_role;

select is(pg_temp.changed(pg_temp.ask('2025-01-06', 3)), 'false 0 0 3', 'weeks that are there are answered');
select is(pg_temp.weeks(), '{completed,failed,pending due}', 'completed and failed ones stay');
select is(pg_temp.changed(pg_temp.ask('2025-01-20', 3)), 'false 2 0 3', 'of weeks that overlap the new ones are added');
select is(pg_temp.range(), '2025-01-06 2025-02-09', 'and the end follows');
select is(pg_temp.changed(pg_temp.ask('2024-12-23', 1)), 'false 1 0 1', 'an earlier week');
select is(pg_temp.range(), '2024-12-23 2025-02-09', 'and the start follows');
select is((select array_agg(week_start_date order by week_start_date) from report_data_weeks),
  '{2024-12-23,2025-01-06,2025-01-13,2025-01-20,2025-01-27,2025-02-03}', 'what nobody asked for is no row');
select results_eq($$ select week_id, collection_id, week_start_date, state, next_step from week_states
  where state = 'not_asked' $$, $$ select null::uuid, pg_temp.collection(), '2024-12-30'::date, 'not_asked',
  'Ask for it with start_collection.' $$, 'and is shown as not asked');
select is((select concat_ws(' ', weeks, not_asked) from collection_progress), '6 1', 'and counted apart');
select is((select array_agg(to_char(week_start_date, 'MM-DD') || ' ' || state order by week_start_date) from
  week_states),
  '{12-23 waiting,12-30 not_asked,01-06 empty,01-13 failed,01-20 waiting,01-27 waiting,02-03 waiting}',
  'a year at one look');
select is(pg_temp.changed(pg_temp.ask('2024-12-23', 7)), 'false 1 0 7', 'a request over all fills the gap');
select is((select count(*) from week_states where state = 'not_asked'), 0::bigint, 'then all are asked for');
select is(pg_temp.changed(pg_temp.ask('2024-12-23', 7)), 'false 0 0 7', 'again it changes nothing');

select is((select array_agg(w.id) from before b join report_data_weeks w using (id)
  where w.requested_by is distinct from pg_temp.user_id('owner')), null,
    'weeks that were there keep who asked for them');
select is((select array_agg(distinct requested_by) from report_data_weeks where id not in (select id from before)),
  array[pg_temp.user_id('colleague')], 'the new ones have who asked for more');
select is((select array_agg(concat_ws(' ', event, detail ->> 'weeks') order by id) from tracking_events
  where event like 'collection_%' and actor = pg_temp.user_id('colleague')::text),
  array['collection_extended 2', 'collection_extended 1', 'collection_extended 1'], 'each has an event with its actor');
select is((select created_by from report_data_collections), pg_temp.user_id('owner'), 'it was made by who made it');
select is((select array_agg(user_id order by user_id) from collection_backers),
  array[pg_temp.user_id('owner'), pg_temp.user_id('colleague')], 'whoever asks stands behind it');
select results_eq($$ select requested_by, first_day, last_day, created, extended, reopened from collection_requests
  order by id $$, $$ values
  (pg_temp.user_id('owner'), '2025-01-06'::date, '2025-01-26'::date, true, 0, 0),
  (pg_temp.user_id('colleague'), '2025-01-20'::date, '2025-02-09'::date, false, 2, 0),
  (pg_temp.user_id('colleague'), '2024-12-23'::date, '2024-12-29'::date, false, 1, 0),
  (pg_temp.user_id('colleague'), '2024-12-23'::date, '2025-02-09'::date, false, 1, 0),
  (pg_temp.user_id('colleague'), '2024-12-23'::date, '2025-02-09'::date, false, 0, 0) $$,
  'each request is kept; of those without effect the last one of each person');
select is((select array_agg(w ->> 'time_window_start' order by w ->> 'time_window_start')
  from jsonb_array_elements(amc_history.weeks_to_survey('amcpgtap1')) w),
  '{2024-12-23T00:00:00,2024-12-30T00:00:00,2025-01-27T00:00:00,2025-02-03T00:00:00}',
  'the new weeks are looked for in AMC''s list');
select is((select array_agg(time_window_start) from claim_due_weeks(10)), '{2025-01-20T00:00:00}',
  'until then what was looked for before begins alone');
do $$ begin perform mark_surveyed('amcpgtap1', (select list_fence from amc_instances),
  array(select w.id from report_data_weeks w)); end $$;
select is((select count(*) from claim_due_weeks(10)), 4::bigint, 'then the new ones do');
-- A viewer may read, and not ask.
reset role;
update amc_instance_members set role = 'viewer' where user_id = pg_temp.user_id('colleague');
select is(pg_temp.refusal($$ select pg_temp.ask('2025-02-10', 1) $$), 'PT403 role_too_low', 'a viewer is refused');
update report_data_collections set paused_at = amc_history.clock_now();
select is(pg_temp.changed(pg_temp.ask('2025-02-10', 1, 'owner')), 'false 1 0 1', 'a paused collection is extended');
select is((select due_at from report_data_weeks where week_start_date = '2025-02-10'), 'infinity',
  'and stays paused: the week is held');

select * from finish();
rollback;
