-- Where several executions fit a week, or one several weeks, nothing is stored; nor is an id ever replaced.
begin;
\ir ../../_shared/id_backfills.psql
select plan(18);

-- The rate of completed weeks without an execution id.
create function pg_temp.null_rate() returns numeric language sql as
  $$ select null_rate from tracking_figures('2025-03-03', '2025-03-04', 'amcpgtap1') $$;

select pg_temp.lose_id(1);
select pg_temp.lose_id(2);
select pg_temp.complete_week(3, 'exec-3');
select is((backfill_execution_ids(instance_id => 'amcpgtap1', dry_run => true)).outcome, 'planned', 'a dry run plans');
select is((select count(*) from id_backfills), 0::bigint, 'and changes nothing');

select is(pg_temp.search(pg_temp.entry('a', 1), pg_temp.entry('b', 1, '{"time_window_end": "2025-01-12T23:59:59"}'),
  pg_temp.entry('c', 2), pg_temp.entry('d', 2, '{"created_at": null}'), pg_temp.entry('exec-3', 3),
  pg_temp.entry('e', 3)), 'ended', 'a search ends');
select is(pg_temp.found(), array['ambiguous several_fit', 'ambiguous several_fit'],
  'two that fit, or one and another that may, are left to a person');
select is((select array_agg(execution_id || ' ' || is_proved order by execution_id) from id_backfill_candidates),
  array['a true', 'b true', 'c true', 'd false'], 'with what there is to choose from');
select is((select execution_id from report_data_weeks where id = pg_temp.week(3)), 'exec-3',
  'a week with an id is not searched, and keeps it');

select is(pg_temp.null_rate(), 0.6667, 'two of three are without');
select is(pg_temp.search(pg_temp.entry('a', 1)), 'ended', 'it is searched again');
select is(pg_temp.found(), array['matched workflow_id, window a', 'not_listed'], 'and now one fits');
select is(pg_temp.null_rate(), 0.3333, 'so that the rate falls');
select is((select array[event, actor, execution_id, detail ->> 'matched_by'] from tracking_events
  where event = 'execution_id_restored'),
  array['execution_id_restored', amc_history.actor(), 'a', 'workflow_id, window'], 'an event says who asked, and why');
select is((select array[kind, state, outcome] from week_attempts where execution_id = 'a'),
  array['external', 'ended', 'external'], 'its attempt is one of another system');
select is((select status || ' ' || adopted from workflow_executions where id = 'a'), 'SUCCEEDED true',
  'its execution is what AMC said');
select is(pg_temp.search(pg_temp.entry('a', 2)), 'ended', 'an execution of a week is known');
select is(pg_temp.found(), array['not_listed'], 'and is no other''s');

-- The same windows in a collection that came from elsewhere.
select pg_temp.start_collection(2, key => 'older', imported => true);
select update_week_status(w.collection_id, w.id, 'completed') from report_data_weeks w
where w.collection_id <> pg_temp.collection();
select set_config('amc_history.clock', '2025-03-03T12:05:00Z', true);
select backfill_execution_ids(collection_id => pg_temp.collection());
select pg_temp.read_page(jsonb_build_array(pg_temp.entry('c', 2)));
select is(pg_temp.found(), array['ambiguous fits_several_weeks'],
  'an execution that fits a week of another collection too is left to a person');

select is((backfill_execution_ids(collection_id => pg_temp.collection())).outcome, 'applied', 'it may be asked again');
select is(array[(backfill_execution_ids(collection_id => pg_temp.collection())).outcome,
  (backfill_execution_ids(instance_id => 'amcpgtap1')).reason], array['already_applied', 'backfill_in_progress'],
  'there is one search of an instance at a time');

select * from finish();
rollback;
