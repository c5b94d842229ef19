-- Pruning keeps the newest results of a week, and always the one that it shows.
begin;
\ir ../../_shared/results.psql
select plan(12);

create function pg_temp.versions(n integer) returns text[] language sql as $$
  select array_agg(execution_id || case when shown then ' shown' else '' end order by execution_id)
  from week_versions where week_id = pg_temp.week(n) $$;
create function pg_temp.next(n integer, execution text) returns void language plpgsql as $$
begin
  perform set_config('amc_history.clock', (amc_history.clock_now() + interval '1 minute')::text, true);
  perform pg_temp.collect(n, execution, '[["a"], ["b"]]');
end;
$$;

create function pg_temp.stored() returns bigint language plpgsql as $$
declare
  n bigint;
begin
  perform amc_history.delete_dropped_rows();
  execute format('select count(*) from amc_results.%I', (select table_name from amc_history.result_tables)) into n;
  return n;
end;
$$;
do $$
begin
  for i in 1 .. 5 loop
    perform pg_temp.next(1, 'exec-' || i);
  end loop;
  perform pg_temp.next(2, 'exec-6');
  perform pg_temp.next(2, 'exec-7');
end;
$$;
select is(pg_temp.versions(1), array['exec-1', 'exec-2', 'exec-3', 'exec-4', 'exec-5 shown'],
  'superseded results are kept at first');
select is(amc_history.prune_versions(), 2, 'two are too many');
select is(pg_temp.versions(1), array['exec-3', 'exec-4', 'exec-5 shown'], 'three are kept');
select is(pg_temp.versions(2), array['exec-6', 'exec-7 shown'], 'of each week');
select is(pg_temp.stored(), 10::bigint, 'the rows of pruned results are deleted');
select results_eq($$ select execution_id, detail ->> 'records' from tracking_events
    where event = 'version_pruned' order by id $$,
  $$ values ('exec-1', '2'), ('exec-2', '2') $$, 'each leaves an event');
select is(amc_history.prune_versions(), 0, 'a second call changes nothing');
update report_data_collections set keep_versions = 1;
-- A restatement is loaded, and the week does not show it yet.
select pg_temp.load(1, 'exec-8', array['campaign'], '[["new"]]');
select is(amc_history.prune_versions(), 3, 'down to one');
select is(pg_temp.versions(1), array['exec-5 shown', 'exec-8'],
  'the shown one stays, and so does the one about to be shown');
do $$ begin perform pg_temp.show(1, 'exec-8'); end $$;
select is(amc_history.prune_versions(), 1, 'superseded now');
select is(pg_temp.versions(1), array['exec-8 shown'], 'only the shown one is left');
-- Somebody switched the week back to an earlier result.
do $$
begin
  perform pg_temp.next(1, 'exec-9');
  update report_data_weeks set execution_id = 'exec-8' where id = pg_temp.week(1);
  perform amc_history.prune_versions();
end;
$$;
select is(pg_temp.versions(1), array['exec-8 shown'], 'also if it is not the newest');

select * from finish();
rollback;
