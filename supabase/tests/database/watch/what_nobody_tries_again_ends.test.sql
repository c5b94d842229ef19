-- A stoppage of a single thing ends once it was to be tried again long ago and no worker has tried it.
begin;
\ir ../../_shared/three_weeks.psql
select plan(6);

create function pg_temp.held(at text, ticked text default null) returns text language plpgsql as $$
begin
  perform set_config('amc_history.clock', '2025-03-03T' || coalesce(ticked, at) || 'Z', true), record_tick('{}', '{}');
  perform set_config('amc_history.clock', '2025-03-03T' || at || 'Z', true), amc_history.watch();
  return (select string_agg(s.kind, ' ' order by s.kind) from stoppages s where s.ended_at is null);
end;
$$;
do $$
begin
  perform record_stoppage(kind, 'exec-1', 'forbidden', 'amc', 'No.', 'amcpgtap1')
    from unnest(array['execution', 'cancel', 'result']) kind;
  perform record_stoppage('list_entry', 'amcpgtap1/exec-1', 'not_recorded', 'amc', 'No.', 'amcpgtap1',
    waits_for_person => true);
end;
$$;
select is(pg_temp.held('15:00'), 'cancel execution list_entry result', 'what is to be tried lately is told');
select is(pg_temp.held('20:00', ticked => '12:30'), 'cancel execution list_entry result',
  'while no worker ticks nothing is forgotten');
update amc_instances set paused_until = '2025-03-03T19:00Z';
select is(pg_temp.held('20:00'), 'cancel execution list_entry result', 'nor while the instance was paused');
update amc_instances set paused_until = null;
do $$ begin perform record_stoppage('cancel', 'exec-1', 'forbidden', 'amc', 'No.', 'amcpgtap1'); end $$;
select is(pg_temp.held('20:01'), 'cancel list_entry', 'what was not tried ends; what was, and waits for a person, not');
select is(pg_temp.held('23:59'), 'list_entry', 'until it is forgotten too');
select is((select count(*) from tracking_alerts where resolved_at is null), 1::bigint, 'and so do the alerts');

select * from finish();
rollback;
