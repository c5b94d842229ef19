-- What is held up has one open row, counts its failures in a row, waits longer each time, alerts a person once it
-- has lasted long enough, and the success that ends it resolves the alert.
begin;
\ir ../../_shared/three_weeks.psql
select plan(19);

create function pg_temp.fail(subject text default 'exec-1', waits boolean default false) returns timestamptz
language sql as $$
  select record_stoppage('execution', subject, 'forbidden', 'amc', 'Unauthorized request.', 'amcpgtap1',
    pg_temp.collection(), pg_temp.week(1), 'REQ1', waits_for_person => waits) $$;
create function pg_temp.open_one() returns stoppages language sql as $$
  select s from stoppages s where s.kind = 'execution' and s.subject = 'exec-1' and s.ended_at is null $$;
create function pg_temp.wait_for_it() returns void language plpgsql as $$
begin
  perform set_config('amc_history.clock', (pg_temp.open_one()).retry_at::text, true);
end;
$$;
grant select, insert, update on stoppages to service_role;
set local role service_role;

select is(end_stoppage('execution', 'exec-1'), false, 'a success that ends nothing says so');
select cmp_ok(pg_temp.fail(), '>', amc_history.clock_now(), 'what fails is tried again later');
select ok(amc_history.is_held_up('execution', 'exec-1'), 'until then it is held up');
select ok(not amc_history.is_held_up('execution', 'exec-2'), 'and nothing beside it');
select ok(not amc_history.is_held_up('cancel', 'exec-1'), 'nor anything else about it');
select is(pg_temp.fail(), (pg_temp.open_one()).retry_at, 'who meets it meanwhile waits with it');
select is((pg_temp.open_one()).times, 1, 'and is no further try');

select pg_temp.wait_for_it();
select ok(not amc_history.is_held_up('execution', 'exec-1'), 'then it may be tried');
select cmp_ok(pg_temp.fail() - amc_history.clock_now(), '>=', interval '1 minute', 'a second failure waits longer');
select is(pg_temp.open_alerts(), null, 'nobody is alerted yet');
select pg_temp.wait_for_it();
select cmp_ok(pg_temp.fail() - amc_history.clock_now(), '>=', interval '2 minutes', 'a third longer still');
do $$
begin
  perform set_config('amc_history.clock', ((pg_temp.open_one()).since + interval '30 minutes')::text, true);
  perform pg_temp.fail();
end;
$$;
select is(pg_temp.open_alerts(), array['held_up'], 'one that has lasted for half an hour alerts a person');
select is((select message from tracking_alerts where code = 'held_up'), 'Unauthorized request.', 'in AMC''s words');
select is((select array[detail ->> 'kind', detail ->> 'subject', detail ->> 'code', detail ->> 'source']
  from tracking_alerts where code = 'held_up'), array['execution', 'exec-1', 'forbidden', 'amc'], 'and says what');
select is((resolve_alert((select id from tracking_alerts where code = 'held_up'))).reason, 'cause_persists',
  'nobody closes the alert while it lasts');

select is(end_stoppage('execution', 'exec-1'), true, 'a success ends it');
select is(pg_temp.open_alerts(), null, 'and resolves the alert');
select is(pg_temp.fail(waits => true), null, 'what waits for a person is not tried again');
select ok(amc_history.is_held_up('execution', 'exec-1') and pg_temp.open_alerts() = array['held_up'],
  'is held up without end, and alerts at once');

select * from finish();
rollback;
