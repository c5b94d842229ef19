-- A week carries the instance of its collection.
begin;
\ir ../../_shared/three_weeks.psql
select plan(2);

select is((select array_agg(distinct instance_id) from report_data_weeks where collection_id = pg_temp.collection()),
  array['amcpgtap1'], 'new weeks carry the instance');
update report_data_weeks set instance_id = 'another' where id = pg_temp.week(1);
select is((select instance_id from report_data_weeks where id = pg_temp.week(1)), 'amcpgtap1',
  'nothing else can be written there');

select * from finish();
rollback;
