-- Asking for weeks that were cancelled or skipped opens them again: what AMC has of them is followed or loaded, and run
-- again only where there is nothing.
begin;
\ir ../../_shared/collection.psql
select plan(46);

select pg_temp.start_collection(weeks => 8);
insert into amc_instance_members (instance_id, user_id, role)
values ('amcpgtap1', pg_temp.user_id('colleague'), 'analyst');
create function pg_temp.ask(first_week integer default 1, last_week integer default 8) returns text
language sql as $$
  select concat_ws(' ', a ->> 'created', a ->> 'extended', a ->> 'reopened') from (
    select start_collection(pg_temp.user_id('colleague'), 'amcpgtap1', workflow_id,
      start_date => '2024-12-30'::date + 7 * first_week, end_date => '2025-01-05'::date + 7 * last_week) as a
    from report_data_collections) s $$;
-- Week n and its latest attempt: "running - created live exec-1".
create function pg_temp.shown(n integer) returns text language sql as $$
  select concat_ws(' ', w.status, case when w.due_at = 'infinity' then 'held' when w.due_at is not null then 'due' end,
    '-', a.state, case when a.state is not null then coalesce(a.outcome, 'live') end, a.execution_id,
    case when a.cancel_requested_at is not null then 'cancel' end,
    case when e.cancel_requested_at is not null then 'asked' end)
  from report_data_weeks w left join week_attempts a on a.id = pg_temp.attempt(n)
  left join workflow_executions e on e.id = a.execution_id where w.id = pg_temp.week(n) $$;
create function pg_temp.observe(execution text, status text) returns void language sql as
  $$ select record_observation(execution, jsonb_build_object('id', execution, 'status', status)) $$;

-- Eight weeks: completed, failed, running, its result waits, its create got no answer, never begun, skipped by another
-- system, just claimed.
do $$
begin
  perform pg_temp.complete_week(1, 'exec-1');
  perform pg_temp.run_week(2, 'exec-2', 'FAILED');
  perform update_week_status(pg_temp.collection(), pg_temp.week(2), 'failed', null, 'exec-2');
  perform pg_temp.run_week(3, 'exec-3', 'RUNNING');
  perform pg_temp.run_week(4, 'exec-4', 'SUCCEEDED');
  perform pg_temp.lose_create(5);
  perform update_week_status(pg_temp.collection(), pg_temp.week(7), 'skipped');
  perform pg_temp.make_due(8);
  perform pg_temp.claim_week(8);
end;
$$;
select is((cancel_collection(pg_temp.collection())).weeks, 5, 'a collection is cancelled');
select is(array[pg_temp.shown(3), pg_temp.shown(4), pg_temp.shown(5), pg_temp.shown(8)], array[
  'cancelled - created live exec-3 cancel asked', 'cancelled - ended cancelled exec-4 cancel',
  'cancelled - unknown live cancel', 'cancelled - intended live cancel'], 'with what was under way');
select is((retry_week(pg_temp.week(6))).reason, 'collection_is_cancelled', 'its weeks cannot be retried');
set local role service_role;

savepoint cancelled;
select is(pg_temp.ask(), 'false 0 6', 'all but the completed and the failed one open again');
select is(pg_temp.shown(1), 'completed - ended collected exec-1', 'a completed one stays');
select is(pg_temp.shown(2), 'failed - ended failed exec-2', 'a failed one waits for a retry');
select is(pg_temp.shown(3), 'running - created live exec-3', 'what runs at AMC is followed');
select is(pg_temp.shown(4), 'running - created live exec-4', 'what succeeded is loaded');
select is(pg_temp.shown(5), 'running - unknown live', 'a lost create is settled by AMC''s list');
select is(pg_temp.shown(6), 'pending due -', 'what never began is due');
select is(pg_temp.shown(7), 'pending due -', 'what was skipped too');
select is(pg_temp.shown(8), 'running - intended live', 'a create on its way goes on');
-- The cancel and the request are of one transaction here: what a commit would do is done now.
reset role;
set constraints all immediate;
set constraints all deferred;
set local role service_role;
select is(pg_temp.shown(3), 'running - created live exec-3', 'at the end of the transaction, too');
select is((select status from collection_progress), 'running', 'the collection is back');
select is((select array_agg(distinct requested_by) from report_data_weeks where id in (pg_temp.week(3), pg_temp.week(4),
  pg_temp.week(5), pg_temp.week(6), pg_temp.week(7), pg_temp.week(8))), array[pg_temp.user_id('colleague')],
  'its weeks are of who asked for them last');
select is((select array_agg(concat_ws(' ', w.week_start_date, detail ->> 'was', detail ->> 'becomes')
    order by w.week_start_date)
  from tracking_events t join report_data_weeks w on w.id = t.week_id where event = 'week_reopened'
  and actor = pg_temp.user_id('colleague')::text), array['2025-01-20 cancelled followed', '2025-01-27 cancelled loaded',
  '2025-02-03 cancelled followed', '2025-02-10 cancelled due', '2025-02-17 skipped due',
    '2025-02-24 cancelled followed'],
  'each has an event with its actor');
select is((select concat_ws(' ', detail ->> 'weeks', actor = pg_temp.user_id('colleague')::text) from tracking_events
  where event = 'collection_reopened'), '6 t', 'and so has the collection');
