-- Who may do what, on one page: schemas, tables, rows, functions.
--
-- anon may do nothing. authenticated is a signed-in user, who sees what row level security shows; service_role is
-- the worker and the edge functions; postgres, at a database prompt or on the loader's direct connection, owns all.
-- amc_history_reader is what BI logins are members of: it reads what the views of results read.
-- Nothing is taken for granted from a project's default privileges: what a role has is taken away first, then given.
-- The tables and views of results get theirs where they are created (amc_history.create_result_table and _view).
-- The test schema/every_right_stands_in_the_matrix holds all of it.

-- Schemas

revoke all on schema amc_history, amc_results from public, anon, authenticated, service_role;
grant usage on schema amc_history, amc_results to authenticated, service_role;

-- Tables and views

revoke all on
  public.amc_instances, public.amc_instance_members, public.invitations, public.collection_backers,
  public.amc_workflows,
  public.report_data_collections, public.collection_requests, public.report_data_weeks,
  public.workflow_executions, public.week_attempts, public.workflow_checks, public.result_loads,
  public.tracking_events, public.tracking_alerts, public.stoppages, public.webhooks, public.webhook_deliveries,
  public.id_backfills, public.id_backfill_weeks, public.id_backfill_candidates, public.id_backfill_states,
  public.collection_progress, public.week_results, public.week_versions,
  public.instance_states, public.collection_states, public.week_states, public.held_weeks
  from public, anon, authenticated, service_role;
revoke all on amc_history.alert_codes, amc_history.allowances, amc_history.bi_logins, amc_history.dropped_loads,
  amc_history.heartbeats,
  amc_history.jobs, amc_history.load_turns, amc_history.locks, amc_history.metrics_tokens, amc_history.result_headers,
  amc_history.result_tables,
  amc_history.stoppage_kinds, amc_history.wake_ups
  from public, anon, authenticated, service_role;
-- The sequences of identity columns: projects made before June 2026 grant them by default.
revoke all on sequence public.tracking_events_id_seq, public.tracking_alerts_id_seq, public.stoppages_id_seq,
  public.webhook_deliveries_id_seq, public.collection_requests_id_seq
  from public, anon, authenticated, service_role;

grant select on
  public.amc_instances, public.amc_instance_members, public.amc_workflows,
  public.report_data_collections, public.collection_requests, public.report_data_weeks,
  public.workflow_executions, public.week_attempts, public.workflow_checks, public.result_loads,
  public.tracking_events, public.tracking_alerts, public.stoppages, public.webhooks, public.webhook_deliveries,
  public.id_backfills, public.id_backfill_weeks, public.id_backfill_candidates, public.id_backfill_states,
  public.collection_progress, public.week_results, public.week_versions,
  public.instance_states, public.collection_states, public.week_states, public.held_weeks
  to authenticated, service_role;
-- What the views of results read, and what joins with them. No usage of amc_history or amc_results: views and policies
-- refer to what is in there without its name.
grant select on public.report_data_weeks to amc_history_reader;
grant select (id, instance_id, workflow_id, start_date, end_date, week_starts_on, time_zone, parameter_values,
  series, created_at) on public.report_data_collections to amc_history_reader;
grant select (id, week_id, instance_id, status, window_start_at, window_end_at) on public.workflow_executions
  to amc_history_reader;
grant select (id, execution_id, instance_id, complete, records, filtered_records, completed_at) on public.result_loads
  to amc_history_reader;
grant insert (instance_id, name, sql_query, parameters) on public.amc_workflows to authenticated;
-- Not token_hash.
grant select (id, instance_id, role, email, invited_by, created_at, expires_at, accepted_at, accepted_by, withdrawn_at)
  on public.invitations to authenticated;
grant select on public.invitations to service_role;
grant select on public.collection_backers to authenticated, service_role;
grant insert, update, delete on
  public.amc_instances, public.amc_instance_members, public.invitations, public.collection_backers,
  public.amc_workflows,
  public.report_data_collections, public.collection_requests, public.report_data_weeks,
  public.workflow_executions, public.week_attempts, public.workflow_checks, public.result_loads,
  public.tracking_events, public.tracking_alerts, public.stoppages, public.webhooks, public.webhook_deliveries,
  public.id_backfills, public.id_backfill_weeks, public.id_backfill_candidates
  to service_role;

-- Rows

