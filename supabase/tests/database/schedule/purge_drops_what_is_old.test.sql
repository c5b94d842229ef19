-- The purge deletes events after 400 days.
begin;
\ir ../../_shared/three_weeks.psql
select plan(2);

insert into tracking_events (event, happened_at, instance_id)
select e, '2025-03-03T12:00:00Z'::timestamptz - i::interval, 'amcpgtap1'
from (values ('old', '400 days 1 second'), ('kept', '400 days')) as t(e, i);

select lives_ok('select amc_history.purge_history()', 'it runs');
select is((select array_agg(event) from tracking_events where event in ('old', 'kept')), array['kept'],
  'events are kept for 400 days');

select * from finish();
rollback;
