-- An AMC that never echoes the timeout is told of with the first create, not with the first lost answer; and whether it
-- echoes the window is kept, by which lost creates are matched then.
begin;
\ir ../../_shared/three_weeks.psql
select plan(7);

set local role service_role;
select claim_due_weeks(3);
-- What is proved, and the alert.
create function pg_temp.matcher() returns text[] language sql as $$
  select array[case when i.matcher_proved_at is not null then 'timeout' end,
    case when i.window_proved_at is not null then 'window' end,
    (select concat_ws(' ', t.times, substring(t.message from 'not echo the (.+) that was sent'))
      from tracking_alerts t where t.instance_id = i.id and t.resolved_at is null)]
  from amc_instances i where i.id = 'amcpgtap1';
$$;

select record_execution(pg_temp.attempt(1), 'exec-1', '{"matcher_proved": false, "window_proved": true}');
select is(pg_temp.matcher(), array[null, 'window', '1 timeout'], 'the first answer tells');
select record_execution(pg_temp.attempt(2), 'exec-2', '{"matcher_proved": false, "window_proved": true}');
select is(pg_temp.matcher(), array[null, 'window', '1 timeout'], 'the next ones say nothing new');
select record_execution(pg_temp.attempt(3), 'exec-3', '{"matcher_proved": false, "window_proved": false}');
select is(pg_temp.matcher(), array[null, null, '1 timeout'], 'an answer without the window takes that back');
select record_execution(pg_temp.attempt(3), 'exec-3', '{"matcher_proved": true, "window_proved": true}');
select is(pg_temp.matcher(), array['timeout', 'window', null], 'an answer with everything resolves the alert');
select record_execution(pg_temp.attempt(3), 'exec-3', '{"matcher_proved": false, "window_proved": false}');
select is(pg_temp.matcher(), array[null, null, '1 workflow, window, zone or timeout'], 'what is taken back is told');
select record_execution(pg_temp.attempt(3), 'exec-3', '{"status": "RUNNING"}');
select is(pg_temp.matcher(), array[null, null, '1 workflow, window, zone or timeout'], 'nothing looked at');
select is((select message like '%waits for a person' || '%' from tracking_alerts where resolved_at is null), true,
  'the alert says what follows');

select * from finish();
rollback;