select is(pg_temp.ask(), 'false 0 0', 'again it changes nothing');
select is((select array_agg(execution_id) from claim_loads(10)), array['exec-4'], 'the result is loaded');
select is((select array_agg(execution_id) from claim_cancellations(10)), null, 'nothing is cancelled any more');
select is((select array_agg(week_start_date order by week_start_date) from claim_due_weeks(10)
  join report_data_weeks w on w.id = week_id), '{2025-02-10,2025-02-17}', 'only what AMC does not have is run');
do $$
begin
  perform record_execution(pg_temp.attempt(8), 'exec-8');
  perform pg_temp.complete_load('exec-4');
  perform update_week_status(pg_temp.collection(), pg_temp.week(4), 'completed', '{}', 'exec-4');
end;
$$;
select is(pg_temp.shown(8), 'running - created live exec-8', 'the answer to the create counts');
select is(pg_temp.shown(4), 'completed - ended collected exec-4', 'the loaded week is completed');
do $$ begin perform pg_temp.observe('exec-3', 'CANCELLED'); end $$;
select is((select array_agg(execution_id) from finished_attempts()), array['exec-3'],
  'one that somebody else cancels at AMC, whom nobody here asked,');
select is((retry_failed_execution(pg_temp.attempt(3))).reason, 'no_retry_left', 'fails as ever');

-- AMC was asked to cancel already.
rollback to cancelled;
do $$ begin perform claim_cancellations(10); perform pg_temp.ask(); perform pg_temp.observe('exec-3',
  'CANCELLED'); end $$;
select is((select array_agg(execution_id) from finished_attempts()), array['exec-3'],
  'one whose cancel came too late to stop');
select is((retry_failed_execution(pg_temp.attempt(3))).outcome, 'applied', 'is tried again');
select is(pg_temp.shown(3), 'running due - ended cancelled exec-3', 'at once, once it has ended');
select is((select error_count from report_data_weeks where id = pg_temp.week(3)), 0, 'which is no error');
rollback to cancelled;
do $$ begin perform claim_cancellations(10); perform pg_temp.ask(); perform pg_temp.observe('exec-3',
  'SUCCEEDED'); end $$;
select is((select array_agg(execution_id order by execution_id) from claim_loads(10)), array['exec-3', 'exec-4'],
  'one that AMC did not stop is loaded');

-- It ended at AMC before anybody asked for the week again.
rollback to cancelled;
do $$ begin perform pg_temp.observe('exec-3', 'SUCCEEDED'); end $$;
select is(pg_temp.shown(3), 'cancelled - ended cancelled exec-3 cancel asked', 'a cancelled run may succeed after all');
select is(pg_temp.ask(3, 3), 'false 0 1', 'a week alone');
select is(pg_temp.shown(3), 'running - created live exec-3', 'its result is loaded');
select is(pg_temp.shown(4), 'cancelled - ended cancelled exec-4 cancel', 'the others stay cancelled');
rollback to cancelled;
do $$ begin perform pg_temp.observe('exec-3', 'CANCELLED'); perform pg_temp.ask(3, 3); end $$;
select is(pg_temp.shown(3), 'pending due - ended cancelled exec-3 cancel asked', 'one that was cancelled is run again');

-- The create turns out to have made nothing.
rollback to cancelled;
do $$ begin perform pg_temp.ask(); perform report_create(pg_temp.attempt(8), 'not_sent'); end $$;
select is(pg_temp.shown(8), 'running due - ended not_sent', 'a create that did not leave makes the week due again');

-- Another live attempt asks for the same window.
rollback to cancelled;
reset role;
do $$
begin
  perform set_config('amc_history.clock', '2025-03-03T12:00:01Z', true);
  perform pg_temp.start_collection(weeks => 8, key => 'legacy', imported => true);
  perform claim_due_weeks(20);
  perform pg_temp.ask(4, 4);
end;
$$;
select is(pg_temp.shown(4), 'pending due - ended cancelled exec-4 cancel',
  'while another collection''s attempt has the window, a week is due and waits for it');

-- What was taken up again may be cancelled again, and has no second attempt beside it.
rollback to cancelled;
do $$ begin perform pg_temp.ask(); perform cancel_collection(pg_temp.collection()); end $$;
select is(array[pg_temp.shown(3), pg_temp.shown(4)], array['cancelled - created live exec-3 cancel asked',
  'cancelled - ended cancelled exec-4 cancel'], 'it is cancelled again');
select is((select max(number) from week_attempts), 1, 'no week had a second attempt');
select is(pg_temp.ask(), 'false 0 6', 'and taken up again');

-- An attempt that has ended otherwise, or whose execution did not succeed, stays ended.
select is(pg_temp.refusal(format($$ update week_attempts set state = 'created', outcome = null, ended_at = null
  where execution_id = %L $$, id)), '23514', what)
from (values ('exec-1', 'one that was collected stays ended'), ('exec-2', 'one that failed too')) t(id, what);
do $$ begin perform cancel_collection(pg_temp.collection()); perform pg_temp.observe('exec-3', 'CANCELLED'); end $$;
select is(pg_temp.refusal($$ update week_attempts set state = 'created', outcome = null, ended_at = null
  where execution_id = 'exec-3' $$), '23514', 'so does one that was cancelled, without a result');

-- Weeks that AMC keeps no longer are neither made nor reopened.
set local amc_history.clock = '2026-03-03T12:00:00Z';
select is(pg_temp.refusal('select pg_temp.ask(1, 8)'), '22023 range_not_kept', 'not those that AMC keeps no longer');
select is(pg_temp.ask(8, 8), 'false 0 1', 'but those that it keeps');
select is((select status from collection_progress), 'running', 'the collection is back');

select * from finish();
rollback;
