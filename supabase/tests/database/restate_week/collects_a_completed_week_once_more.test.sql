-- Restating a completed week collects it once more.
begin;
\ir ../../_shared/three_weeks.psql
select plan(6);

do $$
begin
  perform update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', '{"rows": 1}', 'exec-1');
end;
$$;
select pg_temp.sign_in('owner');

select is(restate_week(pg_temp.week(1)), row('applied', null, 1)::control_report, 'it is applied');
select is(pg_temp.weeks(), array['completed due', 'pending due', 'pending due'], 'the week stays completed and is due');
select is(restate_week(pg_temp.week(1)), row('already_applied', null, 0)::control_report,
  'a second call changes nothing');
select is(restate_week(pg_temp.week(2)), row('rejected', 'week_is_not_completed', 0)::control_report,
  'an open week is not restated');
reset role;
do $$ begin perform claim_due_weeks(10); end $$;
select is((select kind from week_attempts where id = pg_temp.attempt(1)), 'restated', 'it is claimed as a restatement');
set local role authenticated;
select is(restate_week(pg_temp.week(1)), row('already_applied', null, 0)::control_report,
  'while it is under way, again is no change');

select * from finish();
rollback;
