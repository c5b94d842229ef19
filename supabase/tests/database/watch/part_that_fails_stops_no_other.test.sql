-- A part of the watching that fails is told, and the others go on; what lasts is told even if nobody reports it again.
begin;
\ir ../../_shared/three_weeks.psql
select plan(6);

do $$ begin perform record_stoppage('execution', 'exec-1', 'forbidden', 'amc', 'No.', 'amcpgtap1'); end $$;
alter table amc_history.wake_ups rename to hidden;
do $$ begin perform set_config('amc_history.clock', '2025-03-03T12:20:00Z', true), amc_history.watch(); end $$;
select is((select array[kind, subject, source] from stoppages where kind = 'job'),
  array['job', 'amc-history-watch/read_wake_ups', 'postgres'], 'the part is told');
select is((select at from amc_history.heartbeats where name = 'watch'), '2025-03-03T12:20:00Z', 'the others ran');
select is(pg_temp.open_alerts(), null, 'what is held up for twenty minutes is not told yet');
do $$ begin perform set_config('amc_history.clock', '2025-03-03T12:40:00Z', true), amc_history.watch(); end $$;
select is((select array_agg(detail ->> 'kind' order by detail ->> 'kind') from tracking_alerts
  where resolved_at is null), array['execution', 'job'], 'then it is');
do $$ begin perform amc_history.watch(); end $$;
select is((select array_agg(times order by detail ->> 'kind') from tracking_alerts), array[1, 2], 'once');
alter table amc_history.hidden rename to wake_ups;
do $$ begin perform amc_history.watch(); end $$;
select is((select array_agg(detail ->> 'kind') from tracking_alerts where resolved_at is null), array['execution'],
  'the part that runs again ends its own');

select * from finish();
rollback;
