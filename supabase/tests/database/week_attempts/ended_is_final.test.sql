begin;
\ir ../../_shared/three_weeks.psql
select plan(5);

create function pg_temp.try(week integer, changes jsonb) returns void language sql as
  $$ insert into week_attempts (id, week_id, instance_id, number, kind, state, outcome, intended_at, settle_after,
    fingerprint, window_key, slot, execution_id, fence, watch_until, ended_at)
  select r.id, r.week_id, r.instance_id, r.number, r.kind, r.state, r.outcome, r.intended_at, r.settle_after,
    r.fingerprint, r.window_key, r.slot, r.execution_id, r.fence, r.watch_until, r.ended_at
  from jsonb_populate_record(null::week_attempts,
  jsonb_build_object('id', gen_random_uuid(),
       'week_id', pg_temp.week(week), 'instance_id', 'amcpgtap1', 'number', 9, 'kind', 'collected', 'state',
       'intended', 'fence', 1,
       'intended_at', now(), 'settle_after', now(), 'fingerprint', 30000, 'window_key', 'k' || week, 'slot',
       week) || changes) r $$;
do $$
begin
  perform pg_temp.run_week(1, 'exec-1');
  perform amc_history.end_attempt(pg_temp.attempt(1), 'failed');
end;
$$;
insert into workflow_executions (id, week_id) values ('exec-2', pg_temp.week(1));

select throws_ok(format('update week_attempts set state = %L, outcome = null,
  ended_at = null where id = pg_temp.attempt(1)', state), '23514',
  format('Attempt %s ended as failed: expected it to stay so.', pg_temp.attempt(1)),
  'it does not become ' || state || ' again')
from unnest(array['intended', 'unknown', 'created']) state;
select throws_ok($$ update week_attempts set execution_id = 'exec-2' where id = pg_temp.attempt(1) $$, '23514', null,
  'it keeps its execution');
select throws_ok($$ update week_attempts set execution_id = null where id = pg_temp.attempt(1) $$, '23514', null,
  'it does not lose it');

select * from finish();
rollback;
