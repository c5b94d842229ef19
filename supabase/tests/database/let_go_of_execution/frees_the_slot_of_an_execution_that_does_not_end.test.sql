-- A person lets go of an execution that does not end: only after AMC's own deadline, and with a reason. The slot is
-- free, the week fails or is due again, and a later end of the execution is told.
begin;
\ir ../../_shared/three_weeks.psql
select plan(27);

create function pg_temp.let_go(execution text, reason text default 'Stuck since Monday',
  try_again boolean default false)
  returns text language sql as
  $$ select concat_ws(' ', outcome, reason, weeks) from let_go_of_execution(execution, $2, $3) $$;
-- The weeks with their latest attempts, and how many slots are taken.
create function pg_temp.seen() returns text[] language sql security definer as $$
  select array_agg(concat_ws(' ', w.status, case when w.due_at is not null then 'due' end, w.error_code, w.execution_id,
      coalesce(a.outcome, a.state)) order by w.week_start_date)
    || (select count(*)::text from public.week_attempts where is_live)
  from public.report_data_weeks w left join lateral (select * from public.week_attempts a
    where a.week_id = w.id order by a.number desc limit 1) a on true $$;

-- The three run; AMC said of the first when it expires, of the second nothing.
set local role service_role;
select claim_due_weeks(3);
update week_attempts set fingerprint = 30000;
select record_execution(pg_temp.attempt(1), 'exec-1', '{"status": "RUNNING", "timeout_seconds": 30000,
  "created_at": "2025-03-03T12:00:00Z", "expires_at": "2025-03-04T10:00:00Z"}');
select record_execution(pg_temp.attempt(2), 'exec-2', '{"status": "RUNNING"}');
select record_execution(pg_temp.attempt(3), 'exec-3', '{"status": "RUNNING", "timeout_seconds": 86400}');

select pg_temp.sign_in('owner');
select is(pg_temp.let_go('exec-1'), 'rejected may run until 2025-03-04T18:20:00Z 0', 'not while it may still run');
select is(pg_temp.let_go('exec-2'), 'rejected may run until 2025-03-04T20:20:00Z 0', 'also where AMC says nothing');
select is(pg_temp.let_go('exec-3'), 'rejected may run until 2025-03-05T12:00:00Z 0', 'the longer timeout counts');
set local amc_history.clock = '2025-03-04T18:19:59Z';
select is(pg_temp.let_go('exec-1'), 'rejected may run until 2025-03-04T18:20:00Z 0', 'to the second');
set local amc_history.clock = '2025-03-05T12:00:00Z';
select is(pg_temp.let_go('exec-1', reason), 'rejected malformed_reason 0', 'nor without a reason')
from unnest(array[null, '', '  ', repeat('x', 501)]) reason;

-- Whoever may not control the collection learns nothing.
select pg_temp.sign_in('other');
select is(pg_temp.refusal(format('select let_go_of_execution(%L, %L)', id, 'x')), 'PT404 execution_not_found',
  'refused to others: ' || coalesce(id, 'null')) from unnest(array['exec-1', 'none', null]) id;
reset role;
delete from amc_instance_members where user_id = pg_temp.user_id('owner');
select pg_temp.sign_in('owner');
select is(pg_temp.refusal($$ select let_go_of_execution('exec-1', 'x') $$), 'PT404 execution_not_found',
  'and to an owner who is a member no more');
reset role;
insert into amc_instance_members (instance_id, user_id) values ('amcpgtap1', pg_temp.user_id('owner'));
select is(pg_temp.seen(), array['running exec-1 created', 'running exec-2 created', 'running exec-3 created', '3'],
  'nothing has changed');

-- Overdue, and set aside.
select amc_history.record_stoppage('execution', 'exec-1', 'refused', 'amc', 'No', 'amcpgtap1');
select amc_history.raise_alert('execution_overdue', 'Look', 'amcpgtap1', pg_temp.week(1));
select pg_temp.sign_in('owner');
select is(pg_temp.let_go('exec-1'), 'applied 1', 'the first fails');
select is(pg_temp.let_go('exec-2', try_again => true), 'applied 1', 'the second is tried again');
select is(pg_temp.seen(),
  array['failed let_go exec-1 let_go', 'running due exec-2 let_go', 'running exec-3 created', '1'],
  'their slots are free');
select is(pg_temp.let_go('exec-1'), 'already_applied 0', 'once is enough');
reset role;
select is((select error_message from report_data_weeks where id = pg_temp.week(1)), 'Stuck since Monday',
  'the reason stands with the week');
select results_eq($$ select actor, detail ->> 'reason', detail ->> 'try_again' from tracking_events
    where event = 'execution_let_go' order by id $$,
  $$ values (pg_temp.user_id('owner')::text, 'Stuck since Monday', 'false'),
    (pg_temp.user_id('owner')::text, 'Stuck since Monday', 'true') $$, 'events say who and why');
select is(pg_temp.open_alerts(), null, 'the alert is resolved');
select is((select count(*) from stoppages where ended_at is null), 0::bigint, 'and the stoppage has ended');

-- It is asked for still, and does not make the listing longer.
set local role service_role;
select results_eq($$ select a ->> 'execution_id', a ->> 'state'
    from claim_listing(1, 1), jsonb_array_elements(attempts) a order by 1 $$,
  $$ values ('exec-1', 'let_go'), ('exec-2', 'let_go'), ('exec-3', 'created') $$, 'AMC is still asked for it');
delete from week_attempts where execution_id = 'exec-3';
update amc_instances set list_leased_until = null, list_due_at = '-infinity';
select is((select list_from from claim_listing(1, 1)), '2025-03-05T11:00:00Z'::timestamptz,
  'though the list is not read back to its intent');
select record_observation('exec-1', '{"id": "exec-1", "status": "SUCCEEDED"}');
select is(pg_temp.open_alerts(), array['let_go_execution_ended'], 'a later end is told');
select is((select count(*) from week_attempts where watch_until is not null), 1::bigint, 'and it is watched no more');
select is(pg_temp.seen(), array['failed let_go exec-1 let_go', 'running due exec-2 let_go', 'running exec-3', '0'],
  'the week stays as it is');
-- A new attempt.
select pg_temp.claim_week(2);
select is((record_execution(pg_temp.attempt(2), 'exec-4')).outcome, 'recorded', 'the week that is due gets one');

select * from finish();
rollback;