create policy "members read their instances" on public.amc_instances
  for select to authenticated
  using (id in (select amc_history.instances_of_caller()));
create policy "users read their own memberships" on public.amc_instance_members
  for select to authenticated using (user_id = (select auth.uid()));
create policy "admins read the invitations to their instances" on public.invitations
  for select to authenticated
  using (instance_id in (select m.instance_id from public.amc_instance_members m
    where m.user_id = (select auth.uid()) and m.role = 'admin'));
create policy "members read their instances' workflows" on public.amc_workflows
  for select to authenticated using (instance_id in (select amc_history.instances_of_caller()));
create policy "analysts add workflows to their instances" on public.amc_workflows
  for insert to authenticated
  with check (instance_id in (select m.instance_id from public.amc_instance_members m
    where m.user_id = (select auth.uid()) and m.role in ('analyst', 'admin')));
create policy "members read their instances' checks" on public.workflow_checks
  for select to authenticated
  using (instance_id in (select amc_history.instances_of_caller()));
create policy "members read their instances' collections" on public.report_data_collections
  for select to authenticated using (instance_id in (select amc_history.instances_of_caller()));
create policy "members read who stands behind their instances' collections" on public.collection_backers
  for select to authenticated
  using (exists (select from public.report_data_collections c where c.id = collection_id));
create policy "members read who asked for their instances' weeks" on public.collection_requests
  for select to authenticated using (instance_id in (select amc_history.instances_of_caller()));
create policy "members read their instances' weeks" on public.report_data_weeks
  for select to authenticated using (instance_id in (select amc_history.instances_of_caller()));
create policy "BI logins read their instances' collections" on public.report_data_collections
  for select to amc_history_reader using (instance_id in (select amc_history.instances_of_login()));
create policy "BI logins read their instances' weeks" on public.report_data_weeks
  for select to amc_history_reader using (instance_id in (select amc_history.instances_of_login()));
create policy "BI logins read their instances' executions" on public.workflow_executions
  for select to amc_history_reader using (instance_id in (select amc_history.instances_of_login()));
create policy "BI logins read their instances' loads" on public.result_loads
  for select to amc_history_reader using (instance_id in (select amc_history.instances_of_login()));
create policy "members read their instances' executions" on public.workflow_executions
  for select to authenticated using (instance_id in (select amc_history.instances_of_caller()));
create policy "members read their instances' attempts" on public.week_attempts
  for select to authenticated using (instance_id in (select amc_history.instances_of_caller()));
create policy "members read their instances' loads" on public.result_loads
  for select to authenticated using (instance_id in (select amc_history.instances_of_caller()));
create policy "members read their instances' events" on public.tracking_events
  for select to authenticated using (instance_id in (select amc_history.instances_of_caller()));
create policy "members read their instances' alerts" on public.tracking_alerts
  for select to authenticated using (instance_id in (select amc_history.instances_of_caller()));
create policy "members read what is held up on their instances" on public.stoppages
  for select to authenticated using (instance_id in (select amc_history.instances_of_caller()));
create policy "admins read their instances' webhooks" on public.webhooks
  for select to authenticated
  using (instance_id in (select m.instance_id from public.amc_instance_members m
    where m.user_id = (select auth.uid()) and m.role = 'admin'));
create policy "admins read what their instances' webhooks are told" on public.webhook_deliveries
  for select to authenticated using (exists (select from public.webhooks w where w.id = webhook_id));
create policy "members read their instances' searches for lost ids" on public.id_backfills
  for select to authenticated using (instance_id in (select amc_history.instances_of_caller()));
create policy "members read what became of their instances' weeks" on public.id_backfill_weeks
  for select to authenticated using (instance_id in (select amc_history.instances_of_caller()));
create policy "members read what may be their instances' executions" on public.id_backfill_candidates
  for select to authenticated using (instance_id in (select amc_history.instances_of_caller()));
create policy "nobody through the API" on amc_history.allowances for select to authenticated using (false);
create policy "nobody through the API" on amc_history.bi_logins for select to authenticated using (false);
create policy "nobody through the API" on amc_history.load_turns for select to authenticated using (false);
create policy "nobody through the API" on amc_history.locks for select to authenticated using (false);
create policy "nobody through the API" on amc_history.result_headers for select to authenticated using (false);
create policy "nobody through the API" on amc_history.result_tables for select to authenticated using (false);
create policy "nobody through the API" on amc_history.alert_codes for select to authenticated using (false);
create policy "nobody through the API" on amc_history.heartbeats for select to authenticated using (false);
create policy "nobody through the API" on amc_history.jobs for select to authenticated using (false);
create policy "nobody through the API" on amc_history.metrics_tokens for select to authenticated using (false);
create policy "nobody through the API" on amc_history.stoppage_kinds for select to authenticated using (false);
create policy "nobody through the API" on amc_history.wake_ups for select to authenticated using (false);
create policy "nobody through the API" on amc_history.dropped_loads for select to authenticated using (false);

