-- A load that fails is a stoppage of its execution until it is in or given up; other loads go on.
begin;
\ir ../../_shared/three_weeks.psql
select plan(6);

do $$
begin
  perform pg_temp.run_week(1, 'exec-1', 'SUCCEEDED');
  perform pg_temp.run_week(2, 'exec-2', 'SUCCEEDED');
end;
$$;
create function pg_temp.fail(code text) returns text language plpgsql as $$
begin
  update week_attempts set due_at = null, leased_until = null;
  perform set_config('amc_history.clock', (amc_history.clock_now() + interval '1 hour')::text, true);
  perform claim_loads(9);
  return (fail_load(pg_temp.attempt(1), (select fence from week_attempts where execution_id = 'exec-1'), code, 'No.',
    false)).outcome;
end;
$$;
create function pg_temp.held_up() returns text language sql as $$
  select string_agg(concat_ws(' ', kind, subject, code, source, words, times), '; ') from stoppages
  where ended_at is null $$;

select is(pg_temp.fail('not_ready'), 'applied', 'waiting for a result');
select is(pg_temp.held_up(), null, 'is no stoppage');
do $$ begin perform pg_temp.fail('unavailable'); perform pg_temp.fail('unavailable'); end $$;
select is(pg_temp.held_up(), 'result exec-1 unavailable amc No. 2', 'a failure is, of its execution');
select is((select s.retry_at from stoppages s), (select a.due_at from week_attempts a where execution_id = 'exec-1'),
  'which is tried again when its attempt is due');
update week_attempts set leased_until = null where execution_id = 'exec-2';
select is((select array_agg(execution_id) from claim_loads(9)), array['exec-2'], 'another result is loaded');
do $$ begin perform pg_temp.fail('unavailable'); perform cancel_collection(pg_temp.collection()); end $$;
update week_attempts set state = 'ended', outcome = 'cancelled', ended_at = amc_history.clock_now()
where execution_id = 'exec-1' and is_live;
select is(pg_temp.held_up(), null, 'with its attempt it is over');

select * from finish();
rollback;
