-- A job that pg_cron does not have, or does not run, is told. (One whose runs fail: tests/platform.)
begin;
\ir ../../_shared/three_weeks.psql
select plan(9);

create function pg_temp.alerts() returns text[] language sql as
  $$ select array_agg(code order by id) from tracking_alerts where resolved_at is null $$;
create function pg_temp.watch() returns text[] language plpgsql as $$
begin
  perform amc_history.watch();
  return (select array_agg(concat_ws(' ', s.kind, s.subject, s.code) order by s.id) from stoppages s
    where s.ended_at is null);
end;
$$;
select is(pg_temp.watch(), null, 'all is well');
do $$ begin perform cron.unschedule('amc-history-collect'); end $$;
select is(pg_temp.watch(), array['schedule amc-history-collect not_scheduled'], 'a job is not scheduled');
select is(pg_temp.alerts(), array['held_up'], 'which is told at once');
do $$ begin perform cron.schedule('amc-history-collect', '* * * * *', 'select 1'); end $$;
select is(pg_temp.watch(), array['schedule amc-history-collect not_scheduled'], 'one with another command is not it');
do $$ begin perform cron.schedule(name, schedule, command) from amc_history.jobs; end $$;
select is(pg_temp.watch(), null, 'scheduled again, all is well');
select is(pg_temp.alerts(), null, 'and the alert is resolved');
do $$ begin perform cron.alter_job(jobid, active => false) from cron.job where jobname = 'amc-history-prune'; end $$;
select is(pg_temp.watch(), array['schedule amc-history-prune not_scheduled'], 'one that is switched off is not run');
do $$ begin perform cron.alter_job(jobid, active => true) from cron.job where jobname = 'amc-history-prune'; end $$;

delete from amc_history.jobs where name = 'amc-history-restate';
do $$ begin perform cron.unschedule('amc-history-restate'); end $$;
select is(pg_temp.watch(), null, 'one that the operator does without is not missed');
do $$
begin
  perform cron.unschedule('amc-history-prune'), pg_temp.watch();
  delete from amc_history.jobs where name = 'amc-history-prune';
end;
$$;
select is(pg_temp.watch(), null, 'nor any longer one that was missed before');

select * from finish();
rollback;
