-- The state of a search is in the database: page by page, newest first, and whoever comes next goes on.
begin;
\ir ../../_shared/id_backfills.psql
select plan(21);

select pg_temp.lose_id(n) from generate_series(1, 3) n;
select backfill_execution_ids(instance_id => 'amcpgtap1');
create temp table first_turn as select * from claim_id_backfill();
select is((select array[list_from::text, list_until::text, next_token, pages::text, list_ended::text] from first_turn),
  array['2025-01-06 00:00:00+00', '2025-03-03 12:00:00+00', null, '5', 'false'], 'a turn begins with the newest page');
select is((select count(*) from claim_id_backfill()), 0::bigint, 'which nobody else takes');

create temp table page as select jsonb_build_array(pg_temp.entry('a', 3, '{"created_at": "2025-01-25T00:00:00Z"}'),
  pg_temp.entry('b', 2, '{"created_at": "2025-01-19T12:00:00Z"}')) as entries;
select is((select record_id_backfill_page(backfill_id, fence, entries, 'token-2') from first_turn, page), 'recorded',
  'a page is stored with where to go on');
select is(pg_temp.found(), array['searching', 'searching', 'matched workflow_id, window a'],
  'a week is decided once the list is read past it');
select is((select array[next_token, calls::text, read_to::text] from id_backfills),
  array['token-2', '1', '2025-01-19 12:00:00+00'], 'the cursor goes with it');

-- The worker died before it asked for the next one.
select set_config('amc_history.clock', '2025-03-03T12:01:01Z', true);
create temp table second_turn as select * from claim_id_backfill();
select is((select next_token from second_turn), 'token-2', 'the next worker goes on with the token');
select is((select record_id_backfill_page(backfill_id, fence, '[]', null, true) from first_turn), 'stale',
  'a worker that was only slow changes nothing');
select is((select record_id_backfill_page(backfill_id, fence, '[]') from second_turn), 'recorded',
  'AMC refuses the token');
select is((select array[next_token, list_until::text, unread::text] from id_backfills),
  array[null, '2025-01-19 12:00:01+00', '{}'], 'the list is read on from the oldest entry');
select is((select record_id_backfill_page(backfill_id, fence, entries, 'token-3') from second_turn, page), 'recorded',
  'what was read is read again');
select is((select count(*) from id_backfill_candidates), 1::bigint + 1, 'and is there once');
select is((select record_id_backfill_page(backfill_id, fence, '[]', null, true) from second_turn), 'ended',
  'the last page ends it');
select is(pg_temp.found(), array['not_listed', 'matched workflow_id, window b', 'matched workflow_id, window a'],
  'with all weeks decided');
select is((select count(*) from claim_id_backfill()), 0::bigint, 'and nothing is left to do');

-- More weeks than one transaction decides.
update amc_history.allowances set backfill_weeks_at_once = 1 where true;
select pg_temp.start_collection(2, key => 'more');
select update_week_status(w.collection_id, w.id, 'completed') from report_data_weeks w
where w.collection_id <> pg_temp.collection();
select is(pg_temp.search(pg_temp.entry('z', 1)), 'list_ended', 'the first page decides some');
select set_config('amc_history.clock', '2025-03-03T12:03:00Z', true);
create temp table third_turn as select * from claim_id_backfill();
select is((select list_ended from third_turn), true, 'whoever comes next only decides');
select is((select array[decide_id_backfill(backfill_id, fence), decide_id_backfill(backfill_id, fence)]
  from third_turn), array['list_ended', 'ended'], 'until nothing is left');

-- What cannot be gone on with.
select backfill_execution_ids(instance_id => 'amcpgtap1');
create temp table fourth_turn as select * from claim_id_backfill();
select is((select record_id_backfill_page(backfill_id, fence, '[]') from fourth_turn), 'recorded',
  'a first page that is refused is left out');
select is((select unread::text from id_backfills where ended_at is null),
  '{["2025-03-03 12:02:59+00","2025-03-03 12:03:00+00"]}', 'and it is known where');
update amc_history.allowances set backfill_calls = 1 where true;
select is((select record_id_backfill_page(backfill_id, fence, '[]', null, true) from fourth_turn), 'list_ended',
  'the list ends');
select is((select decide_id_backfill(backfill_id, fence) is not null
  and decide_id_backfill(backfill_id, fence) is not null
  and (pg_temp.found())[1] = 'not_provable list_not_read' from fourth_turn), true,
  'no week is told not to be listed');

select * from finish();
rollback;
