-- Each role may call the functions that it needs, and no others.
begin;
\ir ../../_shared/catalogue.psql
select plan(5);

select is((select array_agg(name order by name collate "C") from functions f
  where f.proacl is null or exists (select from aclexplode(f.proacl) a where a.grantee = 0)), null,
  'none is granted to public');
select is((select array_agg(name order by name collate "C") from functions
  where has_function_privilege('anon', oid, 'EXECUTE')), null,
  'anon may call none');
select is((select array_agg(name order by name collate "C") from functions
  where has_function_privilege('authenticated', oid, 'EXECUTE')),
  array['amc_history.cancel_collection(uuid)', 'amc_history.cell_fits_sql(text,text)',
    'amc_history.clock_now()', 'amc_history.compare_loads(result_loads,result_loads,text[],integer)',
    'amc_history.confirm_execution(uuid,text)', 'amc_history.confirm_no_execution(uuid)',
    'amc_history.is_unique(result_loads,text[])', 'amc_history.json_cells(text)',
    'amc_history.json_number(text)', 'amc_history.key_columns(result_loads)',
    'amc_history.load_rows(uuid,integer,bigint)', 'amc_history.loads_of_caller()',
    'amc_history.pause_collection(uuid)', 'amc_history.refuse(text,text,text,text)',
    'amc_history.resolve_alert(bigint)', 'amc_history.restate_week(uuid)',
    'amc_history.resume_collection(uuid)', 'amc_history.retained_load(text)',
    'amc_history.retry_failed_weeks(uuid)', 'amc_history.retry_week(uuid)',
    'amc_history.rows_at(result_loads,bigint[])', 'amc_history.set_keep_versions(uuid,integer)',
    'amc_history.set_restatement_policy(uuid,integer,integer)', 'amc_history.typed_cell_sql(text,text)',
    'cancel_collection(uuid)', 'compare_executions(text,text,integer)', 'confirm_execution(uuid,text)',
    'confirm_no_execution(uuid)', 'execution_rows(text,integer,bigint)', 'pause_collection(uuid)',
    'resolve_alert(bigint)', 'restate_week(uuid)', 'resume_collection(uuid)', 'retry_failed_weeks(uuid)',
    'retry_week(uuid)', 'save_workflow(text,text,text,jsonb)', 'set_keep_versions(uuid,integer)',
    'set_restatement_policy(uuid,integer,integer)', 'week_rows(uuid,integer,bigint)'],
  'a signed-in user may save a workflow, control collections and read results, with what that needs');
select is((select array_agg(name order by name collate "C") from functions where nspname = 'public'
  and not has_function_privilege('service_role', oid, 'EXECUTE')), null,
  'service_role may call every function of the API');
select is((select array_agg(name order by name collate "C") from functions where nspname = 'amc_history'
  and split_part(split_part(name, '(', 1), '.', 2) = any (array['amc_credential', 'connect_instance',
  'dispatch_collect', 'count_actionable', 'purge_history', 'begin_load', 'open_load', 'finish_load', 'lock_load',
  'create_result_table', 'column_names', 'copy_load_id', 'copy_line_sequence', 'create_result_view',
  'create_result_views', 'count_uncast', 'load_summary', 'load_types', 'record_output_columns', 'needs_output_columns',
  'check_cells', 'versions_to_prune', 'prune_versions', 'weeks_to_restate',
  'open_restatements'])
  and has_function_privilege('service_role', oid, 'EXECUTE')), null,
  'what belongs to the direct connection is not for service_role');

select * from finish();
rollback;
