-- Nobody has a right that does not stand here, on any schema, table, view, sequence or function of the project; a new
-- object needs a line, and a failure prints it.
begin;
\ir ../../_shared/catalogue.psql
select plan(4);

create temporary view objects as
  select 'schema' as kind, n.nspname::text as name, n.oid, n.nspowner as owner, n.nspacl as acl
  from pg_namespace n where n.nspname in ('amc_history', 'amc_results')
  union all
  select case c.relkind when 'v' then 'view' when 'S' then 'sequence' else 'table' end,
    format('%s.%s', n.nspname, case when c.relname::text ~ 'amcpgtap1' then
      regexp_replace(c.relname, '[a-z_]+amcpgtap1_[0-9a-f]+$', case when n.nspname = 'public'
        then split_part(c.relname, '_', 1) || '_<workflow>' else '<workflow>' end) else c.relname end),
    c.oid, c.relowner, c.relacl
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname in ('public', 'amc_history', 'amc_results') and c.relkind in ('r', 'p', 'v', 'm', 'S')
    and not exists (select from pg_depend d
      where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
  union all
  select 'function', format('%s.%s(%s)', n.nspname, p.proname,
    replace(replace(oidvectortypes(p.proargtypes), 'timestamp with time zone', 'timestamptz'), ', ', ',')),
    p.oid, p.proowner, p.proacl
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  where n.nspname in ('public', 'amc_history') and not exists (select from pg_depend d
    where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e');
create function pg_temp.rights_of(kind text) returns text[] language sql as $$
  select case kind when 'schema' then '{usage,create}' when 'function' then '{execute}'
    when 'sequence' then '{usage,select,update}'
    else '{select,insert,update,delete,truncate,references,trigger,maintain}' end::text[] $$;
create function pg_temp.rights(kind text, object oid, role text) returns text language sql as $$
  select coalesce(string_agg(right_name, ' ' order by place), '-') from (
    select r.right_name, r.place
    from unnest(pg_temp.rights_of(kind)) with ordinality r(right_name, place)
    where case kind when 'schema' then has_schema_privilege(role, object, r.right_name)
      when 'function' then has_function_privilege(role, object, r.right_name)
      when 'sequence' then has_sequence_privilege(role, object, r.right_name)
      else has_table_privilege(role, object, r.right_name) end
    union all
    -- Rights on columns alone.
    select format('%s(%s)', r.right_name, string_agg(a.attname, ',' order by a.attnum)), 10
    from unnest('{select,insert,update,references}'::text[]) r(right_name)
    join pg_attribute a on a.attrelid = object and a.attnum > 0 and not a.attisdropped
    where kind in ('table', 'view') and has_column_privilege(role, object, a.attnum, r.right_name)
      and not has_table_privilege(role, object, r.right_name)
    group by r.right_name
  ) rights $$;
create temporary view lines as
  select kind, oid, concat_ws(' | ', kind || ' ' || name, pg_temp.rights(kind, oid, 'anon'),
    pg_temp.rights(kind, oid, 'authenticated'), pg_temp.rights(kind, oid, 'service_role'),
    case when pg_get_userbyid(owner) <> 'postgres' then 'not owned by postgres' end,
    (select 'also granted to ' || string_agg(distinct
        case a.grantee when 0 then 'public' else pg_get_userbyid(a.grantee) end, ', ')
      from (select (aclexplode(acl)).grantee union all
        select (aclexplode(c.attacl)).grantee from pg_attribute c
        where kind in ('table', 'view') and c.attrelid = oid) a
      where a.grantee <> owner
        and pg_get_userbyid(a.grantee) not in ('anon', 'authenticated', 'service_role'))) as line
  from objects;
create temporary view matrix as select distinct line from lines;

-- Object | anon | authenticated | service_role. All are owned by postgres, and no other role has a right to any.
-- What is indented goes on.
create temporary view expected as select line from regexp_split_to_table(regexp_replace(btrim($matrix$
schema amc_history | - | usage | usage
schema amc_results | - | usage | usage
table amc_history.alert_codes | - | - | -
table amc_history.allowances | - | - | -
table amc_history.bi_logins | - | - | -
table amc_history.dropped_loads | - | - | -
table amc_history.heartbeats | - | - | -
table amc_history.jobs | - | - | -
table amc_history.load_turns | - | - | -
table amc_history.locks | - | - | -
table amc_history.metrics_tokens | - | - | -
table amc_history.result_headers | - | - | -
table amc_history.result_tables | - | - | -
table amc_history.stoppage_kinds | - | - | -
table amc_history.wake_ups | - | - | -
table amc_results.<workflow> | - | select | select | also granted to amc_history_reader
table public.amc_instance_members | - | select | select insert update delete
table public.amc_instances | - | select | select insert update delete
table public.amc_workflows | - | select insert(instance_id,name,sql_query,parameters) | select insert update delete
table public.collection_backers | - | select | select insert update delete
table public.collection_requests | - | select | select insert update delete
table public.id_backfill_candidates | - | select | select insert update delete
table public.id_backfill_weeks | - | select | select insert update delete
table public.id_backfills | - | select | select insert update delete
table public.report_data_collections | - | select | select insert update delete | also granted to amc_history_reader
table public.report_data_weeks | - | select | select insert update delete | also granted to amc_history_reader
table public.result_loads | - | select | select insert update delete | also granted to amc_history_reader
table public.invitations | - | select(id,instance_id,role,email,invited_by,created_at,
  expires_at,accepted_at,accepted_by,withdrawn_at) | select insert update delete
table public.tracking_alerts | - | select | select insert update delete
table public.stoppages | - | select | select insert update delete
table public.tracking_events | - | select | select insert update delete
table public.webhook_deliveries | - | select | select insert update delete
table public.webhooks | - | select | select insert update delete
table public.week_attempts | - | select | select insert update delete
table public.workflow_checks | - | select | select insert update delete
table public.workflow_executions | - | select | select insert update delete | also granted to amc_history_reader
sequence public.collection_requests_id_seq | - | - | -
sequence public.tracking_alerts_id_seq | - | - | -
sequence public.stoppages_id_seq | - | - | -
sequence public.tracking_events_id_seq | - | - | -
sequence public.webhook_deliveries_id_seq | - | - | -
view public.collection_progress | - | select | select
view public.collection_states | - | select | select
view public.held_weeks | - | select | select
view public.id_backfill_states | - | select | select
view public.instance_states | - | select | select
view public.raw_<workflow> | - | select | select | also granted to amc_history_reader
view public.results_<workflow> | - | select | select | also granted to amc_history_reader
view public.series_<workflow> | - | select | select | also granted to amc_history_reader
view public.week_results | - | select | select
view public.week_states | - | select | select
view public.week_versions | - | select | select
function amc_history.accept_header(text,text) | - | execute | execute
function amc_history.accept_invitation(text) | - | execute | execute
function amc_history.accept_wake_up(timestamptz) | - | - | -
function amc_history.actor() | - | - | execute
function amc_history.add_counts(jsonb,jsonb) | - | - | -
function amc_history.add_member(text,text,text) | - | - | -
function amc_history.add_settled_weeks(uuid) | - | - | execute
function amc_history.add_weeks(uuid,date,date,uuid) | - | - | execute
function amc_history.administers(text) | - | - | -
function amc_history.adopt_execution(report_data_weeks,amc_instances,text,jsonb,text) | - | - | execute
function amc_history.after_restore() | - | - | -
function amc_history.alert_cause_persists(tracking_alerts) | - | - | -
function amc_history.alert_item(tracking_alerts) | - | - | -
function amc_history.allowances() | - | execute | execute
function amc_history.amc_credential(text) | - | - | -
function amc_history.amc_deadline(week_attempts,workflow_executions) | - | - | -
function amc_history.apply_column_types() | - | - | -
function amc_history.apply_create_verdict(week_attempts,report_data_weeks,text,text,timestamptz) | - | - | execute
function amc_history.apply_report(report_data_weeks,week_attempts,text,jsonb,text) | - | - | execute
function amc_history.archive_collection(uuid) | - | execute | execute
function amc_history.attempts_to_list(text) | - | - | execute
function amc_history.back_own_collection() | - | - | -
function amc_history.backfill_execution_ids(uuid,text,date,boolean) | - | execute | execute
function amc_history.beat(text) | - | - | execute
function amc_history.begin_load(uuid,integer,text[],integer,bigint,text[]) | - | - | -
function amc_history.cancel_collection(uuid) | - | execute | execute
function amc_history.cancel_orphaned_attempt() | - | - | execute
function amc_history.canonical_status(text) | - | - | execute
function amc_history.cell_fits_sql(text,text) | - | execute | execute
function amc_history.cell_forms(text,text) | - | execute | execute
function amc_history.change_membership(text,uuid,text) | - | - | -
function amc_history.check_catch_up(report_data_collections,integer) | - | - | execute
function amc_history.check_cells() | - | - | -
function amc_history.check_collection_name(text) | - | - | execute
function amc_history.check_credential(jsonb) | - | - | -
function amc_history.check_declaration(jsonb,text[]) | - | execute | execute
function amc_history.check_header(text[]) | - | - | -
function amc_history.check_invitation(text[],text,text,integer) | - | - | -
function amc_history.check_parameters(jsonb,jsonb) | - | - | execute
function amc_history.check_query(text,text) | - | execute | execute
function amc_history.check_range(integer,date,date) | - | - | execute
function amc_history.change_keep_current(report_data_collections,boolean,integer,uuid) | - | - | execute
function amc_history.check_argument(text,amc_history.weeks_request,amc_history.weeks_plan) | - | - | execute
function amc_history.check_effect(text,amc_history.weeks_request,amc_history.weeks_plan,
  report_data_collections,date,integer) | - | - | execute
function amc_history.check_one_version(report_data_collections) | - | - | execute
function amc_history.check_retention(date,amc_workflows,text) | - | - | execute
function amc_history.check_settle_days(integer) | - | - | execute
function amc_history.check_role(text) | - | - | -
function amc_history.check_some_cells(result_loads,bigint) | - | - | -
function amc_history.check_start_limits(uuid,text,integer) | - | - | execute
function amc_history.check_webhook(text,text,text,text[],boolean) | - | - | -
function amc_history.check_webhook_secret(text,jsonb,boolean) | - | - | -
function amc_history.check_workflow_again(text,text,boolean) | - | execute | execute
function amc_history.check_workflow_by_execution() | - | - | -
function amc_history.cancel_id_backfill(uuid) | - | execute | execute
function amc_history.choose_execution(uuid,text) | - | execute | execute
function amc_history.claimable_weeks(text,integer) | - | - | execute
function amc_history.clock_now() | - | execute | execute
function amc_history.collection_as_planned(amc_history.weeks_request,amc_history.weeks_plan) | - | - | execute
function amc_history.column_names(text[]) | - | - | -
function amc_history.column_types(text[],jsonb) | - | - | -
function amc_history.commit_segment(jsonb) | - | - | -
function amc_history.comparable_query(text) | - | - | execute
function amc_history.compare_loads(result_loads,result_loads,text[],integer) | - | execute | execute
function amc_history.compare_runs(uuid,jsonb) | - | - | execute
function amc_history.confirm_execution(uuid,text) | - | execute | execute
function amc_history.confirm_no_execution(uuid) | - | execute | execute
function amc_history.connect_instance(text,text,text,text,jsonb,text,text,text) | - | - | -
function amc_history.continue_with(uuid,text) | - | execute | execute
function amc_history.copy_line_sequence() | - | - | -
function amc_history.copy_load_id() | - | - | -
function amc_history.copy_statement(result_loads) | - | - | -
function amc_history.count_actionable() | - | - | -
function amc_history.count_checks() | - | - | -
function amc_history.count_filtered(uuid,bigint) | - | - | -
function amc_history.count_running_elsewhere(text,jsonb,text[]) | - | - | execute
function amc_history.count_waiting_results(text) | - | - | execute
function amc_history.count_uncast(uuid,bigint,bigint) | - | - | -
function amc_history.create_bi_login(text,text[]) | - | - | -
function amc_history.create_metrics_token(text) | - | - | -
function amc_history.create_result_table(amc_workflows,text[]) | - | - | -
function amc_history.create_result_view(text,text,text) | - | - | -
function amc_history.create_result_views(amc_history.result_tables) | - | - | -
function amc_history.create_series_view(text) | - | - | -
function amc_history.delete_dropped_rows() | - | - | -
function amc_history.delete_metrics_token(text) | - | - | -
function amc_history.delete_some_rows(amc_history.dropped_loads,bigint) | - | - | -
function amc_history.delete_webhook(uuid) | - | execute | execute
function amc_history.describe_header_change(text[],text[]) | - | - | -
function amc_history.describe_request(collection_requests) | - | - | execute
function amc_history.dispatch_collect() | - | - | -
function amc_history.drop_bi_login(text) | - | - | -
function amc_history.drop_ended_loads(uuid) | - | - | -
function amc_history.drop_load(uuid,integer) | - | - | -
function amc_history.drop_result_table() | - | - | -
function amc_history.drop_unproved_table(amc_history.result_tables,text) | - | - | -
function amc_history.dry_runs_to_follow() | - | - | execute
function amc_history.due_collections(text) | - | - | execute
function amc_history.end_attempt(uuid,text,timestamptz) | - | - | execute
function amc_history.end_cancelled_attempts(text) | - | - | execute
function amc_history.end_dead_worker_stoppage() | - | - | -
function amc_history.end_deletion_stoppage() | - | - | -
function amc_history.end_dry_run(workflow_checks,text,text,text,text) | - | - | execute
function amc_history.end_earlier_loaders(uuid,integer) | - | - | -
function amc_history.end_first_weeks() | - | - | execute
function amc_history.copy_series_view() | - | - | -
function amc_history.decide_week(id_backfills,id_backfill_weeks) | - | - | execute
function amc_history.describe_plan(amc_history.weeks_request,amc_history.weeks_plan,report_data_collections,
  integer) | - | - | -
function amc_history.describe_refusal(text,text,text,text,text) | - | - | execute
function amc_history.decide_weeks(id_backfills,integer) | - | - | execute
function amc_history.due_id_backfills() | - | - | execute
function amc_history.end_keeping_current() | - | - | -
function amc_history.keep_one_version() | - | - | -
function amc_history.end_passed_stoppages(text) | - | - | -
function amc_history.end_result_stoppage() | - | - | -
function amc_history.end_idle_stoppages() | - | - | -
function amc_history.end_stoppage(text,text) | - | - | execute
function amc_history.ending_weeks(integer) | - | - | execute
function amc_history.event_figures(text[],timestamptz,timestamptz) | - | - | -
function amc_history.executions_to_cancel(interval) | - | - | execute
function amc_history.executions_to_tell(text) | - | - | execute
function amc_history.extend_result_table(amc_history.result_tables,text[],jsonb) | - | - | -
function amc_history.fail_refused_weeks(uuid) | - | - | execute
function amc_history.fail_week(report_data_weeks,text,text) | - | - | execute
function amc_history.find_repeated_request(uuid,text,text) | - | - | execute
function amc_history.find_user(text) | - | - | -
function amc_history.finish_load(uuid,uuid,integer) | - | - | -
function amc_history.finish_week(report_data_weeks,week_attempts,text) | - | - | execute
function amc_history.follow_again(report_data_weeks) | - | - | execute
function amc_history.follow_memberships() | - | - | -
function amc_history.follow_standing() | - | - | -
function amc_history.forbid_attempt_revival() | - | - | -
function amc_history.forbid_execution_week_change() | - | - | -
function amc_history.forbid_misplaced_week() | - | - | -
function amc_history.forbid_slot_beyond_cap() | - | - | -
function amc_history.forbid_workflow_version_change() | - | - | -
function amc_history.follow_dry_run(workflow_checks,text,text,boolean) | - | - | execute
function amc_history.free_slots(amc_instances) | - | - | execute
function amc_history.give_up_execution(report_data_weeks,week_attempts,workflow_executions,text,boolean) | - | - | -
function amc_history.has_admin(text) | - | - | -
function amc_history.hand_on(report_data_collections,text) | - | - | -
function amc_history.has_claimable_week(text) | - | - | execute
function amc_history.has_left(uuid,date,date) | - | - | execute
function amc_history.has_open_work(report_data_collections) | - | - | -
function amc_history.header_key(text[]) | - | - | -
function amc_history.health_report() | - | - | execute
function amc_history.hmac_sha256(bytea,bytea) | - | - | -
function amc_history.hmac_sha256(text,text) | - | - | -
function amc_history.hold_header(amc_workflows,week_attempts,text[],text[],text) | - | - | -
function amc_history.hold_left_weeks(uuid,date,integer) | - | - | -
function amc_history.hold_unseen_workflow(week_attempts,report_data_weeks,text) | - | - | execute
function amc_history.hold_up(week_attempts,report_data_weeks,text,text,text,text,boolean) | - | - | execute
function amc_history.hold_up_dry_run(workflow_checks,text,text,text) | - | - | execute
function amc_history.hold_weeks(uuid) | - | - | -
function amc_history.hold_workflow(workflow_checks,text,text) | - | - | execute
function amc_history.insert_execution(text,uuid,jsonb,boolean) | - | - | execute
function amc_history.insert_intents(amc_instances,integer,interval) | - | - | execute
function amc_history.instances_of_caller() | - | execute | execute
function amc_history.instances_of_login() | - | - | - | also granted to amc_history_reader
function amc_history.invite(text[],text,text,integer) | - | execute | execute
function amc_history.is_backed(report_data_collections) | - | - | -
function amc_history.is_dry_run_timeout(numeric) | - | - | execute
function amc_history.is_execution_id(text) | - | - | execute
function amc_history.is_final_week_status(text) | - | - | execute
function amc_history.is_held_up(text,text) | - | - | execute
function amc_history.is_legal_transition(report_data_weeks,week_attempts,text,jsonb,text) | - | - | execute
function amc_history.is_listing_due(amc_instances) | - | - | execute
function amc_history.is_overdue(workflow_checks) | - | - | execute
function amc_history.is_operator() | - | execute | execute
function amc_history.is_probed(text,uuid,text,timestamptz) | - | - | execute
function amc_history.is_same_header(text[],text[]) | - | - | -
function amc_history.is_terminal_status(text) | - | - | execute
function amc_history.is_token_held_up(text) | - | - | execute
function amc_history.is_told_of_instance(stoppages) | - | - | execute
function amc_history.is_unique(result_loads,text[]) | - | execute | execute
function amc_history.json_cells(text) | - | execute | execute
function amc_history.json_number(text) | - | execute | execute
function amc_history.keep_an_admin() | - | - | -
function amc_history.keep_collections_current(integer) | - | - | -
function amc_history.key_columns(result_loads) | - | execute | execute
function amc_history.leave_instance(text) | - | execute | execute
function amc_history.let_go_of_execution(text,text,boolean) | - | execute | execute
function amc_history.limit_workflows() | - | - | -
function amc_history.lines_at_once(bigint,bigint) | - | - | -
function amc_history.list_members(text) | - | execute | execute
function amc_history.load_after_all(report_data_weeks) | - | - | execute
function amc_history.load_rows(uuid,integer,bigint) | - | execute | execute
function amc_history.load_summary(uuid) | - | - | -
function amc_history.load_types(uuid) | - | - | -
function amc_history.loader_application_name(uuid,integer) | - | - | -
function amc_history.loads_in_turn(integer) | - | - | execute
function amc_history.loads_to_check() | - | - | -
function amc_history.local_midnight(date) | - | - | execute
function amc_history.lock_load(uuid,integer) | - | - | -
function amc_history.lock_controlled_attempt(uuid) | - | - | -
function amc_history.lock_controlled_collection(uuid) | - | - | -
function amc_history.lock_membership(text[],uuid) | - | - | -
function amc_history.lock_own_webhook(uuid) | - | - | -
function amc_history.lock_controlled_week(uuid) | - | - | -
function amc_history.lock_collection_of(uuid) | - | - | execute
function amc_history.lock_starts(uuid) | - | - | execute
function amc_history.lose_dry_runs() | - | - | execute
function amc_history.mark_workflow_checked(text,text) | - | - | execute
function amc_history.match_header(text[],text[]) | - | - | -
function amc_history.may_begin(timestamptz,uuid) | - | - | execute
function amc_history.metrics_report(text) | - | - | execute
function amc_history.needs_output_columns(text) | - | - | -
function amc_history.may_begin(timestamptz,uuid) | - | - | execute
function amc_history.may_still_tell(report_data_weeks) | - | - | execute
function amc_history.needs_output_columns(text) | - | - | -
function amc_history.next_due_at(uuid) | - | - | execute
function amc_history.normal_time_zone(text) | - | - | execute
function amc_history.note_empty_weeks(report_data_weeks) | - | - | execute
function amc_history.next_step_of(text) | - | execute | execute
function amc_history.open_checks(integer,interval) | - | - | execute
function amc_history.open_invitations(text) | - | - | -
function amc_history.open_load(uuid,integer) | - | - | -
function amc_history.open_restatements(integer) | - | - | -
function amc_history.open_week(report_data_weeks,uuid) | - | - | execute
function amc_history.parameter_fault(jsonb,amc_history.allowances) | - | execute | execute
function amc_history.parameter_value_fault(jsonb) | - | - | execute
function amc_history.pause_collection(uuid) | - | execute | execute
function amc_history.pick_weeks(text,integer) | - | - | execute
function amc_history.plan_range(integer,date,date,text,text) | - | - | execute
function amc_history.prepare_query(text) | - | execute | execute
function amc_history.prepare_result_table(amc_workflows,week_attempts,text[]) | - | - | -
function amc_history.pause_figures(text[],timestamptz,timestamptz) | - | - | -
function amc_history.present_figures(text[],timestamptz,timestamptz) | - | - | -
function amc_history.protect_execution_id() | - | - | -
function amc_history.protect_shown_load() | - | - | -
function amc_history.protect_terminal_status() | - | - | -
function amc_history.proves_absence(amc_instances,week_attempts,boolean) | - | - | execute
function amc_history.prune_version(uuid,uuid) | - | - | -
function amc_history.prune_versions(integer) | - | - | -
function amc_history.purge_history() | - | - | -
function amc_history.purge_some(text) | - | - | -
function amc_history.queue_alert() | - | - | -
function amc_history.queue_deliveries(text,text,text,jsonb,text,text) | - | - | -
function amc_history.queue_delivery(uuid,text,text,jsonb,interval) | - | - | -
function amc_history.queue_duplicate() | - | - | -
function amc_history.queue_ended_week() | - | - | -
function amc_history.queue_resolved(tracking_alerts,text) | - | - | -
function amc_history.raise_alert(text,text,text,uuid,jsonb,text,text) | - | - | execute
function amc_history.raise_matcher_alert(text,text,boolean) | - | - | execute
function amc_history.end_stoppage(text,text) | - | - | execute
function amc_history.executions_of_windows(report_data_collections,date,date) | - | - | -
function amc_history.field_of_range(amc_history.weeks_request,text) | - | - | execute
function amc_history.find_collection(amc_workflows,text,text,jsonb) | - | - | execute
function amc_history.has_ended_in_vain(text) | - | - | execute
function amc_history.is_held_up(text,text) | - | - | execute
function amc_history.kept_since(amc_workflows,text) | - | - | execute
function amc_history.make_collection(amc_history.weeks_request,amc_history.weeks_plan) | - | - | execute
function amc_history.may_load_after_all(week_attempts) | - | - | execute
function amc_history.normal_weekday(text,date) | - | - | execute
function amc_history.pace_of(text,integer) | - | - | -
function amc_history.plan_weeks(amc_history.weeks_request) | - | - | execute
function amc_history.preview_collection(amc_history.weeks_request) | - | execute | execute
function amc_history.preview_weeks(report_data_collections,date,date,date) | - | - | -
function amc_history.first_day_of(text) | - | - | execute
function amc_history.has_rivals(id_backfills,id_backfill_candidates) | - | - | execute
function amc_history.hash_queries(uuid) | - | - | execute
function amc_history.keep_candidates(uuid,jsonb) | - | - | execute
function amc_history.lacks_execution_id(report_data_weeks) | - | - | execute
function amc_history.last_day_of(text) | - | - | execute
function amc_history.listed_runs(text,jsonb) | - | - | execute
function amc_history.lock_id_backfill(uuid,bigint) | - | - | execute
function amc_history.lock_searched_instance(uuid,text) | - | - | -
function amc_history.parameters_fit(jsonb,jsonb,boolean) | - | - | execute
function amc_history.plan_id_backfill(text,uuid,date) | - | - | -
function amc_history.put_in_order(jsonb,timestamptz,timestamptz) | - | - | execute
function amc_history.read_last_resort() | - | - | -
function amc_history.read_observation(jsonb) | - | - | execute
function amc_history.read_wake_ups() | - | - | -
function amc_history.record_acceptance(week_attempts,report_data_weeks,boolean) | - | - | execute
function amc_history.record_dead_worker() | - | - | -
function amc_history.record_request(collection_requests) | - | - | execute
function amc_history.record_stoppage(text,text,text,text,text,text,uuid,uuid,text,boolean) | - | - | execute
function amc_history.refuse_beyond(text,bigint,integer,text,text,bigint) | - | - | execute
function amc_history.refuse_last_admin(text) | - | - | -
function amc_history.refuse_role(text,text,text) | - | execute | execute
function amc_history.release_collection(report_data_collections) | - | - | execute
function amc_history.release_slots(text) | - | - | execute
function amc_history.release_stoppages(report_data_collections) | - | - | execute
function amc_history.remove_member(text,uuid) | - | execute | execute
function amc_history.rename_collection(uuid,text) | - | execute | execute
function amc_history.reopen_week(report_data_weeks,uuid) | - | - | execute
function amc_history.reopen_weeks(uuid,date,date,uuid) | - | - | execute
function amc_history.report_queueing(text,text) | - | - | -
function amc_history.require_admin(text) | - | - | -
function amc_history.require_analyst(uuid,text) | - | - | execute
function amc_history.require_role(text,text) | - | execute | execute
function amc_history.result_query(amc_history.result_tables,text[],text[],text[]) | - | - | -
function amc_history.retry_one_week(report_data_weeks) | - | - | -
function amc_history.role_on(text) | - | execute | execute
function amc_history.scram_verifier(text) | - | - | -
function amc_history.series_words(text,text,jsonb) | - | - | execute
function amc_history.set_execution_instance() | - | - | -
function amc_history.set_keep_current(uuid,boolean,integer) | - | execute | execute
function amc_history.set_load_instance() | - | - | -
function amc_history.set_retention(text,text,integer) | - | execute | execute
function amc_history.set_role(text,uuid,text) | - | execute | execute
function amc_history.set_webhook(text,text,text,text,text,text[],text,boolean,boolean) | - | execute | execute
function amc_history.settle_standing(uuid[]) | - | - | -
function amc_history.settled_if_kept(report_data_collections,integer) | - | - | execute
function amc_history.settled_weeks(report_data_collections) | - | - | execute
function amc_history.slots_in_use(text) | - | execute | execute
function amc_history.stand_behind(uuid) | - | - | -
function amc_history.state_of_cause(text) | - | execute | execute
function amc_history.stoppage_alert_subject(stoppages) | - | - | execute
function amc_history.stoppage_kind(text) | - | execute | execute
function amc_history.stoppage_pause(integer) | - | - | execute
function amc_history.record_action(text,text,uuid,uuid,uuid,text,jsonb,text) | - | - | execute
function amc_history.record_checked_cells() | - | - | -
function amc_history.record_dropped_load() | - | - | -
function amc_history.record_dry_runs(workflow_checks,text,text) | - | - | execute
function amc_history.record_echo(text,boolean,boolean) | - | - | execute
function amc_history.record_load_turns(uuid[]) | - | - | execute
function amc_history.record_event(text,week_attempts,report_data_weeks,text,jsonb) | - | - | execute
function amc_history.record_output_columns(text,jsonb) | - | - | -
function amc_history.record_stoppage(text,text,text,text,text,text,uuid,uuid,text,boolean) | - | - | execute
function amc_history.record_workflow_event(text,workflow_checks,jsonb) | - | - | execute
function amc_history.refresh_overdue_alerts(text) | - | - | execute
function amc_history.refuse(text,text,text,text) | - | execute | execute
function amc_history.refuse_beyond(text,bigint,integer,text,text,bigint) | - | - | execute
function amc_history.refuse_execution(week_attempts,report_data_weeks,text,jsonb) | - | - | execute
function amc_history.refuse_first(jsonb) | - | - | execute
function amc_history.refuse_weeks(integer,integer) | - | - | execute
function amc_history.release_held_week() | - | - | -
function amc_history.resolve_alert_of_stoppage() | - | - | -
function amc_history.release_load(uuid,integer) | - | - | -
function amc_history.reopens_as(uuid) | - | - | -
function amc_history.report_late_execution(week_attempts,report_data_weeks,text,jsonb,boolean) | - | - | execute
function amc_history.request_cancel(report_data_weeks) | - | - | execute
function amc_history.report_other_window() | - | - | -
function amc_history.require_complete_load() | - | - | -
function amc_history.reschedule_load(week_attempts,report_data_weeks,text,text,interval) | - | - | execute
function amc_history.reschedule_week(report_data_weeks,timestamptz) | - | - | execute
function amc_history.resolve_alert(bigint) | - | execute | execute
function amc_history.resolve_unknown_outcome_alerts() | - | - | -
function amc_history.restate_by_policy(uuid) | - | - | -
function amc_history.restate_collection(uuid,integer) | - | - | -
function amc_history.restate_week(uuid) | - | execute | execute
function amc_history.restore_execution_id(uuid,text,jsonb,text,text) | - | - | execute
function amc_history.resume_collection(uuid) | - | execute | execute
function amc_history.resume_load(uuid,integer) | - | - | -
function amc_history.retained_load(text) | - | execute | execute
function amc_history.retry_failed_weeks(uuid) | - | execute | execute
function amc_history.retry_week(uuid) | - | execute | execute
function amc_history.rows_at(result_loads,bigint[]) | - | execute | execute
function amc_history.serve_request(collection_requests,report_data_collections,amc_history.weeks_request,
  boolean) | - | - | execute
function amc_history.searched_weeks(uuid,timestamptz[]) | - | - | execute
function amc_history.set_keep_versions(uuid,integer) | - | execute | execute
function amc_history.set_load_aside(text,uuid,text,text) | - | - | -
function amc_history.set_restatement_policy(uuid,integer,integer) | - | execute | execute
function amc_history.set_retention(text,text,integer) | - | execute | execute
function amc_history.set_week_instance() | - | - | -
function amc_history.set_week_timestamps() | - | - | -
function amc_history.set_workflow_version() | - | - | -
function amc_history.stale_first_weeks() | - | - | execute
function amc_history.start_weeks(collection_requests,amc_history.weeks_request,amc_history.weeks_plan) | - | - | execute
function amc_history.status_fits(text,text) | - | - | execute
function amc_history.stoppage_pause(integer) | - | - | execute
function amc_history.store_credential(text,jsonb,text) | - | - | -
function amc_history.store_webhook_secret(webhooks,text,text,text) | - | - | -
function amc_history.survey_after_gap() | - | - | -
function amc_history.survey_after_restore() | - | - | -
function amc_history.take_lock(text) | - | - | execute
function amc_history.take_over_collection(uuid) | - | execute | execute
function amc_history.taken_slots(text) | - | - | execute
function amc_history.tell_end_of_let_go_execution() | - | - | -
function amc_history.tell_ended_week(report_data_weeks) | - | - | -
function amc_history.tell_last_resort() | - | - | -
function amc_history.tell_lasting_stoppages() | - | - | -
function amc_history.tell_stoppage(stoppages) | - | - | execute
function amc_history.test_webhook(uuid) | - | execute | execute
function amc_history.told_names(jsonb) | - | - | -
function amc_history.told_with(stoppages) | - | - | execute
function amc_history.tracking_figures(timestamptz,timestamptz,text) | - | execute | execute
function amc_history.try_webhook_again(uuid) | - | - | -
function amc_history.typed_cell_sql(text,text) | - | execute | execute
function amc_history.unplaced_attempts(text) | - | - | execute
function amc_history.unsettled_until(week_attempts) | - | - | -
function amc_history.unsurveyed_weeks(text) | - | - | execute
function amc_history.update_execution(amc_history.execution_observation) | - | - | execute
function amc_history.update_executions(text,jsonb) | - | - | execute
function amc_history.usual_output_format() | - | execute | execute
function amc_history.verdict_on(id_backfills,id_backfill_weeks) | - | - | execute
function amc_history.versions_to_check() | - | - | execute
function amc_history.versions_to_prune(integer) | - | - | -
function amc_history.watch() | - | - | -
function amc_history.watch_cancelled() | - | - | -
function amc_history.watch_jobs() | - | - | -
function amc_history.watch_overdue() | - | - | -
function amc_history.watch_retention() | - | - | -
function amc_history.watch_slots() | - | - | -
function amc_history.watch_standing() | - | - | -
function amc_history.watch_ticks() | - | - | -
function amc_history.webhook_secret(uuid) | - | - | -
function amc_history.webhooks_to_tell() | - | - | execute
function amc_history.week_figures(text[],timestamptz,timestamptz) | - | - | -
function amc_history.weeks_beside(amc_history.weeks_request,report_data_collections,date,date) | - | - | execute
function amc_history.weeks_released(report_data_collections) | - | - | -
function amc_history.weeks_to_open(uuid,date,date) | - | - | execute
function amc_history.weeks_to_restate(uuid) | - | - | -
function amc_history.weeks_to_survey(text) | - | - | execute
function amc_history.weeks_without_id(text) | - | - | execute
function amc_history.weigh_refusal(week_attempts,report_data_weeks,text) | - | - | execute
function amc_history.weigh_request(amc_history.weeks_request,amc_history.weeks_plan) | - | - | execute
function amc_history.why_none_begins(amc_instances) | - | - | -
function amc_history.window_key(text,text,text,text) | - | - | execute
function amc_history.withdraw_invitation(uuid) | - | execute | execute
function amc_history.withdraw_of_former_admins() | - | - | -
function amc_history.workflow_subject(text,text) | - | - | execute
function amc_history.workflow_to_start(amc_history.weeks_request) | - | - | execute
function amc_history.write_canonical_status() | - | - | -
function amc_history.write_week(report_data_weeks,text,jsonb,text) | - | - | execute
function amc_history.write_week_with_execution(report_data_weeks,text,jsonb,text) | - | - | execute
function amc_history.zone_as_known(text) | - | - | execute
function public.accept_header(text,text) | - | execute | execute
function public.accept_invitation(text) | - | execute | execute
function public.adopt_surveyed(uuid,text,jsonb) | - | - | execute
function public.archive_collection(uuid) | - | execute | execute
function public.backfill_execution_ids(uuid,text,date,boolean) | - | execute | execute
function public.cancel_collection(uuid) | - | execute | execute
function public.check_workflow_again(text,text,boolean) | - | execute | execute
function public.cancel_id_backfill(uuid) | - | execute | execute
function public.choose_execution(uuid,text) | - | execute | execute
function public.claim_cancellations(integer,integer) | - | - | execute
function public.claim_credentials(integer,integer) | - | - | execute
function public.claim_deliveries(integer) | - | - | execute
function public.claim_due_weeks(integer,integer) | - | - | execute
function public.claim_id_backfill(integer) | - | - | execute
function public.claim_listing(integer,integer) | - | - | execute
function public.claim_loads(integer,integer) | - | - | execute
function public.claim_workflow_checks(integer,integer) | - | - | execute
function public.collection_parameters(uuid) | - | - | execute
function public.compare_executions(text,text,integer) | - | execute | execute
function public.confirm_execution(uuid,text) | - | execute | execute
function public.confirm_no_execution(uuid) | - | execute | execute
function public.continue_with(uuid,text) | - | execute | execute
function public.decide_id_backfill(uuid,bigint) | - | - | execute
function public.delete_webhook(uuid) | - | execute | execute
function public.end_stoppage(text,text) | - | - | execute
function public.execution_rows(text,integer,bigint) | - | execute | execute
function public.fail_load(uuid,integer,text,text,boolean) | - | - | execute
function public.finished_attempts(integer) | - | - | execute
function public.health_report() | - | - | execute
function public.invite(text[],text,text,integer) | - | execute | execute
function public.leave_instance(text) | - | execute | execute
function public.let_go_of_execution(text,text,boolean) | - | execute | execute
function public.mark_surveyed(text,bigint,uuid[]) | - | - | execute
function public.list_members(text) | - | execute | execute
function public.mark_workflow_saved(text,text) | - | - | execute
function public.metrics_report(text) | - | - | execute
function public.pause_collection(uuid) | - | execute | execute
function public.pause_instance(text,text,numeric,text,text,text) | - | - | execute
function public.preview_collection(text,text,integer,date,date,text,text,jsonb,text,boolean,integer,
  uuid) | - | execute | execute
function public.record_dry_run(uuid,text,text) | - | - | execute
function public.record_listing(text,bigint,jsonb,boolean,text) | - | - | execute
function public.record_observation(text,jsonb) | - | - | execute
function public.record_execution(uuid,text,jsonb,boolean) | - | - | execute
function public.record_id_backfill_page(uuid,bigint,jsonb,text,boolean,timestamptz,integer) | - | - | execute
function public.record_late_execution(uuid,text,jsonb) | - | - | execute
function public.record_stoppage(text,text,text,text,text,text,uuid,uuid,text,boolean) | - | - | execute
function public.record_tick(text[],jsonb) | - | - | execute
function public.refute_confirmation(uuid,text,text) | - | - | execute
function public.remove_member(text,uuid) | - | execute | execute
function public.rename_collection(uuid,text) | - | execute | execute
function public.report_create(uuid,text,integer,text,text,numeric) | - | - | execute
function public.report_credential_accepted(text,integer) | - | - | execute
function public.report_credential_failure(text,integer,text,text) | - | - | execute
function public.report_delivery(uuid,boolean,text,integer,text) | - | - | execute
function public.report_workflow_check(uuid,text,text,text,text,boolean,boolean) | - | - | execute
function public.resolve_alert(bigint) | - | execute | execute
function public.restate_week(uuid) | - | execute | execute
function public.resume_collection(uuid) | - | execute | execute
function public.retry_failed_execution(uuid) | - | - | execute
function public.retry_failed_weeks(uuid) | - | execute | execute
function public.retry_week(uuid) | - | execute | execute
function public.save_workflow(text,text,text,jsonb) | - | execute | execute
function public.set_keep_current(uuid,boolean,integer) | - | execute | execute
function public.set_keep_versions(uuid,integer) | - | execute | execute
function public.set_restatement_policy(uuid,integer,integer) | - | execute | execute
function public.set_retention(text,text,integer) | - | execute | execute
function public.set_role(text,uuid,text) | - | execute | execute
function public.set_webhook(text,text,text,text,text,text[],text,boolean,boolean) | - | execute | execute
function public.settle_attempt(uuid,timestamptz,boolean) | - | - | execute
function public.start_collection(uuid,text,text,integer,date,date,text,text,jsonb,text,text,boolean,
  integer) | - | - | execute
function public.take_over_collection(uuid) | - | execute | execute
function public.test_webhook(uuid) | - | execute | execute
function public.tracking_figures(timestamptz,timestamptz,text) | - | execute | execute
function public.update_week_status(uuid,uuid,text,jsonb,text) | - | - | execute
function public.week_rows(uuid,integer,bigint) | - | execute | execute
function public.withdraw_invitation(uuid) | - | execute | execute
function public.workflow_definition(text,text) | - | - | execute
$matrix$, E'\n'), E'\n +', '', 'g'), E'\n') line;

select is((select string_agg(line, E'\n' order by line collate "C") from (
    select line from matrix except select line from expected) extra), null,
  'whoever has a right stands in the matrix: add these lines if they are meant');
select is((select string_agg(line, E'\n' order by line collate "C") from (
    select line from expected except select line from matrix) missing), null,
  'what stands in the matrix is so: take these lines out if they are not meant');

-- The grants, one at a time, that would leave the line of their object as it is: each right, of each object and of one
-- column of each relation, to each role that lacks it.
create function pg_temp.unseen_grants() returns text[] language plpgsql as $$
declare
  added record;
  unseen text[] := '{}';
begin
  for added in
    select l.kind, l.oid, l.line, format('grant %s on %s %s to %s', r.right_name,
      case l.kind when 'view' then 'table' else l.kind end,
      case l.kind when 'function' then l.oid::regprocedure::text when 'schema' then l.oid::regnamespace::text
        else l.oid::regclass::text end, role) as statement
    from lines l, unnest(array['public', 'anon', 'authenticated', 'service_role', 'pg_monitor']) role,
      unnest(pg_temp.rights_of(l.kind) || case when l.kind in ('table', 'view')
        then array[format('select (%1$s), update (%1$s)', (select quote_ident(a.attname) from pg_attribute a
          where a.attrelid = l.oid and a.attnum > 0 and not a.attisdropped order by a.attnum limit 1))]
        else '{}' end) r(right_name)
    where role in ('public', 'pg_monitor') or not case l.kind
      when 'function' then has_function_privilege(role, l.oid, r.right_name)
      when 'schema' then has_schema_privilege(role, l.oid, r.right_name)
      when 'sequence' then has_sequence_privilege(role, l.oid, r.right_name)
      else case when r.right_name like '%(%' then has_table_privilege(role, l.oid, 'select')
          and has_table_privilege(role, l.oid, 'update')
        else has_table_privilege(role, l.oid, r.right_name) end end
  loop
    begin
      execute added.statement;
      if added.line = (select l.line from lines l where l.kind = added.kind and l.oid = added.oid) then
        unseen := unseen || added.statement;
      end if;
      raise exception using errcode = 'AH999';
    exception
      when sqlstate 'AH999' then
        null;
    end;
  end loop;
  return unseen;
end;
$$;
select is(pg_temp.unseen_grants(), '{}', 'any one grant that is added shows, whoever gets it');
select is((select count(*) from matrix), (select count(*) from objects where name !~ '<workflow>') + 4,
  'each object has a line, and the table and three views of a workflow one each');

select * from finish();
rollback;
