-- Every function has an empty search_path, and few run with their owner's rights.
begin;
\ir ../../_shared/catalogue.psql
select plan(4);

select is((select array_agg(name order by name collate "C") from functions
  where not coalesce('search_path=""' = any (proconfig), false)), null,
  'every function of public and amc_history has an empty search_path');
select is((select array_agg(name order by name collate "C") from functions where prosecdef),
  array['amc_history.accept_header(text,text)', 'amc_history.accept_invitation(text)', 'amc_history.allowances()',
    'amc_history.apply_column_types()', 'amc_history.archive_collection(uuid)', 'amc_history.back_own_collection()',
    'amc_history.backfill_execution_ids(uuid,text,date,boolean)',
    'amc_history.beat(text)', 'amc_history.cancel_collection(uuid)', 'amc_history.cancel_id_backfill(uuid)',
    'amc_history.cancel_orphaned_attempt()',
    'amc_history.check_workflow_again(text,text,boolean)', 'amc_history.choose_execution(uuid,text)',
    'amc_history.confirm_execution(uuid,text)',
    'amc_history.confirm_no_execution(uuid)', 'amc_history.continue_with(uuid,text)',
    'amc_history.delete_webhook(uuid)', 'amc_history.drop_result_table()', 'amc_history.follow_memberships()',
    'amc_history.follow_standing()', 'amc_history.health_report()', 'amc_history.instances_of_login()',
    'amc_history.invite(text[],text,text,integer)', 'amc_history.keep_an_admin()', 'amc_history.leave_instance(text)',
    'amc_history.let_go_of_execution(text,text,boolean)', 'amc_history.limit_workflows()',
    'amc_history.list_members(text)', 'amc_history.loads_in_turn(integer)',
    'amc_history.lock_controlled_attempt(uuid)', 'amc_history.lock_controlled_collection(uuid)',
    'amc_history.lock_controlled_week(uuid)', 'amc_history.lock_searched_instance(uuid,text)',
    'amc_history.metrics_report(text)', 'amc_history.next_step_of(text)',
    'amc_history.pause_collection(uuid)', 'amc_history.preview_collection(amc_history.weeks_request)',
    'amc_history.protect_shown_load()', 'amc_history.queue_alert()',
    'amc_history.queue_duplicate()', 'amc_history.queue_ended_week()', 'amc_history.record_dropped_load()',
    'amc_history.record_load_turns(uuid[])', 'amc_history.remove_member(text,uuid)',
    'amc_history.rename_collection(uuid,text)', 'amc_history.resolve_alert(bigint)', 'amc_history.restate_week(uuid)',
    'amc_history.resume_collection(uuid)', 'amc_history.retry_failed_weeks(uuid)', 'amc_history.retry_week(uuid)',
    'amc_history.set_keep_current(uuid,boolean,integer)', 'amc_history.set_keep_versions(uuid,integer)',
    'amc_history.set_restatement_policy(uuid,integer,integer)', 'amc_history.set_retention(text,text,integer)',
    'amc_history.set_role(text,uuid,text)',
    'amc_history.set_webhook(text,text,text,text,text,text[],text,boolean,boolean)', 'amc_history.slots_in_use(text)',
    'amc_history.stoppage_kind(text)', 'amc_history.survey_after_restore()', 'amc_history.take_lock(text)',
    'amc_history.take_over_collection(uuid)', 'amc_history.test_webhook(uuid)',
    'amc_history.tracking_figures(timestamp with time zone,timestamp with time zone,text)',
    'amc_history.withdraw_invitation(uuid)', 'amc_history.withdraw_of_former_admins()'],
  'these alone run with their owner''s rights');
select is((select array_agg(name) from functions where prosecdef and nspname = 'public'), null,
  'none of them is in the API');
select is((select array_agg(proname order by proname) from (select proname from pg_proc
  where pronamespace = 'public'::regnamespace and not exists (select from pg_depend d
  where d.classid = 'pg_proc'::regclass
    and d.objid = pg_proc.oid and d.deptype = 'e') group by proname having count(*) > 1) overloaded), null,
  'no function of the API is overloaded');

select * from finish();
rollback;
