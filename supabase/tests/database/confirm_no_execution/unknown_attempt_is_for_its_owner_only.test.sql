begin;
\ir ../../_shared/three_weeks.psql
select plan(8);

-- The list is not proved to tell. AMC's answer to the first week's create was lost, an hour ago.
select pg_temp.lose_create(1);
set local amc_history.clock = '2025-03-03T13:00:00Z';
create function pg_temp.attempt() returns uuid language sql as
  $$ select id from week_attempts where week_id = pg_temp.week(1) order by number limit 1 $$;
create temporary table lost as select pg_temp.attempt() as id;
grant select on lost to public;
create function pg_temp.calls(attempt uuid) returns setof text language sql as $$
  values (format('select confirm_execution(%L, %L)', attempt, 'exec-1')), (format('select confirm_no_execution(%L)', attempt));
$$;
-- Somebody else is signed in.
select pg_temp.sign_in('other');

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
