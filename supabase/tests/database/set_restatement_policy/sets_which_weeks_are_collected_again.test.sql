-- The owner sets which weeks are collected again, and how often.
begin;
\ir ../../_shared/results.psql
select plan(11);

create temporary table known as select pg_temp.collection() as collection;
grant select on known to authenticated;
select pg_temp.sign_in('owner');

select is((select set_restatement_policy(collection, 4) from known), row('applied', null, 0)::control_report,
  'it is applied');
select is((select (restate_weeks, restate_every_days)::text from report_data_collections), '(4,7)',
  'every seven days unless said otherwise');
select is((select set_restatement_policy(collection, 4, 7) from known),
  row('already_applied', null, 0)::control_report, 'a second call changes nothing');
select is((select set_restatement_policy(collection, 0, 14) from known), row('applied', null, 0)::control_report,
  'it can be turned off');
select is(pg_temp.refusal(format('select set_restatement_policy(collection, %s) from known', p)),
  '22023 restatement_out_of_range', p || ' is refused')
from unnest(array['-1, 7', '13, 7', '2, 0', '2, 91', 'null, 7']) p;
do $$ begin perform cancel_collection(collection) from known; end $$;
select is((select set_restatement_policy(collection, 1) from known),
  row('rejected', 'collection_is_cancelled', 0)::control_report,
  'a cancelled collection is restated no more');
select pg_temp.sign_in('other');
select is(pg_temp.refusal('select set_restatement_policy(collection, 1) from known'), 'PT404 collection_not_found',
  'another''s');

select * from finish();
rollback;
