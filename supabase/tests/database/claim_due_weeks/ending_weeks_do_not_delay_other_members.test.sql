-- Weeks that AMC will soon no longer keep go first within the turn of who asked for them last: however many
-- collections of
-- them a member starts, the others have their turns.
begin;
\ir ../../_shared/collection.psql
select plan(6);

-- 13 months before 3 March 2025 it is 3 February 2024. Five collections at that edge, one of this year, of the owner's;
-- and one of this year that a colleague asked for, last.
do $$
begin
  for n in 0 .. 4 loop
    perform pg_temp.start_collection(weeks => 2 + n, first_day => '2024-02-05', key => n::text);
  end loop;
  perform set_config('amc_history.clock', '2025-03-03T13:00:00Z', true);
  perform pg_temp.start_collection(weeks => 8, first_day => '2024-12-02', key => 'year');
  perform set_config('amc_history.clock', '2025-03-03T14:00:00Z', true);
  perform pg_temp.start_collection(weeks => 3, first_day => '2025-01-06', key => 'last');
  update collection_requests set requested_by = pg_temp.user_id('colleague') where first_day = '2025-01-06';
  update amc_instances set max_parallel = 1;
end;
$$;
-- Which week is claimed next; its slot is free again afterwards.
create function pg_temp.turn() returns text language plpgsql as $$
declare
  claimed record;
begin
  select c.attempt_id, left(c.time_window_start, 10) as day into claimed from claim_due_weeks(1) c;
  perform set_config('amc_history.clock', (amc_history.clock_now() + interval '1 second')::text, true);
  perform record_execution(claimed.attempt_id, 'exec-' || claimed.attempt_id);
  perform amc_history.end_attempt(claimed.attempt_id, 'failed');
  return claimed.day;
end;
$$;
create function pg_temp.turns(n integer) returns text[] language sql as
  $$ select array_agg(pg_temp.turn()) from generate_series(1, n) $$;

savepoint one;
update collection_requests set requested_by = pg_temp.user_id('owner');
select is(pg_temp.turns(6), array_fill('2024-02-05'::text, array[5]) || '2024-12-02'::text,
  'of one owner, the weeks that AMC will soon no longer keep go first');
rollback to one;
select is(pg_temp.turn(), '2024-02-05', 'also of two owners, of whom none was served yet');
select is(pg_temp.turns(5), array['2025-01-06', '2024-02-05', '2025-01-13', '2024-02-05', '2025-01-20'],
  'then the other owner has every second turn');
select is(pg_temp.turn(), '2024-02-05', 'and the urgent ones all, once the other has nothing more');

-- An urgent week of an owner who was just served waits for one turn, however many weeks of the other are queued.
rollback to one;
update report_data_collections set last_claimed_at = amc_history.clock_now() where start_date = '2024-02-05';
select is(pg_temp.turns(2), array['2025-01-06', '2024-02-05'], 'it waits for one turn of the other');

rollback to one;
update amc_instances set max_parallel = 10;
select is((select count(distinct collection_id) from claim_due_weeks(10)), 7::bigint,
  'with many slots every collection has one');

select * from finish();
rollback;
