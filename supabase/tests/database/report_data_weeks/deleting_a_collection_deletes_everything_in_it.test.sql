-- Deleting a collection deletes its weeks, attempts, executions and results; its events stay.
begin;
\ir ../../_shared/loading.psql
select plan(6);

-- Week 1 is collected with a row, week 2 runs, week 3 is claimed; an alert is open.
do $$
begin
  perform claim_due_weeks(3);
  perform record_execution(pg_temp.attempt(1), 'exec-1');
  perform record_execution(pg_temp.attempt(2), 'exec-2');
  perform amc_history.begin_load(pg_temp.attempt(1), 1, array['campaign']);
  perform amc_history.open_load(pg_temp.load_id(), 1);
  execute format('insert into amc_results.%I (campaign) values (%L)', (select table_name from result_loads), 'a');
  perform pg_temp.finish_load(pg_temp.load_id(), pg_temp.attempt(1), 1);
  perform update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', '{"rows": 1}', 'exec-1');
  perform amc_history.raise_alert('late_execution', 'look', 'amcpgtap1', pg_temp.week(1));
  create temporary table names on commit drop as select table_name from amc_history.result_tables t
    join report_data_collections c on c.workflow_id = t.workflow_id where c.id = pg_temp.collection();
end;
$$;
create temporary table weeks on commit drop as select id from report_data_weeks
  where collection_id = pg_temp.collection();
create function pg_temp.counts() returns bigint[] language sql as
  $$ select array[
       (select count(*) from report_data_weeks where id in (select id from weeks)),
       (select count(*) from week_attempts where week_id in (select id from weeks)),
       (select count(*) from workflow_executions where id in ('exec-1', 'exec-2')),
       (select count(*) from result_loads where execution_id in ('exec-1', 'exec-2')),
       (select count(*) from tracking_alerts where code = 'late_execution')] $$;

select is(pg_temp.counts(), array[3, 3, 2, 1, 1]::bigint[],
  'there are weeks, attempts, executions, a load and an alert');
select lives_ok($$ delete from report_data_collections where id = pg_temp.collection() $$,
  'a collection can be deleted');
-- The foreign key from attempts to executions is deferred: it is checked here and not at the end.
select lives_ok('set constraints all immediate', 'no reference is left to what was deleted');
select is(pg_temp.counts(), array[0, 0, 0, 0, 0]::bigint[], 'all of it is deleted');
select cmp_ok((select count(*) from tracking_events where week_id in (select id from weeks)), '>', 0::bigint,
  'its events stay');
create function pg_temp.rows_left() returns bigint language plpgsql as $$
declare
  n bigint;
begin
  execute format('select count(*) from amc_results.%I', (select table_name from names)) into n;
  return n;
end;
$$;
do $$ begin perform amc_history.delete_dropped_rows(); end $$;
select is(pg_temp.rows_left(), 0::bigint, 'the rows of its results are deleted');

select * from finish();
rollback;