-- Functions that a signed-in user may call, and service_role for one

revoke execute on all functions in schema amc_history from public, anon, authenticated, service_role;
revoke execute on function
  public.accept_header(text, text),
  public.adopt_surveyed(uuid, text, jsonb),
  public.archive_collection(uuid),
  public.backfill_execution_ids(uuid, text, date, boolean),
  public.cancel_collection(uuid),
  public.check_workflow_again(text, text, boolean),
  public.cancel_id_backfill(uuid),
  public.choose_execution(uuid, text),
  public.claim_cancellations(integer, integer),
  public.claim_credentials(integer, integer),
  public.claim_deliveries(integer),
  public.claim_due_weeks(integer, integer),
  public.claim_id_backfill(integer),
  public.collection_parameters(uuid),
  public.claim_listing(integer, integer),
  public.claim_loads(integer, integer),
  public.claim_workflow_checks(integer, integer),
  public.compare_executions(text, text, integer),
  public.confirm_execution(uuid, text),
  public.confirm_no_execution(uuid),
  public.continue_with(uuid, text),
  public.start_collection(
    uuid, text, text, integer, date, date, text, text, jsonb, text, text, boolean, integer),
  public.decide_id_backfill(uuid, bigint),
  public.delete_webhook(uuid),
  public.end_stoppage(text, text),
  public.execution_rows(text, integer, bigint),
  public.fail_load(uuid, integer, text, text, boolean),
  public.finished_attempts(integer),
  public.health_report(),
  public.let_go_of_execution(text, text, boolean),
  public.mark_surveyed(text, bigint, uuid[]),
  public.mark_workflow_saved(text, text),
  public.metrics_report(text),
  public.workflow_definition(text, text),
  public.pause_collection(uuid),
  public.preview_collection(
    text, text, integer, date, date, text, text, jsonb, text, boolean, integer, uuid),
  public.pause_instance(text, text, numeric, text, text, text),
  public.record_dry_run(uuid, text, text),
  public.record_execution(uuid, text, jsonb, boolean),
  public.record_id_backfill_page(uuid, bigint, jsonb, text, boolean, timestamptz, integer),
  public.record_late_execution(uuid, text, jsonb),
  public.record_listing(text, bigint, jsonb, boolean, text),
  public.record_observation(text, jsonb),
  public.record_stoppage(text, text, text, text, text, text, uuid, uuid, text, boolean),
  public.record_tick(text[], jsonb),
  public.refute_confirmation(uuid, text, text),
  public.report_create(uuid, text, integer, text, text, numeric),
  public.report_credential_accepted(text, integer),
  public.report_credential_failure(text, integer, text, text),
  public.report_delivery(uuid, boolean, text, integer, text),
  public.report_workflow_check(uuid, text, text, text, text, boolean, boolean),
  public.resolve_alert(bigint),
  public.restate_week(uuid),
  public.rename_collection(uuid, text),
  public.resume_collection(uuid),
  public.retry_failed_execution(uuid),
  public.retry_failed_weeks(uuid),
  public.retry_week(uuid),
  public.save_workflow(text, text, text, jsonb),
  public.set_keep_current(uuid, boolean, integer),
  public.set_keep_versions(uuid, integer),
  public.set_restatement_policy(uuid, integer, integer),
  public.set_retention(text, text, integer),
  public.set_webhook(text, text, text, text, text, text[], text, boolean, boolean),
  public.test_webhook(uuid),
  public.settle_attempt(uuid, timestamptz, boolean),
  public.tracking_figures(timestamptz, timestamptz, text),
  public.update_week_status(uuid, uuid, text, jsonb, text),
  public.week_rows(uuid, integer, bigint),
  public.set_role(text, uuid, text),
  public.remove_member(text, uuid),
  public.leave_instance(text),
  public.list_members(text),
  public.accept_invitation(text),
  public.invite(text[], text, text, integer),
  public.withdraw_invitation(uuid),
  public.take_over_collection(uuid)
  from public, anon, authenticated, service_role;

