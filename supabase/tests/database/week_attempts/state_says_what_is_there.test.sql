begin;
\ir ../../_shared/three_weeks.psql
select plan(17);

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
insert into workflow_executions (id, week_id) values ('exec-1', pg_temp.week(1));

select throws_ok(format('select pg_temp.try(1, %L)', changes), '23514',
  format('new row for relation "week_attempts" violates check constraint "%s"', rule), why || ' is refused')
from (values
  ('{"state": "ended", "ended_at": "2025-03-03"}', 'outcome_matches_state', 'an end without an outcome'),
  ('{"outcome": "failed"}', 'outcome_matches_state', 'an outcome without an end'),
  ('{"state": "ended", "outcome": "failed"}', 'ended_at_matches_state', 'an end without a time'),
  ('{"ended_at": "2025-03-03"}', 'ended_at_matches_state', 'a time of an end without the end'),
  ('{"state": "created"}', 'created_has_an_execution', 'created without an execution'),
  ('{"execution_id": "exec-1"}', 'open_intent_has_no_execution', 'an open intent with an execution'),
  ('{"state": "unknown", "execution_id": "exec-1"}', 'open_intent_has_no_execution',
  'an unknown outcome with an execution'),
  ('{"slot": null}', 'live_attempt_is_accounted_for', 'a live attempt without a slot'),
  ('{"fingerprint": null}', 'live_attempt_is_accounted_for', 'a live attempt without a fingerprint'),
  ('{"window_key": null}', 'live_attempt_is_accounted_for', 'a live attempt without a window'),
  ('{"settle_after": null}', 'live_attempt_is_accounted_for', 'a live attempt without a time to settle after'),
  ('{"kind": "external"}', 'external_is_never_live', 'a live external attempt'),
  ('{"state": "ended", "outcome": "failed", "ended_at": "2025-03-03", "watch_until": "2025-03-05"}',
  'only_abandoned_is_watched',
    'watching for what was not abandoned'),
  ('{"kind": "odd"}', 'kind_is_known', 'an unknown kind'),
  ('{"state": "odd"}', 'state_is_known', 'an unknown state'),
  ('{"state": "ended", "outcome": "odd", "ended_at": "2025-03-03"}', 'outcome_is_known', 'an unknown outcome'),
  ('{"number": 0}', 'number_is_positive', 'number 0')
) as t(changes, rule, why);

select * from finish();
rollback;
