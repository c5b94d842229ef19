-- Only the owner, or the secret key, resolves an attempt of unknown outcome.
begin;
\ir ../../_shared/lost_create.psql
select plan(8);

create temporary table lost as select pg_temp.lost_attempt() as id;
grant select on lost to public;
create function pg_temp.calls(attempt uuid) returns setof text language sql as $$
  values (format('select confirm_execution(%L, %L)', attempt, 'exec-1')),
  (format('select confirm_no_execution(%L)', attempt));
$$;
select pg_temp.sign_in('other');

select is(pg_temp.refusal(call), 'PT404 attempt_not_found', 'refused to others: ' || split_part(call, '(', 1))
from lost, pg_temp.calls(lost.id) call;
select is(pg_temp.refusal(call), 'PT404 attempt_not_found', 'and of no attempt: ' || split_part(call, '(', 1))
from pg_temp.calls(gen_random_uuid()) call;
select throws_ok($$ select refute_confirmation(gen_random_uuid(), 'x', 'x') $$, '42501', null,
  'only workers report what AMC answered');
reset role;
select is((select state from week_attempts where id = pg_temp.lost_attempt()), 'unknown', 'nothing changed');
-- A server with the secret key may.
set local "request.jwt.claims" = '{"role": "service_role"}';
set local role service_role;
select is((select outcome from lost, confirm_no_execution(lost.id)), 'applied',
  'the secret key resolves anybody''s attempt');
reset role;
select is((select actor from tracking_events
    where attempt_id = pg_temp.lost_attempt() and event = 'attempt_abandoned'),
  'service_role', 'and the event records that');

select * from finish();
rollback;
