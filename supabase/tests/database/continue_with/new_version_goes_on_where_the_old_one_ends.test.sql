-- A new version of a query goes on where the old one ends: its collection is kept current, the old one no longer.
begin;
\ir ../../_shared/three_weeks.psql
select plan(21);

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
select is(pg_temp.refused((select id from version where name = 'second')), 'PT409 collection_not_kept_current',
  'asked again, the old one is not kept current any more');
select is(pg_temp.collections(), array['first 2025-01-06 2025-02-16 6', 'second 2025-02-17 2025-03-02 kept 2'],
  'indeed');
select is((select count(*) from tracking_events where event = 'collection_continued'
    and actor = pg_temp.user_id('owner')::text), 1::bigint, 'an event tells who did it');

-- A parameter that the new version does not declare.
reset role;
do $$
begin
  update report_data_collections set parameter_values = '{"brand": "a"}' where id = (select id from target);
  insert into version select (save_workflow('amcpgtap1', 'Weekly campaigns', 'select 3 from t')).workflow_id, 'third';
  insert into version select (save_workflow('amcpgtap1', 'Other', 'select 4 from t')).workflow_id, 'other';
  perform set_keep_current((select id from target), true);
end;
$$;
select pg_temp.sign_in('owner');
select is(pg_temp.refused((select id from version where name = 'third')), '22023 unknown_parameter',
  'a version that does not take the parameters');
select is(pg_temp.refused((select id from version where name = 'other')), '22023 version_of_another_query',
  'another query is no version of this one');
do $$ begin perform cancel_collection((select id from target)); end $$;
select is(pg_temp.refused((select id from version where name = 'third')), 'PT409 collection_has_ended',
  'what is cancelled does not go on');
reset role;
select is(pg_temp.collections(), array['first 2025-01-06 2025-03-02 8', 'second 2025-02-17 2025-03-02 kept 2'],
  'refused requests change nothing');

-- A version that was tried and archived comes back, and whoever stood behind the old one stands behind it.
do $$
begin
  update report_data_collections set parameter_values = '{}';
  perform archive_collection(id) from report_data_collections where id = (select id from target);
  update report_data_collections set cancelled_at = null, archived_at = amc_history.clock_now(),
    paused_at = amc_history.clock_now(), keep_current = false where id = (select id from target);
  insert into collection_backers (collection_id, user_id)
  select id, pg_temp.user_id('colleague') from report_data_collections where keep_current;
  perform continue_with(c.id, (select id from version where name = 'first')) from report_data_collections c
  where c.keep_current;
end;
$$;
select is((select array[(c.archived_at is null)::text, (c.paused_at is null)::text, c.keep_current::text,
    (select count(*)::text from collection_backers b where b.collection_id = c.id)]
  from report_data_collections c where c.id = (select id from target)), array['true', 'true', 'true', '2'],
  'an archived version comes back with all who stand behind it');

-- Somebody asked the old version for a week beyond the last one that was added: the new one has those between.
do $$
declare
  kept uuid := (select id from report_data_collections where keep_current);
begin
  perform start_collection(pg_temp.user_id('owner'), 'amcpgtap1', (select id from version where name = 'first'),
    start_date => '2025-03-10', end_date => '2025-03-16');
  perform set_config('amc_history.clock', '2025-04-07T00:00:00Z', true);
  perform continue_with(kept, (select id from version where name = 'third'));
end;
$$;
select is((select array_agg(to_char(w.week_start_date, 'MM-DD') order by w.week_start_date) from report_data_weeks w
    join report_data_collections c on c.id = w.collection_id and c.keep_current), array['03-03', '03-10', '03-17'],
  'the new version has each week since the last one that was added');

-- It adds no more weeks at once than its caller may start.
select set_config('amc_history.clock', '2025-04-21T00:00:00Z', true);
update amc_history.allowances set open_weeks_of_member = 1 where true;
select pg_temp.sign_in('owner');
select is(pg_temp.refusal(format('select continue_with(%L, %L)', (select id from report_data_collections
    where keep_current), (select id from version where name = 'second'))), 'PT429 member_has_too_many_open_weeks',
  'the limits of starting hold');
reset role;
select is((select v.name from report_data_collections c join version v on v.id = c.workflow_id where c.keep_current),
  'third', 'and the old version is kept current as before');

select * from finish();
rollback;