grant execute on function
  public.accept_header(text, text),
  public.archive_collection(uuid),
  public.backfill_execution_ids(uuid, text, date, boolean),
  public.cancel_collection(uuid),
  public.check_workflow_again(text, text, boolean),
  public.cancel_id_backfill(uuid),
  public.choose_execution(uuid, text),
  public.compare_executions(text, text, integer),
  public.confirm_execution(uuid, text),
  public.confirm_no_execution(uuid),
  public.continue_with(uuid, text),
  public.delete_webhook(uuid),
  public.execution_rows(text, integer, bigint),
  public.let_go_of_execution(text, text, boolean),
  public.pause_collection(uuid),
  public.preview_collection(
    text, text, integer, date, date, text, text, jsonb, text, boolean, integer, uuid),
  public.resolve_alert(bigint),
  public.restate_week(uuid),
  public.rename_collection(uuid, text),
  public.resume_collection(uuid),
  public.retry_failed_weeks(uuid),
  public.retry_week(uuid),
  public.save_workflow(text, text, text, jsonb),
  public.set_keep_current(uuid, boolean, integer),
  public.set_keep_versions(uuid, integer),
  public.set_restatement_policy(uuid, integer, integer),
  public.set_retention(text, text, integer),
  public.set_webhook(text, text, text, text, text, text[], text, boolean, boolean),
  public.test_webhook(uuid),
  public.tracking_figures(timestamptz, timestamptz, text),
  public.week_rows(uuid, integer, bigint),
  public.set_role(text, uuid, text),
  public.remove_member(text, uuid),
  public.leave_instance(text),
  public.list_members(text),
  public.accept_invitation(text),
  public.invite(text[], text, text, integer),
  public.withdraw_invitation(uuid),
  public.take_over_collection(uuid)
  to authenticated, service_role;

-- What those call in turn: those with their owner's rights check the caller first, the others read under the caller's.

grant execute on function
  amc_history.accept_header(text, text),
  amc_history.allowances(),
  amc_history.archive_collection(uuid),
  amc_history.backfill_execution_ids(uuid, text, date, boolean),
  amc_history.cancel_collection(uuid),
  amc_history.cell_fits_sql(text, text),
  amc_history.cell_forms(text, text),
  amc_history.check_declaration(jsonb, text[]),
  amc_history.check_query(text, text),
  amc_history.check_workflow_again(text, text, boolean),
  amc_history.cancel_id_backfill(uuid),
  amc_history.choose_execution(uuid, text),
  amc_history.clock_now(),
  amc_history.compare_loads(public.result_loads, public.result_loads, text[], integer),
  amc_history.confirm_execution(uuid, text),
  amc_history.confirm_no_execution(uuid),
  amc_history.continue_with(uuid, text),
  amc_history.delete_webhook(uuid),
  amc_history.instances_of_caller(),
  amc_history.is_operator(),
  amc_history.is_unique(public.result_loads, text[]),
  amc_history.json_cells(text),
  amc_history.json_number(text),
  amc_history.key_columns(public.result_loads),
  amc_history.let_go_of_execution(text, text, boolean),
  amc_history.load_rows(uuid, integer, bigint),
  amc_history.next_step_of(text),
  amc_history.pause_collection(uuid),
  amc_history.parameter_fault(jsonb, amc_history.allowances),
  amc_history.prepare_query(text),
  amc_history.preview_collection(amc_history.weeks_request),
  amc_history.refuse(text, text, text, text),
  amc_history.refuse_role(text, text, text),
  amc_history.resolve_alert(bigint),
  amc_history.restate_week(uuid),
  amc_history.require_role(text, text),
  amc_history.rename_collection(uuid, text),
  amc_history.resume_collection(uuid),
  amc_history.retained_load(text),
  amc_history.retry_failed_weeks(uuid),
  amc_history.retry_week(uuid),
  amc_history.role_on(text),
  amc_history.rows_at(public.result_loads, bigint[]),
  amc_history.set_keep_current(uuid, boolean, integer),
  amc_history.set_keep_versions(uuid, integer),
  amc_history.set_restatement_policy(uuid, integer, integer),
  amc_history.set_retention(text, text, integer),
  amc_history.set_webhook(text, text, text, text, text, text[], text, boolean, boolean),
  amc_history.test_webhook(uuid),
  amc_history.slots_in_use(text),
  amc_history.state_of_cause(text),
  amc_history.stoppage_kind(text),
  amc_history.tracking_figures(timestamptz, timestamptz, text),
  amc_history.typed_cell_sql(text, text),
  amc_history.usual_output_format(),
  amc_history.set_role(text, uuid, text),
  amc_history.remove_member(text, uuid),
  amc_history.leave_instance(text),
  amc_history.list_members(text),
  amc_history.accept_invitation(text),
  amc_history.invite(text[], text, text, integer),
  amc_history.withdraw_invitation(uuid),
  amc_history.take_over_collection(uuid)
  to authenticated, service_role;

