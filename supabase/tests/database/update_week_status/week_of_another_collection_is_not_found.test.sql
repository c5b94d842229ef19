-- A week of another collection is not found.
begin;
\ir ../../_shared/three_weeks.psql
select plan(3);

-- Another collection of the same user: the week of 27 January.
create temporary table other on commit drop as
select (start_collection(pg_temp.user_id('owner'), 'amcpgtap1', workflow_id,
  start_date => '2025-01-27', end_date => '2025-02-02', time_zone => 'Asia/Tokyo') ->> 'collection_id')::uuid as id
from report_data_collections where id = pg_temp.collection();
grant select on other to service_role;
set local role service_role;
create temporary table before on commit drop as select * from report_data_weeks where id = pg_temp.week(1);

select is(update_week_status((select id from other), pg_temp.week(1), 'completed', '{"rows": 1}', 'exec-1'),
  row('not_found', 'no_such_week_in_collection', null, null)::tracking_report,
  'a week is found in its own collection only');
select results_eq('select * from report_data_weeks where id = pg_temp.week(1)', 'select * from before',
  'the week did not change');
select is((select array_agg(status) from report_data_weeks where collection_id = (select id from other)),
  array['pending'],
  'nor did the other collection''s');

select * from finish();
rollback;
