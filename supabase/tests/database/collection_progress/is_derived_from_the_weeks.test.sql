-- A collection's progress is counted from its weeks.
begin;
\ir ../../_shared/three_weeks.psql
select plan(7);

set local role service_role;
create function pg_temp.progress() returns text language sql as
  $$ select concat_ws(' ', status, weeks, pending, running, completed, failed, skipped, cancelled, tracked)
     from collection_progress where collection_id = pg_temp.collection() $$;

select is(pg_temp.progress(), 'waiting 3 3 0 0 0 0 0 0', 'at first all wait');
do $$ begin perform claim_due_weeks(1); end $$;
select is(pg_temp.progress(), 'running 3 2 1 0 0 0 0 0', 'one runs');
do $$ begin perform record_execution(pg_temp.attempt(1), 'exec-1'); end $$;
select is(pg_temp.progress(), 'running 3 2 1 0 0 0 0 1', 'and is tracked');
do $$
begin
  update report_data_collections set paused_at = amc_history.clock_now() where id = pg_temp.collection();
end;
$$;
select is(pg_temp.progress(), 'paused 3 2 1 0 0 0 0 1', 'the collection is paused');
do $$
begin
  perform update_week_status(pg_temp.collection(), pg_temp.week(1), 'failed', null, 'exec-1');
  perform update_week_status(pg_temp.collection(), pg_temp.week(2), 'completed', '{}', 'exec-2');
  perform update_week_status(pg_temp.collection(), pg_temp.week(3), 'skipped');
end;
$$;
select is(pg_temp.progress(), 'completed_with_failures 3 0 0 1 1 1 0 2', 'all have ended, one failed');
do $$ begin update report_data_weeks set status = 'cancelled' where id = pg_temp.week(1); end $$;
select is(pg_temp.progress(), 'completed 3 0 0 1 0 1 1 2', 'none failed');
do $$
begin
  update report_data_collections set cancelled_at = amc_history.clock_now() where id = pg_temp.collection();
end;
$$;
select is(pg_temp.progress(), 'cancelled 3 0 0 1 0 1 1 2', 'the collection is cancelled');

select * from finish();
rollback;
