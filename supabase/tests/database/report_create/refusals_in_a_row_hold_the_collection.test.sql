-- When AMC refuses three weeks of a collection in a row, the collection is held up, and none of them fails.
begin;
\ir ../../_shared/collection.psql
select plan(18);

select pg_temp.start_collection(weeks => 12, first_day => '2024-11-04');
-- Refuses the create of week n.
create function pg_temp.refuse(n integer) returns text language sql as
  $$ select (report_create(pg_temp.attempt(n), 'refused', 400, 'Not today', 'req-' || n)).reason $$;
create function pg_temp.stoppage() returns text language sql as
  $$ select concat_ws(' ', kind, code, source, words, request_id, 'times', times, 'ended ' || ended_at::date)
     from stoppages order by id desc limit 1 $$;
set local role service_role;
do $$ begin perform claim_due_weeks(10); end $$;

select is(array[pg_temp.refuse(1), pg_temp.refuse(2)], array[null, null], 'two refusals may be those weeks'' own');
select is((select count(*) from report_data_weeks where refused_at is not null), 2::bigint, 'they wait');
select is(pg_temp.refuse(3), 'collection_held', 'three hold up the collection');
select is(pg_temp.stoppage(), 'collection amc_refused amc Not today req-3 times 1', 'in AMC''s words');
select is((select array_agg(distinct due_at) from report_data_weeks where id in (pg_temp.week(1), pg_temp.week(2),
  pg_temp.week(3))), array['2025-03-03T12:00:00Z'::timestamptz], 'its weeks are due again');
select is(array[pg_temp.refuse(4), pg_temp.refuse(5)], array['collection_held', 'collection_held'],
  'so are those whose create was under way');
select is((select times from stoppages), 1, 'which count no further');
do $$ begin perform set_config('amc_history.clock', '2025-03-03T12:00:01Z', true); end $$;
select is((select count(*) from claim_due_weeks(10)), 0::bigint, 'nothing more is asked');
do $$ begin perform set_config('amc_history.clock', '2025-03-03T12:01:00Z', true); end $$;
select is((select array_agg(week_id) from claim_due_weeks(10)), array[pg_temp.week(1)],
  'after a pause one of them tries');
select is(pg_temp.refuse(1), 'collection_held', 'and is refused');
select is(pg_temp.stoppage(), 'collection amc_refused amc Not today req-1 times 2', 'that counts');
select ok((select retry_at >= '2025-03-03T12:02:00Z' from stoppages), 'the pauses grow');
select is((select count(*) from tracking_alerts), 0::bigint, 'nobody is told yet');
do $$
begin
  perform set_config('amc_history.clock', '2025-03-03T12:03:00Z', true);
  perform claim_due_weeks(10);
  perform pg_temp.refuse(2);
end;
$$;
select results_eq('select code, message, times from tracking_alerts', $$ values ('held_up', 'Not today', 1) $$,
  'a person is told once, with AMC''s words');
do $$
begin
  perform set_config('amc_history.clock', '2025-03-03T12:20:00Z', true);
  perform claim_due_weeks(10);
  perform record_execution(a.id, 'exec-1') from week_attempts a
    where a.is_live and intended_at = '2025-03-03T12:20:00Z';
end;
$$;
select is(pg_temp.stoppage(), 'collection amc_refused amc Not today req-2 times 3 ended 2025-03-03',
  'once AMC takes a week, the collection is held up no more');
select is((select count(*) from report_data_weeks where status = 'failed'), 0::bigint, 'no week has failed');
select is(pg_temp.open_alerts(), null, 'the alert is resolved');
select ok((select count(*) from claim_due_weeks(10)) > 1, 'all go on');

select * from finish();
rollback;
