-- A duplicate that AMC is asked to cancel again and again, and that does not end, is told.
begin;
\ir ../../_shared/three_weeks.psql
select plan(8);

-- The minute's look, after so many minutes in which a worker asked AMC to cancel.
create function pg_temp.watch(minutes integer) returns text language plpgsql as $$
begin
  for n in 1 .. minutes loop
    perform set_config('amc_history.clock', (amc_history.clock_now() + interval '1 minute')::text, true);
    perform claim_cancellations();
    perform amc_history.watch();
  end loop;
  return concat_ws(' ', (select string_agg(concat_ws(' ', kind, subject), ', ' order by kind) from stoppages
    where ended_at is null and kind in ('cancel', 'still_running')), 'alerts', (select count(*) from tracking_alerts
    where resolved_at is null and detail ->> 'kind' in ('cancel', 'still_running')));
end;
$$;
do $$
declare
  abandoned uuid;
begin
  perform pg_temp.abandon_create(1);
  abandoned := pg_temp.attempt(1);
  perform pg_temp.claim_week(2);
  perform pg_temp.claim_week(3);
  perform pg_temp.run_week(1, 'exec-2');
  perform record_late_execution(abandoned, 'exec-late', '{"status": "RUNNING"}');
end;
$$;

select is(pg_temp.watch(3), 'alerts 0', 'for some minutes AMC may take its time');
select is(pg_temp.watch(4), 'still_running exec-late alerts 0', 'then it is held up');
select is(pg_temp.watch(32), 'still_running exec-late alerts 1', 'and told');
select ok((select words ~ 'AMC takes each request to cancel execution exec-late' from stoppages
  where kind = 'still_running'), 'in so many words');
do $$ begin perform record_stoppage('cancel', 'exec-late', 'refused', 'amc', 'No.', 'amcpgtap1'); end $$;
select is(pg_temp.watch(1), 'cancel exec-late alerts 0', 'what AMC refuses is told by that');
do $$ begin perform end_stoppage('cancel', 'exec-late'); end $$;
select is(pg_temp.watch(1), 'still_running exec-late alerts 0', 'until AMC takes it again');
do $$ begin perform record_observation('exec-late', '{"id": "exec-late", "status": "CANCELLED"}'); end $$;
select is(pg_temp.watch(1), 'alerts 0', 'its end ends it');

update workflow_executions set cancel_requested_at = amc_history.clock_now() where id = 'exec-2';
select is(pg_temp.watch(50), 'alerts 0', 'what an attempt holds is told when it is overdue');

select * from finish();
rollback;
