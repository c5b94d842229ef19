-- While another attempt may have made the execution found, only the week of that window waits.
begin;
\ir ../../_shared/collection.psql
select plan(17);

-- Two collections of the same weeks, one of which came from another system. The create of the first one's first week
-- got no answer. AMC's list was not read for the second yet; it will show exec-x for that week.
select pg_temp.start_collection(weeks => 3, key => 'first', imported => true);
select pg_temp.prove_matcher();
select pg_temp.lose_create(1);
do $$
begin
  perform pause_collection(pg_temp.collection());
  perform start_collection(pg_temp.user_id('owner'), 'amcpgtap1', workflow_id, start_date => '2025-01-06',
    end_date => '2025-01-26', name => 'second') from report_data_collections;
end;
$$;
create function pg_temp.collection(key text) returns uuid language sql as
  $$ select id from report_data_collections where name = key $$;
create function pg_temp.week(key text, n integer) returns uuid language sql as
  $$ select id from report_data_weeks where collection_id = pg_temp.collection(key)
     order by week_start_date offset n - 1 limit 1 $$;
create function pg_temp.attempt() returns uuid language sql as
  $$ select id from week_attempts where week_id = pg_temp.week('first', 1) $$;
create function pg_temp.mark(variadic weeks uuid[]) returns integer language sql as
  $$ select mark_surveyed('amcpgtap1', (select list_fence from amc_instances where id = 'amcpgtap1'), weeks) $$;
create function pg_temp.to_look_for() returns text[] language sql as
  $$ select array_agg(w ->> 'week_id' order by w ->> 'time_window_start')
     from jsonb_array_elements(amc_history.weeks_to_survey('amcpgtap1')) w $$;

select is(adopt_surveyed(pg_temp.week('second', 1), 'exec-x', null),
  row('window_taken', null, 'pending', null)::tracking_report,
  'the attempt of the first collection may be the one that made it');
select is((select count(*) from workflow_executions where id = 'exec-x'), 0::bigint, 'nothing is stored');
select is(pg_temp.mark(pg_temp.week('second', 2), pg_temp.week('second', 3)), 2, 'the others were looked for');
select is((select array_agg(week_id order by week_id) from claim_due_weeks(10)),
  (select array_agg(w order by w) from unnest(array[pg_temp.week('second', 2), pg_temp.week('second', 3)]) w),
  'its other weeks begin');
select is(pg_temp.to_look_for(), array[pg_temp.week('second', 1)::text], 'that week is surveyed again');

-- The first collection's attempt ends without an execution.
do $$
begin
  perform set_config('amc_history.clock', '2025-03-03T13:00:00Z', true);
  perform settle_attempt(pg_temp.attempt(), amc_history.clock_now());
  perform report_create(a.id, 'refused') from week_attempts a where a.state = 'intended';
end;
$$;
select is((select outcome from week_attempts where id = pg_temp.attempt()), 'abandoned', 'the window is free');
select is((select count(*) from claim_due_weeks(10)), 0::bigint, 'the week is not claimed: AMC has an execution of it');
select isnt_empty('select from amc_history.unsurveyed_weeks(''amcpgtap1'')', 'it needs a listing');
do $$
begin
  update week_attempts set watch_until = null where id = pg_temp.attempt();
  update amc_instances set list_due_at = '-infinity' where id = 'amcpgtap1';
end;
$$;
select is(amc_history.count_actionable(), 1, 'which is actionable');
select is((select pause_collection(pg_temp.collection('second'))), row('applied', null, 3)::control_report,
  'its collection may be paused');
select is(pg_temp.to_look_for(), null, 'then it is not surveyed');
select is((select outcome from resume_collection(pg_temp.collection('second'))), 'applied', 'and resumed');
select is((select count(*) from claim_due_weeks(10) where week_id = pg_temp.week('second', 1)), 0::bigint,
  'after which its week does not begin either');
savepoint before_the_listing;
select is(adopt_surveyed(pg_temp.week('second', 1), 'exec-x', null),
  row('adopted', null, 'running', 'exec-x')::tracking_report, 'the next listing lets it adopt the execution');
select is(pg_temp.to_look_for(), null, 'and it is surveyed no more');
rollback to before_the_listing;
select is(pg_temp.mark(pg_temp.week('second', 1)), 1, 'or shows that another attempt took it');
select is((select array_agg(week_id) from claim_due_weeks(10)), array[pg_temp.week('second', 1)],
  'then the week begins');

select * from finish();
rollback;
