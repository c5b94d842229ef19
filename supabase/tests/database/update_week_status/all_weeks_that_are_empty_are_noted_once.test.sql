-- When every completed week of a version is empty, and there are some, that is noted once, until one has rows.
begin;
\ir ../../_shared/results.psql
select plan(10);

create function pg_temp.noted() returns bigint language sql as
  $$ select count(*) from tracking_events where event = 'all_weeks_empty' $$;
-- A fourth and a fifth week of the same version are in a collection of their own.
create function pg_temp.later_week(n integer) returns uuid language sql as
  $$ select id from report_data_weeks where week_start_date >= '2025-01-27' order by week_start_date offset n - 1
     limit 1 $$;
-- One of those two weeks is collected with these rows.
create function pg_temp.collect_later(n integer, execution text, cells jsonb) returns void language plpgsql as $$
begin
  perform claim_due_weeks(1);
  perform record_execution((select id from week_attempts where week_id = pg_temp.later_week(n)), execution,
    '{"status": "SUCCEEDED"}');
  insert into result_loads (execution_id, fence, table_name, header, complete, completed_at, summary, checksum, records)
  values (execution, 1, 'not_made', '{a}', true, amc_history.clock_now(), '{}', 'c', jsonb_array_length(cells));
  perform update_week_status(w.collection_id, w.id, 'completed', '{}', execution)
  from report_data_weeks w where w.id = pg_temp.later_week(n);
end;
$$;

select pg_temp.collect(1, 'exec-1', '[]');
select pg_temp.collect(2, 'exec-2', '[]');
select is(pg_temp.noted(), 0::bigint, 'two empty weeks are not enough');
select restate_week(pg_temp.week(1));
select pg_temp.collect(1, 'exec-1b', '[]');
select is(pg_temp.noted(), 0::bigint, 'nor is one of them that is collected again');
select pg_temp.load(3, 'exec-3', array['campaign'], '[]');
set local role service_role;
select pg_temp.show(3, 'exec-3');
reset role;
select is(pg_temp.noted(), 1::bigint, 'three are');
select is((select array[execution_id, collection_id::text, detail ->> 'workflow_id', detail ->> 'weeks']
  from tracking_events where event = 'all_weeks_empty'),
  array['exec-3', pg_temp.collection()::text, (select id from amc_workflows), '3'], 'of the version');
select matches((select detail ->> 'message' from tracking_events where event = 'all_weeks_empty'),
  '^All 3 weeks .* without a row.* filter .* parameter .* instance .* semicolon', 'with what it may come from');
select pg_temp.start_collection(2, first_day => '2025-01-27');
select pg_temp.collect_later(1, 'exec-4', '[]');
select is(pg_temp.noted(), 1::bigint, 'once, also with weeks of another collection');
select pg_temp.collect_later(2, 'exec-5', '[["a"]]');
select is((select rows_seen_at from amc_workflows), amc_history.clock_now(), 'a week with rows is remembered');

-- Another version begins with a week that has rows, and one that is not loaded here.
update amc_workflows set rows_seen_at = null, empty_noted_at = null;
update result_loads set records = 1 where execution_id = 'exec-5';
select amc_history.note_empty_weeks(w) from report_data_weeks w where w.execution_id = 'exec-5';
select amc_history.note_empty_weeks(w) from report_data_weeks w where w.execution_id in ('exec-1b', 'exec-2', 'exec-3');
select is(pg_temp.noted(), 1::bigint, 'no number of empty weeks is noted after one with rows');
update amc_workflows set rows_seen_at = null;
select amc_history.note_empty_weeks(jsonb_populate_record(w, '{"execution_id": "elsewhere"}'))
from report_data_weeks w where w.execution_id = 'exec-3';
select is((select count(*) from amc_workflows where rows_seen_at is null and empty_noted_at is null), 1::bigint,
  'a week without a result here says nothing');
update amc_history.allowances set empty_weeks = 6;
select amc_history.note_empty_weeks(w) from report_data_weeks w where w.execution_id = 'exec-3';
select is(pg_temp.noted(), 1::bigint, 'how many are enough is an allowance');

select * from finish();
rollback;
