-- A result that AMC cannot deliver is waited for while it may be late, and then counts as gone.
begin;
\ir ../../_shared/loading.psql
select plan(13);

-- Week 1 succeeded at AMC as exec-1, a day and an hour ago.
do $$
begin
  perform claim_due_weeks(1);
  perform record_execution(pg_temp.attempt(1), 'exec-1',
    '{"status": "SUCCEEDED", "updated_at": "2025-03-02T11:00:00Z"}');
end;
$$;
create function pg_temp.fail(code text) returns text language plpgsql as $$
declare
  held record;
begin
  update week_attempts set leased_until = null, due_at = null where id = pg_temp.attempt(1);
  select * into held from claim_loads(5, 60);
  return (fail_load(held.attempt_id, held.fence, code, 'Execution is unavailable for download.', false)).status;
end;
$$;

select is(pg_temp.fail('not_ready'), 'running', 'it is tried again');
select is(pg_temp.fail('not_found'), 'running', 'once more');
select is(pg_temp.fail('not_ready'), 'failed', 'the third time is the last');
select is((select error_code from report_data_weeks where id = pg_temp.week(1)), 'result_gone', 'as gone');
select is((select error_message from report_data_weeks where id = pg_temp.week(1)),
  'AMC no longer keeps the result of execution exec-1, which ended on 2025-03-02. Retry the week to run it again.'
  || ' AMC said: Execution is unavailable for download.',
  'with what to do');
select is((select concat(code, ' ', subject, ': ', message) from tracking_alerts where code = 'result_gone'),
  (select 'result_gone amcpgtap1/' || c.workflow_id || ': ' || w.error_message from report_data_weeks w
    join report_data_collections c on c.id = w.collection_id where w.id = pg_temp.week(1)), 'an alert tells');
do $$
begin
  perform retry_week(pg_temp.week(1));
  perform claim_due_weeks(1);
  perform record_execution(pg_temp.attempt(1), 'exec-2',
    '{"status": "SUCCEEDED", "updated_at": "2025-03-02T13:00:00Z"}');
  perform pg_temp.fail('not_ready');
end;
$$;
select is((select error_code from report_data_weeks where id = pg_temp.week(1)), 'not_ready',
  'within a day it is not ready yet');

do $$
begin
  for i in 1 .. 20 loop
    perform pg_temp.fail('not_ready');
  end loop;
end;
$$;
select is((select row(status, error_count) from report_data_weeks where id = pg_temp.week(1)), row('running'::text, 0),
  'which counts as no error, however often AMC is asked');
select is((select due_at - amc_history.clock_now() from week_attempts where id = pg_temp.attempt(1)),
  interval '5 minutes',
  'after hours it is asked every five minutes');
update workflow_executions set amc_updated_at = amc_history.clock_now() - interval '80 seconds' where id = 'exec-2';
do $$ begin perform pg_temp.fail('not_found'); end $$;
select is((select due_at - amc_history.clock_now() from week_attempts where id = pg_temp.attempt(1)),
  interval '20 seconds',
  'sooner if it ended just now');

-- Later listings show the execution again, without a time of change. That does not prolong the wait.
update workflow_executions set amc_updated_at = null where id = 'exec-2';
do $$
begin
  for day in 1 .. 4 loop
    perform set_config('amc_history.clock', (timestamptz '2025-03-03T12:00:00Z' + make_interval(days => day))::text,
      true);
    perform amc_history.update_executions('amcpgtap1', '[{"id": "exec-2", "status": "SUCCEEDED"}]');
    perform pg_temp.fail('not_ready');
  end loop;
end;
$$;
select cmp_ok((select error_count from report_data_weeks where id = pg_temp.week(1)), '>', 0,
  'a day after its end was first seen it is waited for no longer, whatever later listings show');
do $$
begin
  for i in 1 .. 8 loop
    perform pg_temp.fail('not_ready') from week_attempts where id = pg_temp.attempt(1) and state = 'created';
  end loop;
end;
$$;
select is((select status from report_data_weeks where id = pg_temp.week(1)), 'failed', 'so the week comes to an end');

do $$
begin
  perform retry_week(pg_temp.week(1));
  perform claim_due_weeks(3);
  perform record_execution(pg_temp.attempt(1), 'exec-3', '{"status": "SUCCEEDED"}');
  perform fail_load(l.attempt_id, l.fence, 'not_ready', 'For good.', true) from claim_loads(5, 60) l;
end;
$$;
select is((select row(status, error_message) from report_data_weeks where id = pg_temp.week(1)),
  row('failed'::text, 'For good.'::text),
  'what is reported as permanent is not waited for');

select * from finish();
rollback;
