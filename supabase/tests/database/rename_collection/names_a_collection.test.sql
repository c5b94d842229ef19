-- A collection has a name of 1 to 200 characters, or none.
begin;
\ir ../../_shared/three_weeks.psql
select plan(13);

do $$ begin perform pg_temp.sign_in('owner'); end $$;
select is((rename_collection(pg_temp.collection(), 'Weekly sales')).outcome, 'applied', 'it gets a name');
select is((rename_collection(pg_temp.collection(), 'Weekly sales')).outcome, 'already_applied', 'once');
select is((select name from collection_progress), 'Weekly sales', 'which is shown');
select is(pg_temp.refusal(format('select rename_collection(pg_temp.collection(), %L)', name)), expected, what)
from (values
  ('', '22023 name_out_of_range', 'an empty name'),
  (repeat('x', 201), '22023 name_out_of_range', 'a long one'),
  (repeat('ö', 200), null, 'as long as it may be, in characters')
) t(name, expected, what);
select is((rename_collection(pg_temp.collection(), null)).outcome, 'applied', 'it may have none');
select is((rename_collection(pg_temp.collection(), null)).outcome, 'already_applied', 'that once, too');
select is((select array_agg(concat_ws(' > ', left(detail ->> 'was', 12), left(detail ->> 'name', 12)) order by id)
  from tracking_events where event = 'collection_renamed' and actor = pg_temp.user_id('owner')::text),
  array['Weekly sales', 'Weekly sales > ' || repeat('ö', 12), repeat('ö', 12)], 'each is an event with its actor');
reset role;
do $$ begin update report_data_collections set cancelled_at = amc_history.clock_now(); end $$;
do $$ begin perform pg_temp.sign_in('owner'); end $$;
select is((rename_collection(pg_temp.collection(), 'Old')).outcome, 'applied', 'a cancelled one too');
reset role;
select is(pg_temp.refusal(format('select start_collection(%L, %L, %L, weeks => 1, name => %L)',
  pg_temp.user_id('owner'),
  'amcpgtap1', (select workflow_id from report_data_collections), name)), '22023 name_out_of_range', what)
from (values ('', 'an empty name, when it is started'), (repeat('x', 201), 'a long one')) t(name, what);
select is((select name from report_data_collections), 'Old', 'what was refused changed nothing');

select * from finish();
rollback;
