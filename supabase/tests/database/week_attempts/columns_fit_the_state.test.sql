-- The state of an attempt says which of its columns are filled.
begin;
\ir ../../_shared/attempts.psql
select plan(17);

insert into workflow_executions (id, week_id) values ('exec-1', pg_temp.week(1));

select throws_ok(format('select pg_temp.insert_attempt(1, %L)', changes), '23514',
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
  'only_what_was_given_up_is_watched',
    'watching for what was not abandoned'),
  ('{"kind": "odd"}', 'kind_is_known', 'an unknown kind'),
  ('{"state": "odd"}', 'state_is_known', 'an unknown state'),
  ('{"state": "ended", "outcome": "odd", "ended_at": "2025-03-03"}', 'outcome_is_known', 'an unknown outcome'),
  ('{"number": 0}', 'number_is_positive', 'number 0')
) as t(changes, rule, why);

select * from finish();
rollback;