-- What the policies of BI logins ask

grant execute on function amc_history.instances_of_login() to amc_history_reader;

-- Functions of the worker and of other systems that report weeks

grant execute on function
  public.adopt_surveyed(uuid, text, jsonb),
  public.claim_cancellations(integer, integer),
  public.claim_credentials(integer, integer),
  public.claim_deliveries(integer),
  public.claim_due_weeks(integer, integer),
  public.claim_id_backfill(integer),
  public.collection_parameters(uuid),
  public.claim_listing(integer, integer),
  public.claim_loads(integer, integer),
  public.claim_workflow_checks(integer, integer),
  public.start_collection(
    uuid, text, text, integer, date, date, text, text, jsonb, text, text, boolean, integer),
  public.decide_id_backfill(uuid, bigint),
  public.end_stoppage(text, text),
  public.fail_load(uuid, integer, text, text, boolean),
  public.finished_attempts(integer),
  public.health_report(),
  public.mark_surveyed(text, bigint, uuid[]),
  public.mark_workflow_saved(text, text),
  public.metrics_report(text),
  public.workflow_definition(text, text),
  public.pause_instance(text, text, numeric, text, text, text),
  public.record_dry_run(uuid, text, text),
  public.record_execution(uuid, text, jsonb, boolean),
  public.record_id_backfill_page(uuid, bigint, jsonb, text, boolean, timestamptz, integer),
  public.record_late_execution(uuid, text, jsonb),
  public.record_listing(text, bigint, jsonb, boolean, text),
  public.record_observation(text, jsonb),
  public.record_stoppage(text, text, text, text, text, text, uuid, uuid, text, boolean),
  public.record_tick(text[], jsonb),
  public.refute_confirmation(uuid, text, text),
  public.report_create(uuid, text, integer, text, text, numeric),
  public.report_credential_accepted(text, integer),
  public.report_credential_failure(text, integer, text, text),
  public.report_delivery(uuid, boolean, text, integer, text),
  public.report_workflow_check(uuid, text, text, text, text, boolean, boolean),
  public.retry_failed_execution(uuid),
  public.settle_attempt(uuid, timestamptz, boolean),
  public.update_week_status(uuid, uuid, text, jsonb, text)
  to service_role;

-- What those call in turn

