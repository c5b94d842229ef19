-- If AMC's answer does not show what was sent, unknown outcomes are left to a person.
begin;
\ir ../../_shared/three_weeks.psql
select plan(6);

set local role service_role;
do $$ begin perform claim_due_weeks(3); end $$;

do $$ begin perform record_execution(pg_temp.attempt(1), 'exec-1', '{"matcher_proved": true}'); end $$;
create function pg_temp.matcher() returns text[] language sql as $$
  select array[case when i.matcher_proved_at is not null then 'proved' end,
    (select string_agg(t.code, ' ') from tracking_alerts t where t.instance_id = i.id and t.resolved_at is null)]
  from amc_instances i where i.id = 'amcpgtap1';
$$;

select is(pg_temp.matcher(), array['proved', null], 'an answer that echoes what was sent proves it');
do $$ begin perform record_execution(pg_temp.attempt(2), 'exec-2', '{"matcher_proved": false}'); end $$;
select is(pg_temp.matcher(), array[null, 'matcher_failed'], 'one that does not takes that back, and raises an alert');
do $$
begin
  perform report_create(pg_temp.attempt(3), 'unknown');
  perform set_config('amc_history.clock', '2025-03-03T13:00:00Z', true);
end;
$$;
select is(settle_attempt(pg_temp.attempt(3), '2025-03-03T13:00:00Z'),
  row('waiting', 'matcher_not_proved', 'running', null)::tracking_report,
  'what the list does not show proves nothing then');
select is(record_execution(pg_temp.attempt(2), 'exec-2', '{"status": "RUNNING"}', true),
  row('already_recorded', null, 'running', 'exec-2')::tracking_report, 'what is found in the list');
select is(pg_temp.matcher(), array[null, 'matcher_failed unknown_outcome'], 'proves nothing about answers to creates');
do $$ begin perform record_execution(pg_temp.attempt(2), 'exec-2', '{"matcher_proved": true}'); end $$;
select is(pg_temp.matcher(), array['proved', 'unknown_outcome'], 'until an answer proves it anew');

select * from finish();
rollback;
