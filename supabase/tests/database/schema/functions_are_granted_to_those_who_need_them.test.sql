begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(5);

create temporary view functions as
select p.oid, p.oid::regprocedure::text as name, n.nspname, p.proacl, p.proconfig, p.prosecdef, p.prorettype
from pg_proc p join pg_namespace n on n.oid = p.pronamespace
where n.nspname in ('public', 'private') and not exists (select from pg_depend d
  where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e');

select is((select array_agg(name order by name collate "C") from functions f
  where f.proacl is null or exists (select from aclexplode(f.proacl) a where a.grantee = 0)), null,
  'none is granted to public');
select is((select array_agg(name order by name collate "C") from functions
  where has_function_privilege('anon', oid, 'EXECUTE')), null,
  'anon may call none');
select is((select array_agg(name order by name collate "C") from functions
  where has_function_privilege('authenticated', oid, 'EXECUTE')),
  array['cancel_collection(uuid)', 'compare_executions(text,text,integer)', 'confirm_execution(uuid,text)',
    'confirm_no_execution(uuid)', 'execution_rows(text,integer,bigint)',
    'pause_collection(uuid)', 'private."current_time"()', 'private.cancel_collection(uuid)', 'private.cell_fits(text,text)',
    'private.compare_loads(result_loads,result_loads,text[],integer)', 'private.confirm_execution(uuid,text)',
    'private.confirm_no_execution(uuid)', 'private.is_unique(result_loads,text[])',
    'private.json_cells(text)', 'private.json_number(text)', 'private.kept_load(text)',
    'private.key_columns(result_loads)', 'private.load_rows(uuid,integer,bigint)',
    'private.loads_of_caller()', 'private.pause_collection(uuid)', 'private.read_cell(text,text)',
    'private.refuse(text,text,text,text)', 'private.resolve_alert(bigint)', 'private.restate_week(uuid)',
    'private.resume_collection(uuid)', 'private.retry_failed_weeks(uuid)', 'private.retry_week(uuid)',
    'private.rows_at(result_loads,bigint[])', 'private.set_keep_versions(uuid,integer)',
    'private.set_restatement_policy(uuid,integer,integer)', 'resolve_alert(bigint)', 'restate_week(uuid)',
    'resume_collection(uuid)', 'retry_failed_weeks(uuid)', 'retry_week(uuid)',
    'save_workflow(text,text,text,jsonb)', 'set_keep_versions(uuid,integer)',
    'set_restatement_policy(uuid,integer,integer)', 'week_rows(uuid,integer,bigint)'],
  'a signed-in user may save a workflow, control collections and read results, with what that needs');
select is((select array_agg(name order by name collate "C") from functions where nspname = 'public'
  and not has_function_privilege('service_role', oid, 'EXECUTE')), null,
  'service_role may call every function of the API');
select is((select array_agg(name order by name collate "C") from functions where nspname = 'private'
  and split_part(split_part(name, '(', 1), '.', 2) = any (array['amc_credential', 'connect_instance',
  'dispatch_collect', 'count_actionable', 'purge_history', 'begin_load', 'open_load', 'finish_load', 'lock_load',
  'create_results', 'column_names', 'load_of_copy', 'lines_of_copy', 'make_view',
  'make_views', 'count_uncast', 'summary_of', 'types_of_load', 'note_output_columns', 'wants_output_columns', 'check_cells', 'versions_to_prune', 'prune_versions', 'weeks_to_restate',
  'open_restatements'])
  and has_function_privilege('service_role', oid, 'EXECUTE')), null,
  'what belongs to the direct connection is not for service_role');

select * from finish();
rollback;