grant execute on function
  amc_history.actor(),
  amc_history.add_weeks(uuid, date, date, uuid),
  amc_history.adopt_execution(public.report_data_weeks, public.amc_instances, text, jsonb, text),
  amc_history.apply_create_verdict(public.week_attempts, public.report_data_weeks, text, text, timestamptz),
  amc_history.apply_report(public.report_data_weeks, public.week_attempts, text, jsonb, text),
  amc_history.attempts_to_list(text),
  amc_history.cancel_orphaned_attempt(),
  amc_history.comparable_query(text),
  amc_history.compare_runs(uuid, jsonb),
  amc_history.canonical_status(text),
  amc_history.beat(text),
  amc_history.add_settled_weeks(uuid),
  amc_history.change_keep_current(public.report_data_collections, boolean, integer, uuid),
  amc_history.check_argument(text, amc_history.weeks_request, amc_history.weeks_plan),
  amc_history.check_collection_name(text),
  amc_history.check_effect(
    text, amc_history.weeks_request, amc_history.weeks_plan, public.report_data_collections, date, integer),
  amc_history.check_one_version(public.report_data_collections),
  amc_history.check_catch_up(public.report_data_collections, integer),
  amc_history.check_parameters(jsonb, jsonb),
  amc_history.check_range(integer, date, date),
  amc_history.check_retention(date, public.amc_workflows, text),
  amc_history.check_settle_days(integer),
  amc_history.check_start_limits(uuid, text, integer),
  amc_history.claimable_weeks(text, integer),
  amc_history.collection_as_planned(amc_history.weeks_request, amc_history.weeks_plan),
  amc_history.count_running_elsewhere(text, jsonb, text[]),
  amc_history.describe_refusal(text, text, text, text, text),
  amc_history.describe_request(public.collection_requests),
  amc_history.decide_week(public.id_backfills, public.id_backfill_weeks),
  amc_history.decide_weeks(public.id_backfills, integer),
  amc_history.count_waiting_results(text),
  amc_history.dry_runs_to_follow(),
  amc_history.due_collections(text),
  amc_history.due_id_backfills(),
  amc_history.end_attempt(uuid, text, timestamptz),
  amc_history.end_cancelled_attempts(text),
  amc_history.end_dry_run(public.workflow_checks, text, text, text, text),
  amc_history.end_first_weeks(),
  amc_history.end_stoppage(text, text),
  amc_history.ending_weeks(integer),
  amc_history.executions_to_cancel(interval),
  amc_history.executions_to_tell(text),
  amc_history.fail_refused_weeks(uuid),
  amc_history.fail_week(public.report_data_weeks, text, text),
  amc_history.field_of_range(amc_history.weeks_request, text),
  amc_history.find_collection(public.amc_workflows, text, text, jsonb),
  amc_history.find_repeated_request(uuid, text, text),
  amc_history.first_day_of(text),
  amc_history.finish_week(public.report_data_weeks, public.week_attempts, text),
  amc_history.follow_dry_run(public.workflow_checks, text, text, boolean),
  amc_history.follow_again(public.report_data_weeks),
  amc_history.free_slots(public.amc_instances),
  amc_history.has_claimable_week(text),
  amc_history.has_ended_in_vain(text),
  amc_history.has_left(uuid, date, date),
  amc_history.has_rivals(public.id_backfills, public.id_backfill_candidates),
  amc_history.hash_queries(uuid),
  amc_history.health_report(),
  amc_history.hold_unseen_workflow(public.week_attempts, public.report_data_weeks, text),
  amc_history.hold_up(public.week_attempts, public.report_data_weeks, text, text, text, text, boolean),
  amc_history.hold_up_dry_run(public.workflow_checks, text, text, text),
  amc_history.hold_workflow(public.workflow_checks, text, text),
  amc_history.insert_execution(text, uuid, jsonb, boolean),
  amc_history.insert_intents(public.amc_instances, integer, interval),
  amc_history.is_dry_run_timeout(numeric),
  amc_history.is_execution_id(text),
  amc_history.is_final_week_status(text),
  amc_history.is_held_up(text, text),
  amc_history.is_legal_transition(public.report_data_weeks, public.week_attempts, text, jsonb, text),
  amc_history.is_listing_due(public.amc_instances),
  amc_history.is_overdue(public.workflow_checks),
  amc_history.is_probed(text, uuid, text, timestamptz),
  amc_history.is_terminal_status(text),
  amc_history.is_token_held_up(text),
  amc_history.keep_candidates(uuid, jsonb),
  amc_history.last_day_of(text),
  amc_history.listed_runs(text, jsonb),
  amc_history.load_after_all(public.report_data_weeks),
  amc_history.loads_in_turn(integer),
  amc_history.local_midnight(date),
  amc_history.lock_collection_of(uuid),
  amc_history.lock_id_backfill(uuid, bigint),
  amc_history.lock_starts(uuid),
  amc_history.kept_since(public.amc_workflows, text),
  amc_history.lacks_execution_id(public.report_data_weeks),
  amc_history.lose_dry_runs(),
  amc_history.make_collection(amc_history.weeks_request, amc_history.weeks_plan),
  amc_history.mark_workflow_checked(text, text),
  amc_history.may_begin(timestamptz, uuid),
  amc_history.may_load_after_all(public.week_attempts),
  amc_history.may_still_tell(public.report_data_weeks),
  amc_history.metrics_report(text),
  amc_history.next_step_of(text),
  amc_history.next_due_at(uuid),
  amc_history.normal_time_zone(text),
  amc_history.normal_weekday(text, date),
  amc_history.note_empty_weeks(public.report_data_weeks),
  amc_history.open_checks(integer, interval),
  amc_history.open_week(public.report_data_weeks, uuid),
  amc_history.parameter_value_fault(jsonb),
  amc_history.parameters_fit(jsonb, jsonb, boolean),
  amc_history.pick_weeks(text, integer),
  amc_history.plan_range(integer, date, date, text, text),
  amc_history.plan_weeks(amc_history.weeks_request),
  amc_history.proves_absence(public.amc_instances, public.week_attempts, boolean),
  amc_history.put_in_order(jsonb, timestamptz, timestamptz),
  amc_history.raise_alert(text, text, text, uuid, jsonb, text, text),
  amc_history.raise_matcher_alert(text, text, boolean),
  amc_history.read_observation(jsonb),
  amc_history.record_acceptance(public.week_attempts, public.report_data_weeks, boolean),
  amc_history.record_action(text, text, uuid, uuid, uuid, text, jsonb, text),
  amc_history.record_dry_runs(public.workflow_checks, text, text),
  amc_history.record_echo(text, boolean, boolean),
  amc_history.record_load_turns(uuid[]),
  amc_history.record_event(text, public.week_attempts, public.report_data_weeks, text, jsonb),
  amc_history.record_request(public.collection_requests),
  amc_history.record_stoppage(text, text, text, text, text, text, uuid, uuid, text, boolean),
  amc_history.record_workflow_event(text, public.workflow_checks, jsonb),
  amc_history.refresh_overdue_alerts(text),
  amc_history.refuse_beyond(text, bigint, integer, text, text, bigint),
  amc_history.refuse_first(jsonb),
  amc_history.refuse_execution(public.week_attempts, public.report_data_weeks, text, jsonb),
  amc_history.refuse_weeks(integer, integer),
  amc_history.release_collection(public.report_data_collections),
  amc_history.release_slots(text),
  amc_history.release_stoppages(public.report_data_collections),
  amc_history.reopen_week(public.report_data_weeks, uuid),
  amc_history.reopen_weeks(uuid, date, date, uuid),
  amc_history.report_late_execution(public.week_attempts, public.report_data_weeks, text, jsonb, boolean),
  amc_history.request_cancel(public.report_data_weeks),
  amc_history.require_analyst(uuid, text),
  amc_history.reschedule_load(public.week_attempts, public.report_data_weeks, text, text, interval),
  amc_history.reschedule_week(public.report_data_weeks, timestamptz),
  amc_history.status_fits(text, text),
  amc_history.unplaced_attempts(text),
  amc_history.serve_request(
    public.collection_requests, public.report_data_collections, amc_history.weeks_request, boolean),
  amc_history.start_weeks(public.collection_requests, amc_history.weeks_request, amc_history.weeks_plan),
  amc_history.restore_execution_id(uuid, text, jsonb, text, text),
  amc_history.searched_weeks(uuid, timestamptz[]),
  amc_history.is_told_of_instance(public.stoppages),
  amc_history.stoppage_alert_subject(public.stoppages),
  amc_history.told_with(public.stoppages),
  amc_history.stoppage_pause(integer),
  amc_history.settled_if_kept(public.report_data_collections, integer),
  amc_history.settled_weeks(public.report_data_collections),
  amc_history.series_words(text, text, jsonb),
  amc_history.stale_first_weeks(),
  amc_history.take_lock(text),
  amc_history.taken_slots(text),
  amc_history.tell_stoppage(public.stoppages),
  amc_history.unsurveyed_weeks(text),
  amc_history.update_execution(amc_history.execution_observation),
  amc_history.update_executions(text, jsonb),
  amc_history.versions_to_check(),
  amc_history.verdict_on(public.id_backfills, public.id_backfill_weeks),
  amc_history.webhooks_to_tell(),
  amc_history.weeks_to_survey(text),
  amc_history.weeks_beside(
    amc_history.weeks_request, public.report_data_collections, date, date),
  amc_history.weeks_to_open(uuid, date, date),
  amc_history.weigh_request(amc_history.weeks_request, amc_history.weeks_plan),
  amc_history.workflow_to_start(amc_history.weeks_request),
  amc_history.weeks_without_id(text),
  amc_history.weigh_refusal(public.week_attempts, public.report_data_weeks, text),
  amc_history.window_key(text, text, text, text),
  amc_history.workflow_subject(text, text),
  amc_history.write_week(public.report_data_weeks, text, jsonb, text),
  amc_history.write_week_with_execution(public.report_data_weeks, text, jsonb, text),
  amc_history.zone_as_known(text)
  to service_role;
