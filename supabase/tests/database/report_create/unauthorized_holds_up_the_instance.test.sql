-- An unauthorized create pauses the instance, which is held up in AMC's words.
begin;
\ir ../../_shared/three_weeks.psql
select plan(4);

set local role service_role;
select pg_temp.claim_week(1);

select is(report_create(pg_temp.attempt(1), 'unauthorized', 401, 'Not allowed'),
  row('applied', null, 'running', null)::tracking_report, 'it is applied');
select is(pg_temp.first_week(), 'running due never errors 0 - unknown live',
  'the attempt is unknown, no error is counted');
select ok(paused_until > amc_history.clock_now() and pause_reason = 'unauthorized', 'the instance is paused')
  from amc_instances where id = 'amcpgtap1';
select results_eq($$ select s.kind, s.subject, s.code, s.words, s.retry_at = i.paused_until from stoppages s
    join amc_instances i on i.id = s.instance_id $$,
  $$ values ('instance', 'amcpgtap1', 'unauthorized', 'Not allowed', true) $$, 'and held up as long, in AMC''s words');

select * from finish();
rollback;
