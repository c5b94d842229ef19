-- A week gets the execution that fits in all that is compared. One contradiction, and it is another's; one thing that
-- AMC does not say, and it is no proof.
begin;
\ir ../../_shared/id_backfills.psql
select plan(38);

select pg_temp.lose_id(1);

-- The collection is of a query that reads these parameters.
create function pg_temp.declare(variadic names text[]) returns void language sql as $$
  update report_data_collections set workflow_id = (select (save_workflow('amcpgtap1', 'With parameters',
    'select ' || string_agg('CUSTOM_PARAMETER(''' || n || ''') as ' || n, ', ') || ' from sponsored_ads_traffic',
    jsonb_agg(jsonb_build_object('name', n, 'dataType', 'STRING')))).workflow_id from unnest(names) n) where true $$;

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
    said := (pg_temp.found())[1];
    raise exception using errcode = 'ZZ001';
  exception when sqlstate 'ZZ001' then
    return said;
  end;
end;
$$;

select is(pg_temp.verdict('{}'), 'matched workflow_id, window exec-1', 'workflow by its id, window, zone, parameters');
select is(pg_temp.verdict('{"workflow_id": "theirs"}'), 'matched query, window exec-1', 'the workflow by its SQL');
select is(pg_temp.verdict(
  '{"workflow_id": "theirs", "sql_query": "select campaign,  impressions -- all\n from sponsored_ads_traffic;"}'),
  'matched query, window exec-1', 'whose blanks, comments and last semicolon do not count');
select is(pg_temp.verdict('{"workflow_id": "theirs", "sql_query": "select 1"}'), 'not_listed',
  'not of another workflow with another SQL');
select is(pg_temp.verdict('{"workflow_id": "theirs", "sql_query": null}'), 'not_listed by_workflow_id_alone',
  'nor of another whose SQL is not given, which is told');
select is(pg_temp.verdict('{"workflow_id": null, "sql_query": null}'), 'not_provable workflow',
  'without either nothing is proved');

select is(pg_temp.verdict('{"time_window_end": "2025-01-12T23:59:59"}'),
  'matched workflow_id, window_to_last_second exec-1', 'a window that was asked for up to its last second');
select is(pg_temp.verdict('{"time_window_end": "2025-01-12T23:59:58"}'), 'not_listed', 'no more than that');
select is(pg_temp.verdict('{"time_window_end": "2025-01-13T00:00:01"}'), 'not_listed', 'and no longer');
select is(pg_temp.verdict('{"time_window_start": "2025-01-07T00:00:00"}'), 'not_listed', 'not another window');
select is(pg_temp.verdict('{"time_window_start": null, "time_window_end": null,
  "window_start_at": "2025-01-06T00:00:00Z", "window_end_at": "2025-01-13T00:00:00Z"}'),
  'matched workflow_id, window exec-1', 'the window as instants');
select is(pg_temp.verdict('{"time_window_start": null, "time_window_end": null,
  "window_start_at": "2025-01-06T05:00:00Z", "window_end_at": "2025-01-13T05:00:00Z"}'), 'not_listed',
  'not other instants');
select is(pg_temp.verdict('{"time_window_start": null}'), 'not_provable window', 'a window of which AMC says a part');

select is(pg_temp.verdict('{"time_zone": "Etc/UTC"}'), 'matched workflow_id, window exec-1',
  'another name of the same zone');
select is(pg_temp.verdict('{"time_zone": "Africa/Abidjan"}'), 'not_listed', 'not another zone, be it the same time');
select is(pg_temp.verdict('{"time_zone": null, "window_start_at": "2025-01-06T00:00:00Z",
  "window_end_at": "2025-01-13T00:00:00Z"}'), 'not_provable zone', 'a zone that AMC does not say');
select is(pg_temp.verdict('{"time_zone": "Mars/Olympus", "window_start_at": "2025-01-06T00:00:00Z",
  "window_end_at": "2025-01-13T00:00:00Z"}'), 'not_provable zone', 'or that nobody knows');

select is(pg_temp.verdict('{"dry_run": true}'), 'not_listed', 'never a dry run that AMC names so');
select is(pg_temp.verdict('{"timeout_seconds": 900}'), 'not_provable timeout', 'nor what may be one by its timeout');
select is(pg_temp.verdict('{}', $$insert into workflow_checks (instance_id, workflow_id, kind, state, execution_id,
  time_window_start, time_window_end, time_zone, timeout_seconds)
  select instance_id, id, 'dry_run', 'created', 'exec-1', '', '', '', 900 from amc_workflows$$), 'not_listed',
  'nor one that is known as such');
select is(pg_temp.verdict('{"status": "FAILED"}'), 'not_listed', 'a completed week did not come from what failed');
select is(pg_temp.verdict('{"status": "RUNNING"}'), 'not_listed', 'nor from what runs');
select is(pg_temp.verdict('{"status": "PAUSED"}'), 'not_provable status', 'a status that is not known');
select is(pg_temp.verdict('{"created_at": "2025-03-03T13:00:01Z"}'), 'not_listed',
  'not what ran after the week was done');
select is(pg_temp.verdict('{"created_at": "2025-03-03T13:00:00Z"}'), 'matched workflow_id, window exec-1',
  'but for an hour, by which clocks may differ');
select is(pg_temp.verdict('{"created_at": "2025-01-05T23:59:59Z"}'), 'not_listed', 'nor before it began');
select is(pg_temp.verdict('{"created_at": null}'), 'not_provable created_at', 'nor what was created nobody knows when');
select is(pg_temp.verdict('{"id": "skipped-1", "is_readable": false}'), 'not_provable id',
  'an entry whose id could not be read is no proof');

select is(pg_temp.verdict('{"parameter_values": null}'), 'matched workflow_id, window exec-1',
  'a query that takes no parameters ran without, whether AMC echoes them or not');
select is(pg_temp.verdict('{"parameter_values": {"brand": "x"}}'), 'not_provable parameter_names', 'not with any');
select is(pg_temp.verdict('{"parameter_values": {}}',
  $$select pg_temp.declare('brand')$$),
  'not_provable parameters', 'where it takes some, an empty echo says nothing');
select is(pg_temp.verdict('{}', $$update report_data_collections set parameter_values = '{"brand": "x"}'$$),
  'matched workflow_id, window exec-1', 'equal parameters');
select is(pg_temp.verdict('{"parameter_values": {"brand": "y"}}',
  $$update report_data_collections set parameter_values = '{"brand": "x"}'$$), 'not_listed', 'not other ones');

create function pg_temp.days(first text, last text, more jsonb default '{}') returns text language sql as
  $$ select pg_temp.verdict(jsonb_build_object('time_window_start', '2025-02-28T00:00:00',
       'time_window_end', '2025-03-01T00:00:00',
       'parameter_values', jsonb_strip_nulls(jsonb_build_object('startDate', first, 'endDate', last)) || more),
     $q$select pg_temp.declare('startDate', 'endDate')$q$) $$;
select is(array[pg_temp.days('2025-01-06', '2025-01-12'), pg_temp.days('2025-01-06T00:00:00', '2025-01-12T23:59:59'),
  pg_temp.days('2025-01-06 00:00', '2025-01-13T00:00:00')],
  array_fill('matched workflow_id, parameters exec-1'::text, array[3]),
  'parameters that hold the days, in three forms');
select is(array[pg_temp.days('2025-01-06', '2025-01-13'), pg_temp.days('2025-01-07', '2025-01-13'),
  pg_temp.days('2025-01-06', '2025-01-11')], array_fill('not_listed'::text, array[3]), 'other days');
select is(pg_temp.days('06/01/2025', '12/01/2025'), 'not_provable window', 'days in a form that is not known');
select is(pg_temp.days(null, null), 'not_provable window, parameters', 'parameters that AMC does not echo');
select is(pg_temp.days('2025-01-06', '2025-01-12', '{"brand": "x"}'), 'not_provable parameter_names',
  'not with other parameters besides');

select * from finish();
rollback;
