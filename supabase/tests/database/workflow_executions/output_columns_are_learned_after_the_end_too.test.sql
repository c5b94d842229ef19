-- The output columns of an execution are stored once, also after it has ended.
begin;
\ir ../../_shared/results.psql
select plan(8);

select pg_temp.run_week(1, 'exec-1', 'SUCCEEDED');
create function pg_temp.columns() returns jsonb language sql as
  $$ select output_columns from workflow_executions where id = 'exec-1' $$;

select ok(amc_history.needs_output_columns('exec-1'), 'they are needed');
select is(amc_history.record_output_columns('exec-1', '"many"'), null, 'a value that is no array is not stored');
select is(pg_temp.columns(), null, 'and nothing is known');
select is(amc_history.record_output_columns('exec-1', '[{"name": "a"}]'), true, 'an array is stored');
select is(amc_history.record_output_columns('exec-1', '[{"name": "b"}]'), null, 'once');
select is(pg_temp.columns(), '[{"name": "a"}]', 'the first stays');
select ok(not amc_history.needs_output_columns('exec-1'), 'they are needed no more');
update workflow_executions set output_columns = null;
update amc_workflows set output_columns = '[{"name": "a"}]'
where id = (select workflow_id from report_data_collections where id = pg_temp.collection());
select ok(not amc_history.needs_output_columns('exec-1'), 'nor where an earlier execution of the workflow has them');

select * from finish();
rollback;
