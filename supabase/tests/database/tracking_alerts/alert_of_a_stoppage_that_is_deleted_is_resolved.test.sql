-- What is held up and deleted is told no more: the alert about a stoppage is resolved with it.
begin;
\ir ../../_shared/three_weeks.psql
select plan(6);

create function pg_temp.hold(kind text, subject text, collection uuid default null, week uuid default null)
returns timestamptz language sql as $$
  select record_stoppage(kind, subject, 'refused', 'amc', 'No.', 'amcpgtap1', collection, week,
    waits_for_person => true) $$;
do $$ begin
  perform pg_temp.hold('collection', pg_temp.collection()::text, pg_temp.collection()),
    pg_temp.hold('week', pg_temp.week(1)::text, pg_temp.collection(), pg_temp.week(1)),
    pg_temp.hold('result', 'exec-1', pg_temp.collection()),
    pg_temp.hold('listing', 'amcpgtap1');
end $$;
create function pg_temp.told() returns text[] language sql as $$
  select array_agg(detail ->> 'kind' order by 1) from (select detail from tracking_alerts
    where resolved_at is null) t $$;
select is((select count(*) from tracking_alerts where resolved_at is null), 4::bigint, 'four things are told');
delete from stoppages where kind = 'result';
select is((select count(*) from tracking_alerts where resolved_at is null), 3::bigint, 'one is deleted');
delete from report_data_collections where id = pg_temp.collection();
select is(pg_temp.told(), array['listing'], 'what belonged to the collection goes with it');
select is((select count(*) from stoppages), 1::bigint, 'and its stoppages');
do $$ begin
  perform end_stoppage('listing', 'amcpgtap1');
  perform pg_temp.hold('listing', 'amcpgtap1');
  delete from stoppages where ended_at is not null;
end $$;
select is(pg_temp.told(), array['listing'], 'a stoppage that ended before takes nothing with it');
delete from amc_instances where id = 'amcpgtap1';
select is((select count(*) from tracking_alerts), 0::bigint, 'with an instance its alerts go');

select * from finish();
rollback;
