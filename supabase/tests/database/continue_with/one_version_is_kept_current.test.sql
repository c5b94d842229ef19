-- Of the versions of a query one is kept current at a time, by whatever way: never both.
begin;
\ir ../../_shared/three_weeks.psql
select plan(17);

create temporary table version (name text, id text, collection uuid) on commit drop;
insert into version select 'first', id, pg_temp.collection() from amc_workflows;
insert into version select v.name, (save_workflow('amcpgtap1', v.saved_as, v.query)).workflow_id
from (values ('second', 'Weekly campaigns', 'select campaign, spend from sponsored_ads_traffic'),
  ('other query', 'Another', 'select campaign, clicks from sponsored_ads_traffic')) v(name, saved_as, query);
grant select on version to authenticated;
create function pg_temp.collect(version text, zone text) returns uuid language sql as $$
  select (start_collection(pg_temp.user_id('owner'), 'amcpgtap1', v.id, start_date => '2025-01-06',
    end_date => '2025-01-12', time_zone => zone) ->> 'collection_id')::uuid
  from version v where v.name = collect.version $$;
update version set collection = pg_temp.collect(name, 'UTC') where name <> 'first';
insert into version select 'first in Berlin', id, pg_temp.collect('first', 'Europe/Berlin') from version
where name = 'first';
-- What is refused, or the outcome.
create function pg_temp.keep(version text, wanted boolean default true) returns text language plpgsql as $$
begin
  return coalesce(pg_temp.refusal(format('select set_keep_current(%L, %L)',
    (select v.collection from version v where v.name = keep.version), wanted)), 'kept');
end;
$$;
create function pg_temp.kept() returns text[] language sql as $$
  select array_agg(v.name order by v.name) from version v
  join report_data_collections c on c.id = v.collection and c.keep_current $$;

select pg_temp.sign_in('owner');
select is(pg_temp.keep('first'), 'kept', 'the first version is kept current');
select is(pg_temp.keep('second'), 'PT409 another_version_kept_current', 'and then the second is not');
select is((select (continue_with(v.collection, w.id) ->> 'collection_id')::uuid = w.collection from version v, version w
    where v.name = 'first' and w.name = 'second'), true, 'the one way is to continue with it');
select is(pg_temp.keep('first'), 'PT409 another_version_kept_current', 'and the first is not kept again beside it');
select is(pg_temp.kept(), array['second'], 'one is');
do $$ begin perform archive_collection(v.collection) from version v where v.name = 'second'; end $$;
select is(pg_temp.keep('first'), 'PT409 another_version_kept_current', 'what is archived will go on once it is back');
select is(pg_temp.keep('other query'), 'kept', 'another query stands apart');
select is(pg_temp.keep('first in Berlin'), 'kept', 'and so do other weeks');
do $$ begin perform resume_collection(v.collection) from version v where v.name = 'second'; end $$;
select is((select (continue_with(v.collection, w.id) ->> 'collection_id')::uuid = w.collection from version v, version w
    where v.name = 'second' and w.name = 'first'), true, 'back to the first one by the same way');
select is(pg_temp.keep('first', false), 'kept', 'or, once it is kept no longer,');
select is(pg_temp.keep('second'), 'kept', 'the second is kept by itself');
do $$ begin perform cancel_collection(v.collection) from version v where v.name = 'second'; end $$;
select is(pg_temp.keep('first'), 'kept', 'what is cancelled is kept no longer');
reset role;
do $$ begin perform pg_temp.collect('second', 'UTC'); end $$;
select is(pg_temp.kept(), array['first', 'first in Berlin', 'other query'], 'nor is it once it comes back');

select throws_ok('update report_data_collections set keep_current = true', 'PT409', null, 'no statement does it');
-- One that came from another system would run each new week beside ours.
update report_data_collections c set imported_from = 'elsewhere' from version v
where v.collection = c.id and v.name = 'second';
select is(pg_temp.keep('second'), 'PT409 imported_is_not_kept', 'nor what was imported');
select is(pg_temp.refusal(format('select continue_with(%L, %L)', v.collection, w.id)), 'PT409 imported_is_not_kept',
  'nor does it go on with another version') from version v, version w where v.name = 'second' and w.name = 'first';
select throws_ok($$ update report_data_collections set imported_from = 'elsewhere' where keep_current $$, '23514', null,
  'and what is kept current is never an imported one');

select * from finish();
rollback;
