-- The same query on two instances: each has a table, a header and types of its own.
begin;
\ir ../../_shared/results.psql
select plan(6);

do $$ begin perform pg_temp.start_collection(1, instance => 'amcpgtap2'); end $$;
create temporary table versions on commit drop as select instance_id, version_hash, result_table, results_view, raw_view
from amc_workflows;
do $$ begin perform pg_temp.load(1, 'exec-1', array['campaign', 'clicks'], '[["a", "1"]]',
  '[{"name": "clicks", "dataType": "LONG", "columnType": "METRIC"}]'); end $$;
do $$ begin
  perform amc_history.create_result_table(f, array['clicks']) from amc_workflows f where f.instance_id = 'amcpgtap2';
end $$;

select is((select count(distinct version_hash) from versions), 1::bigint, 'they are the same query');
select is((select count(distinct result_table) from versions), 2::bigint, 'and have two tables');
select is((select header from amc_history.result_tables where instance_id = 'amcpgtap2'), array['clicks'],
  'the header of one says nothing of the other''s');
select is((select types from amc_history.result_tables where instance_id = 'amcpgtap2'), null,
  'nor do its types');
select is((select output_columns from amc_workflows where instance_id = 'amcpgtap2'), null,
  'nor what AMC said of its columns');

-- What remains of an instance that is deleted.
delete from report_data_collections where instance_id = 'amcpgtap2';
delete from amc_instances where id = 'amcpgtap2';
select is((select array_agg(c.relname::text) from pg_class c, versions f
  where f.instance_id = 'amcpgtap2' and c.relname in (f.result_table, f.results_view, f.raw_view)), null,
  'table and views of a deleted instance go with it');

select * from finish();
rollback;
