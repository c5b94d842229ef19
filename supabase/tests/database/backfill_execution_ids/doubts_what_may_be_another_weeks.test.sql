-- An execution that may be of an attempt of ours, of another week, or of another query is given to no week by itself.
begin;
\ir ../../_shared/id_backfills.psql
select plan(27);

select pg_temp.lose_id(1);

-- What the search says of week 1.
create function pg_temp.said() returns text language sql as $$
  select concat_ws(' ', b.outcome, b.reason, w.execution_id) from id_backfill_weeks b
  join report_data_weeks w on w.id = b.week_id where w.id = pg_temp.week(1) $$;

-- Searches for week 1 in a list with one entry, changed so, and undoes it.
create function pg_temp.verdict(changes jsonb, before text default null) returns text language plpgsql as $$
declare
  said text;
begin
  begin
    if before is not null then
      execute before;
    end if;
    perform pg_temp.search(pg_temp.entry('exec-1', 1, changes));
    said := pg_temp.said();
    raise exception using errcode = 'ZZ001';
  exception when sqlstate 'ZZ001' then
    return said;
  end;
end;
$$;

-- Attempts of ours without an execution: of week 2, and of week 1.
create function pg_temp.attempt(n integer, state text, outcome text) returns text language sql as $$
  select format($q$insert into week_attempts (week_id, instance_id, number, kind, state, outcome, intended_at,
    ended_at, fingerprint, window_key, slot, settle_after) select %L, 'amcpgtap1', 7, 'collected', %L, %L,
    amc_history.clock_now(), case when %L = 'ended' then amc_history.clock_now() end, 30000, 'key', 1,
    amc_history.clock_now()$q$, pg_temp.week(n), state, outcome, state) $$;
select is(pg_temp.verdict('{"timeout_seconds": 30000}', pg_temp.attempt(2, 'intended', null)), 'not_listed',
  'the fingerprint of an attempt that is being sent');
select is(pg_temp.verdict('{"timeout_seconds": 30000}', pg_temp.attempt(2, 'unknown', null)), 'not_listed',
  'of one whose answer was lost');
select is(pg_temp.verdict('{"timeout_seconds": 30000}', pg_temp.attempt(1, 'ended', 'abandoned')), 'not_listed',
  'of one that was abandoned');
select is(pg_temp.verdict('{"timeout_seconds": 30000}', pg_temp.attempt(1, 'ended', 'let_go')), 'not_listed',
  'of one that was let go of');
select is(pg_temp.verdict('{"timeout_seconds": null}', pg_temp.attempt(1, 'ended', 'let_go')), 'not_listed',
  'an attempt''s workflow and window, without a fingerprint');
select is(pg_temp.verdict('{}', pg_temp.attempt(1, 'ended', 'let_go')), 'matched workflow_id, window exec-1',
  'not with another fingerprint');
select is(pg_temp.verdict('{"timeout_seconds": null}', pg_temp.attempt(1, 'ended', 'not_sent')),
  'matched workflow_id, window exec-1', 'nor of an attempt that sent nothing');
select is(pg_temp.verdict('{"timeout_seconds": null}', pg_temp.attempt(2, 'ended', 'let_go')),
  'matched workflow_id, window exec-1', 'nor of one of another window');

-- Other weeks that would ask for the same.
create function pg_temp.rival(change text) returns text language sql as $$
  select $q$select set_config('amc_history.clock', (amc_history.clock_now() + interval '1 second')::text, true);
    select pg_temp.start_collection(2, key => 'older', imported => true); $q$ || change $$;
create function pg_temp.others(status text, execution text default null) returns text language sql as $$
  select pg_temp.rival(format($q$select update_week_status(w.collection_id, w.id, %L, null, %L)
    from report_data_weeks w where w.collection_id <> pg_temp.collection() and w.week_start_date = '2025-01-06'$q$,
    others.status, others.execution)) $$;
