-- One run of the purge deletes a bounded number of records of each kind, the oldest first.
begin;
\ir ../../_shared/three_weeks.psql
select plan(5);

delete from tracking_events;
insert into tracking_events (event, happened_at)
select 'e' || i, '2025-03-03T12:00:00Z'::timestamptz - interval '400 days' - i * interval '1 second'
from generate_series(0, 4) i;
insert into stoppages (kind, subject, code, source, words, ended_at)
select 'job', 's' || i, 'c', 'postgres', 'w', '2025-03-03T12:00:00Z'::timestamptz - interval '401 days' * i
from generate_series(0, 3) i;
insert into workflow_checks (instance_id, workflow_id, kind, state, outcome, ended_at)
select f.instance_id, f.id, 'first_week', 'ended', 'accepted',
  '2025-03-03T12:00:00Z'::timestamptz - interval '201 days' * i
from amc_workflows f, generate_series(0, 4) i;
insert into tracking_alerts (code, message, next_step, subject, raised_at, resolved_at)
select 'held_up', 'm', 'n', 's' || i, '2020-03-03T12:00:00Z', case when i < 4 then
  '2025-03-03T12:00:00Z'::timestamptz - interval '400 days' - i * interval '1 day' end
from generate_series(0, 4) i;
insert into workflow_checks (instance_id, workflow_id, kind, intended_at)
select f.instance_id, f.id, 'first_week', '2020-03-03T12:00:00Z' from amc_workflows f;
create function pg_temp.left_over() returns text language sql as $$
  select concat_ws(' ', (select string_agg(event, ',' order by event) from tracking_events),
    (select count(*) from stoppages), (select count(*) from workflow_checks),
    (select count(*) from tracking_alerts)) $$;
update amc_history.allowances set rows_at_once = 2;

select is(amc_history.purge_history(), 8::bigint, 'so many events, and as many stoppages, checks and alerts');
select is(pg_temp.left_over(), 'e0,e1,e2 2 4 3', 'the oldest');
select is(amc_history.purge_history(), 5::bigint, 'the next run goes on');
select is(pg_temp.left_over(), 'e0 1 3 2', 'until none is too old: an open alert never is');
select is(amc_history.purge_history(), 0::bigint, 'then there is nothing to do');
select * from finish();
rollback;
