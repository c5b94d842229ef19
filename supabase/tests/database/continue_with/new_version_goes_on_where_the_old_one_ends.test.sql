-- A new version of a query goes on where the old one ends: its collection is kept current, the old one no longer.
begin;
\ir ../../_shared/three_weeks.psql
select plan(16);

create temporary table version on commit drop as select id, 'first' as name from amc_workflows;
insert into version select (save_workflow('amcpgtap1', 'Weekly campaigns',
  'select campaign, spend from sponsored_ads_traffic')).workflow_id, 'second';
create temporary table target on commit drop as select pg_temp.collection() as id;
grant select on version, target to authenticated;
create function pg_temp.go_on(name text) returns jsonb language sql as
  $$ select continue_with((select id from target), (select v.id from version v where v.name = go_on.name)) $$;
create function pg_temp.refused(workflow text) returns text language sql as
  $$ select pg_temp.refusal(format('select continue_with((select id from target), %L)', workflow)) $$;
-- The collections by their version: range, and whether they are kept current.
create function pg_temp.collections() returns text[] language sql as $$
  select array_agg(concat_ws(' ', v.name, c.start_date, c.end_date, case when c.keep_current then 'kept' end,
    (select count(*) from report_data_weeks w where w.collection_id = c.id)) order by v.name)
  from report_data_collections c join version v on v.id = c.workflow_id $$;

insert into amc_instance_members (instance_id, user_id, role) values
  ('amcpgtap1', pg_temp.user_id('colleague'), 'viewer');
select pg_temp.sign_in('other');
select is(pg_temp.refused('w'), 'PT404 collection_not_found', 'nobody else');
select pg_temp.sign_in('colleague');
select is(pg_temp.refused('w'), 'PT403 role_too_low', 'nor a viewer');
select pg_temp.sign_in('owner');
select is(pg_temp.refused('w'), 'PT404 workflow_not_found', 'a version that is not there');
select is(pg_temp.refused((select id from version where name = 'first')), '22023 version_is_the_same', 'the same one');
do $$ begin perform set_keep_current((select id from target), true); end $$;
select is(pg_temp.collections(), array['first 2025-01-06 2025-02-16 kept 6'], 'the old version is kept current');

select is(pg_temp.go_on('second') ->> 'weeks', '0', 'nothing has settled since its end');
select is(pg_temp.collections(), array['first 2025-01-06 2025-02-16 6', 'second 2025-02-17 2025-02-16 kept 0'],
  'the new one begins there, and only it goes on');
select is((select p.status || ' ' || p.next_week_on from collection_progress p where p.keep_current),
  'up_to_date 2025-03-10', 'it is up to date, and its first week is known');
reset role;
select set_config('amc_history.clock', '2025-03-17T00:00:00Z', true);
select is(amc_history.keep_collections_current(), 2, 'its weeks come');
select is(pg_temp.collections(), array['first 2025-01-06 2025-02-16 6', 'second 2025-02-17 2025-03-02 kept 2'],
  'to it alone');
select pg_temp.sign_in('owner');
select is(pg_temp.go_on('second') ->> 'weeks', '0', 'asked again, nothing changes');
select is(pg_temp.collections(), array['first 2025-01-06 2025-02-16 6', 'second 2025-02-17 2025-03-02 kept 2'],
  'indeed');
select is((select count(*) from tracking_events where event = 'collection_continued'
    and actor = pg_temp.user_id('owner')::text), 2::bigint, 'each request leaves an event');

-- A parameter that the new version does not declare.
reset role;
do $$
begin
  update report_data_collections set parameter_values = '{"brand": "a"}' where id = (select id from target);
  insert into version select (save_workflow('amcpgtap1', 'Third', 'select 3 from t')).workflow_id, 'third';
end;
$$;
select pg_temp.sign_in('owner');
select is(pg_temp.refused((select id from version where name = 'third')), '22023 unknown_parameter',
  'a version that does not take the parameters');
do $$ begin perform cancel_collection((select id from target)); end $$;
select is(pg_temp.refused((select id from version where name = 'third')), 'PT409 collection_has_ended',
  'what is cancelled does not go on');
reset role;
select is(pg_temp.collections(), array['first 2025-01-06 2025-02-16 6', 'second 2025-02-17 2025-03-02 kept 2'],
  'refused requests change nothing');

select * from finish();
rollback;
