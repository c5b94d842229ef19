-- The owner sets how many results of each week are kept.
begin;
\ir ../../_shared/results.psql
select plan(6);

create temporary table known as select pg_temp.collection() as collection;
grant select on known to authenticated;
select pg_temp.sign_in('owner');

select is((select set_keep_versions(collection, 5) from known), row('applied', null, 0)::control_report,
  'it is applied');
select is((select keep_versions from report_data_collections), 5, 'five are kept');
select is((select set_keep_versions(collection, 5) from known), row('already_applied', null, 0)::control_report,
  'a second call changes nothing');
select is(pg_temp.refusal(format('select set_keep_versions(collection, %s) from known', n)),
  '22023 keep_versions_out_of_range', n || ' is refused')
from unnest(array['0', '101']) n;
select pg_temp.sign_in('other');
select is(pg_temp.refusal('select set_keep_versions(collection, 1) from known'), 'PT404 collection_not_found',
  'another''s');

select * from finish();
rollback;
