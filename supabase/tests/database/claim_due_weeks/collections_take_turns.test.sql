-- Collections take turns, so that many queued weeks of one member do not delay another's one.
begin;
\ir ../../_shared/three_weeks.psql
select plan(6);

-- Four collections of the owner's with eight weeks each, queued for a month; and one that is held for now.
do $$
begin
  perform set_config('amc_history.clock', '2025-02-20T12:00:00Z', true);
  perform pg_temp.start_collection(weeks => 2, first_day => '2024-01-29', key => 'old');
  for n in 1 .. 4 loop
    perform set_config('amc_history.clock', '2025-03-03T13:00:0' || n || 'Z', true);
    perform pg_temp.start_collection(weeks => 8, first_day => '2024-05-06'::date + 56 * n, key => n::text);
  end loop;
  update report_data_weeks set due_at = amc_history.clock_now() - interval '1 month'
  where week_start_date > '2024-06-01' and week_start_date < '2025-01-01' or week_start_date > '2025-01-26';
  update report_data_weeks set due_at = 'infinity' where week_start_date < '2024-06-01';
  update amc_instances set max_parallel = 1;
end;
$$;
-- Who has a turn: the first day of the collection of the claimed week; the slot is free again afterwards.
create function pg_temp.turn() returns text language plpgsql as $$
declare
  claimed record;
begin
  select c.attempt_id, c.collection_id into claimed from claim_due_weeks(1) c;
  perform set_config('amc_history.clock', (amc_history.clock_now() + interval '1 second')::text, true);
  perform record_execution(claimed.attempt_id, 'exec-' || claimed.attempt_id);
  perform amc_history.end_attempt(claimed.attempt_id, 'failed');
  return (select concat_ws(' ', to_char(c.start_date, 'MM-DD'),
    case r.requested_by when pg_temp.user_id('owner') then 'owner' else 'colleague' end)
    from report_data_collections c join collection_requests r on r.collection_id = c.id
    where c.id = claimed.collection_id);
end;
$$;
update collection_requests set requested_by = pg_temp.user_id('colleague') where first_day = '2025-01-06';

select is(array[pg_temp.turn(), pg_temp.turn()], array['01-06 colleague', '07-01 owner'],
  'both owners have a turn, however long the weeks of one are queued');
select is((select array_agg(pg_temp.turn()) from generate_series(1, 4)),
  array['01-06 colleague', '08-26 owner', '01-06 colleague', '10-21 owner'], 'and then in turn');
select is((select array_agg(pg_temp.turn()) from generate_series(1, 3)),
  array['12-16 owner', '07-01 owner', '08-26 owner'],
  'who has nothing more to do has no turn; collections of one owner have theirs in turn');

-- Several slots at once: one week of each collection before the second of any.
update amc_instances set max_parallel = 6;
select is((select array_agg(n order by n) from (select count(*) as n from claim_due_weeks(6) group by collection_id) c),
  array[1, 1, 2, 2]::bigint[], 'several slots are shared');
do $$
begin
  perform amc_history.end_attempt(a.id, 'not_sent') from week_attempts a where a.is_live;
  -- 13 months before it is 4 February 2024.
  update report_data_weeks set due_at = amc_history.clock_now() where due_at = 'infinity';
  -- It had its turn after all others.
  update report_data_collections set last_claimed_at = amc_history.clock_now() + interval '1 second'
  where start_date = '2024-01-29';
  perform set_config('amc_history.clock', '2025-03-04T12:00:00Z', true);
end;
$$;
select is((select array_agg(time_window_start order by time_window_start) from claim_due_weeks(1)),
  array['2024-02-05T00:00:00'], 'a week that AMC will soon no longer keep goes first');
select is((select count(*) from claim_due_weeks(1) where time_window_start = '2024-01-29T00:00:00'), 0::bigint,
  'one that AMC keeps no more does not');

select * from finish();
rollback;
