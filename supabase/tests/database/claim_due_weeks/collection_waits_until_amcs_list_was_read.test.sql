-- No week is created before AMC's list was read for executions that it may already have.
begin;
\ir ../../_shared/three_weeks.psql
select plan(7);

update report_data_weeks set surveyed_at = null;
set local role service_role;

select is((select count(*) from claim_due_weeks(10)), 0::bigint, 'before AMC''s list was read, nothing is created');
create temporary table listing on commit drop as select * from claim_listing();
select results_eq('select attempts, list_from, jsonb_array_length(surveys) from listing',
  $$ values ('[]'::jsonb, '2025-01-27T11:00:00Z'::timestamptz, 3) $$,
  'the listing is to look for its three weeks, 35 days back');
select results_eq($$ select s ->> 'week_id', s ->> 'collection_id', s ->> 'time_window_start', s ->> 'time_window_end',
  s ->> 'time_zone' from listing, jsonb_array_elements(surveys) s limit 1 $$,
  $$ values (pg_temp.week(1)::text, pg_temp.collection()::text, '2025-01-06T00:00:00', '2025-01-13T00:00:00', 'UTC') $$,
  'the oldest first');
create function pg_temp.mark(fence bigint) returns integer language sql as
  $$ select mark_surveyed('amcpgtap1', fence, array[pg_temp.week(1), pg_temp.week(2)]) $$;
select is(pg_temp.mark(fence - 1), 0, 'an earlier listing marks none') from listing;
select is(pg_temp.mark(fence), 2, 'this one does') from listing;
select is(pg_temp.mark(fence), 0, 'once') from listing;
select is((select count(*) from claim_due_weeks(10)), 2::bigint, 'then those weeks begin, and no other');

select * from finish();
rollback;