select is(pg_temp.verdict('{}', pg_temp.rival('')), 'ambiguous fits_several_weeks', 'a week that is only planned');
select is(pg_temp.verdict('{}', pg_temp.others('running')), 'ambiguous fits_several_weeks', 'one that runs');
select is(pg_temp.verdict('{}', pg_temp.others('completed')), 'ambiguous fits_several_weeks', 'one without an id');
select is(pg_temp.verdict('{}', pg_temp.others('completed', 'exec-2')), 'ambiguous fits_several_weeks',
  'one with an id');
select is(pg_temp.verdict('{}', pg_temp.others('failed')), 'ambiguous fits_several_weeks', 'one that failed');
select is(pg_temp.verdict('{}', pg_temp.rival($$update report_data_collections set parameter_values = '{"k": "x"}'
  where id <> pg_temp.collection()$$)), 'ambiguous fits_several_weeks',
  'one with parameters, where AMC echoes none');
select is(pg_temp.verdict('{}', pg_temp.rival($$update report_data_collections set time_zone = 'America/New_York'
  where id <> pg_temp.collection()$$)), 'matched workflow_id, window exec-1', 'not one in another zone');
select is(pg_temp.verdict('{}', pg_temp.rival($$update report_data_collections set workflow_id = (select
  (save_workflow('amcpgtap1', 'Other', 'select 1 as one from sponsored_ads_traffic', '[]')).workflow_id)
  where id <> pg_temp.collection()$$)), 'matched workflow_id, window exec-1', 'nor one of another query');
select is(pg_temp.verdict('{}', pg_temp.rival($$update report_data_collections set workflow_id = (select
  (save_workflow('amcpgtap1', 'Same', (select f.sql_query || ' -- again' from amc_workflows f limit 1),
  '[]')).workflow_id) where id <> pg_temp.collection()$$)), 'ambiguous fits_several_weeks',
  'but one of the same query under another id');

-- Weeks that changed while the list was read.
create function pg_temp.meanwhile(change text) returns text language plpgsql as $$
declare
  said text;
begin
  begin
    perform set_config('amc_history.clock', (amc_history.clock_now() + interval '1 second')::text, true);
    perform backfill_execution_ids(instance_id => 'amcpgtap1');
    execute change;
    perform pg_temp.read_page(jsonb_build_array(pg_temp.entry('exec-1', 1)));
    said := pg_temp.said();
    raise exception using errcode = 'ZZ001';
  exception when sqlstate 'ZZ001' then
    return said;
  end;
end;
$$;
select is(pg_temp.meanwhile(pg_temp.others('completed')), 'ambiguous fits_several_weeks',
  'a week that was completed meanwhile');
select is(pg_temp.meanwhile('update report_data_weeks set due_at = amc_history.clock_now() where id = pg_temp.week(1)'),
  'not_needed is_open', 'a week that is due again');
select is(pg_temp.meanwhile(pg_temp.attempt(1, 'unknown', null)), 'not_needed is_open', 'or that is tried');

-- The same workflow, another query.
select is(pg_temp.verdict('{"sql_query": "select something_else from amazon_attributed_events"}'),
  'not_provable sql_differs', 'the workflow''s id with another SQL');
select is(pg_temp.verdict('{"sql_query": null}'), 'matched workflow_id, window exec-1', 'not without any');
select is(pg_temp.verdict(jsonb_build_object('sql_query', 'select ' || repeat('1 + ', 6000) || '1')),
  'matched workflow_id, window exec-1', 'nor with one that is too long to be compared');
select is(pg_temp.verdict('{"workflow_id": "theirs", "sql_query": "select something from amazon_attributed_events"}'),
  'not_listed', 'another id and another SQL are another''s');

-- What stands in the list, but is compared in vain.
select is(pg_temp.verdict('{"parameter_values": {"from_day": "2025-01-06", "to_day": "2025-01-12"}}'),
  'not_provable parameter_names', 'parameters whose names nobody knows');
select is(pg_temp.verdict('{"timeout_seconds": 3600}'), 'not_provable timeout', 'the timeout of a dry run');
select is(pg_temp.verdict('{"status": "SUCCEEDED"}', $$update report_data_weeks set status = 'failed'
  where id = pg_temp.week(1)$$), 'not_provable status', 'what succeeded, for a week that failed');

select * from finish();
rollback;
