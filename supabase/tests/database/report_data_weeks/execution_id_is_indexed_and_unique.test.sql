-- report_data_weeks.execution_id has a unique index.
begin;
\ir ../../_shared/setup.psql
select plan(4);

select has_index('public', 'report_data_weeks', 'report_data_weeks_execution_id_key', array['execution_id'],
  'execution_id has an index');
select index_is_unique('public', 'report_data_weeks', 'report_data_weeks_execution_id_key', 'the index is unique');
select is(pg_get_expr(indpred, indrelid), '(execution_id IS NOT NULL)', 'it covers every execution_id that is there')
  from pg_index where indexrelid = 'public.report_data_weeks_execution_id_key'::regclass;
select ok(indisvalid and indisready, 'it is valid') from pg_index
  where indexrelid = 'public.report_data_weeks_execution_id_key'::regclass;

select * from finish();
rollback;
