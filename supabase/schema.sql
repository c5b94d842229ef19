-- The schema as the migrations make it, read from the catalogue by `npm run schema`: do not edit.
-- Columns, constraints and objects stand in the order of their names; a line "-- role: rights" tells a grant.

-- extensions

create extension pg_cron with schema pg_catalog;

create extension pg_net with schema extensions;

create extension supabase_vault with schema vault;

-- schemas

create schema amc_history;
comment on schema amc_history is
  'Helpers that the API must not reach: functions with their owner''s rights, triggers, the clock.';
-- authenticated: usage
-- service_role: usage

create schema amc_results;
comment on schema amc_results is
  'One table of rows per workflow version. Read through the views public.results_…';
-- authenticated: usage
-- service_role: usage

-- types

create type amc_history.execution_observation as (
  id text,
  status text,
  status_reason text,
  workflow_id text,
  time_window_start text,
  time_window_end text,
  time_zone text,
  window_start_at timestamp with time zone,
  window_end_at timestamp with time zone,
  parameter_values jsonb,
  timeout_seconds numeric,
  created_at timestamp with time zone,
  updated_at timestamp with time zone,
  expires_at timestamp with time zone,
  execution_seconds numeric,
  output_columns jsonb,
  request_id text,
  matcher_proved boolean,
  window_proved boolean
);
comment on type amc_history.execution_observation is
  'An execution observation: what the worker read of an execution in one answer of AMC. It comes from the worker as
JSON with these keys. A key that is missing or null says nothing: AMC left it out, and what is stored stays.

id: workflowExecutionId. time_window_start, _end: timeWindowStartOriginal, -EndOriginal, local without a zone;
time_zone: theirs. window_start_at, window_end_at: timeWindowStart and timeWindowEnd, the same window as instants, by
AMC''s own zone data (captured, H). timeout_seconds: workflowExecutionTimeoutSeconds, the fingerprint of the attempt
    that
asked; any number, since AMC''s list shows what others asked for too.
updated_at: lastUpdatedTime, which orders the reports of an execution. request_id: of AMC''s answer, for its support.
matcher_proved: of a create''s answer only, whether its echo would have been found in AMC''s list; window_proved:
    whether
it would at least by workflow, window and zone. Null: not looked at.';

create type amc_history.resumed_load as (
  load result_loads,
  copy_statement text
);
comment on type amc_history.resumed_load is
  'An open load with its cursor, and its COPY statement; both null where none is open (amc_history.resume_load).';

create type amc_history.weeks_plan as (
  workflow amc_workflows,
  zone text,
  weekday text,
  first_day date,
  last_day date,
  refusals jsonb
);
comment on type amc_history.weeks_plan is
  'What a request asks for, by itself (amc_history.plan_weeks).';

create type amc_history.weeks_request as (
  requested_by uuid,
  instance_id text,
  workflow_id text,
  weeks integer,
  start_date date,
  end_date date,
  week_starts_on text,
  time_zone text,
  parameter_values jsonb,
  name text,
  keep_current boolean,
  settle_days integer
);
comment on type amc_history.weeks_request is
  'What start_collection and preview_collection are asked: their arguments.';

create type public.control_report as (
  outcome text,
  reason text,
  weeks integer
);
comment on type public.control_report is
  'What a request of a person did: outcome (applied, already_applied, rejected), why it was rejected, and how many
weeks it changed.';

create type public.id_backfill_report as (
  outcome text,
  reason text,
  weeks integer,
  backfill_id uuid,
  weeks_too_old integer,
  list_from timestamp with time zone,
  calls_at_least integer,
  calls_at_most integer
);
comment on type public.id_backfill_report is
  'What backfill_execution_ids did: outcome (applied, planned, already_applied, rejected) and reason as in
control_report; weeks: how many are searched; weeks_too_old: how many have no id and begin before since; list_from: how
far back AMC''s list is read; calls_at_least, calls_at_most: how many calls of AMC that takes.';

create type public.saved_workflow as (
  workflow_id text,
  created boolean,
  results_view text,
  raw_view text,
  series_view text,
  sql_query text
);
comment on type public.saved_workflow is
  'A workflow version as save_workflow answers it: its id, which is AMC''s workflowId; whether it was created by this
call; and the views in public that show its results, once there is one: with types, as the text that AMC sent, and
together with those of the other versions of its name; sql_query: the query as it is sent to AMC.';

create type public.tracking_report as (
  outcome text,
  reason text,
  status text,
  execution_id text
);
comment on type public.tracking_report is
  'What a report did: outcome and reason are stable codes; status and execution_id are the week''s as they now are.';

-- tables

create table amc_history.alert_codes (
  code text not null,
  next_step text not null,
  constraint alert_codes_pkey PRIMARY KEY (code)
);
alter table amc_history.alert_codes enable row level security;
create policy "nobody through the API" on amc_history.alert_codes for select to authenticated using (false);
comment on table amc_history.alert_codes is
  'What a person can be alerted to. docs/OPERATIONS.md says of each code what it means, and what ends it.';
comment on column amc_history.alert_codes.next_step is
  'What a person can do about it, where the alert itself says nothing more exact.';

create table amc_history.allowances (
  actionable_per_wake_up integer default 10 not null,
  backfill_calls integer default 3000 not null,
  backfill_every interval default '00:01:00'::interval not null,
  backfill_pages integer default 5 not null,
  backfill_weeks_at_once integer default 50 not null,
  bytes_at_once bigint default 134217728 not null,
  cancel_again interval default '00:01:00'::interval not null,
  create_in_flight interval default '00:08:40'::interval not null,
  create_lease interval default '00:01:00'::interval not null,
  create_timeout interval default '00:00:30'::interval not null,
  create_tries integer default 10 not null,
  daily_collections_of_instance integer default 2000 not null,
  daily_collections_of_member integer default 500 not null,
  declared_parameters integer default 100 not null,
  default_weeks integer default 52 not null,
  deliveries_at_once integer default 50 not null,
  delivery_given_up interval default '1 day'::interval not null,
  delivery_lease interval default '00:01:00'::interval not null,
  delivery_period interval default '01:00:00'::interval not null,
  dry_run_poll interval default '00:00:10'::interval not null,
  dry_run_queued interval default '01:00:00'::interval not null,
  dry_run_runs interval default '00:02:00'::interval not null,
  empty_weeks integer default 3 not null,
  failed_retry_base interval default '00:05:00'::interval not null,
  failed_retry_least interval default '00:01:00'::interval not null,
  failed_retry_longest interval default '01:00:00'::interval not null,
  first_day_parameters text[] default '{startDate,start_date}'::text[] not null,
  idle_poll interval default '00:15:00'::interval not null,
  invitations_of_instance integer default 100 not null,
  keep_deliveries interval default '30 days'::interval not null,
  keep_events interval default '400 days'::interval not null,
  keep_job_runs interval default '7 days'::interval not null,
  last_day_parameters text[] default '{endDate,end_date}'::text[] not null,
  list_lag interval default '00:05:00'::interval not null,
  list_lease interval default '00:01:00'::interval not null,
  list_overlap interval default '01:00:00'::interval not null,
  load_errors integer default 8 not null,
  load_lease interval default '00:02:30'::interval not null,
  load_retry_base interval default '00:00:10'::interval not null,
  load_retry_least interval default '00:00:05'::interval not null,
  load_retry_longest interval default '00:15:00'::interval not null,
  most_weeks integer default 60 not null,
  only_row boolean default true not null,
  open_weeks_of_instance integer default 50000 not null,
  open_weeks_of_member integer default 20000 not null,
  parameter_name_characters integer default 128 not null,
  parameter_text_characters integer default 4000 not null,
  pause_base interval default '00:00:15'::interval not null,
  pause_longest interval default '00:15:00'::interval not null,
  post_window interval default '00:00:20'::interval not null,
  query_characters integer default 100000 not null,
  queued_longest interval default '24:00:00'::interval not null,
  refusal_wait interval default '00:10:00'::interval not null,
  refusals_in_row integer default 3 not null,
  refused_again interval default '00:01:00'::interval not null,
  restate_days integer default 90 not null,
  restore_gap interval default '00:05:00'::interval not null,
  result_gone interval default '24:00:00'::interval not null,
  result_gone_errors integer default 3 not null,
  result_wait_least interval default '00:00:15'::interval not null,
  result_wait_longest interval default '00:05:00'::interval not null,
  results_waiting integer default 200 not null,
  retention_ends interval default '7 days'::interval not null,
  retention_months integer default 13 not null,
  retry_after_longest interval default '24:00:00'::interval not null,
  rows_at_once integer default 200000 not null,
  settle_days integer default 14 not null,
  stoppage_pause_base interval default '00:01:00'::interval not null,
  stoppage_pause_longest interval default '01:00:00'::interval not null,
  survey_reach interval default '35 days'::interval not null,
  tick_longest interval default '00:10:00'::interval not null,
  unknown_status interval default '06:00:00'::interval not null,
  wake_up_answer interval default '00:02:00'::interval not null,
  wake_up_timeout interval default '00:00:05'::interval not null,
  wake_ups integer default 3 not null,
  watch interval default '48:00:00'::interval not null,
  watch_longest interval default '00:05:00'::interval not null,
  webhooks_of_instance integer default 20 not null,
  workflow_visible interval default '00:10:00'::interval not null,
  workflows_of_instance integer default 5000 not null,
  workflows_of_member integer default 2000 not null,
  constraint a_digest_fits_slack CHECK ((deliveries_at_once <= 50)),
  constraint abandoned_is_watched_beyond_the_lag CHECK ((list_lag < watch)),
  constraint all_are_positive CHECK (((LEAST(post_window, create_timeout, create_lease, create_in_flight,
    workflow_visible, refusal_wait, dry_run_poll, dry_run_runs, dry_run_queued, list_lag, list_overlap, list_lease,
    idle_poll, survey_reach, restore_gap, watch, unknown_status, queued_longest, pause_base, pause_longest,
    retry_after_longest, failed_retry_least, failed_retry_base, failed_retry_longest, cancel_again, refused_again,
    stoppage_pause_base, stoppage_pause_longest, load_lease, load_retry_least, load_retry_base, load_retry_longest,
    result_wait_least, result_wait_longest, result_gone, retention_ends, wake_up_timeout, wake_up_answer, tick_longest,
    watch_longest, keep_job_runs, keep_events, delivery_lease, delivery_period, delivery_given_up, keep_deliveries) >
    '00:00:00'::interval) AND (LEAST((load_errors)::bigint, (result_gone_errors)::bigint, (results_waiting)::bigint,
    (default_weeks)::bigint, (most_weeks)::bigint, (settle_days)::bigint, (restate_days)::bigint,
    (retention_months)::bigint, (empty_weeks)::bigint, (open_weeks_of_member)::bigint, (open_weeks_of_instance)::bigint,
    (daily_collections_of_member)::bigint, (daily_collections_of_instance)::bigint, (workflows_of_member)::bigint,
    (workflows_of_instance)::bigint, (wake_ups)::bigint, (actionable_per_wake_up)::bigint, (rows_at_once)::bigint,
    bytes_at_once, (refusals_in_row)::bigint, (create_tries)::bigint, (deliveries_at_once)::bigint,
    (webhooks_of_instance)::bigint, (invitations_of_instance)::bigint) > 0))),
  constraint allowances_has_one_row CHECK (only_row),
  constraint allowances_pkey PRIMARY KEY (only_row),
  constraint answer_comes_within_the_lease CHECK (((post_window + create_timeout) <= create_lease)),
  constraint backfills_are_positive CHECK (((backfill_every > '00:00:00'::interval) AND (LEAST(backfill_pages,
    backfill_calls, backfill_weeks_at_once) > 0))),
  constraint declared_parameters_are_sane CHECK (((declared_parameters >= 1) AND (declared_parameters <= 1000))),
  constraint default_weeks_are_allowed CHECK ((default_weeks <= most_weeks)),
  constraint deliveries_outlast_the_period CHECK ((delivery_period < keep_deliveries)),
  constraint dry_runs_may_wait CHECK (((dry_run_poll <= dry_run_runs) AND (dry_run_runs <= dry_run_queued))),
  constraint failed_retries_grow CHECK ((failed_retry_base <= failed_retry_longest)),
  constraint gone_results_are_given_up_sooner CHECK ((result_gone_errors <= load_errors)),
  constraint lease_ends_within_the_flight CHECK ((create_lease < create_in_flight)),
  constraint load_retries_grow CHECK ((load_retry_base <= load_retry_longest)),
  constraint parameter_name_characters_are_sane CHECK (((parameter_name_characters >= 1) AND (parameter_name_characters
    <= 255))),
  constraint parameter_text_characters_are_sane CHECK (((parameter_text_characters >= 255) AND
    (parameter_text_characters <= 100000))),
  constraint pauses_grow CHECK (((pause_base <= pause_longest) AND (pause_longest <= retry_after_longest))),
  constraint query_characters_are_sane CHECK (((query_characters >= 1000) AND (query_characters <= 1000000))),
  constraint result_waits_grow CHECK (((result_wait_least <= result_wait_longest) AND (result_wait_longest <
    result_gone))),
  constraint stoppage_pauses_grow CHECK ((stoppage_pause_base <= stoppage_pause_longest))
);
alter table amc_history.allowances enable row level security;
create policy "nobody through the API" on amc_history.allowances for select to authenticated using (false);
comment on table amc_history.allowances is
  'How long everything may take, and how often it is tried: one row, read by amc_history.allowances(). The operator
changes it with an UPDATE as postgres; what has begun keeps what it began with. Its CHECKs hold the order that the
allowances need among each other. What belongs to one instance (list_lag_seconds, poll_seconds, …) stands with it.';
comment on column amc_history.allowances.actionable_per_wake_up is
  'For so many things to do one worker is woken.';
comment on column amc_history.allowances.backfill_calls is
  'How many calls of AMC one search may make in all. A page has 100 executions (SPEC, H).';
comment on column amc_history.allowances.backfill_every is
  'How often a search for lost execution ids has its turn.';
comment on column amc_history.allowances.backfill_pages is
  'How many calls of AMC such a turn may make: pages of its list.';
comment on column amc_history.allowances.backfill_weeks_at_once is
  'How many weeks one transaction of a search decides at most.';
comment on column amc_history.allowances.bytes_at_once is
  'Most bytes of a result whose rows one run of a job checks or deletes, as the result''s files had them.';
comment on column amc_history.allowances.cancel_again is
  'After how long AMC is asked again to cancel an execution that has not ended.';
comment on column amc_history.allowances.create_in_flight is
  'How long after its intent a create may still reach AMC: a worker lives at most 400 s, and a gateway may hold a
request 120 s more.';
comment on column amc_history.allowances.create_lease is
  'How long a claimed attempt is its worker''s alone. After that an attempt without a report is unknown.';
comment on column amc_history.allowances.create_timeout is
  'How long a worker waits for AMC''s answer to a create. The worker''s own limit (CREATE_TIMEOUT_MS in
supabase/functions/_shared/amc) must be no longer.';
comment on column amc_history.allowances.create_tries is
  'After so many creates in a row without an execution a week is held for a person. Those that met a limit of AMC, or
were not sent, do not count.';
comment on column amc_history.allowances.daily_collections_of_instance is
  'Most such requests for one instance in any 24 hours.';
comment on column amc_history.allowances.daily_collections_of_member is
  'Most requests of one person in any 24 hours that make or reopen weeks.';
comment on column amc_history.allowances.declared_parameters is
  'Most parameters that a query declares.';
comment on column amc_history.allowances.default_weeks is
  'Weeks of a collection that names neither weeks nor dates.';
comment on column amc_history.allowances.deliveries_at_once is
  'Most things that a webhook is told at once. Slack takes 50 blocks in a message.';
comment on column amc_history.allowances.delivery_given_up is
  'How long it is tried to tell a webhook something that it does not accept.';
comment on column amc_history.allowances.delivery_lease is
  'How long what was claimed for a webhook is its worker''s alone: a POST takes 10 s.';
comment on column amc_history.allowances.delivery_period is
  'How long after a webhook was told of a cause it is not told of the same again.';
comment on column amc_history.allowances.dry_run_poll is
  'After how long AMC is asked again about a dry run: it takes seconds (M).';
comment on column amc_history.allowances.dry_run_queued is
  'After how long a dry run that AMC has not begun is cancelled, and asked again.';
comment on column amc_history.allowances.dry_run_runs is
  'After how long a dry run that still runs is taken for an execution that AMC runs all the same, and cancelled.';
comment on column amc_history.allowances.empty_weeks is
  'When so many weeks of a workflow version are completed, and none ever had a row, that is noted, once.';
comment on column amc_history.allowances.failed_retry_base is
  'The most that chance adds to it the first time; doubled with each error of the week.';
comment on column amc_history.allowances.failed_retry_least is
  'The least pause before a week is tried again whose execution ended at AMC as FAILED.';
comment on column amc_history.allowances.failed_retry_longest is
  'The most that chance ever adds.';
comment on column amc_history.allowances.first_day_parameters is
  'Names of the parameters in which queries of another system read the first day of their week.';
comment on column amc_history.allowances.idle_poll is
  'How long after a listing the next one is due while nothing is under way and only abandoned attempts are looked
for.';
comment on column amc_history.allowances.invitations_of_instance is
  'Most open invitations to one instance.';
comment on column amc_history.allowances.keep_deliveries is
  'How long what was told to webhooks, given up or dropped is kept.';
comment on column amc_history.allowances.keep_events is
  'How long tracking events, ended stoppages and checks, and resolved alerts are kept.';
comment on column amc_history.allowances.keep_job_runs is
  'How long pg_cron''s record of runs is kept.';
comment on column amc_history.allowances.last_day_parameters is
  'The same of its last day.';
comment on column amc_history.allowances.list_lag is
  'How long AMC''s list may leave out a new execution: the list_lag_seconds of an instance that is connected. Its
length is not known (L).';
comment on column amc_history.allowances.list_lease is
  'How long a claimed listing is its worker''s alone.';
comment on column amc_history.allowances.list_overlap is
  'How much earlier than the oldest intent a listing begins: AMC''s clock may differ from the database''s.';
comment on column amc_history.allowances.load_errors is
  'With so many errors a week fails whose result does not load.';
comment on column amc_history.allowances.load_lease is
  'How long a claimed load is its worker''s alone.';
comment on column amc_history.allowances.load_retry_base is
  'The most that chance adds to it the first time; doubled with each error of the week.';
comment on column amc_history.allowances.load_retry_least is
  'The least pause before a load that failed is tried again.';
comment on column amc_history.allowances.load_retry_longest is
  'The most that chance ever adds.';
comment on column amc_history.allowances.most_weeks is
  'Most weeks of a collection: AMC keeps about 13 months.';
comment on column amc_history.allowances.only_row is
  'Always true: there is one row.';
comment on column amc_history.allowances.open_weeks_of_instance is
  'Most such weeks of one instance.';
comment on column amc_history.allowances.open_weeks_of_member is
  'Most weeks that one person asked for and that are not finished: what would make more is refused.';
comment on column amc_history.allowances.parameter_name_characters is
  'Most characters of a parameter''s name.';
comment on column amc_history.allowances.parameter_text_characters is
  'Most characters of each text with which a parameter is declared, its default value among them.';
comment on column amc_history.allowances.pause_base is
  'What chance adds at most to a second of pause after AMC throttled without saying how long; doubled each time.';
comment on column amc_history.allowances.pause_longest is
  'The longest such pause.';
comment on column amc_history.allowances.post_window is
  'How long after it sent the claim a worker may POST a create, on its own monotonic clock.';
comment on column amc_history.allowances.query_characters is
  'Most characters of a query. AMC''s own limit is not known (L).';
comment on column amc_history.allowances.queued_longest is
  'How long an execution may wait in AMC''s queue before it runs or ends, where AMC does not say (expireTime; captured,
H).';
comment on column amc_history.allowances.refusal_wait is
  'How long a week whose create was refused waits to see whether AMC refuses or takes the collection''s others.';
comment on column amc_history.allowances.refusals_in_row is
  'When AMC refused so many weeks of a collection in a row, the collection is held and none of them fails.';
comment on column amc_history.allowances.refused_again is
  'After how long a credential that Amazon refused once is tried again, before it stops anything.';
comment on column amc_history.allowances.restate_days is
  'How many days after its end a week is still collected again by a policy: attribution has settled within 28
(guides, M), and AMC refuses a query that ran too often over the same days (guide, M).';
comment on column amc_history.allowances.restore_gap is
  'A longer gap in the schedule is taken for a restored backup.';
comment on column amc_history.allowances.result_gone is
  'How long after its end an execution''s result may still be about to appear. AMC does not say how long it keeps
one.';
comment on column amc_history.allowances.result_gone_errors is
  'With so many errors a week fails whose result is gone.';
comment on column amc_history.allowances.result_wait_least is
  'The least pause while AMC has no result yet of an execution that ended; it grows to a quarter of the time since.';
comment on column amc_history.allowances.result_wait_longest is
  'The longest such pause.';
comment on column amc_history.allowances.results_waiting is
  'While so many results of an instance could be loaded, no more of its weeks begin: AMC keeps results for a time
only.';
comment on column amc_history.allowances.retention_ends is
  'How long before AMC no longer keeps a week''s data it goes before all others.';
comment on column amc_history.allowances.retention_months is
  'How many months of data AMC keeps for a workflow that does not say otherwise (amc_workflows.retention_months): 13 by
default, and for custom or paid sources more (docs, M).';
comment on column amc_history.allowances.retry_after_longest is
  'The longest pause taken over from AMC''s Retry-After.';
comment on column amc_history.allowances.rows_at_once is
  'Most rows that one run of a job checks or deletes: Postgres ends its statement after two minutes, and the next run
goes on from there.';
comment on column amc_history.allowances.settle_days is
  'How many days ago the newest week of a collection ended that names no dates: attribution has settled by then
(guide, M). One that is kept current has settle_days of its own.';
comment on column amc_history.allowances.stoppage_pause_base is
  'The first pause of what is set aside by itself (public.stoppages); doubled with each time that it fails again.';
comment on column amc_history.allowances.stoppage_pause_longest is
  'The longest such pause.';
comment on column amc_history.allowances.survey_reach is
  'How long before a week was added AMC may have run it unknown to the database: as old as a backup may be that is
restored.';
comment on column amc_history.allowances.tick_longest is
  'How long after a wake-up was accepted the worker has ended a tick, or is taken to have failed: a tick takes 90 s.';
comment on column amc_history.allowances.unknown_status is
  'After how long a person is alerted to an execution with a status that is not known here.';
comment on column amc_history.allowances.wake_up_answer is
  'How long after a wake-up was queued pg_net has its answer, or is taken to have stopped.';
comment on column amc_history.allowances.wake_up_timeout is
  'How long pg_net waits for the answer to a wake-up.';
comment on column amc_history.allowances.wake_ups is
  'Most workers that the schedule wakes at once.';
comment on column amc_history.allowances.watch is
  'How long AMC''s list is still searched for the execution of an attempt that was abandoned.';
comment on column amc_history.allowances.watch_longest is
  'How long the database may not have looked whether anything moves (amc_history.watch, each minute) before the edge
function health says so.';
comment on column amc_history.allowances.webhooks_of_instance is
  'Most webhooks of one instance, and of those of all instances.';
comment on column amc_history.allowances.workflow_visible is
  'How long after it was saved AMC may say that a workflow does not exist.';
comment on column amc_history.allowances.workflows_of_instance is
  'Most workflow versions of one instance.';
comment on column amc_history.allowances.workflows_of_member is
  'Most workflow versions that one person saves.';

create table amc_history.bi_logins (
  created_at timestamp with time zone default amc_history.clock_now() not null,
  instance_id text not null,
  login name not null,
  constraint bi_logins_instance_id_fkey FOREIGN KEY (instance_id) REFERENCES amc_instances(id) ON DELETE CASCADE,
  constraint bi_logins_pkey PRIMARY KEY (login, instance_id),
  constraint login_is_well_formed CHECK ((login ~ '^[a-z][a-z0-9_]{1,39}$'::text))
);
CREATE INDEX bi_logins_instance_id_idx ON amc_history.bi_logins USING btree (instance_id);
alter table amc_history.bi_logins enable row level security;
create policy "nobody through the API" on amc_history.bi_logins for select to authenticated using (false);
comment on table amc_history.bi_logins is
  'Which instances each BI login reads. A row that is added or deleted counts from the login''s next query.';
comment on column amc_history.bi_logins.login is
  'The login role of the database, a member of amc_history_reader.';

create table amc_history.dropped_loads (
  bytes bigint not null,
  dropped_at timestamp with time zone default amc_history.clock_now() not null,
  line bigint default 0 not null,
  load_id uuid not null,
  records bigint not null,
  table_name text not null,
  constraint dropped_loads_pkey PRIMARY KEY (load_id),
  constraint dropped_loads_table_name_fkey FOREIGN KEY (table_name) REFERENCES amc_history.result_tables(table_name) ON
    DELETE CASCADE
);
CREATE INDEX dropped_loads_dropped_at_idx ON amc_history.dropped_loads USING btree (dropped_at);
CREATE INDEX dropped_loads_table_name_idx ON amc_history.dropped_loads USING btree (table_name);
CREATE TRIGGER end_deletion_stoppage AFTER DELETE ON amc_history.dropped_loads FOR EACH ROW EXECUTE FUNCTION
    amc_history.end_deletion_stoppage();
alter table amc_history.dropped_loads enable row level security;
create policy "nobody through the API" on amc_history.dropped_loads for select to authenticated using (false);
comment on table amc_history.dropped_loads is
  'Loads that were deleted and whose rows are still to be. No view shows them: rows without a load are nobody''s.';
comment on column amc_history.dropped_loads.bytes is
  'Bytes of the files that they came from.';
comment on column amc_history.dropped_loads.line is
  'Rows up to this line are deleted.';
comment on column amc_history.dropped_loads.records is
  'Rows that were loaded.';

create table amc_history.heartbeats (
  at timestamp with time zone default amc_history.clock_now() not null,
  name text not null,
  constraint heartbeats_pkey PRIMARY KEY (name),
  constraint name_is_known CHECK ((name = ANY (ARRAY['wake_up_accepted'::text, 'tick'::text, 'watch'::text,
    'dispatch'::text, 'restored'::text])))
);
alter table amc_history.heartbeats enable row level security;
create policy "nobody through the API" on amc_history.heartbeats for select to authenticated using (false);
comment on table amc_history.heartbeats is
  'When something last happened: tick, a worker ended one; watch, the database looked; dispatch, it
looked for work for a worker; restored, it was taken for a restored backup; wake_up_accepted, the first
time since the last tick that collect accepted a wake-up.';

create table amc_history.jobs (
  command text not null,
  name text not null,
  schedule text not null,
  constraint jobs_pkey PRIMARY KEY (name)
);
alter table amc_history.jobs enable row level security;
create policy "nobody through the API" on amc_history.jobs for select to authenticated using (false);
comment on table amc_history.jobs is
  'The jobs that pg_cron has to run. Whoever does without one deletes its row here, too: a job that is missing is
told.';

create table amc_history.load_turns (
  claimed_at timestamp with time zone not null,
  collection_id uuid not null,
  instance_id text not null,
  constraint load_turns_collection_id_fkey FOREIGN KEY (collection_id) REFERENCES report_data_collections(id) ON DELETE
    CASCADE,
  constraint load_turns_instance_id_fkey FOREIGN KEY (instance_id) REFERENCES amc_instances(id) ON DELETE CASCADE,
  constraint load_turns_pkey PRIMARY KEY (collection_id)
);
CREATE INDEX load_turns_instance_id_idx ON amc_history.load_turns USING btree (instance_id);
alter table amc_history.load_turns enable row level security;
create policy "nobody through the API" on amc_history.load_turns for select to authenticated using (false);
comment on table amc_history.load_turns is
  'When a load of each collection was last claimed: instances take turns, and collections within one.';

create table amc_history.locks (
  name text not null,
  constraint locks_pkey PRIMARY KEY (name)
);
alter table amc_history.locks enable row level security;
create policy "nobody through the API" on amc_history.locks for select to authenticated using (false);
comment on table amc_history.locks is
  'What amc_history.take_lock locks. Rows, since every login of the database may take advisory locks, and so hold up
what takes one.';

create table amc_history.metrics_tokens (
  created_at timestamp with time zone default amc_history.clock_now() not null,
  name text not null,
  token_hash text not null,
  constraint metrics_tokens_pkey PRIMARY KEY (name),
  constraint metrics_tokens_token_hash_key UNIQUE (token_hash),
  constraint token_name_is_short CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100)))
);
alter table amc_history.metrics_tokens enable row level security;
create policy "nobody through the API" on amc_history.metrics_tokens for select to authenticated using (false);
comment on table amc_history.metrics_tokens is
  'Who may read the edge function metrics. A token opens nothing else, and is kept nowhere.';
comment on column amc_history.metrics_tokens.token_hash is
  'Its SHA-256, in hexadecimal digits.';

create table amc_history.result_headers (
  accepted_at timestamp with time zone,
  accepted_by text,
  difference text not null,
  execution_id text,
  header text[] not null,
  header_key text not null,
  instance_id text not null,
  seen_at timestamp with time zone default amc_history.clock_now() not null,
  workflow_id text not null,
  constraint accepted_by_somebody CHECK (((accepted_at IS NULL) = (accepted_by IS NULL))),
  constraint result_headers_execution_id_fkey FOREIGN KEY (execution_id) REFERENCES workflow_executions(id) ON DELETE
    SET NULL,
  constraint result_headers_instance_id_workflow_id_fkey FOREIGN KEY (instance_id, workflow_id) REFERENCES
    amc_workflows(instance_id, id) ON DELETE CASCADE,
  constraint result_headers_pkey PRIMARY KEY (instance_id, workflow_id, header_key)
);
CREATE INDEX result_headers_execution_id_idx ON amc_history.result_headers USING btree (execution_id);
alter table amc_history.result_headers enable row level security;
create policy "nobody through the API" on amc_history.result_headers for select to authenticated using (false);
comment on table amc_history.result_headers is
  'Headers that differ from what was expected of their workflow version, and whether a person accepted them.';
comment on column amc_history.result_headers.accepted_by is
  'Who accepted it, as events name an actor.';
comment on column amc_history.result_headers.difference is
  'How it differs, in words.';
comment on column amc_history.result_headers.execution_id is
  'The execution whose result brought it last.';
comment on column amc_history.result_headers.header is
  'Column names as in the file.';
comment on column amc_history.result_headers.header_key is
  'What amc_history.header_key answers for the header.';

create table amc_history.result_tables (
  columns text[] not null,
  created_at timestamp with time zone default amc_history.clock_now() not null,
  header text[] not null,
  instance_id text not null,
  series_view text not null,
  table_name text not null,
  types text[],
  workflow_id text not null,
  constraint result_tables_instance_id_workflow_id_fkey FOREIGN KEY (instance_id, workflow_id) REFERENCES
    amc_workflows(instance_id, id) ON DELETE CASCADE,
  constraint result_tables_pkey PRIMARY KEY (instance_id, workflow_id),
  constraint result_tables_table_name_key UNIQUE (table_name),
  constraint types_are_known CHECK ((types <@ '{text,numeric,date,timestamp,boolean}'::text[])),
  constraint types_fit_columns CHECK ((cardinality(types) = cardinality(columns)))
);
CREATE INDEX result_tables_series_view_idx ON amc_history.result_tables USING btree (series_view);
CREATE TRIGGER drop_result_table AFTER DELETE ON amc_history.result_tables FOR EACH ROW EXECUTE FUNCTION
    amc_history.drop_result_table();
alter table amc_history.result_tables enable row level security;
create policy "nobody through the API" on amc_history.result_tables for select to authenticated using (false);
comment on table amc_history.result_tables is
  'The results table of each workflow version of an instance: its header as in AMC''s files, and the columns'' names in
SQL. Two instances never share one, whatever their queries.';
comment on column amc_history.result_tables.series_view is
  'The workflow''s series_view, copied so that the view can be made anew when the workflow is gone.';
comment on column amc_history.result_tables.types is
  'Type in SQL of each column, from AMC''s outputColumns; null until an execution carried them: then the view reads all
columns as text.';

create table amc_history.stoppage_kinds (
  alert_code text default 'held_up'::text not null,
  kind text not null,
  next_step text not null,
  subject_is text not null,
  tell_after interval not null,
  told_by text default 'subject'::text not null,
  constraint stoppage_kinds_alert_code_fkey FOREIGN KEY (alert_code) REFERENCES amc_history.alert_codes(code),
  constraint stoppage_kinds_pkey PRIMARY KEY (kind),
  constraint tell_after_is_not_negative CHECK ((tell_after >= '00:00:00'::interval)),
  constraint told_by_is_known CHECK ((told_by = ANY (ARRAY['subject'::text, 'code'::text, 'alert_code'::text])))
);
CREATE INDEX stoppage_kinds_alert_code_idx ON amc_history.stoppage_kinds USING btree (alert_code);
alter table amc_history.stoppage_kinds enable row level security;
create policy "nobody through the API" on amc_history.stoppage_kinds for select to authenticated using (false);
comment on table amc_history.stoppage_kinds is
  'The kinds of what can be held up. The operator changes tell_after with an UPDATE as postgres.';
comment on column amc_history.stoppage_kinds.alert_code is
  'The code of that alert.';
comment on column amc_history.stoppage_kinds.next_step is
  'What a person can do about it.';
comment on column amc_history.stoppage_kinds.subject_is is
  'Whose id the subject of such a stoppage is.';
comment on column amc_history.stoppage_kinds.tell_after is
  'How long it lasts before an alert tells it. What waits for a person is told at once.';
comment on column amc_history.stoppage_kinds.told_by is
  'Which of them one alert tells together: subject, none; code, those of one instance with the same code, which have
one cause; alert_code, those of the same subject whose alert has the same code.';

create table amc_history.wake_ups (
  request_id bigint not null,
  sent_at timestamp with time zone default amc_history.clock_now() not null,
  constraint wake_ups_pkey PRIMARY KEY (request_id)
);
alter table amc_history.wake_ups enable row level security;
create policy "nobody through the API" on amc_history.wake_ups for select to authenticated using (false);
comment on table amc_history.wake_ups is
  'Wake-ups that pg_net was given and whose answers have not been read.';
comment on column amc_history.wake_ups.request_id is
  'The id of the request: net._http_response.id of its answer.';

create table public.amc_instance_members (
  added_at timestamp with time zone default amc_history.clock_now() not null,
  instance_id text not null,
  role text default 'admin'::text not null,
  user_id uuid not null,
  constraint amc_instance_members_instance_id_fkey FOREIGN KEY (instance_id) REFERENCES amc_instances(id) ON DELETE
    CASCADE,
  constraint amc_instance_members_pkey PRIMARY KEY (instance_id, user_id),
  constraint amc_instance_members_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE,
  constraint role_is_known CHECK ((role = ANY (ARRAY['admin'::text, 'analyst'::text, 'viewer'::text])))
);
CREATE INDEX amc_instance_members_user_id_idx ON public.amc_instance_members USING btree (user_id);
CREATE TRIGGER follow_added_memberships AFTER INSERT ON public.amc_instance_members REFERENCING NEW TABLE AS new_members
    FOR EACH STATEMENT EXECUTE FUNCTION amc_history.follow_memberships();
CREATE TRIGGER follow_changed_memberships AFTER UPDATE ON public.amc_instance_members REFERENCING OLD TABLE AS
    old_members NEW TABLE AS new_members FOR EACH STATEMENT EXECUTE FUNCTION amc_history.follow_memberships();
CREATE TRIGGER follow_removed_memberships AFTER DELETE ON public.amc_instance_members REFERENCING OLD TABLE AS
    old_members FOR EACH STATEMENT EXECUTE FUNCTION amc_history.follow_memberships();
CREATE CONSTRAINT TRIGGER keep_an_admin AFTER DELETE OR UPDATE ON public.amc_instance_members DEFERRABLE INITIALLY
    DEFERRED FOR EACH ROW WHEN ((old.role = 'admin'::text)) EXECUTE FUNCTION amc_history.keep_an_admin();
CREATE TRIGGER settle_standing_of_added AFTER INSERT ON public.amc_instance_members REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION amc_history.follow_standing();
CREATE TRIGGER settle_standing_of_changed AFTER UPDATE ON public.amc_instance_members REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION amc_history.follow_standing();
CREATE TRIGGER settle_standing_of_removed AFTER DELETE ON public.amc_instance_members REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION amc_history.follow_standing();
CREATE TRIGGER withdraw_of_demoted_admins AFTER UPDATE ON public.amc_instance_members REFERENCING OLD TABLE AS
    old_members FOR EACH STATEMENT EXECUTE FUNCTION amc_history.withdraw_of_former_admins();
CREATE TRIGGER withdraw_of_removed_admins AFTER DELETE ON public.amc_instance_members REFERENCING OLD TABLE AS
    old_members FOR EACH STATEMENT EXECUTE FUNCTION amc_history.withdraw_of_former_admins();
alter table public.amc_instance_members enable row level security;
create policy "users read their own memberships" on public.amc_instance_members for select to authenticated using
    ((user_id = ( SELECT auth.uid() AS uid)));
comment on table public.amc_instance_members is
  'Who may see all that is collected on an instance, and what else they may do there.';
comment on column public.amc_instance_members.role is
  'admin (connects, invites, sets limits and alerts, and what an analyst may), analyst (saves queries, starts and
controls collections) or viewer (reads). Each sees everything that is collected on the instance.';
-- authenticated: select
-- service_role: delete, insert, select, update

create table public.amc_instances (
  created_at timestamp with time zone default amc_history.clock_now() not null,
  credential_name text not null,
  credential_outcome text,
  credential_refused_at timestamp with time zone,
  credential_tried_at timestamp with time zone,
  credential_try_at timestamp with time zone,
  credential_version integer default 1 not null,
  daily_limit integer,
  dry_runs text default 'unknown'::text not null,
  entity_id text not null,
  id text not null,
  last_claimed_at timestamp with time zone,
  list_due_at timestamp with time zone default '-infinity'::timestamp with time zone not null,
  list_fence bigint default 0 not null,
  list_lag_seconds integer default EXTRACT(epoch FROM (amc_history.allowances()).list_lag) not null,
  list_leased_until timestamp with time zone,
  marketplace_id text not null,
  matcher_proved_at timestamp with time zone,
  max_parallel integer default 10 not null,
  name text,
  overdue_hours integer default 48 not null,
  pause_reason text,
  paused_until timestamp with time zone,
  poll_seconds integer default 30 not null,
  region text not null,
  running_elsewhere integer default 0 not null,
  throttles_in_row integer default 0 not null,
  window_proved_at timestamp with time zone,
  constraint amc_instances_pkey PRIMARY KEY (id),
  constraint daily_limit_is_positive CHECK ((daily_limit > 0)),
  constraint dry_runs_is_known CHECK ((dry_runs = ANY (ARRAY['unknown'::text, 'honoured'::text, 'ignored'::text,
    'refused'::text]))),
  constraint entity_id_is_well_formed CHECK ((entity_id ~ '^[A-Za-z0-9]{3,64}$'::text)),
  constraint instance_id_is_well_formed CHECK ((id ~ '^[A-Za-z0-9_-]{3,64}$'::text)),
  constraint instance_name_is_short CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200))),
  constraint list_lag_is_sane CHECK (((list_lag_seconds >= 0) AND (list_lag_seconds <= 86400))),
  constraint marketplace_id_is_well_formed CHECK ((marketplace_id ~ '^[A-Z0-9]{3,32}$'::text)),
  constraint max_parallel_is_sane CHECK (((max_parallel >= 1) AND (max_parallel <= 100))),
  constraint overdue_is_sane CHECK (((overdue_hours >= 1) AND (overdue_hours <= 720))),
  constraint poll_seconds_is_sane CHECK (((poll_seconds >= 1) AND (poll_seconds <= 3600))),
  constraint region_is_known CHECK ((region = ANY (ARRAY['NA'::text, 'EU'::text, 'FE'::text]))),
  constraint running_elsewhere_is_not_negative CHECK ((running_elsewhere >= 0))
);
CREATE INDEX amc_instances_credential_try_at_idx ON public.amc_instances USING btree (credential_try_at) WHERE
    (credential_try_at IS NOT NULL);
CREATE INDEX amc_instances_last_claimed_at_idx ON public.amc_instances USING btree (last_claimed_at NULLS FIRST, id);
alter table public.amc_instances enable row level security;
create policy "members read their instances" on public.amc_instances for select to authenticated using ((id IN ( SELECT
    amc_history.instances_of_caller() AS instances_of_caller)));
comment on table public.amc_instances is
  'AMC instances, one row each, however many people use them.';
comment on column public.amc_instances.credential_name is
  'Name of the Vault secret that holds the Login with Amazon credential. The secret itself is never in this table.';
comment on column public.amc_instances.credential_outcome is
  'What came of the credential: accepted, or Amazon''s code for why not; null until it is tried.';
comment on column public.amc_instances.credential_refused_at is
  'When Amazon first refused it; null if it did not, or has accepted it since.';
comment on column public.amc_instances.credential_tried_at is
  'When Amazon last accepted or refused it.';
comment on column public.amc_instances.credential_try_at is
  'From when a worker tries it by a token request; null if none is wanted.';
comment on column public.amc_instances.credential_version is
  'Rises with each credential stored under the name: a report that Amazon refused an earlier one is stale.';
comment on column public.amc_instances.daily_limit is
  'Most attempts in any 24 hours; null for no limit. SPEC speaks of 30 a day, probably stale (M).';
comment on column public.amc_instances.dry_runs is
  'What AMC makes of dry runs here, as its answers have shown: honoured; ignored (it runs the query all the same) or
refused: then the first week of a version goes alone until AMC has validated it. unknown: none was tried yet.';
comment on column public.amc_instances.entity_id is
  'AMC account id, sent as Amazon-Advertising-API-AdvertiserId (SPEC, H).';
comment on column public.amc_instances.id is
  'AMC''s own instance id, such as amcr1aaaa1a.';
comment on column public.amc_instances.last_claimed_at is
  'The instance served longest ago is served first.';
comment on column public.amc_instances.list_fence is
  'Rises with each claimed listing; a report of an earlier one is stale.';
comment on column public.amc_instances.list_lag_seconds is
  'How long an execution may be missing from AMC''s list after it was created. Its length is not known (L).';
comment on column public.amc_instances.marketplace_id is
  'Sent as Amazon-Advertising-API-MarketplaceId (SPEC, H).';
comment on column public.amc_instances.matcher_proved_at is
  'When AMC''s answer to a create first echoed everything by which the list can be matched. Until then an unknown
outcome waits for a person.';
comment on column public.amc_instances.max_parallel is
  'Most live attempts at once. AMC runs 10 executions per instance in parallel through the API (guide, M).';
comment on column public.amc_instances.overdue_hours is
  'Hours after which an alert tells that an execution has not ended; the worker still follows it. AMC allows 24 hours
in its queue and 24 hours of running (SPEC, H).';
comment on column public.amc_instances.paused_until is
  'No worker calls AMC for this instance before then.';
comment on column public.amc_instances.poll_seconds is
  'Seconds between two listings of the instance.';
comment on column public.amc_instances.region is
  'Which regional host is called: NA, EU or FE.';
comment on column public.amc_instances.running_elsewhere is
  'Executions of others that AMC''s last list showed under way: people use the console too. They take slots.';
comment on column public.amc_instances.throttles_in_row is
  'Pauses since the last complete listing that came while no creates were throttled (stoppage creates): the exponent of
the backoff.';
comment on column public.amc_instances.window_proved_at is
  'When AMC''s answer to a create first echoed at least workflow, window and zone. Where it does not echo the timeout
that was sent, a lost create is matched by these and its time of creation.';
-- authenticated: select
-- service_role: delete, insert, select, update

create table public.amc_workflows (
  check_asked_at timestamp with time zone,
  check_kind text default 'dry_run'::text not null,
  checked_at timestamp with time zone,
  created_at timestamp with time zone default amc_history.clock_now() not null,
  empty_noted_at timestamp with time zone,
  id text not null,
  instance_id text not null,
  name text not null,
  output_columns jsonb,
  output_format jsonb default amc_history.usual_output_format() not null,
  parameters jsonb default '[]'::jsonb not null,
  raw_view text generated always as (('raw_'::text || result_table)) stored not null,
  result_table text not null,
  results_view text generated always as (('results_'::text || result_table)) stored not null,
  retention_months integer,
  rows_seen_at timestamp with time zone,
  saved_at timestamp with time zone,
  saved_by uuid default auth.uid(),
  series_view text not null,
  sql_query text not null,
  sql_written text not null,
  version_hash text not null,
  constraint amc_workflows_instance_id_fkey FOREIGN KEY (instance_id) REFERENCES amc_instances(id) ON DELETE CASCADE,
  constraint amc_workflows_pkey PRIMARY KEY (instance_id, id),
  constraint check_kind_is_known CHECK ((check_kind = ANY (ARRAY['dry_run'::text, 'first_week'::text]))),
  constraint one_version_per_query UNIQUE (instance_id, version_hash),
  constraint parameters_is_an_array CHECK ((jsonb_typeof(parameters) = 'array'::text)),
  constraint result_table_is_of_one_version UNIQUE (result_table),
  constraint retention_is_sane CHECK (((retention_months >= 1) AND (retention_months <= 120))),
  constraint sql_query_is_not_empty CHECK ((char_length(btrim(sql_query)) > 0)),
  constraint workflow_id_is_well_formed CHECK ((id ~ '^[A-Za-z0-9._-]{1,128}$'::text)),
  constraint workflow_name_is_short CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100)))
);
CREATE INDEX amc_workflows_not_checked_idx ON public.amc_workflows USING btree (instance_id) WHERE (checked_at IS NULL);
CREATE INDEX amc_workflows_saved_by_idx ON public.amc_workflows USING btree (saved_by);
CREATE TRIGGER forbid_workflow_version_change BEFORE UPDATE ON public.amc_workflows FOR EACH ROW WHEN
    (((((((((old.instance_id IS DISTINCT FROM new.instance_id) OR (old.id IS DISTINCT FROM new.id)) OR (old.sql_query IS
    DISTINCT FROM new.sql_query)) OR (old.parameters IS DISTINCT FROM new.parameters)) OR (old.output_format IS DISTINCT
    FROM new.output_format)) OR (old.version_hash IS DISTINCT FROM new.version_hash)) OR (old.result_table IS DISTINCT
    FROM new.result_table)) OR (old.series_view IS DISTINCT FROM new.series_view))) EXECUTE FUNCTION
    amc_history.forbid_workflow_version_change();
CREATE TRIGGER limit_workflows AFTER INSERT ON public.amc_workflows FOR EACH ROW EXECUTE FUNCTION
    amc_history.limit_workflows();
CREATE TRIGGER set_workflow_version BEFORE INSERT ON public.amc_workflows FOR EACH ROW EXECUTE FUNCTION
    amc_history.set_workflow_version();
alter table public.amc_workflows enable row level security;
create policy "analysts add workflows to their instances" on public.amc_workflows for insert to authenticated with check
    ((instance_id IN ( SELECT m.instance_id
   FROM amc_instance_members m
  WHERE ((m.user_id = ( SELECT auth.uid() AS uid)) AND (m.role = ANY (ARRAY['analyst'::text, 'admin'::text]))))));
create policy "members read their instances' workflows" on public.amc_workflows for select to authenticated using
    ((instance_id IN ( SELECT amc_history.instances_of_caller() AS instances_of_caller)));
-- authenticated: insert (instance_id, name, parameters, sql_query)
comment on table public.amc_workflows is
  'Saved AMC queries. A version never changes: another query is another row with another id.';
comment on column public.amc_workflows.check_asked_at is
  'When a person last asked for the check of a version that is not checked.';
comment on column public.amc_workflows.check_kind is
  'How it is checked: by a dry_run, or, where a person said so, by a first_week that goes alone.';
comment on column public.amc_workflows.checked_at is
  'When AMC first validated the query, in a dry run or an execution; null until then: no week of it begins, but for the
one that goes alone (public.workflow_checks).';
comment on column public.amc_workflows.empty_noted_at is
  'When it was noted that all its completed weeks are empty (event all_weeks_empty); null if it was not.';
comment on column public.amc_workflows.id is
  'AMC''s workflowId: a readable stem of the first name, and the start of version_hash.';
comment on column public.amc_workflows.output_columns is
  'AMC''s outputColumns, from the first execution that carried them; null until then.';
comment on column public.amc_workflows.output_format is
  'Sent with every save, since AMC''s defaults are not documented: so the form of a result is known.';
comment on column public.amc_workflows.parameters is
  'Declared inputParameters, as AMC takes them (SPEC, H): [{name, dataType, columnType, defaultValue}].';
comment on column public.amc_workflows.raw_view is
  'The view in public that shows its results as the text that AMC sent.';
comment on column public.amc_workflows.result_table is
  'Name of its table in amc_results, which its first result creates.';
comment on column public.amc_workflows.results_view is
  'The view in public that shows its results with their types.';
comment on column public.amc_workflows.retention_months is
  'How many months back AMC keeps the data that the query reads; null for the allowance retention_months. Older windows
are not collected anew.';
comment on column public.amc_workflows.rows_seen_at is
  'When a week was first completed with a result that has rows; null until then.';
comment on column public.amc_workflows.saved_at is
  'When the workflow was saved at AMC; null until then.';
comment on column public.amc_workflows.saved_by is
  'The user who saved it; null for whoever acts for all users. The id stays once the account is deleted.';
comment on column public.amc_workflows.series_view is
  'The view in public that unites the results of all versions that were saved under its first name.';
comment on column public.amc_workflows.sql_query is
  'The query as it is sent to AMC: its comments are blanks.';
comment on column public.amc_workflows.sql_written is
  'The query as the person wrote it who first saved the version.';
comment on column public.amc_workflows.version_hash is
  'SHA-256 in hex of SQL, parameters and output format: the same query under another name is the same version.';
-- authenticated: select
-- service_role: delete, insert, select, update

create table public.collection_backers (
  collection_id uuid not null,
  since timestamp with time zone default amc_history.clock_now() not null,
  user_id uuid not null,
  constraint collection_backers_collection_id_fkey FOREIGN KEY (collection_id) REFERENCES report_data_collections(id) ON
    DELETE CASCADE,
  constraint collection_backers_pkey PRIMARY KEY (collection_id, user_id)
);
CREATE INDEX collection_backers_user_id_idx ON public.collection_backers USING btree (user_id);
CREATE TRIGGER settle_standing AFTER INSERT ON public.collection_backers REFERENCING NEW TABLE AS new_rows FOR EACH
    STATEMENT EXECUTE FUNCTION amc_history.follow_standing();
CREATE TRIGGER settle_standing_without AFTER DELETE ON public.collection_backers REFERENCING OLD TABLE AS old_rows FOR
    EACH STATEMENT EXECUTE FUNCTION amc_history.follow_standing();
alter table public.collection_backers enable row level security;
create policy "members read who stands behind their instances' collections" on public.collection_backers for select to
    authenticated using ((EXISTS ( SELECT
   FROM report_data_collections c
  WHERE (c.id = collection_backers.collection_id))));
comment on table public.collection_backers is
  'Who asked for a collection or for something of it, or took it over. It goes on while one of them is an analyst or
admin of its instance. Rows of former members stay: who has the role again stands behind it again.';
-- authenticated: select
-- service_role: delete, insert, select, update

create table public.collection_requests (
  changed boolean default false not null,
  collection_id uuid not null,
  created boolean not null,
  extended integer not null,
  first_day date not null,
  has_effect boolean generated always as ((created OR (extended > 0) OR (reopened > 0) OR (settled > 0) OR changed))
    stored not null,
  id bigint generated always as identity not null,
  idempotency_key text,
  instance_id text not null,
  last_day date not null,
  reopened integer not null,
  request_hash text not null,
  requested_at timestamp with time zone default amc_history.clock_now() not null,
  requested_by uuid not null,
  settled integer default 0 not null,
  constraint collection_requests_collection_id_fkey FOREIGN KEY (collection_id) REFERENCES report_data_collections(id)
    ON DELETE CASCADE,
  constraint collection_requests_instance_id_fkey FOREIGN KEY (instance_id) REFERENCES amc_instances(id) ON DELETE
    CASCADE,
  constraint collection_requests_pkey PRIMARY KEY (id),
  constraint extended_is_not_negative CHECK ((extended >= 0)),
  constraint idempotency_key_is_short CHECK (((char_length(idempotency_key) >= 1) AND (char_length(idempotency_key) <=
    200))),
  constraint last_day_follows CHECK ((last_day > first_day)),
  constraint reopened_is_not_negative CHECK ((reopened >= 0)),
  constraint settled_is_not_negative CHECK ((settled >= 0))
);
CREATE INDEX collection_requests_collection_id_idx ON public.collection_requests USING btree (collection_id,
    requested_at);
CREATE UNIQUE INDEX collection_requests_idempotency_key_key ON public.collection_requests USING btree (requested_by,
    idempotency_key) WHERE (idempotency_key IS NOT NULL);
CREATE INDEX collection_requests_instance_id_idx ON public.collection_requests USING btree (instance_id, requested_at);
CREATE INDEX collection_requests_requested_by_idx ON public.collection_requests USING btree (requested_by,
    requested_at);
alter table public.collection_requests enable row level security;
create policy "members read who asked for their instances' weeks" on public.collection_requests for select to
    authenticated using ((instance_id IN ( SELECT amc_history.instances_of_caller() AS instances_of_caller)));
comment on table public.collection_requests is
  'Requests for weeks of a collection, as start_collection took them. What is there already may be asked for too:
whoever does stands behind the collection. Of such requests without effect one of each person is kept, and those of
the last day that have a key.';
comment on column public.collection_requests.changed is
  'Whether it brought back a collection that was cancelled or archived, or changed whether one is kept current.';
comment on column public.collection_requests.created is
  'Whether it made the collection.';
comment on column public.collection_requests.extended is
  'How many weeks it added to a collection that was there before.';
comment on column public.collection_requests.first_day is
  'First day of the first week that was asked for.';
comment on column public.collection_requests.has_effect is
  'Whether it made, reopened or changed anything: such requests count towards the limits of a day.';
comment on column public.collection_requests.idempotency_key is
  'The caller''s key: the same request with it again is answered the same, and does nothing.';
comment on column public.collection_requests.last_day is
  'Last day of the last week that was asked for, inclusive.';
comment on column public.collection_requests.reopened is
  'How many weeks that were cancelled or skipped it took up again.';
comment on column public.collection_requests.request_hash is
  'Hash of the request: the same key with another one is refused.';
comment on column public.collection_requests.requested_by is
  'Who asked; the id stays once the account is deleted.';
comment on column public.collection_requests.settled is
  'How many weeks were added at once beside those that were asked for, because it asked for the collection to be kept
current: those that had settled since its end.';
-- authenticated: select
-- service_role: delete, insert, select, update

create table public.id_backfill_candidates (
  backfill_id uuid not null,
  details jsonb not null,
  execution_id text not null,
  instance_id text not null,
  is_proved boolean not null,
  reason text not null,
  week_id uuid not null,
  constraint execution_id_is_well_formed CHECK (amc_history.is_execution_id(execution_id)),
  constraint id_backfill_candidates_backfill_id_week_id_fkey FOREIGN KEY (backfill_id, week_id) REFERENCES
    id_backfill_weeks(backfill_id, week_id) ON DELETE CASCADE,
  constraint id_backfill_candidates_pkey PRIMARY KEY (backfill_id, week_id, execution_id)
);
CREATE INDEX id_backfill_candidates_execution_id_idx ON public.id_backfill_candidates USING btree (backfill_id,
    execution_id);
alter table public.id_backfill_candidates enable row level security;
create policy "members read what may be their instances' executions" on public.id_backfill_candidates for select to
    authenticated using ((instance_id IN ( SELECT amc_history.instances_of_caller() AS instances_of_caller)));
comment on table public.id_backfill_candidates is
  'Executions of AMC''s list that are a week''s, or may be.';
comment on column public.id_backfill_candidates.details is
  'What AMC''s list said: an amc_history.execution_observation as JSON.';
comment on column public.id_backfill_candidates.is_proved is
  'Whether all that is compared is there and fits; else reason says what AMC did not say.';
comment on column public.id_backfill_candidates.reason is
  'Of one that is proved: what it fits by (workflow_id or query; window, window_to_last_second or parameters). Of the
others: what AMC did not say of it.';
-- authenticated: select
-- service_role: delete, insert, select, update

create table public.id_backfill_weeks (
  backfill_id uuid not null,
  begins_at timestamp with time zone not null,
  decided_at timestamp with time zone,
  ends_at timestamp with time zone not null,
  instance_id text not null,
  is_wanted boolean not null,
  outcome text default 'searching'::text not null,
  reason text,
  week_id uuid not null,
  constraint decided_at_matches_outcome CHECK (((decided_at IS NULL) = (outcome = 'searching'::text))),
  constraint id_backfill_weeks_backfill_id_fkey FOREIGN KEY (backfill_id) REFERENCES id_backfills(id) ON DELETE CASCADE,
  constraint id_backfill_weeks_pkey PRIMARY KEY (backfill_id, week_id),
  constraint id_backfill_weeks_week_id_fkey FOREIGN KEY (week_id) REFERENCES report_data_weeks(id) ON DELETE CASCADE,
  constraint outcome_is_known CHECK ((outcome = ANY (ARRAY['searching'::text, 'matched'::text, 'ambiguous'::text,
    'not_provable'::text, 'not_listed'::text, 'not_needed'::text, 'not_searched'::text]))),
  constraint reason_is_short CHECK ((length(reason) <= 500))
);
CREATE INDEX id_backfill_weeks_open_idx ON public.id_backfill_weeks USING btree (backfill_id, begins_at) WHERE (outcome
    = 'searching'::text);
CREATE INDEX id_backfill_weeks_week_id_idx ON public.id_backfill_weeks USING btree (week_id);
alter table public.id_backfill_weeks enable row level security;
create policy "members read what became of their instances' weeks" on public.id_backfill_weeks for select to
    authenticated using ((instance_id IN ( SELECT amc_history.instances_of_caller() AS instances_of_caller)));
comment on table public.id_backfill_weeks is
  'The weeks of a search, and what it found of each.';
comment on column public.id_backfill_weeks.begins_at is
  'The first moment of the week.';
comment on column public.id_backfill_weeks.ends_at is
  'The first moment after it.';
comment on column public.id_backfill_weeks.is_wanted is
  'Whether the week gets its id. The others are of the instance''s other collections: an execution that fits one of them
too is not this week''s for certain.';
comment on column public.id_backfill_weeks.outcome is
  'searching; matched (it has its execution); ambiguous (several fit, or one fits several weeks: choose_execution);
not_provable (AMC does not say enough of those that may be its); not_listed (AMC''s list has none any more);
not_needed (it got an id, or is open again); not_searched (the calls were used up, or the search was cancelled).';
comment on column public.id_backfill_weeks.reason is
  'matched: what it was matched by. ambiguous: several_fit or fits_several_weeks. not_provable: what AMC did not say,
list_not_read (part of the list), execution_of_another_week (which it became meanwhile), or Postgres'' words.
    not_needed:
has_an_id or is_open. not_listed: by_workflow_id_alone where AMC''s list gave no SQL to
compare.';
-- authenticated: select
-- service_role: delete, insert, select, update

create table public.id_backfills (
  actor text not null,
  asked_since date,
  calls integer default 0 not null,
  collection_id uuid,
  created_at timestamp with time zone default amc_history.clock_now() not null,
  due_at timestamp with time zone default amc_history.clock_now() not null,
  ended_at timestamp with time zone,
  fence bigint default 0 not null,
  id uuid default gen_random_uuid() not null,
  instance_id text not null,
  is_read boolean default false not null,
  leased_until timestamp with time zone,
  list_ended_at timestamp with time zone,
  list_from timestamp with time zone not null,
  list_until timestamp with time zone not null,
  most_calls integer not null,
  next_token text,
  queries jsonb default '{}'::jsonb not null,
  queries_seen boolean default false not null,
  read_to timestamp with time zone,
  since date not null,
  unread tstzmultirange default '{}'::tstzmultirange not null,
  constraint calls_are_bounded CHECK ((calls <= most_calls)),
  constraint calls_are_not_negative CHECK ((calls >= 0)),
  constraint id_backfills_collection_id_fkey FOREIGN KEY (collection_id) REFERENCES report_data_collections(id) ON
    DELETE CASCADE,
  constraint id_backfills_instance_id_fkey FOREIGN KEY (instance_id) REFERENCES amc_instances(id) ON DELETE CASCADE,
  constraint id_backfills_pkey PRIMARY KEY (id),
  constraint list_ends_first CHECK (((ended_at IS NULL) OR (list_ended_at IS NOT NULL))),
  constraint next_token_is_short CHECK (((length(next_token) >= 1) AND (length(next_token) <= 10000))),
  constraint what_is_read_has_ended CHECK (((NOT is_read) OR (list_ended_at IS NOT NULL)))
);
CREATE INDEX id_backfills_collection_id_idx ON public.id_backfills USING btree (collection_id);
CREATE INDEX id_backfills_instance_id_idx ON public.id_backfills USING btree (instance_id, created_at);
CREATE UNIQUE INDEX one_open_id_backfill_of_an_instance ON public.id_backfills USING btree (instance_id) WHERE (ended_at
    IS NULL);
alter table public.id_backfills enable row level security;
create policy "members read their instances' searches for lost ids" on public.id_backfills for select to authenticated
    using ((instance_id IN ( SELECT amc_history.instances_of_caller() AS instances_of_caller)));
comment on table public.id_backfills is
  'Searches of AMC''s list for the executions of weeks that have no id. One open search of an instance. Its state is
all here, so that whichever worker comes next goes on.';
comment on column public.id_backfills.actor is
  'Who asked for it, as amc_history.actor says: the actor of its events.';
comment on column public.id_backfills.asked_since is
  'since as it was asked for; null: it was left out.';
comment on column public.id_backfills.calls is
  'Calls of AMC so far: pages of its list.';
comment on column public.id_backfills.collection_id is
  'The collection whose weeks are searched; null: all of the instance.';
comment on column public.id_backfills.due_at is
  'When its next turn is.';
comment on column public.id_backfills.fence is
  'Raised by each claim; a report with an earlier one is stale.';
comment on column public.id_backfills.is_read is
  'Whether the list was read to its end.';
comment on column public.id_backfills.list_ended_at is
  'When the list was read to its end, or its calls were used up.';
comment on column public.id_backfills.list_from is
  'Where the list may end: the first moment of the earliest week. What was created before cannot have its data.';
comment on column public.id_backfills.list_until is
  'The newest creation time that next_token goes with.';
comment on column public.id_backfills.most_calls is
  'The most that it may make: the allowance backfill_calls.';
comment on column public.id_backfills.next_token is
  'AMC''s token of the next page; null: the page of the newest entries up to list_until.';
comment on column public.id_backfills.queries is
  'Hashes of the queries of the instance''s collections (amc_history.comparable_query), by workflow.';
comment on column public.id_backfills.queries_seen is
  'Whether an entry carried its SQL (includeWorkflow; SPEC, H).';
comment on column public.id_backfills.read_to is
  'The creation time of the last entry that was read. An entry out of order does not move it.';
comment on column public.id_backfills.since is
  'Weeks that begin earlier are not searched.';
comment on column public.id_backfills.unread is
  'Stretches of the list, by creation time, that could not be read. Where one meets the time in which a week''s
execution was created, nothing is proved of that week.';
-- authenticated: select
-- service_role: delete, insert, select, update

create table public.invitations (
  accepted_at timestamp with time zone,
  accepted_by uuid,
  created_at timestamp with time zone default amc_history.clock_now() not null,
  email text,
  expires_at timestamp with time zone not null,
  id uuid default gen_random_uuid() not null,
  instance_id text not null,
  invited_by uuid,
  role text not null,
  token_hash bytea not null,
  withdrawn_at timestamp with time zone,
  constraint accepted_is_not_withdrawn CHECK (((accepted_at IS NULL) OR (withdrawn_at IS NULL))),
  constraint email_is_an_address CHECK (((email ~ '^[^@[:space:][:cntrl:]]+@[^@[:space:][:cntrl:]]+$'::text) AND
    (char_length(email) <= 254))),
  constraint invitations_accepted_by_fkey FOREIGN KEY (accepted_by) REFERENCES auth.users(id) ON DELETE CASCADE,
  constraint invitations_instance_id_fkey FOREIGN KEY (instance_id) REFERENCES amc_instances(id) ON DELETE CASCADE,
  constraint invitations_invited_by_fkey FOREIGN KEY (invited_by) REFERENCES auth.users(id) ON DELETE CASCADE,
  constraint invitations_pkey PRIMARY KEY (id),
  constraint invited_role_is_known CHECK ((role = ANY (ARRAY['admin'::text, 'analyst'::text, 'viewer'::text]))),
  constraint one_invitation_of_a_token UNIQUE (token_hash, instance_id)
);
CREATE INDEX invitations_accepted_by_idx ON public.invitations USING btree (accepted_by);
CREATE INDEX invitations_instance_id_idx ON public.invitations USING btree (instance_id);
CREATE INDEX invitations_invited_by_idx ON public.invitations USING btree (invited_by);
alter table public.invitations enable row level security;
create policy "admins read the invitations to their instances" on public.invitations for select to authenticated using
    ((instance_id IN ( SELECT m.instance_id
   FROM amc_instance_members m
  WHERE ((m.user_id = ( SELECT auth.uid() AS uid)) AND (m.role = 'admin'::text)))));
-- authenticated: select (accepted_at, accepted_by, created_at, email, expires_at, id, instance_id, invited_by, role,
    withdrawn_at)
comment on table public.invitations is
  'Invitations to become a member of an instance. Its admins see them; open are those that are neither accepted nor
withdrawn, and have not expired.';
comment on column public.invitations.email is
  'Only a user with this confirmed address may accept it; null: any signed-in user who has the link.';
comment on column public.invitations.invited_by is
  'The admin who invited; null for an operator. It is withdrawn when the inviter is no admin any more.';
comment on column public.invitations.role is
  'The role that it gives; nobody''s is lowered by it.';
comment on column public.invitations.token_hash is
  'SHA-256 of the token, which is kept nowhere. No API role reads it.';
-- service_role: delete, insert, select, update

create table public.report_data_collections (
  archived_at timestamp with time zone,
  cancelled_at timestamp with time zone,
  created_at timestamp with time zone default amc_history.clock_now() not null,
  created_by uuid,
  end_date date not null,
  failed_retries integer default 0 not null,
  id uuid default gen_random_uuid() not null,
  imported_from text,
  instance_id text not null,
  keep_current boolean default false not null,
  keep_versions integer default 3 not null,
  kept_by uuid,
  kept_until date,
  last_claimed_at timestamp with time zone,
  name text,
  parameter_values jsonb default '{}'::jsonb not null,
  parameters_hash text generated always as (md5((parameter_values)::text)) stored not null,
  paused_at timestamp with time zone,
  restate_every_days integer default 7 not null,
  restate_weeks integer default 0 not null,
  series text generated always as (amc_history.series_words(week_starts_on, time_zone, parameter_values)) stored,
  series_view text not null,
  settle_days integer default 14 not null,
  start_date date not null,
  time_zone text default 'UTC'::text not null,
  week_starts_on text default 'monday'::text not null,
  workflow_id text not null,
  constraint cancelled_is_not_kept_current CHECK (((cancelled_at IS NULL) OR (NOT keep_current))),
  constraint collection_name_is_short CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200))),
  constraint dates_are_sane CHECK (((start_date >= '2000-01-01'::date) AND (end_date < '2100-01-01'::date))),
  constraint failed_retries_is_sane CHECK (((failed_retries >= 0) AND (failed_retries <= 10))),
  constraint imported_from_is_short CHECK (((char_length(imported_from) >= 1) AND (char_length(imported_from) <= 200))),
  constraint imported_is_not_kept_current CHECK (((imported_from IS NULL) OR (NOT keep_current))),
  constraint keep_versions_is_sane CHECK (((keep_versions >= 1) AND (keep_versions <= 100))),
  constraint parameter_values_are_limited CHECK ((amc_history.parameter_value_fault(parameter_values) IS NULL)),
  constraint parameter_values_is_an_object CHECK ((jsonb_typeof(parameter_values) = 'object'::text)),
  constraint range_is_whole_weeks CHECK (((end_date >= (start_date - 1)) AND ((((end_date - start_date) + 1) % 7) =
    0))),
  constraint range_starts_on_its_weekday CHECK ((EXTRACT(isodow FROM start_date) = (array_position(ARRAY['monday'::text,
    'tuesday'::text, 'wednesday'::text, 'thursday'::text, 'friday'::text, 'saturday'::text, 'sunday'::text],
    week_starts_on))::numeric)),
  constraint report_data_collections_pkey PRIMARY KEY (id),
  constraint report_data_collections_workflow_fkey FOREIGN KEY (instance_id, workflow_id) REFERENCES
    amc_workflows(instance_id, id),
  constraint restate_every_days_is_sane CHECK (((restate_every_days >= 1) AND (restate_every_days <= 90))),
  constraint restate_weeks_is_sane CHECK (((restate_weeks >= 0) AND (restate_weeks <= 12))),
  constraint settle_days_are_sane CHECK (((settle_days >= 2) AND (settle_days <= 60))),
  constraint time_zone_is_short CHECK (((char_length(time_zone) >= 1) AND (char_length(time_zone) <= 100))),
  constraint week_starts_on_is_a_weekday CHECK ((week_starts_on = ANY (ARRAY['monday'::text, 'tuesday'::text,
    'wednesday'::text, 'thursday'::text, 'friday'::text, 'saturday'::text, 'sunday'::text]))),
  constraint what_is_archived_is_paused CHECK (((archived_at IS NULL) OR (paused_at IS NOT NULL)))
);
CREATE UNIQUE INDEX one_collection_of_a_query ON public.report_data_collections USING btree (instance_id, workflow_id,
    week_starts_on, time_zone, parameters_hash) WHERE (imported_from IS NULL);
CREATE UNIQUE INDEX one_version_kept_current ON public.report_data_collections USING btree (instance_id, series_view,
    week_starts_on, time_zone, parameters_hash) WHERE keep_current;
CREATE INDEX report_data_collections_kept_idx ON public.report_data_collections USING btree (end_date) WHERE
    keep_current;
CREATE INDEX report_data_collections_to_restate_idx ON public.report_data_collections USING btree (id) WHERE
    (restate_weeks > 0);
CREATE INDEX report_data_collections_workflow_idx ON public.report_data_collections USING btree (instance_id,
    workflow_id);
CREATE TRIGGER back_own_collection AFTER INSERT ON public.report_data_collections FOR EACH ROW WHEN ((new.created_by IS
    NOT NULL)) EXECUTE FUNCTION amc_history.back_own_collection();
CREATE TRIGGER copy_series_view BEFORE INSERT OR UPDATE OF instance_id, workflow_id, series_view ON
    public.report_data_collections FOR EACH ROW EXECUTE FUNCTION amc_history.copy_series_view();
CREATE TRIGGER end_keeping_current BEFORE UPDATE OF cancelled_at ON public.report_data_collections FOR EACH ROW WHEN
    (((new.cancelled_at IS NOT NULL) AND new.keep_current)) EXECUTE FUNCTION amc_history.end_keeping_current();
CREATE TRIGGER keep_one_version BEFORE INSERT OR UPDATE OF keep_current ON public.report_data_collections FOR EACH ROW
    WHEN (new.keep_current) EXECUTE FUNCTION amc_history.keep_one_version();
alter table public.report_data_collections enable row level security;
create policy "BI logins read their instances' collections" on public.report_data_collections for select to
    amc_history_reader using ((instance_id IN ( SELECT amc_history.instances_of_login() AS instances_of_login)));
create policy "members read their instances' collections" on public.report_data_collections for select to authenticated
    using ((instance_id IN ( SELECT amc_history.instances_of_caller() AS instances_of_caller)));
-- amc_history_reader: select (created_at, end_date, id, instance_id, parameter_values, series, start_date, time_zone,
    week_starts_on, workflow_id)
comment on table public.report_data_collections is
  'Histories of queries: one row for each workflow version, first weekday, zone and parameter values of an instance
(one_collection_of_a_query). Progress and status are derived from the weeks, never kept here.';
comment on column public.report_data_collections.archived_at is
  'When a person archived it: no new week starts, as while it is paused, and lists may leave it out.';
comment on column public.report_data_collections.created_by is
  'The user who started it; the id stays once the account is deleted. No foreign key, here as wherever it is kept who
asked: an account is deleted without a lock on what it asked for. Who asked for more since is in collection_requests.';
comment on column public.report_data_collections.end_date is
  'Last day of the latest week that was ever asked for, inclusive. Not every week between is asked for: see
week_states.';
comment on column public.report_data_collections.failed_retries is
  'How often the system retries a week whose execution ended at AMC as FAILED. It never retries rejections and
refusals.';
comment on column public.report_data_collections.imported_from is
  'From which other system it came; null for one of ours. One that came from elsewhere never counts as the same as one
of ours, whatever its query.';
comment on column public.report_data_collections.keep_current is
  'Whether each week is added once it has settled, for as long as the collection lives.';
comment on column public.report_data_collections.keep_versions is
  'How many results are kept of each week, including the shown one. Older ones are pruned.';
comment on column public.report_data_collections.kept_by is
  'Who asked for it to be kept current; the id stays once the account is deleted.';
comment on column public.report_data_collections.kept_until is
  'The last day up to which weeks were added since it is kept current; null before the first. Weeks that somebody asks
for beyond it leave none out.';
comment on column public.report_data_collections.last_claimed_at is
  'The collection served longest ago is served first, within an instance and among those of one person.';
comment on column public.report_data_collections.name is
  'What its members call it: 1 to 200 characters; null for none.';
comment on column public.report_data_collections.parameters_hash is
  'MD5 of parameter_values. Equal values have an equal hash: jsonb writes its keys in one order, each text in one
spelling, whatever escapes came, and of equal values only numbers are written in several ways (1 and 1.0), which no
value may be or hold (parameter_values_are_limited). Claims and window keys carry it in place of the values.';
comment on column public.report_data_collections.restate_every_days is
  'How many days pass between two collections of such a week.';
comment on column public.report_data_collections.restate_weeks is
  'How many of the newest completed weeks are collected again on a schedule; 0 for none. Not those that ended more
than restate_days ago (amc_history.allowances).';
comment on column public.report_data_collections.series is
  'First weekday, zone and parameters in words. Results of different series are not added up.';
comment on column public.report_data_collections.series_view is
  'The workflow''s series_view, copied: versions of one query share it, and one of them is kept current.';
comment on column public.report_data_collections.settle_days is
  'How many days after its last day a week is added: attribution settles for 14 days (docs, M).';
comment on column public.report_data_collections.start_date is
  'First day of the earliest week that was ever asked for.';
comment on column public.report_data_collections.time_zone is
  'tz database name in which the weeks begin at 00:00, in its one normal form (amc_history.normal_time_zone).';
-- authenticated: select
-- service_role: delete, insert, select, update

create table public.report_data_weeks (
  collection_id uuid not null,
  created_at timestamp with time zone default amc_history.clock_now() not null,
  data jsonb,
  due_at timestamp with time zone,
  error_code text,
  error_count integer default 0 not null,
  error_message text,
  execution_id text,
  failed_creates integer default 0 not null,
  finished_at timestamp with time zone,
  id uuid default gen_random_uuid() not null,
  instance_id text not null,
  refused_at timestamp with time zone,
  requested_by uuid,
  started_at timestamp with time zone,
  status text default 'pending'::text not null,
  surveyed_at timestamp with time zone,
  time_window_end text generated always as (amc_history.local_midnight((week_start_date + 7))) stored not null,
  time_window_start text generated always as (amc_history.local_midnight(week_start_date)) stored not null,
  updated_at timestamp with time zone default amc_history.clock_now() not null,
  week_end_date date not null,
  week_start_date date not null,
  constraint error_count_is_not_negative CHECK ((error_count >= 0)),
  constraint execution_belongs_to_its_week FOREIGN KEY (id, execution_id) REFERENCES workflow_executions(week_id, id),
  constraint failed_creates_is_not_negative CHECK ((failed_creates >= 0)),
  constraint finished_at_matches_status CHECK (((finished_at IS NOT NULL) = amc_history.is_final_week_status(status))),
  constraint only_open_weeks_are_due CHECK (((due_at IS NULL) OR (status = ANY (ARRAY['pending'::text, 'running'::text,
    'completed'::text])))),
  constraint refused_week_waits CHECK (((refused_at IS NULL) OR (due_at IS NOT NULL))),
  constraint report_data_weeks_collection_id_fkey FOREIGN KEY (collection_id) REFERENCES report_data_collections(id) ON
    DELETE CASCADE,
  constraint report_data_weeks_collection_id_week_start_date_key UNIQUE (collection_id, week_start_date),
  constraint report_data_weeks_execution_id_fkey FOREIGN KEY (execution_id) REFERENCES workflow_executions(id),
  constraint report_data_weeks_pkey PRIMARY KEY (id),
  constraint status_is_known CHECK ((status = ANY (ARRAY['pending'::text, 'running'::text, 'completed'::text,
    'failed'::text, 'skipped'::text, 'cancelled'::text]))),
  constraint week_is_seven_days CHECK ((week_end_date = (week_start_date + 6)))
);
CREATE INDEX report_data_weeks_due_idx ON public.report_data_weeks USING btree (instance_id, due_at, week_start_date)
    WHERE (due_at IS NOT NULL);
CREATE INDEX report_data_weeks_due_of_collection_idx ON public.report_data_weeks USING btree (instance_id,
    collection_id, due_at, week_start_date) WHERE (due_at IS NOT NULL);
CREATE UNIQUE INDEX report_data_weeks_execution_id_key ON public.report_data_weeks USING btree (execution_id) WHERE
    (execution_id IS NOT NULL);
CREATE INDEX report_data_weeks_open_idx ON public.report_data_weeks USING btree (instance_id, collection_id) WHERE
    (finished_at IS NULL);
CREATE INDEX report_data_weeks_refused_idx ON public.report_data_weeks USING btree (collection_id) WHERE (refused_at IS
    NOT NULL);
CREATE INDEX report_data_weeks_requested_by_idx ON public.report_data_weeks USING btree (requested_by, finished_at);
CREATE INDEX report_data_weeks_to_survey_idx ON public.report_data_weeks USING btree (instance_id, collection_id) WHERE
    ((surveyed_at IS NULL) AND (due_at IS NOT NULL));
CREATE INDEX report_data_weeks_without_id_idx ON public.report_data_weeks USING btree (instance_id, week_start_date)
    WHERE ((execution_id IS NULL) AND (finished_at IS NOT NULL));
CREATE CONSTRAINT TRIGGER cancel_orphaned_attempt AFTER UPDATE OF status ON public.report_data_weeks DEFERRABLE
    INITIALLY DEFERRED FOR EACH ROW WHEN (((new.finished_at IS NOT NULL) AND (old.status IS DISTINCT FROM new.status)))
    EXECUTE FUNCTION amc_history.cancel_orphaned_attempt();
CREATE TRIGGER forbid_misplaced_week BEFORE INSERT OR UPDATE OF collection_id, week_start_date, week_end_date ON
    public.report_data_weeks FOR EACH ROW EXECUTE FUNCTION amc_history.forbid_misplaced_week();
CREATE TRIGGER protect_execution_id BEFORE UPDATE OF execution_id ON public.report_data_weeks FOR EACH ROW WHEN
    (((old.execution_id IS NOT NULL) AND (new.execution_id IS NULL))) EXECUTE FUNCTION
    amc_history.protect_execution_id();
CREATE CONSTRAINT TRIGGER queue_ended_week AFTER UPDATE ON public.report_data_weeks DEFERRABLE INITIALLY DEFERRED FOR
    EACH ROW WHEN (((old.finished_at IS NULL) AND (new.finished_at IS NOT NULL))) EXECUTE FUNCTION
    amc_history.queue_ended_week();
CREATE TRIGGER release_held_week AFTER UPDATE OF due_at ON public.report_data_weeks FOR EACH ROW WHEN (((old.due_at =
    'infinity'::timestamp with time zone) AND (new.due_at IS DISTINCT FROM 'infinity'::timestamp with time zone)))
    EXECUTE FUNCTION amc_history.release_held_week();
CREATE TRIGGER require_complete_load BEFORE UPDATE OF status, execution_id ON public.report_data_weeks FOR EACH ROW WHEN
    (((new.status = 'completed'::text) AND ((old.status <> 'completed'::text) OR (old.execution_id IS DISTINCT FROM
    new.execution_id)))) EXECUTE FUNCTION amc_history.require_complete_load();
CREATE TRIGGER set_week_instance BEFORE INSERT OR UPDATE OF collection_id, instance_id ON public.report_data_weeks FOR
    EACH ROW EXECUTE FUNCTION amc_history.set_week_instance();
CREATE TRIGGER set_week_timestamps BEFORE INSERT OR UPDATE ON public.report_data_weeks FOR EACH ROW EXECUTE FUNCTION
    amc_history.set_week_timestamps();
CREATE TRIGGER survey_after_restore BEFORE UPDATE OF due_at ON public.report_data_weeks FOR EACH ROW WHEN (((old.due_at
    IS NULL) AND (new.due_at IS NOT NULL))) EXECUTE FUNCTION amc_history.survey_after_restore();
alter table public.report_data_weeks enable row level security;
create policy "BI logins read their instances' weeks" on public.report_data_weeks for select to amc_history_reader using
    ((instance_id IN ( SELECT amc_history.instances_of_login() AS instances_of_login)));
create policy "members read their instances' weeks" on public.report_data_weeks for select to authenticated using
    ((instance_id IN ( SELECT amc_history.instances_of_caller() AS instances_of_caller)));
comment on table public.report_data_weeks is
  'Weeks of a collection: half-open windows [week_start_date 00:00, week_end_date + 1 day 00:00) in its time zone.';
comment on column public.report_data_weeks.data is
  'Summary of the result: columns, rows, bytes, first rows. The rows themselves are in the view of the workflow.';
comment on column public.report_data_weeks.due_at is
  'From when the next attempt may start; null if none is wanted; infinity while the week is held. A completed week is
due when it is to be restated.';
comment on column public.report_data_weeks.error_code is
  'Why the week failed or last had to wait, as a stable code.';
comment on column public.report_data_weeks.error_count is
  'Errors so far. Waiting is no error.';
comment on column public.report_data_weeks.error_message is
  'The same in words: AMC''s own where AMC said why.';
comment on column public.report_data_weeks.execution_id is
  'The AMC execution that the result comes from; while there is no result yet, the one under way or last tried.';
comment on column public.report_data_weeks.failed_creates is
  'Creates in a row that brought no execution. With create_tries of them (amc_history.allowances) the week is held.
Those that met a limit of AMC, or were not sent, do not count.';
comment on column public.report_data_weeks.finished_at is
  'When the week reached its terminal status; null before.';
comment on column public.report_data_weeks.instance_id is
  'The collection''s instance, copied so that the due weeks of one instance are one index range.';
comment on column public.report_data_weeks.refused_at is
  'When AMC refused its create, while nobody knows yet whether it refuses the collection''s other weeks too. Until then,
or until refusal_wait is over (amc_history.allowances), the week waits and has not failed.';
comment on column public.report_data_weeks.requested_by is
  'Who asked for it last: by the request that made it, or by reopening, retrying or restating it. The id stays once
the account is deleted. Null where no person asked.';
comment on column public.report_data_weeks.started_at is
  'When the week first became running.';
comment on column public.report_data_weeks.surveyed_at is
  'When AMC''s list was read for an execution of the week that the database does not know. Until then nothing is created
for it: a database that was restored from a backup does not run again what AMC has.';
comment on column public.report_data_weeks.time_window_end is
  'The first moment after the week, in the same form: AMC''s windows are half-open.';
comment on column public.report_data_weeks.time_window_start is
  'The week''s first moment as AMC takes it: local time without a zone, 2025-01-06T00:00:00 (captured, H).';
comment on column public.report_data_weeks.week_end_date is
  'Last day of the week, inclusive.';
-- amc_history_reader: select
-- authenticated: select
-- service_role: delete, insert, select, update

create table public.result_loads (
  byte_offset bigint default 0 not null,
  bytes bigint default 0 not null,
  cells_checked_at timestamp with time zone,
  checked_lines bigint default 0 not null,
  checksum text,
  columns text[],
  complete boolean default false not null,
  completed_at timestamp with time zone,
  digests text[] default '{}'::text[] not null,
  etag text,
  execution_id text not null,
  fence integer not null,
  file integer default 0 not null,
  file_ids text[],
  files integer,
  filtered_records bigint,
  header text[] not null,
  id uuid default gen_random_uuid() not null,
  instance_id text not null,
  line_end text,
  lines bigint default 0 not null,
  records bigint default 0 not null,
  segment_bytes bigint default 67108864 not null,
  started_at timestamp with time zone default amc_history.clock_now() not null,
  summary jsonb,
  table_name text not null,
  uncast jsonb default '{}'::jsonb not null,
  constraint columns_fit_header CHECK ((cardinality(columns) = cardinality(header))),
  constraint complete_has_a_summary CHECK (((NOT complete) OR ((summary IS NOT NULL) AND (checksum IS NOT NULL)))),
  constraint complete_is_dated CHECK ((complete = (completed_at IS NOT NULL))),
  constraint cursor_is_within_the_files CHECK (((file >= 0) AND (file <= files))),
  constraint cursor_within_a_file_has_its_etag CHECK (((byte_offset = 0) OR (etag IS NOT NULL))),
  constraint line_end_is_known CHECK ((line_end = ANY (ARRAY['LF'::text, 'CRLF'::text]))),
  constraint result_loads_execution_id_fkey FOREIGN KEY (execution_id) REFERENCES workflow_executions(id) ON DELETE
    CASCADE,
  constraint result_loads_pkey PRIMARY KEY (id),
  constraint segment_bytes_are_positive CHECK ((segment_bytes > 0))
);
CREATE UNIQUE INDEX one_complete_load_per_execution ON public.result_loads USING btree (execution_id) WHERE complete;
CREATE INDEX result_loads_execution_id_idx ON public.result_loads USING btree (execution_id);
CREATE INDEX result_loads_to_check_idx ON public.result_loads USING btree (completed_at) WHERE (complete AND
    (cells_checked_at IS NULL));
CREATE TRIGGER apply_column_types AFTER INSERT OR UPDATE OF complete ON public.result_loads FOR EACH ROW EXECUTE
    FUNCTION amc_history.apply_column_types();
CREATE TRIGGER end_dead_worker_stoppage AFTER UPDATE OF bytes ON public.result_loads FOR EACH ROW WHEN ((new.bytes >
    old.bytes)) EXECUTE FUNCTION amc_history.end_dead_worker_stoppage();
CREATE TRIGGER protect_shown_load BEFORE DELETE ON public.result_loads FOR EACH ROW WHEN (old.complete) EXECUTE FUNCTION
    amc_history.protect_shown_load();
CREATE TRIGGER record_checked_cells BEFORE UPDATE OF complete ON public.result_loads FOR EACH ROW WHEN ((new.complete
    AND (NOT old.complete))) EXECUTE FUNCTION amc_history.record_checked_cells();
CREATE TRIGGER record_dropped_load BEFORE DELETE ON public.result_loads FOR EACH ROW EXECUTE FUNCTION
    amc_history.record_dropped_load();
CREATE TRIGGER set_load_instance BEFORE INSERT OR UPDATE OF execution_id, instance_id ON public.result_loads FOR EACH
    ROW EXECUTE FUNCTION amc_history.set_load_instance();
alter table public.result_loads enable row level security;
create policy "BI logins read their instances' loads" on public.result_loads for select to amc_history_reader using
    ((instance_id IN ( SELECT amc_history.instances_of_login() AS instances_of_login)));
create policy "members read their instances' loads" on public.result_loads for select to authenticated using
    ((instance_id IN ( SELECT amc_history.instances_of_caller() AS instances_of_caller)));
-- amc_history_reader: select (complete, completed_at, execution_id, filtered_records, id, instance_id, records)
comment on table public.result_loads is
  'Loads of results, each from one execution. No view shows the rows of an incomplete one.';
comment on column public.result_loads.byte_offset is
  'Cursor: bytes of the next file that are loaded.';
comment on column public.result_loads.bytes is
  'Cursor: bytes of all files that are loaded, headers too.';
comment on column public.result_loads.cells_checked_at is
  'When the cells that do not fit their column''s type were counted; null until then.';
comment on column public.result_loads.checked_lines is
  'How many rows were looked at for uncast; it counts the cells of those.';
comment on column public.result_loads.checksum is
  'SHA-256 in hex: of the file''s bytes if there was one segment; else of the segments'' digests in order, then - and
their number.';
comment on column public.result_loads.columns is
  'The results table''s columns for them, in the order of the file; null: all of the table''s, in its order.';
comment on column public.result_loads.digests is
  'SHA-256 of each loaded segment, in hex and in order.';
comment on column public.result_loads.etag is
  'Cursor: the next file''s entity tag, if some of it is loaded.';
comment on column public.result_loads.fence is
  'The attempt''s fence when the load began.';
comment on column public.result_loads.file is
  'Cursor: files that are loaded.';
comment on column public.result_loads.file_ids is
  'What identifies each file, in the order in which they are loaded: SHA-256 in hex of its link without the signature.
Where AMC names other files, or in another order, the load begins anew.';
comment on column public.result_loads.files is
  'How many files the result has.';
comment on column public.result_loads.filtered_records is
  'Rows that AMC marks as filtered for privacy, in its column filtered; null if the result has no such column.';
comment on column public.result_loads.header is
  'Column names as in the file.';
comment on column public.result_loads.instance_id is
  'The execution''s instance, copied so that its policy asks one question per query.';
comment on column public.result_loads.line_end is
  'Cursor: how the next file''s lines end, if some of it is loaded.';
comment on column public.result_loads.lines is
  'Cursor: lines of the next file that are loaded, its header''s too.';
comment on column public.result_loads.records is
  'Cursor: rows that are loaded.';
comment on column public.result_loads.segment_bytes is
  'A segment ends with the first record that reaches so many bytes from its start, or with its file.';
comment on column public.result_loads.table_name is
  'The table in amc_results that its rows are in.';
comment on column public.result_loads.uncast is
  'Cells that do not fit their column''s type, by column: {"column": n}.';
-- authenticated: select
-- service_role: delete, insert, select, update

create table public.stoppages (
  code text not null,
  collection_id uuid,
  ended_at timestamp with time zone,
  id bigint generated always as identity not null,
  instance_id text,
  kind text not null,
  last_at timestamp with time zone default amc_history.clock_now() not null,
  request_id text,
  retry_at timestamp with time zone,
  since timestamp with time zone default amc_history.clock_now() not null,
  source text not null,
  subject text not null,
  times integer default 1 not null,
  week_id uuid,
  words text not null,
  constraint source_is_known CHECK ((source = ANY (ARRAY['amc'::text, 'amazon_login'::text, 'postgres'::text,
    'supabase'::text, 'webhook'::text, 'amc_history'::text]))),
  constraint stoppages_collection_id_fkey FOREIGN KEY (collection_id) REFERENCES report_data_collections(id) ON DELETE
    CASCADE,
  constraint stoppages_instance_id_fkey FOREIGN KEY (instance_id) REFERENCES amc_instances(id) ON DELETE CASCADE,
  constraint stoppages_kind_fkey FOREIGN KEY (kind) REFERENCES amc_history.stoppage_kinds(kind),
  constraint stoppages_pkey PRIMARY KEY (id),
  constraint stoppages_week_id_fkey FOREIGN KEY (week_id) REFERENCES report_data_weeks(id) ON DELETE CASCADE,
  constraint subject_is_short CHECK (((length(subject) >= 1) AND (length(subject) <= 600))),
  constraint times_is_positive CHECK ((times > 0)),
  constraint words_are_short CHECK ((length(words) <= 2000))
);
CREATE UNIQUE INDEX one_open_stoppage_of_a_subject ON public.stoppages USING btree (kind, subject) WHERE (ended_at IS
    NULL);
CREATE INDEX stoppages_collection_id_idx ON public.stoppages USING btree (collection_id);
CREATE INDEX stoppages_ended_at_idx ON public.stoppages USING btree (ended_at);
CREATE INDEX stoppages_instance_id_idx ON public.stoppages USING btree (instance_id);
CREATE INDEX stoppages_kind_idx ON public.stoppages USING btree (kind);
CREATE INDEX stoppages_week_id_idx ON public.stoppages USING btree (week_id);
CREATE TRIGGER resolve_alert_of_deleted_stoppage AFTER DELETE ON public.stoppages FOR EACH ROW WHEN ((old.ended_at IS
    NULL)) EXECUTE FUNCTION amc_history.resolve_alert_of_stoppage();
CREATE TRIGGER resolve_alert_of_ended_stoppage AFTER UPDATE OF ended_at ON public.stoppages FOR EACH ROW WHEN
    (((old.ended_at IS NULL) AND (new.ended_at IS NOT NULL))) EXECUTE FUNCTION amc_history.resolve_alert_of_stoppage();
CREATE TRIGGER resolve_alert_of_other_cause AFTER UPDATE OF code ON public.stoppages FOR EACH ROW WHEN (((old.code <>
    new.code) AND (old.kind = ANY (ARRAY['list_entry'::text, 'execution'::text, 'cancel'::text, 'result'::text])) AND
    (new.ended_at IS NULL))) EXECUTE FUNCTION amc_history.resolve_alert_of_stoppage();
alter table public.stoppages enable row level security;
create policy "members read what is held up on their instances" on public.stoppages for select to authenticated using
    ((instance_id IN ( SELECT amc_history.instances_of_caller() AS instances_of_caller)));
comment on table public.stoppages is
  'What is held up, or was. Only its subject is: the rows beside it go on. One open row for each subject of a kind.';
comment on column public.stoppages.code is
  'Why, as a stable code.';
comment on column public.stoppages.ended_at is
  'When a success, or a person, ended it; null while it lasts.';
comment on column public.stoppages.kind is
  'What does not move. amc_history.stoppage_kinds says whose id its subject is.';
comment on column public.stoppages.last_at is
  'When it was last reported.';
comment on column public.stoppages.request_id is
  'AMC''s request id of the last answer, for its support.';
comment on column public.stoppages.retry_at is
  'When it is tried again by itself; null if it waits for a person.';
comment on column public.stoppages.since is
  'When it was first held up.';
comment on column public.stoppages.source is
  'In whose words: those of AMC, of Amazon''s login, of Postgres, of Supabase, of a webhook, or our own.';
comment on column public.stoppages.subject is
  'The id of what is held up, as its kind says.';
comment on column public.stoppages.times is
  'How often it was tried in a row without success. What is reported while it waits does not count.';
comment on column public.stoppages.words is
  'Why, in the words of source.';
-- authenticated: select
-- service_role: delete, insert, select, update

create table public.tracking_alerts (
  code text not null,
  detail jsonb,
  id bigint generated always as identity not null,
  instance_id text,
  last_raised_at timestamp with time zone default amc_history.clock_now() not null,
  message text not null,
  next_step text not null,
  raised_at timestamp with time zone default amc_history.clock_now() not null,
  resolved_at timestamp with time zone,
  subject text,
  times integer default 1 not null,
  week_id uuid,
  constraint tracking_alerts_code_fkey FOREIGN KEY (code) REFERENCES amc_history.alert_codes(code),
  constraint tracking_alerts_instance_id_fkey FOREIGN KEY (instance_id) REFERENCES amc_instances(id) ON DELETE CASCADE,
  constraint tracking_alerts_pkey PRIMARY KEY (id),
  constraint tracking_alerts_week_id_fkey FOREIGN KEY (week_id) REFERENCES report_data_weeks(id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX one_open_alert_of_a_kind ON public.tracking_alerts USING btree (code, instance_id, week_id, subject)
    NULLS NOT DISTINCT WHERE (resolved_at IS NULL);
CREATE INDEX tracking_alerts_code_idx ON public.tracking_alerts USING btree (code);
CREATE INDEX tracking_alerts_instance_id_idx ON public.tracking_alerts USING btree (instance_id);
CREATE INDEX tracking_alerts_resolved_at_idx ON public.tracking_alerts USING btree (resolved_at);
CREATE INDEX tracking_alerts_week_id_idx ON public.tracking_alerts USING btree (week_id);
CREATE TRIGGER queue_raised_alert AFTER INSERT ON public.tracking_alerts FOR EACH ROW EXECUTE FUNCTION
    amc_history.queue_alert();
CREATE TRIGGER queue_resolved_alert AFTER UPDATE OF resolved_at ON public.tracking_alerts FOR EACH ROW WHEN
    (((old.resolved_at IS NULL) AND (new.resolved_at IS NOT NULL))) EXECUTE FUNCTION amc_history.queue_alert();
alter table public.tracking_alerts enable row level security;
create policy "members read their instances' alerts" on public.tracking_alerts for select to authenticated using
    ((instance_id IN ( SELECT amc_history.instances_of_caller() AS instances_of_caller)));
comment on table public.tracking_alerts is
  'What a person should look at. One open row for each code, instance, week and subject.';
comment on column public.tracking_alerts.next_step is
  'What a person can do about it.';
comment on column public.tracking_alerts.subject is
  'What it is about, where neither the instance nor the week says it; null where one does.';
comment on column public.tracking_alerts.times is
  'How often it was raised since it was opened.';
-- authenticated: select
-- service_role: delete, insert, select, update

create table public.tracking_events (
  actor text,
  attempt_id uuid,
  collection_id uuid,
  detail jsonb,
  event text not null,
  execution_id text,
  happened_at timestamp with time zone default amc_history.clock_now() not null,
  id bigint generated always as identity not null,
  instance_id text,
  week_id uuid,
  constraint a_persons_event_has_its_actor CHECK (((actor IS NOT NULL) OR (event <> ALL
    (ARRAY['instance_connected'::text, 'collection_started'::text, 'collection_paused'::text,
    'collection_resumed'::text, 'collection_cancelled'::text, 'week_retried'::text, 'restatement_policy_set'::text,
    'keep_current_set'::text, 'collection_continued'::text, 'keep_versions_set'::text, 'retention_set'::text,
    'member_added'::text, 'member_role_set'::text, 'member_removed'::text, 'member_left'::text, 'member_invited'::text,
    'invitation_accepted'::text, 'invitation_withdrawn'::text, 'collection_taken_over'::text,
    'execution_confirmed'::text, 'execution_let_go'::text, 'alert_resolved'::text, 'workflow_check_requested'::text,
    'webhook_set'::text, 'webhook_deleted'::text, 'id_backfill_started'::text, 'id_backfill_cancelled'::text,
    'execution_id_restored'::text])))),
  constraint tracking_events_pkey PRIMARY KEY (id)
);
CREATE INDEX tracking_events_happened_at_idx ON public.tracking_events USING btree (happened_at);
CREATE INDEX tracking_events_week_id_idx ON public.tracking_events USING btree (week_id, happened_at);
CREATE TRIGGER queue_duplicate AFTER INSERT ON public.tracking_events FOR EACH ROW WHEN ((new.event =
    'duplicate_execution'::text)) EXECUTE FUNCTION amc_history.queue_duplicate();
alter table public.tracking_events enable row level security;
create policy "members read their instances' events" on public.tracking_events for select to authenticated using
    ((instance_id IN ( SELECT amc_history.instances_of_caller() AS instances_of_caller)));
comment on table public.tracking_events is
  'What happened to the tracking of executions, and who caused it. Without foreign keys: events outlive their
subjects.';
comment on column public.tracking_events.actor is
  'Who caused it: a user''s id, or the role of whoever acts for all users (service_role, or a login role of the
database). Null for what the system did by itself or a worker reported.';
comment on column public.tracking_events.event is
  'What happened, as a stable code.';
-- authenticated: select
-- service_role: delete, insert, select, update

create table public.webhook_deliveries (
  cause text not null,
  created_at timestamp with time zone default amc_history.clock_now() not null,
  due_at timestamp with time zone default amc_history.clock_now() not null,
  ended_at timestamp with time zone,
  id bigint generated always as identity not null,
  item jsonb not null,
  kind text not null,
  last_status integer,
  last_words text,
  lease uuid,
  leased_until timestamp with time zone,
  state text default 'queued'::text not null,
  tries integer default 0 not null,
  webhook_id uuid not null,
  constraint ended_ones_have_their_end CHECK (((state = 'queued'::text) = (ended_at IS NULL))),
  constraint kind_is_known CHECK ((kind = ANY (ARRAY['alert_raised'::text, 'alert_resolved'::text, 'week_failed'::text,
    'collection_finished'::text, 'duplicate_execution'::text, 'test'::text]))),
  constraint lease_has_its_end CHECK (((lease IS NULL) = (leased_until IS NULL))),
  constraint only_queued_ones_are_leased CHECK (((lease IS NULL) OR (state = 'queued'::text))),
  constraint state_is_known CHECK ((state = ANY (ARRAY['queued'::text, 'sent'::text, 'given_up'::text,
    'dropped'::text]))),
  constraint webhook_deliveries_pkey PRIMARY KEY (id),
  constraint webhook_deliveries_webhook_id_fkey FOREIGN KEY (webhook_id) REFERENCES webhooks(id) ON DELETE CASCADE
);
CREATE INDEX webhook_deliveries_cause_idx ON public.webhook_deliveries USING btree (cause, webhook_id, id);
CREATE INDEX webhook_deliveries_ended_at_idx ON public.webhook_deliveries USING btree (ended_at);
CREATE INDEX webhook_deliveries_lease_idx ON public.webhook_deliveries USING btree (lease) WHERE (lease IS NOT NULL);
CREATE INDEX webhook_deliveries_queued_idx ON public.webhook_deliveries USING btree (webhook_id, due_at) WHERE (state =
    'queued'::text);
CREATE INDEX webhook_deliveries_webhook_id_idx ON public.webhook_deliveries USING btree (webhook_id, id);
alter table public.webhook_deliveries enable row level security;
create policy "admins read what their instances' webhooks are told" on public.webhook_deliveries for select to
    authenticated using ((EXISTS ( SELECT
   FROM webhooks w
  WHERE (w.id = webhook_deliveries.webhook_id))));
comment on table public.webhook_deliveries is
  'What each webhook is told, or was: queued in the transaction in which it happened.';
comment on column public.webhook_deliveries.cause is
  'What it is about: at most once a period a webhook is told of one cause (allowance delivery_period).';
comment on column public.webhook_deliveries.due_at is
  'From when on it is delivered.';
comment on column public.webhook_deliveries.ended_at is
  'When it was sent, given up or dropped.';
comment on column public.webhook_deliveries.item is
  'What is told. It holds no secret.';
comment on column public.webhook_deliveries.last_status is
  'HTTP status of the last answer; null if there was none.';
comment on column public.webhook_deliveries.last_words is
  'What became of the last try, in words, without the address.';
comment on column public.webhook_deliveries.lease is
  'The claim under which a worker delivers it now; else null.';
comment on column public.webhook_deliveries.leased_until is
  'Until when it is that worker''s alone.';
comment on column public.webhook_deliveries.state is
  'queued; sent: the webhook accepted it; given_up: it did not for too long; dropped: there is nothing to tell any
more.';
comment on column public.webhook_deliveries.tries is
  'How often a worker took it.';
-- authenticated: select
-- service_role: delete, insert, select, update

create table public.webhooks (
  created_at timestamp with time zone default amc_history.clock_now() not null,
  created_by text default amc_history.actor() not null,
  disabled_at timestamp with time zone,
  form text not null,
  id uuid default gen_random_uuid() not null,
  instance_id text,
  last_resort boolean default false not null,
  last_resort_at timestamp with time zone,
  last_resort_request bigint,
  name text not null,
  secret_name text not null,
  tells text[] not null,
  constraint form_is_known CHECK ((form = ANY (ARRAY['json'::text, 'slack'::text]))),
  constraint last_resort_is_of_all_instances CHECK (((instance_id IS NULL) OR (NOT last_resort))),
  constraint tells_the_end_of_what_it_told CHECK ((('alerts'::text = ANY (tells)) OR (NOT ('resolved_alerts'::text = ANY
    (tells))))),
  constraint tells_what_there_is CHECK (((cardinality(tells) > 0) AND (array_position(tells, NULL::text) IS NULL) AND
    (tells <@ ARRAY['alerts'::text, 'resolved_alerts'::text, 'failed_weeks'::text, 'finished_collections'::text,
    'duplicates'::text]))),
  constraint webhook_name_is_short CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100))),
  constraint webhooks_instance_id_fkey FOREIGN KEY (instance_id) REFERENCES amc_instances(id) ON DELETE CASCADE,
  constraint webhooks_instance_id_name_key UNIQUE NULLS NOT DISTINCT (instance_id, name),
  constraint webhooks_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX one_last_resort ON public.webhooks USING btree (last_resort) WHERE last_resort;
alter table public.webhooks enable row level security;
create policy "admins read their instances' webhooks" on public.webhooks for select to authenticated using ((instance_id
    IN ( SELECT m.instance_id
   FROM amc_instance_members m
  WHERE ((m.user_id = ( SELECT auth.uid() AS uid)) AND (m.role = 'admin'::text)))));
comment on table public.webhooks is
  'Where alerts and chosen events are told. Its address and signing key are in Vault.';
comment on column public.webhooks.created_by is
  'Who set it up first: a user''s id, or a role.';
comment on column public.webhooks.disabled_at is
  'Since when it is told nothing; null: it is told.';
comment on column public.webhooks.form is
  'json: our own form, signed. slack: that of Slack''s incoming webhooks, which others take too.';
comment on column public.webhooks.instance_id is
  'The instance of which it tells; null: all, and what belongs to none.';
comment on column public.webhooks.last_resort is
  'Whether the database itself tells it that the worker cannot be reached. At most one.';
comment on column public.webhooks.last_resort_at is
  'When the database itself last did.';
comment on column public.webhooks.last_resort_request is
  'The id of pg_net''s request with which it did, until the answer is read.';
comment on column public.webhooks.name is
  'What people call it; one of a name for each instance.';
comment on column public.webhooks.secret_name is
  'Name of the Vault secret that holds {url, signing_key} as JSON. The secret itself is never in this table.';
comment on column public.webhooks.tells is
  'What it tells: alerts, resolved_alerts (the end of those that it told), failed_weeks, finished_collections,
duplicates.';
-- authenticated: select
-- service_role: delete, insert, select, update

create table public.week_attempts (
  amc_answer jsonb,
  cancel_requested_at timestamp with time zone,
  confirmed_execution_id text,
  due_at timestamp with time zone,
  ended_at timestamp with time zone,
  execution_id text,
  fence integer default 1 not null,
  fingerprint integer,
  id uuid default gen_random_uuid() not null,
  instance_id text not null,
  intended_at timestamp with time zone not null,
  is_live boolean generated always as ((state <> 'ended'::text)) stored not null,
  kind text not null,
  leased_until timestamp with time zone,
  number integer not null,
  outcome text,
  settle_after timestamp with time zone,
  slot integer,
  state text not null,
  watch_until timestamp with time zone,
  week_id uuid not null,
  window_key text,
  constraint confirmed_execution_id_is_well_formed CHECK (amc_history.is_execution_id(confirmed_execution_id)),
  constraint created_has_an_execution CHECK (((state <> 'created'::text) OR (execution_id IS NOT NULL))),
  constraint ended_at_matches_state CHECK ((is_live = (ended_at IS NULL))),
  constraint external_is_never_live CHECK (((kind <> 'external'::text) OR (NOT is_live))),
  constraint fingerprint_is_in_range CHECK (((fingerprint >= 21600) AND (fingerprint <= 86400))),
  constraint kind_is_known CHECK ((kind = ANY (ARRAY['collected'::text, 'restated'::text, 'external'::text]))),
  constraint live_attempt_is_accounted_for CHECK (((NOT is_live) OR (((slot IS NOT NULL) OR (state = 'created'::text))
    AND (fingerprint IS NOT NULL) AND (window_key IS NOT NULL) AND (settle_after IS NOT NULL)))),
  constraint number_is_positive CHECK ((number > 0)),
  constraint only_what_was_given_up_is_watched CHECK (((watch_until IS NULL) OR (outcome = ANY (ARRAY['abandoned'::text,
    'let_go'::text])))),
  constraint open_intent_has_no_execution CHECK (((state <> ALL (ARRAY['intended'::text, 'unknown'::text])) OR
    (execution_id IS NULL))),
  constraint outcome_is_known CHECK ((outcome = ANY (ARRAY['collected'::text, 'failed'::text, 'rejected'::text,
    'cancelled'::text, 'cancelled_outside'::text, 'refused'::text, 'quota'::text, 'not_visible'::text, 'not_sent'::text,
    'abandoned'::text, 'let_go'::text, 'external'::text]))),
  constraint outcome_matches_state CHECK ((is_live = (outcome IS NULL))),
  constraint slot_is_positive CHECK ((slot > 0)),
  constraint state_is_known CHECK ((state = ANY (ARRAY['intended'::text, 'unknown'::text, 'created'::text,
    'ended'::text]))),
  constraint week_attempts_execution_id_fkey FOREIGN KEY (execution_id) REFERENCES workflow_executions(id) DEFERRABLE
    INITIALLY DEFERRED,
  constraint week_attempts_instance_id_fkey FOREIGN KEY (instance_id) REFERENCES amc_instances(id) ON DELETE CASCADE,
  constraint week_attempts_pkey PRIMARY KEY (id),
  constraint week_attempts_week_id_fkey FOREIGN KEY (week_id) REFERENCES report_data_weeks(id) ON DELETE CASCADE,
  constraint week_attempts_week_id_number_key UNIQUE (week_id, number)
);
CREATE UNIQUE INDEX one_attempt_per_execution ON public.week_attempts USING btree (execution_id);
CREATE UNIQUE INDEX one_live_attempt_per_slot ON public.week_attempts USING btree (instance_id, slot) WHERE is_live;
CREATE UNIQUE INDEX one_live_attempt_per_week ON public.week_attempts USING btree (week_id) WHERE is_live;
CREATE UNIQUE INDEX one_live_attempt_per_window ON public.week_attempts USING btree (instance_id, window_key) WHERE
    is_live;
CREATE INDEX week_attempts_instance_id_idx ON public.week_attempts USING btree (instance_id, intended_at);
CREATE INDEX week_attempts_watched_idx ON public.week_attempts USING btree (instance_id, watch_until) WHERE (watch_until
    IS NOT NULL);
CREATE INDEX week_attempts_without_execution_idx ON public.week_attempts USING btree (instance_id) WHERE ((execution_id
    IS NULL) AND (is_live OR (outcome = 'abandoned'::text) OR (outcome = 'let_go'::text)));
CREATE TRIGGER end_result_stoppage AFTER UPDATE OF state ON public.week_attempts FOR EACH ROW WHEN ((old.is_live AND
    (NOT new.is_live) AND (new.execution_id IS NOT NULL))) EXECUTE FUNCTION amc_history.end_result_stoppage();
CREATE TRIGGER forbid_attempt_revival BEFORE UPDATE ON public.week_attempts FOR EACH ROW WHEN ((((NOT old.is_live) AND
    (new.state <> old.state)) OR ((old.execution_id IS NOT NULL) AND (new.execution_id IS DISTINCT FROM
    old.execution_id)))) EXECUTE FUNCTION amc_history.forbid_attempt_revival();
CREATE TRIGGER forbid_slot_beyond_cap AFTER INSERT OR UPDATE OF slot ON public.week_attempts FOR EACH ROW WHEN
    (new.is_live) EXECUTE FUNCTION amc_history.forbid_slot_beyond_cap();
CREATE TRIGGER record_dead_worker AFTER UPDATE OF fence ON public.week_attempts FOR EACH ROW WHEN (((new.fence >
    old.fence) AND (old.leased_until IS NOT NULL))) EXECUTE FUNCTION amc_history.record_dead_worker();
CREATE TRIGGER resolve_unknown_outcome_alerts AFTER UPDATE OF state ON public.week_attempts FOR EACH ROW WHEN
    (((old.state <> new.state) AND ((old.state = 'unknown'::text) OR (new.state = 'ended'::text)))) EXECUTE FUNCTION
    amc_history.resolve_unknown_outcome_alerts();
alter table public.week_attempts enable row level security;
create policy "members read their instances' attempts" on public.week_attempts for select to authenticated using
    ((instance_id IN ( SELECT amc_history.instances_of_caller() AS instances_of_caller)));
comment on table public.week_attempts is
  'Attempts to collect a week. Each is committed before AMC is asked, and POSTed at most once, by the call that
made it.';
comment on column public.week_attempts.amc_answer is
  'AMC''s answer to the create: verdict, HTTP status, message, request id.';
comment on column public.week_attempts.cancel_requested_at is
  'When the cancellation of its execution was requested, even while the execution is not known yet.';
comment on column public.week_attempts.confirmed_execution_id is
  'The execution that a person named for an attempt whose create got no answer. The worker looks it up in AMC before
the attempt takes it.';
comment on column public.week_attempts.due_at is
  'When its load may be tried again.';
comment on column public.week_attempts.fence is
  'Raised each time a worker claims the attempt; a report with an earlier one is stale.';
comment on column public.week_attempts.fingerprint is
  'The workflowExecutionTimeoutSeconds that is sent, chosen at random: AMC takes up to 86400 and echoes it
(captured, H), so that it marks the execution as ours in AMC''s list.';
comment on column public.week_attempts.intended_at is
  'When the intent was written, on the database''s clock.';
comment on column public.week_attempts.is_live is
  'Whether the attempt has not ended. The indexes of live attempts serve only queries that say is_live.';
comment on column public.week_attempts.kind is
  'collected; restated (the week had a result already); external (a caller of update_week_status brought its
execution).';
comment on column public.week_attempts.leased_until is
  'Until then it is the worker''s alone that claimed it.';
comment on column public.week_attempts.settle_after is
  'A listing that began before this proves nothing: the create may still be under way, or AMC''s list may lag.';
comment on column public.week_attempts.slot is
  'Which of the instance''s max_parallel slots it holds while it is live; null once its execution ended at AMC and
another attempt needed the slot.';
comment on column public.week_attempts.state is
  'intended: may be on its way to AMC. unknown: AMC''s answer was lost, and AMC''s list decides. created: AMC gave an
id. ended: see outcome.';
comment on column public.week_attempts.watch_until is
  'Until when AMC''s list is still searched for the execution of an abandoned attempt, or AMC is asked for one that was
let go of.';
comment on column public.week_attempts.window_key is
  'Workflow, window, zone and parameters: no two live attempts of an instance ask for the same.';
-- authenticated: select
-- service_role: delete, insert, select, update

create table public.workflow_checks (
  amc_status text,
  cancel_requested_at timestamp with time zone,
  collection_id uuid,
  due_at timestamp with time zone,
  ended_at timestamp with time zone,
  execution_id text,
  id uuid default gen_random_uuid() not null,
  instance_id text not null,
  intended_at timestamp with time zone default amc_history.clock_now() not null,
  is_live boolean generated always as ((state <> 'ended'::text)) stored not null,
  kind text not null,
  leased_until timestamp with time zone,
  outcome text,
  request_id text,
  state text default 'intended'::text not null,
  time_window_end text,
  time_window_start text,
  time_zone text,
  timeout_seconds integer,
  week_id uuid,
  words text,
  workflow_id text not null,
  constraint created_has_its_execution CHECK (((state <> 'created'::text) OR (execution_id IS NOT NULL) OR (kind =
    'first_week'::text))),
  constraint dry_run_has_its_request CHECK (((kind <> 'dry_run'::text) OR ((time_window_start IS NOT NULL) AND
    (time_window_end IS NOT NULL) AND (time_zone IS NOT NULL) AND (timeout_seconds IS NOT NULL)))),
  constraint first_week_sends_nothing CHECK (((kind <> 'first_week'::text) OR ((execution_id IS NULL) AND
    (timeout_seconds IS NULL) AND (leased_until IS NULL)))),
  constraint kind_is_known CHECK ((kind = ANY (ARRAY['dry_run'::text, 'first_week'::text]))),
  constraint outcome_comes_with_the_end CHECK ((((outcome IS NOT NULL) = (state = 'ended'::text)) AND ((ended_at IS NOT
    NULL) = (state = 'ended'::text)))),
  constraint outcome_is_known CHECK ((outcome = ANY (ARRAY['accepted'::text, 'refused'::text, 'ignored'::text,
    'unsupported'::text, 'not_sent'::text, 'lost'::text, 'failed'::text, 'given_up'::text]))),
  constraint state_is_known CHECK ((state = ANY (ARRAY['intended'::text, 'created'::text, 'ended'::text]))),
  constraint timeout_is_no_weeks CHECK (amc_history.is_dry_run_timeout((timeout_seconds)::numeric)),
  constraint words_are_short CHECK ((length(words) <= 4000)),
  constraint workflow_checks_collection_id_fkey FOREIGN KEY (collection_id) REFERENCES report_data_collections(id) ON
    DELETE SET NULL,
  constraint workflow_checks_pkey PRIMARY KEY (id),
  constraint workflow_checks_week_id_fkey FOREIGN KEY (week_id) REFERENCES report_data_weeks(id) ON DELETE SET NULL,
  constraint workflow_checks_workflow_fkey FOREIGN KEY (instance_id, workflow_id) REFERENCES amc_workflows(instance_id,
    id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX one_check_per_execution ON public.workflow_checks USING btree (execution_id) WHERE (execution_id IS
    NOT NULL);
CREATE UNIQUE INDEX one_live_check_per_version ON public.workflow_checks USING btree (instance_id, workflow_id) WHERE
    is_live;
CREATE INDEX workflow_checks_collection_id_idx ON public.workflow_checks USING btree (collection_id);
CREATE INDEX workflow_checks_ended_at_idx ON public.workflow_checks USING btree (ended_at);
CREATE INDEX workflow_checks_week_id_idx ON public.workflow_checks USING btree (week_id);
CREATE INDEX workflow_checks_workflow_idx ON public.workflow_checks USING btree (instance_id, workflow_id, intended_at);
alter table public.workflow_checks enable row level security;
create policy "members read their instances' checks" on public.workflow_checks for select to authenticated using
    ((instance_id IN ( SELECT amc_history.instances_of_caller() AS instances_of_caller)));
comment on table public.workflow_checks is
  'How each workflow version was checked at AMC before its first create. A dry run is never a week''s execution: it has
no attempt, no slot, and a timeout that no week has.';
comment on column public.workflow_checks.amc_status is
  'The status in which AMC last showed it.';
comment on column public.workflow_checks.cancel_requested_at is
  'When AMC was first to be asked to cancel it: it runs the query, or takes too long.';
comment on column public.workflow_checks.collection_id is
  'Its collection. No member reads it: it may be another''s.';
comment on column public.workflow_checks.due_at is
  'When AMC is asked about it next.';
comment on column public.workflow_checks.execution_id is
  'AMC''s id of the dry run, once known.';
comment on column public.workflow_checks.kind is
  'dry_run: AMC compiles the query and runs nothing. first_week: where AMC has no dry runs, or a person asked for it,
one week goes alone until AMC has validated it.';
comment on column public.workflow_checks.leased_until is
  'Until when it is one worker''s alone.';
comment on column public.workflow_checks.outcome is
  'accepted (AMC validated the query), refused (it did not: see words), ignored (AMC ran the query all the same),
unsupported (AMC refuses dry runs), not_sent, lost (no answer), failed (AMC could not tell), given_up (the week that
went alone says nothing of the query, or a person asked anew).';
comment on column public.workflow_checks.request_id is
  'AMC''s request id of the last answer.';
comment on column public.workflow_checks.state is
  'intended (committed before AMC is asked), created (AMC gave an id; a first_week stays intended), ended.';
comment on column public.workflow_checks.time_window_end is
  'The first moment after that day.';
comment on column public.workflow_checks.time_window_start is
  'The first moment of the one day that the dry run names, local, as sent to AMC.';
comment on column public.workflow_checks.time_zone is
  'The tz database name in which the day was meant.';
comment on column public.workflow_checks.timeout_seconds is
  'The timeout that was sent: 900 to 21,599 s. Weeks send 21,600 and up, so AMC''s list tells one from the other.';
comment on column public.workflow_checks.week_id is
  'The week whose window was tried, with the parameters of its collection, or which goes alone. Null once it is
deleted. No member reads it: it may be another''s.';
comment on column public.workflow_checks.words is
  'AMC''s words about it, or ours where AMC said nothing.';
-- authenticated: select
-- service_role: delete, insert, select, update

create table public.workflow_executions (
  adopted boolean default false not null,
  amc_created_at timestamp with time zone,
  amc_expires_at timestamp with time zone,
  amc_updated_at timestamp with time zone,
  cancel_requested_at timestamp with time zone,
  cancel_tried_at timestamp with time zone,
  created_at timestamp with time zone default amc_history.clock_now() not null,
  execution_seconds numeric,
  has_ended boolean generated always as (COALESCE(amc_history.is_terminal_status(status), false)) stored not null,
  id text not null,
  instance_id text not null,
  output_columns jsonb,
  parameter_values jsonb,
  request_id text,
  status text,
  status_reason text,
  time_window_end text,
  time_window_start text,
  time_zone text,
  timeout_seconds integer,
  updated_at timestamp with time zone default amc_history.clock_now() not null,
  week_id uuid not null,
  window_end_at timestamp with time zone,
  window_start_at timestamp with time zone,
  workflow_id text,
  constraint execution_id_is_well_formed CHECK (amc_history.is_execution_id(id)),
  constraint workflow_executions_pkey PRIMARY KEY (id),
  constraint workflow_executions_week_id_fkey FOREIGN KEY (week_id) REFERENCES report_data_weeks(id) ON DELETE CASCADE,
  constraint workflow_executions_week_id_id_key UNIQUE (week_id, id)
);
CREATE INDEX workflow_executions_to_cancel_idx ON public.workflow_executions USING btree (cancel_requested_at) WHERE
    ((cancel_requested_at IS NOT NULL) AND (NOT has_ended));
CREATE TRIGGER canonical_status BEFORE INSERT OR UPDATE OF status ON public.workflow_executions FOR EACH ROW EXECUTE
    FUNCTION amc_history.write_canonical_status();
CREATE TRIGGER check_workflow_by_execution AFTER INSERT OR UPDATE OF status ON public.workflow_executions FOR EACH ROW
    WHEN ((upper(new.status) = ANY (ARRAY['RUNNING'::text, 'PUBLISHING'::text, 'SUCCEEDED'::text]))) EXECUTE FUNCTION
    amc_history.check_workflow_by_execution();
CREATE TRIGGER forbid_execution_week_change BEFORE UPDATE OF week_id ON public.workflow_executions FOR EACH ROW WHEN
    ((old.week_id IS DISTINCT FROM new.week_id)) EXECUTE FUNCTION amc_history.forbid_execution_week_change();
CREATE TRIGGER protect_terminal_status BEFORE UPDATE OF status ON public.workflow_executions FOR EACH ROW WHEN
    ((old.has_ended AND (new.status IS DISTINCT FROM old.status))) EXECUTE FUNCTION
    amc_history.protect_terminal_status();
CREATE TRIGGER report_other_window AFTER UPDATE OF window_start_at, window_end_at ON public.workflow_executions FOR EACH
    ROW WHEN (((old.window_start_at IS DISTINCT FROM new.window_start_at) OR (old.window_end_at IS DISTINCT FROM
    new.window_end_at))) EXECUTE FUNCTION amc_history.report_other_window();
CREATE TRIGGER report_window_of_new_execution AFTER INSERT ON public.workflow_executions FOR EACH ROW WHEN
    ((num_nonnulls(new.window_start_at, new.window_end_at) > 0)) EXECUTE FUNCTION amc_history.report_other_window();
CREATE TRIGGER set_execution_instance BEFORE INSERT OR UPDATE OF week_id, instance_id ON public.workflow_executions FOR
    EACH ROW EXECUTE FUNCTION amc_history.set_execution_instance();
CREATE TRIGGER tell_end_of_let_go_execution AFTER UPDATE OF status ON public.workflow_executions FOR EACH ROW WHEN
    ((new.has_ended AND (NOT old.has_ended))) EXECUTE FUNCTION amc_history.tell_end_of_let_go_execution();
alter table public.workflow_executions enable row level security;
create policy "BI logins read their instances' executions" on public.workflow_executions for select to
    amc_history_reader using ((instance_id IN ( SELECT amc_history.instances_of_login() AS instances_of_login)));
create policy "members read their instances' executions" on public.workflow_executions for select to authenticated using
    ((instance_id IN ( SELECT amc_history.instances_of_caller() AS instances_of_caller)));
-- amc_history_reader: select (id, instance_id, status, week_id, window_end_at, window_start_at)
comment on table public.workflow_executions is
  'Runs at AMC, one row each, under AMC''s own id.';
comment on column public.workflow_executions.adopted is
  'True if the id was found in AMC''s list after the answer to the create was lost.';
comment on column public.workflow_executions.amc_updated_at is
  'AMC''s lastUpdatedTime: an older report never replaces a later one.';
comment on column public.workflow_executions.cancel_requested_at is
  'When its cancellation at AMC was requested; null if it was not.';
comment on column public.workflow_executions.cancel_tried_at is
  'When a worker last asked AMC to cancel it.';
comment on column public.workflow_executions.has_ended is
  'Whether the execution ended at AMC: its status is terminal. False while AMC has not said a status.';
comment on column public.workflow_executions.id is
  'AMC''s workflowExecutionId: a lowercase UUID v4 in every captured answer (H), but not relied upon.';
comment on column public.workflow_executions.instance_id is
  'The week''s instance, copied so that its policy asks one question per query.';
comment on column public.workflow_executions.request_id is
  'AMC''s request id of the create, for its support.';
comment on column public.workflow_executions.status is
  'AMC''s status, as amc_history.canonical_status writes it; null until AMC gave one. A terminal status is final.';
comment on column public.workflow_executions.status_reason is
  'AMC''s words for FAILED and REJECTED (statusReason, not in SPEC, read by two clients: M).';
comment on column public.workflow_executions.time_window_start is
  'Local time without zone, as sent and echoed in timeWindowStartOriginal (captured, H).';
comment on column public.workflow_executions.timeout_seconds is
  'workflowExecutionTimeoutSeconds as AMC echoes it (captured, H): the attempt''s fingerprint.';
comment on column public.workflow_executions.window_end_at is
  'The same of its end, the first moment after the window: AMC''s timeWindowEnd (captured, H).';
comment on column public.workflow_executions.window_start_at is
  'Where the window begins by AMC''s own zone data: its timeWindowStart (captured, H); null where AMC told none that can
be one. The results views show it in place of the database''s.';
-- authenticated: select
-- service_role: delete, insert, select, update

-- views

create view public.collection_progress with (security_invoker=true) as
 SELECT c.id AS collection_id,
    c.instance_id,
    c.workflow_id,
    c.start_date,
    c.end_date,
    c.created_at,
        CASE
            WHEN (c.archived_at IS NOT NULL) THEN 'archived'::text
            WHEN (c.cancelled_at IS NOT NULL) THEN 'cancelled'::text
            WHEN ((n.weeks = (((((n.pending + n.running) + n.completed) + n.failed) + n.skipped) + n.cancelled)) AND
    ((n.pending + n.running) = 0)) THEN
            CASE
                WHEN (n.failed > 0) THEN 'completed_with_failures'::text
                WHEN c.keep_current THEN 'up_to_date'::text
                ELSE 'completed'::text
            END
            WHEN (c.paused_at IS NOT NULL) THEN 'paused'::text
            WHEN (n.pending = n.weeks) THEN 'waiting'::text
            ELSE 'running'::text
        END AS status,
    n.weeks,
    n.pending,
    n.running,
    n.completed,
    n.failed,
    n.skipped,
    n.cancelled,
    n.tracked,
    ((((c.end_date - c.start_date) + 1) / 7) - n.weeks) AS not_asked,
    c.name,
    c.keep_current,
        CASE
            WHEN c.keep_current THEN ((COALESCE(c.kept_until, c.end_date) + 8) + c.settle_days)
            ELSE NULL::date
        END AS next_week_on
   FROM (report_data_collections c
     CROSS JOIN LATERAL ( SELECT (count(*))::integer AS weeks,
            (count(*) FILTER (WHERE (w.status = 'pending'::text)))::integer AS pending,
            (count(*) FILTER (WHERE (w.status = 'running'::text)))::integer AS running,
            (count(*) FILTER (WHERE (w.status = 'completed'::text)))::integer AS completed,
            (count(*) FILTER (WHERE (w.status = 'failed'::text)))::integer AS failed,
            (count(*) FILTER (WHERE (w.status = 'skipped'::text)))::integer AS skipped,
            (count(*) FILTER (WHERE (w.status = 'cancelled'::text)))::integer AS cancelled,
            (count(*) FILTER (WHERE (w.execution_id IS NOT NULL)))::integer AS tracked
           FROM report_data_weeks w
          WHERE (w.collection_id = c.id)) n);
comment on view public.collection_progress is
  'Each collection''s progress and status, derived from its weeks. status: waiting (no week has begun), running, paused,
up_to_date (kept current), completed, completed_with_failures, cancelled or archived; what holds it up is in
collection_states. tracked counts the weeks whose execution is known;
not_asked those between its dates that nobody asked for, which weeks does not count. next_week_on: the day on which
the next week is added, in the collection''s zone; null if it is not kept current.';
-- authenticated: select
-- service_role: select

create view public.collection_states with (security_invoker=true) as
 SELECT p.collection_id,
    p.instance_id,
    p.workflow_id,
    s.state,
        CASE s.state
            WHEN 'archived'::text THEN c.archived_at
            WHEN 'cancelled'::text THEN c.cancelled_at
            WHEN 'paused'::text THEN c.paused_at
            WHEN 'held'::text THEN cause.since
            WHEN 'running'::text THEN ( SELECT min(w.started_at) AS min
               FROM report_data_weeks w
              WHERE (w.collection_id = c.id))
            WHEN 'waiting'::text THEN c.created_at
            WHEN 'checking'::text THEN c.created_at
            ELSE COALESCE(( SELECT max(w.finished_at) AS max
               FROM report_data_weeks w
              WHERE (w.collection_id = c.id)), c.created_at)
        END AS since,
    cause.code,
    cause.source,
    cause.words,
    cause.retry_at,
        CASE s.state
            WHEN 'paused'::text THEN 'Call resume_collection.'::text
            WHEN 'archived'::text THEN 'Call resume_collection, or ask for its weeks again.'::text
            WHEN 'cancelled'::text THEN 'Ask for its weeks again.'::text
            WHEN 'completed_with_failures'::text THEN 'Read the words of the failed weeks, then call
    retry_failed_weeks.'::text
            ELSE cause.next_step
        END AS next_step
   FROM ((((collection_progress p
     JOIN report_data_collections c ON ((c.id = p.collection_id)))
     LEFT JOIN amc_workflows f ON (((f.instance_id = c.instance_id) AND (f.id = c.workflow_id))))
     LEFT JOIN LATERAL ( SELECT causes.rank,
            causes.holds,
            causes.since,
            causes.code,
            causes.source,
            causes.words,
            causes.retry_at,
            causes.next_step
           FROM ( SELECT 1 AS rank,
                    ((h.kind = 'collection'::text) OR (h.retry_at IS NULL)) AS holds,
                    h.since,
                    h.code,
                    h.source,
                    h.words,
                    h.retry_at,
                    (amc_history.stoppage_kind(h.kind)).next_step AS next_step
                   FROM stoppages h
                  WHERE ((h.ended_at IS NULL) AND (((h.kind = ANY (ARRAY['collection'::text, 'standing'::text])) AND
    (h.subject = (c.id)::text)) OR ((h.kind = ANY (ARRAY['workflow_save'::text, 'workflow_check'::text,
    'workflow_header'::text])) AND (h.subject = ((c.instance_id || '/'::text) || c.workflow_id)))))
                UNION ALL
                 SELECT 2,
                    (i.state = 'reconnect_needed'::text),
                    i.since,
                    i.code,
                    i.source,
                    i.words,
                    i.retry_at,
                    i.next_step
                   FROM instance_states i
                  WHERE ((i.instance_id = c.instance_id) AND (i.state <> 'connected'::text))
                UNION ALL
                ( SELECT 3,
                    (count(*) OVER () >= (p.pending + p.running)),
                    w.since,
                    w.code,
                    w.source,
                    w.words,
                    NULL::timestamp with time zone,
                    w.next_step
                   FROM held_weeks w
                  WHERE (w.collection_id = c.id)
                  ORDER BY w.since
                 LIMIT 1)
                UNION ALL
                 SELECT 4,
                    false,
                    c.created_at,
                    'not_surveyed'::text,
                    'amc_history'::text,
                    'AMC''s list is read before anything is created.'::text,
                    NULL::timestamp with time zone,
                    NULL::text
                  WHERE ((EXISTS ( SELECT
                           FROM report_data_weeks w
                          WHERE ((w.instance_id = c.instance_id) AND (w.collection_id = c.id) AND (w.surveyed_at IS
    NULL) AND (w.due_at < 'infinity'::timestamp with time zone)))) AND (NOT (EXISTS ( SELECT
                           FROM report_data_weeks w
                          WHERE ((w.instance_id = c.instance_id) AND (w.collection_id = c.id) AND (w.surveyed_at IS NOT
    NULL) AND (w.due_at < 'infinity'::timestamp with time zone))))))) causes
          WHERE (p.status = ANY (ARRAY['waiting'::text, 'running'::text]))
          ORDER BY causes.holds DESC, causes.rank, causes.since
         LIMIT 1) cause ON (true))
     CROSS JOIN LATERAL ( SELECT
                CASE
                    WHEN (p.status <> ALL (ARRAY['waiting'::text, 'running'::text])) THEN p.status
                    WHEN cause.holds THEN 'held'::text
                    WHEN ((f.checked_at IS NULL) AND (f.id IS NOT NULL)) THEN 'checking'::text
                    ELSE p.status
                END AS state) s);
comment on view public.collection_states is
  'How each collection stands. state: waiting (no week has begun); checking (AMC compiles its query first);
running; held (a person has to do something: code, words, next_step; or one week tries at retry_at); paused;
up_to_date (kept current, and no week is due); completed; completed_with_failures; cancelled; archived. A
collection that waits, is checked or runs has the words of what slows it, such as those of its instance.';
comment on column public.collection_states.code is
  'What holds or slows it, as a stable code; null for nothing.';
comment on column public.collection_states.next_step is
  'What a person can do; null for nothing.';
comment on column public.collection_states.retry_at is
  'When it is tried again by itself; null: see next_step.';
comment on column public.collection_states.since is
  'Since when it has this state.';
comment on column public.collection_states.source is
  'In whose words, as public.stoppages has it.';
comment on column public.collection_states.words is
  'Why, in the words of source.';
-- authenticated: select
-- service_role: select

create view public.held_weeks with (security_invoker=true) as
 SELECT s.week_id,
    s.collection_id,
    s.since,
    s.code,
    s.source,
    s.words,
    (amc_history.stoppage_kind(s.kind)).next_step AS next_step
   FROM stoppages s
  WHERE ((s.kind = 'week'::text) AND (s.week_id IS NOT NULL) AND (s.ended_at IS NULL) AND (s.retry_at IS NULL))
UNION ALL
 SELECT a.week_id,
    w.collection_id,
    a.raised_at AS since,
    a.code,
    'amc_history'::text AS source,
    a.message AS words,
    a.next_step
   FROM (tracking_alerts a
     JOIN report_data_weeks w ON ((w.id = a.week_id)))
  WHERE ((a.code = ANY (ARRAY['unknown_outcome'::text, 'execution_not_confirmed'::text])) AND (a.resolved_at IS NULL))
UNION ALL
 SELECT w.id AS week_id,
    w.collection_id,
    s.since,
    s.code,
    s.source,
    s.words,
    (amc_history.stoppage_kind(s.kind)).next_step AS next_step
   FROM ((((stoppages s
     JOIN report_data_collections c ON ((((c.instance_id || '/'::text) || c.workflow_id) = s.subject)))
     JOIN report_data_weeks w ON ((w.collection_id = c.id)))
     JOIN week_attempts a ON (((a.week_id = w.id) AND a.is_live)))
     JOIN workflow_executions e ON (((e.id = a.execution_id) AND e.has_ended)))
  WHERE ((s.kind = 'workflow_header'::text) AND (s.ended_at IS NULL));
comment on view public.held_weeks is
  'The weeks that wait for a person, each with why: creates in vain, an unknown outcome, a result whose columns nobody
has accepted. Every view of a week''s state reads it.';
-- authenticated: select
-- service_role: select

create view public.id_backfill_states with (security_invoker=true) as
 SELECT b.id AS backfill_id,
    b.instance_id,
    b.collection_id,
    b.since,
    b.actor,
    b.created_at,
    b.ended_at,
    b.list_from,
    b.read_to,
    b.is_read,
    b.calls,
    b.most_calls,
    round(
        CASE
            WHEN (b.ended_at IS NOT NULL) THEN (1)::numeric
            ELSE LEAST(0.999, COALESCE((EXTRACT(epoch FROM (b.created_at - b.read_to)) / NULLIF(EXTRACT(epoch FROM
    (b.created_at - b.list_from)), (0)::numeric)), (0)::numeric))
        END, 3) AS progress,
    w.weeks,
    w.searching,
    w.matched,
    w.ambiguous,
    w.not_provable,
    w.not_listed,
    w.not_needed,
    w.not_searched
   FROM (id_backfills b
     CROSS JOIN LATERAL ( SELECT (count(*))::integer AS weeks,
            (count(*) FILTER (WHERE (o.outcome = 'searching'::text)))::integer AS searching,
            (count(*) FILTER (WHERE (o.outcome = 'matched'::text)))::integer AS matched,
            (count(*) FILTER (WHERE (o.outcome = 'ambiguous'::text)))::integer AS ambiguous,
            (count(*) FILTER (WHERE (o.outcome = 'not_provable'::text)))::integer AS not_provable,
            (count(*) FILTER (WHERE (o.outcome = 'not_listed'::text)))::integer AS not_listed,
            (count(*) FILTER (WHERE (o.outcome = 'not_needed'::text)))::integer AS not_needed,
            (count(*) FILTER (WHERE (o.outcome = 'not_searched'::text)))::integer AS not_searched
           FROM id_backfill_weeks o
          WHERE ((o.backfill_id = b.id) AND o.is_wanted)) w);
comment on view public.id_backfill_states is
  'Searches for lost execution ids: how far AMC''s list is read (progress, 0 to 1, of the time that is searched; calls
of most_calls), and how many of their weeks came to which outcome (id_backfill_weeks.outcome).';
-- authenticated: select
-- service_role: select

create view public.instance_states with (security_invoker=true) as
 SELECT i.id AS instance_id,
    s.state,
    s.since,
    s.code,
    s.source,
    s.words,
    s.retry_at,
    s.next_step
   FROM ((amc_instances i
     CROSS JOIN LATERAL amc_history.slots_in_use(i.id) u(taken, free, began_at))
     CROSS JOIN LATERAL ( SELECT causes.state,
            causes.since,
            causes.code,
            causes.source,
            causes.words,
            causes.retry_at,
            causes.next_step
           FROM ( SELECT 'reconnect_needed'::text AS state,
                    COALESCE(a.raised_at, i.credential_tried_at) AS since,
                    i.pause_reason AS code,
                    'amazon_login'::text AS source,
                    a.message AS words,
                    NULL::timestamp with time zone AS retry_at,
                    amc_history.next_step_of('reconnect_needed'::text) AS next_step
                   FROM (( SELECT) one
                     LEFT JOIN tracking_alerts a ON (((a.instance_id = i.id) AND (a.code = 'reconnect_needed'::text) AND
    (a.resolved_at IS NULL))))
                  WHERE (i.paused_until = 'infinity'::timestamp with time zone)
                UNION ALL
                 SELECT amc_history.state_of_cause(p.code) AS state_of_cause,
                    p.since,
                    p.code,
                    p.source,
                    p.words,
                    p.retry_at,
                    (amc_history.stoppage_kind(p.kind)).next_step AS next_step
                   FROM stoppages p
                  WHERE ((p.instance_id = i.id) AND (p.kind = ANY (ARRAY['instance'::text, 'creates'::text,
    'listing'::text])) AND (p.ended_at IS NULL) AND (p.source = ANY (ARRAY['amc'::text, 'amazon_login'::text])))
                UNION ALL
                 SELECT 'refused'::text,
                    i.credential_refused_at,
                    i.pause_reason,
                    'amazon_login'::text,
                    format('Amazon refused the credential once: %s.'::text, i.pause_reason) AS format,
                    i.credential_try_at,
                    amc_history.next_step_of('reconnect_needed'::text) AS next_step_of
                  WHERE ((i.credential_refused_at IS NOT NULL) AND (i.paused_until < 'infinity'::timestamp with time
    zone))
                UNION ALL
                 SELECT 'full'::text,
                    u.began_at,
                        CASE
                            WHEN ((u.taken + i.running_elsewhere) < i.max_parallel) THEN 'daily_limit'::text
                            ELSE 'slots_taken'::text
                        END AS "case",
                    'amc_history'::text,
                    format('Weeks of this project hold %s of %s slots, executions of others %s.'::text, u.taken,
    i.max_parallel, i.running_elsewhere) AS format,
                    NULL::timestamp with time zone,
                    'None: a slot is free once an execution has ended. max_parallel and daily_limit of the instance set
    the limits.'::text
                  WHERE ((u.free = 0) AND (NOT (EXISTS ( SELECT
                           FROM stoppages p
                          WHERE ((p.kind = 'slots'::text) AND (p.subject = i.id) AND (p.ended_at IS NULL))))))
                UNION ALL
                 SELECT 'full'::text,
                    p.since,
                    p.code,
                    p.source,
                    p.words,
                    NULL::timestamp with time zone,
                    (amc_history.stoppage_kind('slots'::text)).next_step AS next_step
                   FROM stoppages p
                  WHERE ((p.kind = 'slots'::text) AND (p.subject = i.id) AND (p.ended_at IS NULL))
                UNION ALL
                 SELECT 'connected'::text,
                    COALESCE(i.credential_tried_at, i.created_at) AS "coalesce",
                    NULL::text,
                    NULL::text,
                    NULL::text,
                    NULL::timestamp with time zone,
                    NULL::text) causes
          ORDER BY (array_position(ARRAY['reconnect_needed'::text, 'refused'::text, 'unreachable'::text,
    'throttled'::text, 'full'::text, 'connected'::text], causes.state)), causes.since
         LIMIT 1) s);
comment on view public.instance_states is
  'How each instance stands. state: connected; throttled (by AMC, until retry_at); full (words say whose executions
take the slots, that the daily limit is reached, or that results wait to be loaded); reconnect_needed (Amazon refuses
the credential); refused (AMC, or at first Amazon''s login, refuses what is asked: words); unreachable. Of several the
first of: reconnect_needed, refused, unreachable, throttled, full.';
comment on column public.instance_states.code is
  'Why, as a stable code; null while it is connected.';
comment on column public.instance_states.next_step is
  'What a person can do.';
comment on column public.instance_states.retry_at is
  'When it is tried again by itself; null: see next_step.';
comment on column public.instance_states.since is
  'Since when it is so.';
comment on column public.instance_states.source is
  'In whose words: amc, amazon_login or amc_history.';
comment on column public.instance_states.words is
  'Why, in the words of source.';
-- authenticated: select
-- service_role: select

create view public.week_results with (security_invoker=true) as
 SELECT w.collection_id,
    w.instance_id,
    c.workflow_id,
    w.id AS week_id,
    w.week_start_date,
    w.week_end_date,
    w.status,
    w.execution_id,
        CASE
            WHEN ((w.finished_at IS NULL) AND (EXISTS ( SELECT
               FROM held_weeks h
              WHERE (h.week_id = w.id)))) THEN 'held'::text
            WHEN (w.status = 'pending'::text) THEN 'waiting'::text
            WHEN ((w.status = 'completed'::text) AND (l.id IS NULL)) THEN 'reported'::text
            WHEN ((w.status = 'completed'::text) AND (l.records = 0)) THEN 'empty'::text
            WHEN ((w.status = 'completed'::text) AND (l.filtered_records > 0)) THEN 'filtered'::text
            WHEN (w.status = 'completed'::text) THEN 'rows'::text
            WHEN ((w.status = 'failed'::text) AND (w.error_code = 'result_gone'::text)) THEN 'gone'::text
            ELSE w.status
        END AS state,
    l.records,
    l.filtered_records,
    l.completed_at AS loaded_at,
    ( SELECT a.ended_at
           FROM week_attempts a
          WHERE ((a.execution_id = w.execution_id) AND (a.kind = 'restated'::text) AND (a.outcome = 'collected'::text)))
    AS restated_at,
    ((w.status = 'completed'::text) AND ((w.due_at IS NOT NULL) OR (EXISTS ( SELECT
           FROM week_attempts a
          WHERE ((a.week_id = w.id) AND a.is_live))))) AS restating,
    ( SELECT (count(*))::integer AS count
           FROM (workflow_executions e
             JOIN result_loads s ON (((s.execution_id = e.id) AND s.complete)))
          WHERE ((e.week_id = w.id) AND (e.id IS DISTINCT FROM w.execution_id) AND (NOT (EXISTS ( SELECT
                   FROM week_attempts a
                  WHERE ((a.execution_id = e.id) AND a.is_live)))))) AS superseded_versions,
    w.error_code,
    w.error_message,
    w.created_at,
    w.started_at,
    w.finished_at
   FROM ((report_data_weeks w
     JOIN report_data_collections c ON ((c.id = w.collection_id)))
     LEFT JOIN result_loads l ON (((l.execution_id = w.execution_id) AND l.complete AND (w.status =
    'completed'::text))));
comment on view public.week_results is
  'The state of each week. state: waiting, running; held (it waits for a person: public.week_states says why); rows;
filtered (rows, some of which AMC has filtered for privacy); empty (AMC had no row to give: none, or all suppressed);
reported (completed by another system, without rows here); failed; gone (failed: AMC no longer keeps the result);
skipped; cancelled.';
comment on column public.week_results.filtered_records is
  'Those of them that AMC marks as filtered; null if the result has no column filtered.';
comment on column public.week_results.records is
  'Rows of the result that the week shows.';
comment on column public.week_results.restated_at is
  'When the shown result replaced an earlier one; null if it is the first.';
comment on column public.week_results.restating is
  'Whether a new attempt is due or under way while the week shows its present result.';
comment on column public.week_results.superseded_versions is
  'Earlier results that are still kept; execution_rows reads them.';
-- authenticated: select
-- service_role: select

create view public.week_states with (security_invoker=true) as
 SELECT r.week_id,
    r.collection_id,
    r.instance_id,
    r.week_start_date,
    r.state,
        CASE
            WHEN (r.state = 'held'::text) THEN cause.since
            WHEN (r.finished_at IS NOT NULL) THEN r.finished_at
            WHEN (r.state = 'running'::text) THEN r.started_at
            ELSE r.created_at
        END AS since,
    COALESCE(cause.code, c.code) AS code,
        CASE
            WHEN (cause.code IS NULL) THEN c.source
            ELSE cause.source
        END AS source,
        CASE
            WHEN (cause.code IS NULL) THEN c.words
            ELSE cause.words
        END AS words,
        CASE
            WHEN ((r.finished_at IS NULL) AND (r.state <> 'held'::text)) THEN COALESCE(cause.retry_at, c.retry_at,
            CASE
                WHEN ((w.due_at > amc_history.clock_now()) AND (w.due_at < 'infinity'::timestamp with time zone)) THEN
    w.due_at
                ELSE NULL::timestamp with time zone
            END)
            ELSE NULL::timestamp with time zone
        END AS retry_at,
        CASE
            WHEN (cause.code IS NULL) THEN c.next_step
            ELSE cause.next_step
        END AS next_step
   FROM (((week_results r
     JOIN report_data_weeks w ON ((w.id = r.week_id)))
     LEFT JOIN LATERAL (( SELECT h.since,
            h.code,
            h.source,
            h.words,
            NULL::timestamp with time zone AS retry_at,
            h.next_step
           FROM held_weeks h
          WHERE ((h.week_id = r.week_id) AND (r.state = 'held'::text))
          ORDER BY h.since
         LIMIT 1)
        UNION ALL
        ( SELECT s.since,
            s.code,
            s.source,
            s.words,
            s.retry_at,
            (amc_history.stoppage_kind(s.kind)).next_step AS next_step
           FROM stoppages s
          WHERE ((s.week_id = r.week_id) AND (s.ended_at IS NULL) AND (r.finished_at IS NULL))
          ORDER BY s.since
         LIMIT 1)
        UNION ALL
        ( SELECT a.raised_at,
            a.code,
            COALESCE((a.detail ->> 'source'::text), 'amc_history'::text) AS "coalesce",
            a.message,
            NULL::timestamp with time zone,
            a.next_step
           FROM tracking_alerts a
          WHERE ((a.week_id = r.week_id) AND (a.resolved_at IS NULL) AND (r.finished_at IS NULL))
          ORDER BY a.raised_at
         LIMIT 1)
        UNION ALL
         SELECT r.finished_at,
            r.error_code,
                CASE
                    WHEN (r.error_code = ANY (ARRAY['amc_refused'::text, 'amc_failed'::text, 'amc_rejected'::text,
    'cancelled_outside'::text])) THEN 'amc'::text
                    ELSE 'amc_history'::text
                END AS "case",
            r.error_message,
            NULL::timestamp with time zone,
            'Read the words, then call retry_week.'::text
          WHERE (r.status = 'failed'::text)
 LIMIT 1) cause ON (true))
     LEFT JOIN collection_states c ON (((c.collection_id = r.collection_id) AND (r.state = 'waiting'::text))))
UNION ALL
 SELECT NULL::uuid AS week_id,
    c.id AS collection_id,
    c.instance_id,
    (d.day)::date AS week_start_date,
    'not_asked'::text AS state,
    NULL::timestamp with time zone AS since,
    NULL::text AS code,
    NULL::text AS source,
    NULL::text AS words,
    NULL::timestamp with time zone AS retry_at,
    'Ask for it with start_collection.'::text AS next_step
   FROM (report_data_collections c
     CROSS JOIN LATERAL generate_series((c.start_date)::timestamp without time zone, (c.end_date)::timestamp without
    time zone, '7 days'::interval) d(day))
  WHERE (NOT (EXISTS ( SELECT
           FROM report_data_weeks w
          WHERE ((w.collection_id = c.id) AND (w.week_start_date = (d.day)::date)))));
comment on view public.week_states is
  'How each week stands: the states of public.week_results, with the words of what it waits for, what alerts tell of
it, or why it failed. A week that waits has the words of its collection. Beside them the weeks between two ranges that
nobody asked for: not_asked, without a week_id.';
comment on column public.week_states.code is
  'What it waits for, or why it failed, as a stable code; null for nothing.';
comment on column public.week_states.next_step is
  'What a person can do; null for nothing.';
comment on column public.week_states.retry_at is
  'When it is tried again by itself; null: see next_step.';
comment on column public.week_states.since is
  'Since when it has this state.';
comment on column public.week_states.source is
  'In whose words, as public.stoppages has it.';
comment on column public.week_states.words is
  'Why, in the words of source.';
-- authenticated: select
-- service_role: select

create view public.week_versions with (security_invoker=true) as
 SELECT e.week_id,
    w.collection_id,
    w.week_start_date,
    e.id AS execution_id,
    ((NOT (e.id IS DISTINCT FROM w.execution_id)) AND (w.status = 'completed'::text)) AS shown,
    l.completed_at AS loaded_at,
    l.records,
    l.filtered_records,
    l.bytes,
    l.checksum
   FROM ((workflow_executions e
     JOIN report_data_weeks w ON ((w.id = e.week_id)))
     JOIN result_loads l ON (((l.execution_id = e.id) AND l.complete)));
comment on view public.week_versions is
  'The results that are kept of each week: the shown one and those it superseded. execution_rows reads any of them,
compare_executions tells two apart.';
comment on column public.week_versions.shown is
  'Whether the week shows this one.';
-- authenticated: select
-- service_role: select

-- functions

CREATE OR REPLACE FUNCTION public.accept_header(instance_id text, workflow_id text)
 RETURNS control_report
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select amc_history.accept_header(accept_header.instance_id, accept_header.workflow_id); $function$
;
comment on function accept_header(text,text) is
  'Accepts the columns of the result that holds up a workflow version (stoppage workflow_header), after which its
loads go on. The views then show the columns of both, null where a result has none.

Answers {outcome, reason, weeks}: applied with the weeks whose results can be loaded now, or already_applied. Refuses
with workflow_not_found. For analysts and admins; refuses viewers with
role_too_low.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION public.accept_invitation(token text)
 RETURNS TABLE(instance_id text, role text)
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select * from amc_history.accept_invitation(accept_invitation.token); $function$
;
comment on function accept_invitation(text) is
  'Makes the signed-in user a member of the instances that an invitation names, once. Answers each with the role that
the user has there: a higher one than the invitation''s stays. Refuses with invitation_not_found, invitation_used (409),
invitation_withdrawn, invitation_expired (410), invitation_for_another, user_needed (403). For every signed-in user.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION public.adopt_surveyed(week_id uuid, execution_id text, details jsonb)
 RETURNS tracking_report
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  week public.report_data_weeks;
  instance public.amc_instances;
  outcome text;
begin
  select i.* into instance from public.amc_instances i join public.report_data_weeks w on w.instance_id = i.id
    where w.id = adopt_surveyed.week_id for no key update of i;
  select * into week from public.report_data_weeks w where w.id = adopt_surveyed.week_id for no key update;
  if not found then
    return row('not_found', 'no_such_week', null, null)::public.tracking_report;
  end if;
  if exists (select from public.workflow_executions e where e.id = adopt_surveyed.execution_id) then
    return row('already_recorded', null, week.status, week.execution_id)::public.tracking_report;
  end if;
  outcome := amc_history.adopt_execution(week, instance, adopt_surveyed.execution_id, adopt_surveyed.details,
    'surveyed_execution_adopted');
  if outcome = 'adopted' then
    perform amc_history.end_stoppage('week', week.id::text);
  end if;
  select * into week from public.report_data_weeks w where w.id = week.id;
  return row(outcome, null, week.status, week.execution_id)::public.tracking_report;
end;
$function$
;
comment on function adopt_surveyed(uuid,text,jsonb) is
  'Gives a week for which nothing was created yet an execution that AMC''s list shows: same workflow, window, zone and
parameters. details: an amc_history.execution_observation as JSON. Answers adopted, not_needed, no_slot (all slots are
taken: repeat the survey), window_taken (the execution may belong to another live attempt of the same window: repeat
it too), already_recorded or not_found. For service_role.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.accept_header(instance_id text, workflow_id text)
 RETURNS control_report
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  subject constant text := concat_ws('/', accept_header.instance_id, accept_header.workflow_id);
  accepted amc_history.result_headers;
begin
  if not exists (select from public.amc_workflows f
      where f.instance_id = accept_header.instance_id and f.id = accept_header.workflow_id
        and amc_history.role_on(f.instance_id) is not null) then
    perform amc_history.refuse('workflow_not_found', format('No workflow %s on an instance %s that you may use.',
      coalesce(quote_literal(left(accept_header.workflow_id, 200)), 'null'),
      coalesce(quote_literal(left(accept_header.instance_id, 200)), 'null')), 'Check both ids.', 'PT404');
  end if;
  perform amc_history.require_role(accept_header.instance_id, 'analyst');
  -- The newest is the one that the stoppage describes.
  update amc_history.result_headers h set accepted_at = amc_history.clock_now(), accepted_by = amc_history.actor()
    where h.accepted_at is null and (h.instance_id, h.workflow_id, h.header_key) = (
      select n.instance_id, n.workflow_id, n.header_key from amc_history.result_headers n
      where n.instance_id = accept_header.instance_id and n.workflow_id = accept_header.workflow_id
      order by n.seen_at desc, n.header_key limit 1)
    returning h.* into accepted;
  if not found then
    return row('already_applied', null, 0)::public.control_report;
  end if;
  perform amc_history.end_stoppage('workflow_header', subject);
  perform amc_history.record_action('header_accepted', accept_header.instance_id,
    execution_id => accepted.execution_id, detail => jsonb_build_object('workflow_id', accept_header.workflow_id,
      'difference', accepted.difference));
  return row('applied', null, (select count(*) from public.week_attempts a
    join public.workflow_executions e on e.id = a.execution_id
    join public.report_data_weeks w on w.id = a.week_id
    join public.report_data_collections c on c.id = w.collection_id
    where a.is_live and e.status = 'SUCCEEDED' and c.instance_id = accept_header.instance_id
      and c.workflow_id = accept_header.workflow_id))::public.control_report;
end;
$function$
;
comment on function amc_history.accept_header(text,text) is
  'See public.accept_header. Definer: users may not write headers. It checks first that the caller is a member.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.accept_invitation(token text)
 RETURNS TABLE(instance_id text, role text)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  roles constant text[] := array['viewer', 'analyst', 'admin'];
  invitation public.invitations;
begin
  if auth.uid() is null then
    perform amc_history.refuse('user_needed', 'Expected a signed-in user, got none.',
      'Sign in, then open the link again.', 'PT403');
  end if;
  for invitation in
    select * from amc_history.open_invitations(accept_invitation.token) v order by v.instance_id
  loop
    insert into public.amc_instance_members as m (instance_id, user_id, role)
    values (invitation.instance_id, auth.uid(), invitation.role)
    on conflict (instance_id, user_id) do update set role = excluded.role
      where array_position(roles, m.role) < array_position(roles, excluded.role);
    update public.invitations v set accepted_at = amc_history.clock_now(), accepted_by = auth.uid()
    where v.id = invitation.id;
    perform amc_history.record_action('invitation_accepted', invitation.instance_id,
      detail => jsonb_build_object('invitation', invitation.id, 'invited_by', invitation.invited_by));
    return query select m.instance_id, m.role from public.amc_instance_members m
    where m.instance_id = invitation.instance_id and m.user_id = auth.uid();
  end loop;
end;
$function$
;
comment on function amc_history.accept_invitation(text) is
  'See public.accept_invitation. Definer: users may not write memberships and invitations.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.accept_wake_up(sent_at timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  tick constant timestamptz := coalesce((select h.at from amc_history.heartbeats h where h.name = 'tick'), '-infinity');
begin
  -- Once a person is told, a tick alone shows that the worker works: it is one trouble, whichever way it shows.
  if not exists (select from public.tracking_alerts t
      where t.code = 'worker_unreachable' and t.resolved_at is null) then
    perform amc_history.end_stoppage('wake_up', 'collect');
  end if;
  -- A tick that ended since it was sent has answered it, whenever its answer is read.
  insert into amc_history.heartbeats as h (name, at)
  select 'wake_up_accepted', accept_wake_up.sent_at where accept_wake_up.sent_at > tick
  on conflict (name) do update set at = excluded.at where h.at <= tick;
end;
$function$
;
comment on function amc_history.accept_wake_up(timestamp with time zone) is
  'Records that collect accepted a wake-up, and since when it has owed a tick. sent_at: when it was queued.';

CREATE OR REPLACE FUNCTION amc_history.actor()
 RETURNS text
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select coalesce(auth.uid()::text, auth.role(), session_user::text);
$function$
;
comment on function amc_history.actor() is
  'Who makes a request: the signed-in user''s id, else the role of the API key, else the role that logged in to the
database.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.add_counts(one jsonb, other jsonb)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
  select coalesce(jsonb_object_agg(name, n), '{}') from (
    select c.key as name, sum(c.value::bigint) as n
    from (select * from jsonb_each_text(add_counts.one) union all select * from jsonb_each_text(add_counts.other)) c
    group by c.key
  ) s;
$function$
;
comment on function amc_history.add_counts(jsonb,jsonb) is
  'Adds up two counts by name, {"column": n}.';

CREATE OR REPLACE FUNCTION amc_history.add_member(instance_id text, member text, role text DEFAULT 'admin'::text)
 RETURNS uuid
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  added constant uuid := amc_history.find_user(add_member.member);
begin
  if not exists (select from public.amc_instances i where i.id = add_member.instance_id) then
    perform amc_history.refuse('instance_not_found', format('No instance %s.',
      quote_nullable(left(add_member.instance_id, 100))),
      'Connect it first, with amc_history.connect_instance.', 'PT404');
  end if;
  perform amc_history.check_role(add_member.role);
  perform amc_history.lock_membership(array[add_member.instance_id], added);
  insert into public.amc_instance_members as m (instance_id, user_id, role)
  values (add_member.instance_id, added, add_member.role)
  on conflict (instance_id, user_id) do update set role = excluded.role where m.role <> excluded.role;
  return added;
end;
$function$
;
comment on function amc_history.add_member(text,text,text) is
  'Makes a user a member of an instance, or gives a member another role. member: a user''s id, or an address that
exactly one user has confirmed. role: admin, analyst or viewer. Answers the user''s id. Leaves an event member_added or
member_role_set. Refuses with user_not_found, user_ambiguous, instance_not_found, role_unknown. Run at a database
prompt, as postgres.';

CREATE OR REPLACE FUNCTION amc_history.add_settled_weeks(collection_id uuid)
 RETURNS integer
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  collection public.report_data_collections;
  settled record;
  added integer;
begin
  -- The instance first, as everywhere.
  perform from public.amc_instances i where i.id = (select c.instance_id from public.report_data_collections c
    where c.id = add_settled_weeks.collection_id) for no key update;
  select * into collection from public.report_data_collections c where c.id = add_settled_weeks.collection_id
    and c.keep_current for no key update;
  settled := amc_history.settled_weeks(collection);
  if collection.id is null or settled.last_day is null then
    return 0;
  end if;
  update public.report_data_collections c set kept_until = settled.last_day where c.id = collection.id;
  added := amc_history.add_weeks(collection.id, settled.first_day, settled.last_day, collection.kept_by);
  update public.amc_instances i set list_due_at = least(i.list_due_at, amc_history.clock_now())
  where i.id = collection.instance_id;
  perform amc_history.record_action('weeks_added', collection.instance_id, collection.id,
    detail => jsonb_build_object('from', settled.first_day, 'to', settled.last_day, 'weeks', added));
  return added;
end;
$function$
;
comment on function amc_history.add_settled_weeks(uuid) is
  'Adds the weeks of a collection that have settled since its end, if it is kept current: due at once, or held while it
is paused. Each once, since it holds the collection and moves kept_until. Answers how many.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.add_weeks(collection_id uuid, first_day date, last_day date, requested_by uuid)
 RETURNS integer
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  due constant timestamptz := amc_history.next_due_at(add_weeks.collection_id);
  added integer;
begin
  update public.report_data_collections c
  set start_date = least(c.start_date, add_weeks.first_day), end_date = greatest(c.end_date, add_weeks.last_day)
  where c.id = add_weeks.collection_id;
  insert into public.report_data_weeks (collection_id, week_start_date, week_end_date, due_at, requested_by)
  select add_weeks.collection_id, d.day::date, d.day::date + 6, due, add_weeks.requested_by
  from generate_series(add_weeks.first_day::timestamp, add_weeks.last_day, interval '7 days') d(day)
  where not exists (select from public.report_data_weeks w
    where w.collection_id = add_weeks.collection_id and w.week_start_date = d.day::date);
  get diagnostics added = row_count;
  return added;
end;
$function$
;
comment on function amc_history.add_weeks(uuid,date,date,uuid) is
  'Adds the weeks between two days that a collection does not have, all due at once, and widens its dates. Answers how
many. The caller holds the locks of instance and collection.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.administers(instance_id text)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select coalesce(amc_history.role_on(administers.instance_id) = 'admin', false);
$function$
;
comment on function amc_history.administers(text) is
  'Whether the caller is an admin of an instance, or whoever acts for all users; of null (all instances) only the
latter.';

CREATE OR REPLACE FUNCTION amc_history.adopt_execution(week report_data_weeks, instance amc_instances, execution_id
    text, details jsonb, event text)
 RETURNS text
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  attempt public.week_attempts;
  free integer;
begin
  if week.due_at is null
      or exists (select from public.week_attempts a where a.week_id = week.id and a.is_live) then
    return 'not_needed';
  end if;
  select s into free from amc_history.free_slots(instance) s limit 1;
  if free is null then
    return 'no_slot';
  end if;
  if amc_history.insert_execution(adopt_execution.execution_id, week.id, adopt_execution.details, true) is null then
    return 'already_recorded';
  end if;
  perform amc_history.release_slots(instance.id);
  insert into public.week_attempts (week_id, instance_id, number, kind, state, intended_at, settle_after,
    fingerprint, window_key, slot, execution_id)
  select week.id, instance.id,
    1 + (select coalesce(max(a.number), 0) from public.week_attempts a where a.week_id = week.id),
    case week.status when 'completed' then 'restated' else 'collected' end, 'created',
    amc_history.clock_now(), amc_history.clock_now(),
    least(greatest(coalesce((amc_history.read_observation(adopt_execution.details)).timeout_seconds, 21600), 21600),
      86400),
    amc_history.window_key(c.workflow_id, week.time_window_start, c.time_zone, c.parameters_hash),
    free, adopt_execution.execution_id
  from public.report_data_collections c where c.id = week.collection_id
  on conflict do nothing
  returning * into attempt;
  if attempt.id is null then
    -- A live attempt of another collection asks for the same window: this week waits for it, as before a create.
    delete from public.workflow_executions e where e.id = adopt_execution.execution_id;
    return 'window_taken';
  end if;
  -- A week that shows a result keeps showing it, as when it is restated by a create.
  update public.report_data_weeks w set due_at = null,
    status = case w.status when 'completed' then 'completed' else 'running' end,
    execution_id = case w.status when 'completed' then w.execution_id else adopt_execution.execution_id end
  where w.id = week.id;
  perform amc_history.record_event(adopt_execution.event, attempt, week, adopt_execution.execution_id,
    adopt_execution.details);
  return 'adopted';
end;
$function$
;
comment on function amc_history.adopt_execution(report_data_weeks,amc_instances,text,jsonb,text) is
  'Gives a waiting week an execution that AMC has already, by an attempt that nobody POSTs. details: an
amc_history.execution_observation as JSON. event: the code of the event that records it. Answers adopted, not_needed
(the week does not wait), no_slot, window_taken (another live attempt asked for the same window) or already_recorded.
The caller holds the locks of instance and week.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.after_restore()
 RETURNS bigint
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  marked bigint;
begin
  perform amc_history.beat('restored');
  with open_week as (
    update public.report_data_weeks w set surveyed_at = null
    where w.surveyed_at is not null and (w.due_at is not null or w.finished_at is null)
    returning w.instance_id
  ),
  instance as (
    select o.instance_id, count(*) as weeks from open_week o group by o.instance_id
  ),
  recorded as (
    select i.weeks, amc_history.record_action('weeks_to_be_surveyed', i.instance_id,
      detail => jsonb_build_object('weeks', i.weeks)) from instance i
  )
  select coalesce(sum(r.weeks), 0) into marked from recorded r;
  -- Nobody watched since the schedule stopped.
  update public.week_attempts a
  set watch_until = greatest(a.watch_until, amc_history.clock_now() + (amc_history.allowances()).watch)
  where a.watch_until > (select h.at from amc_history.heartbeats h where h.name = 'dispatch');
  update public.amc_instances i set list_due_at = amc_history.clock_now()
  where i.list_due_at > amc_history.clock_now();
  return marked;
end;
$function$
;
comment on function amc_history.after_restore() is
  'Has each week looked for in AMC''s list before anything is created for it again, those that wait now and those
that become due later: a restored backup does not know what AMC has run since. What was watched when the schedule
last ran is watched on. Called by itself after a gap in the schedule (amc_history.survey_after_gap), and by the
operator. Answers how many weeks it marked.';

CREATE OR REPLACE FUNCTION amc_history.alert_cause_persists(alert tracking_alerts)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select case alert.code
    when 'reconnect_needed' then exists (select from public.amc_instances i
      where i.id = alert.instance_id and i.paused_until = 'infinity')
    when 'unknown_outcome' then exists (select from public.week_attempts a
      where a.week_id = alert.week_id and a.state = 'unknown')
    else exists (select from public.stoppages s
      where s.ended_at is null and s.instance_id is not distinct from alert.instance_id
        and amc_history.stoppage_alert_subject(s) = alert.subject)
  end;
$function$
;
comment on function amc_history.alert_cause_persists(tracking_alerts) is
  'Whether the cause of an alert still blocks work, so that resolving the alert alone would hide it.';

CREATE OR REPLACE FUNCTION amc_history.alert_item(alert tracking_alerts)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select jsonb_build_object('code', (alert).code, 'message', left((alert).message, 1000),
    'next_step', (alert).next_step, 'instance_id', (alert).instance_id, 'week_id', (alert).week_id,
    'collection_id', coalesce((select w.collection_id::text from public.report_data_weeks w
      where w.id = (alert).week_id), (alert).detail ->> 'collection_id'),
    'raised_at', (alert).raised_at, 'resolved_at', (alert).resolved_at, 'times', (alert).times);
$function$
;
comment on function amc_history.alert_item(tracking_alerts) is
  'What is told of an alert.';

CREATE OR REPLACE FUNCTION amc_history.allowances()
 RETURNS amc_history.allowances
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  found_row amc_history.allowances;
begin
  select * into strict found_row from amc_history.allowances;
  return found_row;
end;
$function$
;
comment on function amc_history.allowances() is
  'The allowances. Raises if their row was deleted: without it every wait would be null. Definer: functions that run
with a worker''s or a signed-in user''s rights need them, and no API role has a right on the table.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.amc_credential(credential_name text)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  -- The cast of what is no JSON would put the secret into an error, and so into Postgres's log.
  select case when pg_input_is_valid(s.decrypted_secret, 'jsonb') then s.decrypted_secret::jsonb end
  from vault.decrypted_secrets s where s.name = amc_credential.credential_name;
$function$
;
comment on function amc_history.amc_credential(text) is
  'The Login with Amazon credential {client_id, client_secret, refresh_token} under a name in Vault; null if there is
none, or no JSON. On the direct connection only.';

CREATE OR REPLACE FUNCTION amc_history.amc_deadline(attempt week_attempts, execution workflow_executions)
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select coalesce(execution.amc_expires_at, coalesce(execution.amc_created_at, attempt.intended_at) + l.queued_longest)
    + make_interval(secs => greatest(execution.timeout_seconds, attempt.fingerprint))
  from amc_history.allowances() l;
$function$
;
comment on function amc_history.amc_deadline(week_attempts,workflow_executions) is
  'When AMC itself should have ended an attempt''s execution at the latest: it may begin until AMC''s expireTime, 24
hours after it was created (captured, H), and then run for its timeout (SPEC, H).';

CREATE OR REPLACE FUNCTION amc_history.apply_column_types()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET lock_timeout TO '5s'
AS $function$
declare
  told jsonb := (select e.output_columns from public.workflow_executions e where e.id = new.execution_id);
  target amc_history.result_tables;
begin
  -- Two first loads meet only here: the second finds the types that the first has set.
  update amc_history.result_tables t set types = amc_history.column_types(t.header, told)
    where t.table_name = new.table_name and t.types is null
      and amc_history.column_types(t.header, told) is not null
    returning * into target;
  if not found then
    return null;
  end if;
  update public.amc_workflows f set output_columns = told
  where f.instance_id = target.instance_id and f.id = target.workflow_id and f.output_columns is null;
  perform amc_history.create_result_views(target);
  return null;
exception
  -- The result matters more than its types: the next load sets them.
  when dependent_objects_still_exist or lock_not_available then
    perform amc_history.raise_alert('types_not_applied', format(
      'AMC named the types of the columns of public.results_%s, but other objects depend on the view, so its columns '
      'stay text: %s Drop what depends on it; the next load creates the view with its types.',
      new.table_name, sqlerrm), new.instance_id);
    return null;
end;
$function$
;
comment on function amc_history.apply_column_types() is
  'Gives a workflow version''s view its types as soon as an execution carries AMC''s outputColumns: when a load begins,
or at the latest in the transaction that completes it. Definer: whoever writes loads need not own the views.';

CREATE OR REPLACE FUNCTION amc_history.apply_create_verdict(attempt week_attempts, week report_data_weeks, verdict text,
    message text, paused_until timestamp with time zone)
 RETURNS text
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  now_at timestamptz := amc_history.clock_now();
begin
  case apply_create_verdict.verdict
    when 'not_sent' then
      perform amc_history.end_attempt(attempt.id, 'not_sent');
      perform amc_history.reschedule_week(week, now_at);
    when 'quota' then
      perform amc_history.end_attempt(attempt.id, 'quota');
      -- A pause without an end lasts until a person ends it: then the week is due at once.
      perform amc_history.reschedule_week(week, case when isfinite(apply_create_verdict.paused_until)
        then apply_create_verdict.paused_until else now_at end);
    when 'workflow_not_visible' then
      perform amc_history.end_attempt(attempt.id, 'not_visible');
      perform amc_history.reschedule_week(week, now_at);
      perform amc_history.hold_unseen_workflow(attempt, week, apply_create_verdict.message);
      return 'workflow_held';
    when 'refused' then
      return amc_history.weigh_refusal(attempt, week, apply_create_verdict.message);
    when 'throttled', 'unauthorized' then
      -- AMC answered, so the create is not under way any more; but AMC's list may lag if it took it all the same.
      update public.week_attempts a set state = 'unknown', leased_until = null,
        settle_after = now_at + make_interval(secs => (select i.list_lag_seconds
          from public.amc_instances i where i.id = a.instance_id))
      where a.id = attempt.id;
    else
      update public.week_attempts a set state = 'unknown', leased_until = null where a.id = attempt.id;
  end case;
  return null;
end;
$function$
;
comment on function amc_history.apply_create_verdict(week_attempts,report_data_weeks,text,text,timestamp with time zone)
    is
  'Does to an attempt and its week what the verdict on its create asks for (see public.report_create). Only refused
counts as an error. Answers what else is held up: collection_held, workflow_held or null.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.apply_report(week report_data_weeks, live week_attempts, status text, data jsonb,
    execution_id text)
 RETURNS tracking_report
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  untracked text;
begin
  -- 9, a restatement that failed
  if week.status = 'completed' and apply_report.status = 'failed' then
    perform amc_history.finish_week(week, live, 'failed');
    perform amc_history.record_event('restatement_failed', live, week, apply_report.execution_id);
    return row('applied', 'result_kept', week.status, week.execution_id)::public.tracking_report;
  end if;
  if live.id is null and apply_report.execution_id is not null
      and apply_report.execution_id is distinct from week.execution_id then
    -- 8
    untracked := amc_history.write_week_with_execution(week, apply_report.status, apply_report.data,
      apply_report.execution_id);
    select * into week from public.report_data_weeks w where w.id = week.id;
  else
    -- 9
    week := amc_history.write_week(week, apply_report.status, apply_report.data, apply_report.execution_id);
  end if;
  if live.id is not null and apply_report.status <> 'running' then
    perform amc_history.finish_week(week, live, apply_report.status);
  end if;
  perform amc_history.record_event('week_' || apply_report.status, live, week, apply_report.execution_id,
    jsonb_strip_nulls(jsonb_build_object('untracked', untracked)));
  if untracked is not null then
    perform amc_history.raise_alert('execution_untracked', format('Week %s was reported with status %s, which is '
      'stored, and with an execution id that could not be: %s. Find the execution in AMC''s list and report its id.',
      week.id, week.status, untracked), week.instance_id, week.id,
      jsonb_build_object('execution_id', left(apply_report.execution_id, 200)));
    return row('applied_untracked', untracked, week.status, week.execution_id)::public.tracking_report;
  end if;
  return row('applied', null, week.status, week.execution_id)::public.tracking_report;
end;
$function$
;
comment on function amc_history.apply_report(report_data_weeks,week_attempts,text,jsonb,text) is
  'Stores a report that passed rules 1 to 7 of update_week_status, and what follows from it. Answers applied or
applied_untracked.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.archive_collection(collection_id uuid)
 RETURNS control_report
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  collection public.report_data_collections := amc_history.lock_controlled_collection(archive_collection.collection_id);
  held integer;
begin
  if collection.archived_at is not null then
    return row('already_applied', null, 0)::public.control_report;
  end if;
  update public.report_data_collections c set archived_at = amc_history.clock_now(),
    paused_at = coalesce(c.paused_at, amc_history.clock_now())
  where c.id = collection.id;
  held := amc_history.hold_weeks(collection.id);
  perform amc_history.record_action('collection_archived', collection.instance_id, collection.id,
    detail => jsonb_build_object('weeks', held));
  return row('applied', null, held)::public.control_report;
end;
$function$
;
comment on function amc_history.archive_collection(uuid) is
  'See public.archive_collection. Definer: users may not write collections and weeks.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.attempts_to_list(instance_id text)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return (select coalesce(jsonb_agg(jsonb_build_object(
      'attempt_id', a.id, 'week_id', w.id, 'collection_id', c.id, 'execution_id', a.execution_id,
      'state', case a.state when 'ended' then a.outcome else a.state end,
      'workflow_id', c.workflow_id, 'time_zone', c.time_zone,
      'time_window_start', w.time_window_start,
      'time_window_end', w.time_window_end,
      'window_start_at', w.week_start_date::timestamp at time zone c.time_zone,
      'window_end_at', (w.week_start_date + 7)::timestamp at time zone c.time_zone,
      'fingerprint', a.fingerprint, 'intended_at', a.intended_at, 'confirmed_execution_id', a.confirmed_execution_id,
      'matcher_proved', i.matcher_proved_at is not null, 'window_proved', i.window_proved_at is not null,
      'held_up', amc_history.is_held_up('execution', coalesce(a.execution_id, a.confirmed_execution_id)))
      order by a.intended_at, a.id), '[]')
    from public.week_attempts a
    join public.report_data_weeks w on w.id = a.week_id
    join public.report_data_collections c on c.id = w.collection_id
    join public.amc_instances i on i.id = a.instance_id
    left join public.workflow_executions e on e.id = a.execution_id
    where a.instance_id = attempts_to_list.instance_id
      and (a.is_live and (a.state = 'unknown' or a.state = 'created' and not coalesce(e.has_ended, false))
        or a.watch_until > amc_history.clock_now()));
end;
$function$
;
comment on function amc_history.attempts_to_list(text) is
  'The attempts of an instance that a listing is for: those whose create got no answer, those under way, and those
that were given up and are still watched. Answers an array, oldest intent first, of {attempt_id, week_id,
collection_id, execution_id (null until it is known), state (unknown, created, abandoned or let_go), workflow_id,
time_zone, time_window_start, time_window_end (local, as sent to AMC), window_start_at, window_end_at (the same as
instants),
fingerprint, intended_at, confirmed_execution_id (which a person named), matcher_proved (whether the instance''s list is
proved to show its executions), window_proved (whether at least by workflow, window and zone), held_up (whether AMC is
not to be asked for its execution now)}. Parameters, which may be large, are not among them: see
public.collection_parameters.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.back_own_collection()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  insert into public.collection_backers (collection_id, user_id) values (new.id, new.created_by) on conflict do nothing;
  return null;
end;
$function$
;
comment on function amc_history.back_own_collection() is
  'Whoever starts a collection stands behind it. Definer: as amc_history.follow_standing.';

CREATE OR REPLACE FUNCTION amc_history.backfill_execution_ids(collection_id uuid, instance_id text, since date, dry_run
    boolean)
 RETURNS id_backfill_report
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  searched constant text := amc_history.lock_searched_instance(backfill_execution_ids.collection_id,
    backfill_execution_ids.instance_id);
  now_at constant timestamptz := amc_history.clock_now();
  kept constant integer := (amc_history.allowances()).retention_months;
  first_day constant date := coalesce(backfill_execution_ids.since, (now_at - make_interval(months => kept))::date);
  plan public.id_backfill_report := amc_history.plan_id_backfill(searched, backfill_execution_ids.collection_id,
    first_day);
  running public.id_backfills;
begin
  if first_day < '2000-01-01' then
    perform amc_history.refuse('since_not_valid', format('Expected a day since 2000-01-01, got %s.', first_day),
      'Leave since out for as far back as AMC keeps data.');
  end if;
  select * into running from public.id_backfills b where b.instance_id = searched and b.ended_at is null;
  if backfill_execution_ids.dry_run then
    return plan;
  elsif running.id is not null then
    plan.backfill_id := running.id;
    plan.outcome := case when running.collection_id is not distinct from backfill_execution_ids.collection_id
      and running.asked_since is not distinct from backfill_execution_ids.since
      then 'already_applied' else 'rejected' end;
    plan.reason := case plan.outcome when 'rejected' then 'backfill_in_progress' end;
    return plan;
  elsif plan.weeks = 0 then
    plan.outcome := 'already_applied';
    plan.reason := 'no_week_lacks_an_id';
    return plan;
  end if;
  insert into public.id_backfills (instance_id, collection_id, since, asked_since, actor, list_from, list_until,
    most_calls)
  values (searched, backfill_execution_ids.collection_id, first_day, backfill_execution_ids.since, amc_history.actor(),
    plan.list_from, now_at, plan.calls_at_most)
  returning id into plan.backfill_id;
  insert into public.id_backfill_weeks (backfill_id, week_id, instance_id, is_wanted, begins_at, ends_at)
  select plan.backfill_id, w.id, searched,
    backfill_execution_ids.collection_id is null or c.id = backfill_execution_ids.collection_id,
    w.week_start_date::timestamp at time zone c.time_zone, (w.week_end_date + 1)::timestamp at time zone c.time_zone
  from amc_history.weeks_without_id(searched) w
  join public.report_data_collections c on c.id = w.collection_id
  where w.week_start_date >= first_day;
  perform amc_history.record_action('id_backfill_started', searched, backfill_execution_ids.collection_id,
    detail => jsonb_build_object('backfill_id', plan.backfill_id, 'since', first_day, 'weeks', plan.weeks));
  plan.outcome := 'applied';
  return plan;
end;
$function$
;
comment on function amc_history.backfill_execution_ids(uuid,text,date,boolean) is
  'See public.backfill_execution_ids. Definer: users may not write searches.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.beat(name text)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
  insert into amc_history.heartbeats as h (name) values (beat.name)
  on conflict (name) do update set at = excluded.at;
$function$
;
comment on function amc_history.beat(text) is
  'Records that something happened now; see amc_history.heartbeats. Definer: a worker''s tick is one of them, and no API
role has a right on the table.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.begin_load(attempt_id uuid, fence integer, header text[], files integer DEFAULT
    1, segment_bytes bigint DEFAULT 67108864, file_ids text[] DEFAULT NULL::text[], OUT load_id uuid, OUT copy_statement
    text)
 RETURNS record
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  attempt public.week_attempts;
  workflow public.amc_workflows;
  target amc_history.result_tables;
  load public.result_loads;
begin
  select f.* into workflow from public.week_attempts a
    join public.report_data_weeks w on w.id = a.week_id
    join public.report_data_collections c on c.id = w.collection_id
    join public.amc_workflows f on f.instance_id = c.instance_id and f.id = c.workflow_id
    where a.id = begin_load.attempt_id;
  -- Two first results of one workflow version at once would both create its table.
  perform amc_history.take_lock('amc_results ' || workflow.result_table);
  attempt := amc_history.lock_load(begin_load.attempt_id, begin_load.fence);
  target := amc_history.prepare_result_table(workflow, attempt, begin_load.header);
  if target.table_name is null then
    return;
  end if;
  delete from public.result_loads l where l.execution_id = attempt.execution_id and not l.complete;
  insert into public.result_loads (execution_id, fence, table_name, header, columns, files, segment_bytes,
    file_ids)
  values (attempt.execution_id, begin_load.fence, target.table_name, begin_load.header,
    array(select target.columns[place] from unnest(amc_history.match_header(target.header, begin_load.header))
      with ordinality as t(place, i) order by i), begin_load.files, begin_load.segment_bytes,
    begin_load.file_ids)
  returning * into load;
  load_id := load.id;
  copy_statement := amc_history.copy_statement(load);
end;
$function$
;
comment on function amc_history.begin_load(uuid,integer,text[],integer,bigint,text[]) is
  'Begins a load of an attempt''s execution from the start, for the worker that holds its fence: creates the results
table with the first header, and answers the COPY statement that takes records; both null if the load waits, for a
person who accepts the header or for another load: then its lease has ended.

header: column names as in the file. files: how many the result has. segment_bytes, file_ids: see result_loads.
Refuses with too_many_columns, column_name_too_long (AH002) or stale_load (AH001).';

CREATE OR REPLACE FUNCTION amc_history.cancel_collection(collection_id uuid)
 RETURNS control_report
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  collection public.report_data_collections := amc_history.lock_controlled_collection(cancel_collection.collection_id);
  week public.report_data_weeks;
  cancelled integer := 0;
begin
  if collection.cancelled_at is not null then
    return row('already_applied', null, 0)::public.control_report;
  end if;
  update public.report_data_collections c set cancelled_at = amc_history.clock_now() where c.id = collection.id;
  perform amc_history.end_stoppage('collection', collection.id::text);
  perform amc_history.end_stoppage('standing', collection.id::text);
  for week in
    select w.* from public.report_data_weeks w where w.collection_id = collection.id
      and (w.finished_at is null or w.due_at is not null
        or exists (select from public.week_attempts a where a.week_id = w.id and a.is_live))
    order by w.id for no key update
  loop
    update public.report_data_weeks w set due_at = null,
      status = case when w.finished_at is null then 'cancelled' else w.status end
    where w.id = week.id;
    perform amc_history.request_cancel(week);
    cancelled := cancelled + (week.finished_at is null)::integer;
  end loop;
  perform amc_history.record_action('collection_cancelled', collection.instance_id, collection.id,
    detail => jsonb_build_object('weeks', cancelled));
  return row('applied', null, cancelled)::public.control_report;
end;
$function$
;
comment on function amc_history.cancel_collection(uuid) is
  'See public.cancel_collection. Definer: users may not write collections, weeks and attempts.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.cancel_id_backfill(backfill_id uuid)
 RETURNS control_report
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  backfill public.id_backfills;
  now_at constant timestamptz := amc_history.clock_now();
  left_out integer;
begin
  select b.* into backfill from public.id_backfills b
  where b.id = cancel_id_backfill.backfill_id and amc_history.role_on(b.instance_id) is not null;
  if not found then
    perform amc_history.refuse('search_not_found', format('No search %s that you may cancel.',
      coalesce(cancel_id_backfill.backfill_id::text, 'without an id')),
      'id_backfill_states has the searches.', 'PT404');
  end if;
  perform amc_history.lock_searched_instance(null, backfill.instance_id);
  update public.id_backfills b set list_ended_at = coalesce(b.list_ended_at, now_at), ended_at = now_at,
    leased_until = null, fence = b.fence + 1
  where b.id = backfill.id and b.ended_at is null;
  if not found then
    return row('already_applied', null, 0)::public.control_report;
  end if;
  update public.id_backfill_weeks w set outcome = 'not_searched', reason = 'cancelled', decided_at = now_at
  where w.backfill_id = backfill.id and w.is_wanted and w.outcome = 'searching';
  get diagnostics left_out = row_count;
  perform amc_history.end_stoppage('id_backfill', backfill.id::text);
  perform amc_history.record_action('id_backfill_cancelled', backfill.instance_id, backfill.collection_id,
    detail => jsonb_build_object('backfill_id', backfill.id, 'weeks', left_out));
  return row('applied', null, left_out)::public.control_report;
end;
$function$
;
comment on function amc_history.cancel_id_backfill(uuid) is
  'See public.cancel_id_backfill. Definer: users may not write searches.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.cancel_orphaned_attempt()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  -- Runs at the end of the transaction: a function that ended the week has ended its attempt by then, or a person has
  -- taken the week up again.
  if exists (select from public.week_attempts a join public.report_data_weeks w on w.id = a.week_id
      where a.week_id = new.id and a.is_live and w.finished_at is not null
      and not (w.status = 'completed' and a.kind = 'restated')) then
    perform amc_history.request_cancel(new);
  end if;
  return null;
end;
$function$
;
comment on function amc_history.cancel_orphaned_attempt() is
  'Cancels at AMC what a week still has under way that somebody ended by hand. The attempt keeps its slot until AMC
shows that the execution ended. Definer: it runs at the end of the transaction, when the role is the caller''s again.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.canonical_status(status text)
 RETURNS text
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
declare
  plain constant text := upper(btrim(left(canonical_status.status, 200)));
begin
  return case plain when 'CANCELED' then 'CANCELLED' else plain end;
end;
$function$
;
comment on function amc_history.canonical_status(text) is
  'AMC''s status in the form in which SPEC writes it: capitals, CANCELLED with two l (H). Cut to 200 characters.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.cell_fits_sql(cell text, sql_type text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
  select case when cell_fits_sql.sql_type = 'text' then 'true' else
    (select format('(%s)', string_agg(fits, ' or ')) from amc_history.cell_forms(cell_fits_sql.cell,
      cell_fits_sql.sql_type)) end;
$function$
;
comment on function amc_history.cell_fits_sql(text,text) is
  'SQL that says whether a cell can be read as a type of amc_history.column_types. cell: SQL of the cell, of type
text.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.cell_forms(cell text, sql_type text)
 RETURNS TABLE(fits text, value text)
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
  -- The form first, since Postgres would also read today, NaN, 1_000, 1/2/25 and 25-1-6; the length before that.
  select replace(replace(replace(replace(f.fits, '<day>', '[0-9]{4}-[0-9][0-9]-[0-9][0-9]'),
      '<time>', '[0-9][0-9]:[0-9][0-9]:[0-9][0-9]'), '<b>', '[ \t]*'), '#', cell_forms.cell),
    replace(f.value, '#', cell_forms.cell)
  from (values
    -- Within these bounds every text of this form is a numeric; pg_input_is_valid would parse it a second time.
    ('numeric', $q$(octet_length(#) < 1000
      and # ~ '^<b>[-+]?[0-9]*[.]?[0-9]+(?:[eE][-+]?[0-9][0-9]?[0-9]?)?<b>$')$q$, '#::numeric'),
    ('date', $q$(octet_length(#) < 99 and # ~ '^<b><day><b>$'
      and pg_catalog.pg_input_is_valid(#, 'date'))$q$, '#::date'),
    -- At midnight UTC: with any other time or offset it may be another day.
    ('date', $q$(octet_length(#) < 99
      and # ~ '^<b><day>[T ]00:00:00(?:[.]0{1,9})?(?:Z| ?UTC|[-+]00(?::?00)?)?<b>$'
      and pg_catalog.pg_input_is_valid(left(btrim(#, E' \t'), 10), 'date'))$q$,
      $q$left(btrim(#, E' \t'), 10)::date$q$),
    -- Z and UTC say nothing new of a time in UTC, and Postgres drops them.
    ('timestamp', $q$(octet_length(#) < 99
      and # ~ '^<b><day>[T ]<time>(?:[.][0-9]{1,6})?(?:Z| ?UTC)?<b>$'
      and pg_catalog.pg_input_is_valid(#, 'timestamp'))$q$, '#::timestamp'),
    -- Postgres keeps six digits of a second, and would round the others, into the next day if need be: they are cut.
    ('timestamp', $q$(octet_length(#) < 99
      and # ~ '^<b><day>[T ]<time>[.][0-9]{7,9}(?:Z| ?UTC)?<b>$'
      and pg_catalog.pg_input_is_valid(left(btrim(#, E' \t'), 26), 'timestamp'))$q$,
      $q$left(btrim(#, E' \t'), 26)::timestamp$q$),
    ('timestamp', $q$(octet_length(#) < 99
      and # ~ '^<b><day>[T ]<time>(?:[.][0-9]{1,9})?[-+][0-9][0-9](?::?[0-9][0-9])?<b>$'
      and pg_catalog.pg_input_is_valid(regexp_replace(#, '([.][0-9]{6})[0-9]+', '\1'), 'timestamptz'))$q$,
      $q$(regexp_replace(#, '([.][0-9]{6})[0-9]+', '\1')::timestamptz at time zone 'UTC')$q$),
    ('boolean', $q$# in ('TRUE', 'FALSE', 'true', 'false')$q$, '#::boolean'),
    ('boolean', $q$(octet_length(#) < 99 and lower(btrim(#, E' \t')) in ('true', 'false'))$q$, '#::boolean')
  ) as f(sql_type, fits, value)
  where f.sql_type = cell_forms.sql_type;
$function$
;
comment on function amc_history.cell_forms(text,text) is
  'The forms in which a cell of a type of amc_history.column_types is read: SQL that says whether it has the form, and
SQL of its value then. cell: SQL of the cell, of type text.

AMC writes DATE as yyyy-MM-dd and TIMESTAMP as yyyy-MM-ddTHH:mm:ss.SSS (SPEC, M); the other forms are what it may
write. A time with an offset is that instant in UTC.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.change_keep_current(collection report_data_collections, keep_current boolean,
    settle_days integer, changed_by uuid)
 RETURNS integer
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  update public.report_data_collections c set keep_current = change_keep_current.keep_current,
    settle_days = change_keep_current.settle_days, kept_by = change_keep_current.changed_by,
    kept_until = case when c.keep_current and change_keep_current.keep_current then c.kept_until end
  where c.id = (collection).id;
  perform amc_history.record_action('keep_current_set', (collection).instance_id, (collection).id,
    detail => jsonb_build_object('settle_days', change_keep_current.settle_days,
      'keep_current', change_keep_current.keep_current),
    actor => coalesce(change_keep_current.changed_by::text, amc_history.actor()));
  return amc_history.add_settled_weeks((collection).id);
end;
$function$
;
comment on function amc_history.change_keep_current(report_data_collections,boolean,integer,uuid) is
  'Sets whether a collection is kept current, and after how many days a week has settled; adds the weeks that have.
Leaves an event with whoever changed it. Answers how many weeks it added. The caller holds the locks, and has checked
what is asked.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.change_membership(instance_id text, user_id uuid, role text)
 RETURNS control_report
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  former text;
begin
  perform amc_history.lock_membership(array[change_membership.instance_id], change_membership.user_id);
  if change_membership.role is not null or change_membership.user_id is distinct from auth.uid() then
    -- Again, under the lock: an admin who was removed or demoted meanwhile changes nobody.
    perform amc_history.require_admin(change_membership.instance_id);
  end if;
  select m.role into former from public.amc_instance_members m
  where m.instance_id = change_membership.instance_id and m.user_id = change_membership.user_id;
  if not found then
    perform amc_history.refuse('member_not_found', format('Instance %s has no member %s.',
      change_membership.instance_id, coalesce(change_membership.user_id::text, 'null')),
      'list_members answers the ids.', 'PT404');
  elsif former = change_membership.role then
    return row('already_applied', null, 0)::public.control_report;
  end if;
  if change_membership.role is null then
    delete from public.amc_instance_members m
    where m.instance_id = change_membership.instance_id and m.user_id = change_membership.user_id;
  else
    update public.amc_instance_members m set role = change_membership.role
    where m.instance_id = change_membership.instance_id and m.user_id = change_membership.user_id;
  end if;
  if former = 'admin' and not amc_history.has_admin(change_membership.instance_id) then
    perform amc_history.refuse_last_admin(change_membership.instance_id);
  end if;
  return row('applied', null, 0)::public.control_report;
end;
$function$
;
comment on function amc_history.change_membership(text,uuid,text) is
  'Gives a member of an instance another role, or removes the member (role: null). For admins, and for who leaves.
Refuses with member_not_found, last_admin, and as amc_history.require_admin does.';

CREATE OR REPLACE FUNCTION amc_history.check_argument(argument text, asked amc_history.weeks_request, INOUT plan
    amc_history.weeks_plan)
 RETURNS amc_history.weeks_plan
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  range record;
begin
  case check_argument.argument
    when 'instance_id' then perform amc_history.require_analyst(asked.requested_by, asked.instance_id);
    when 'workflow_id' then plan.workflow := amc_history.workflow_to_start(asked);
    when 'parameter_values' then
      perform amc_history.check_parameters((plan.workflow).parameters, asked.parameter_values);
    when 'name' then perform amc_history.check_collection_name(asked.name);
    when 'time_zone' then plan.zone := amc_history.normal_time_zone(asked.time_zone);
    when 'week_starts_on' then plan.weekday := amc_history.normal_weekday(asked.week_starts_on, asked.start_date);
    when 'weeks' then
      -- Without a zone, the one in which it is latest: what is told then holds in each.
      range := amc_history.plan_range(asked.weeks, asked.start_date, asked.end_date, plan.weekday,
        coalesce(plan.zone, 'Etc/GMT-14'));
      plan.first_day := range.first_day;
      plan.last_day := range.last_day;
    when 'settle_days' then perform amc_history.check_settle_days(asked.settle_days);
  end case;
end;
$function$
;
comment on function amc_history.check_argument(text,amc_history.weeks_request,amc_history.weeks_plan) is
  'Refuses an argument of a request that is wrong (weeks: with the two dates), else enters what it says into the
plan.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.check_catch_up(collection report_data_collections, settle_days integer)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  most_weeks constant integer := (amc_history.allowances()).most_weeks;
  settled record;
begin
  settled := amc_history.settled_if_kept(collection, check_catch_up.settle_days);
  collection.keep_current := true;
  collection.kept_until := settled.last_day;
  if settled.last_day is not null
      and (amc_history.settled_if_kept(collection, check_catch_up.settle_days)).last_day is not null then
    perform amc_history.refuse('catch_up_too_long', format(
      'Expected at most %s settled weeks since the end of the collection, there are more from %s on.', most_weeks,
      settled.first_day), format('Ask for those weeks first, at most %s at once.', most_weeks));
  end if;
end;
$function$
;
comment on function amc_history.check_catch_up(report_data_collections,integer) is
  'Refuses to keep a collection current from settle_days on if more weeks have settled than are added at once
(catch_up_too_long): the rest would be added beyond the limits of whoever asks.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.check_cells()
 RETURNS bigint
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  load public.result_loads;
  at_once bigint;
  -- What of this run's work is left; a run does the piece of one large load, or several small ones.
  share numeric := 1;
  looked_at bigint := 0;
  piece bigint;
begin
  for load in select * from amc_history.loads_to_check() loop
    at_once := amc_history.lines_at_once(load.records, load.bytes);
    exit when share * at_once < 1;
    begin
      piece := amc_history.check_some_cells(load, floor(share * at_once)::bigint);
      looked_at := looked_at + piece;
      share := share - piece::numeric / at_once;
      perform amc_history.end_stoppage('job', 'amc-history-check/' || load.id);
    exception when query_canceled or others then
      perform amc_history.set_load_aside('amc-history-check', load.id, sqlstate, sqlerrm);
      -- The statement's time is over.
      exit when sqlstate = '57014';
    end;
  end loop;
  return looked_at;
end;
$function$
;
comment on function amc_history.check_cells() is
  'Counts the cells that do not fit their type in results that were too large to check while they were loaded, or whose
types became known later, and adds the count to their summaries and their weeks'' data: oldest first, in one run
rows_at_once rows or bytes_at_once bytes at most (amc_history.allowances). Its place is in result_loads.checked_lines.
A load that fails is set aside, and the others go on. Answers how many rows it looked at. Run by pg_cron.';

CREATE OR REPLACE FUNCTION amc_history.check_collection_name(name text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if char_length(check_collection_name.name) not between 1 and 200 then
    perform amc_history.refuse('name_out_of_range', format('Expected a name of 1 to 200 characters, got %s.',
      char_length(check_collection_name.name)), 'Shorten it, or leave it out.');
  end if;
end;
$function$
;
comment on function amc_history.check_collection_name(text) is
  'Refuses a collection''s name that is empty or longer than 200 characters (name_out_of_range). Null is none.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.check_credential(credential jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  names constant text[] := array['client_id', 'client_secret', 'refresh_token'];
  part text;
  value text;
begin
  foreach part in array names loop
    value := check_credential.credential ->> part;
    if jsonb_typeof(check_credential.credential -> part) is distinct from 'string' or value = '' then
      perform amc_history.refuse('credential_incomplete',
        format('Expected client_id, client_secret and refresh_token as texts, got none for %s.', part),
        'Take them from your Login with Amazon application and its consent.');
    elsif value ~ '[[:space:][:cntrl:]"'']' or value ~ '[^[:ascii:]]' or length(value) > 4000 then
      perform amc_history.refuse('credential_malformed',
        format('Expected %s without blanks, quotes or line breaks, got one that has some, or is too long.', part),
        'Copy it anew, without what stands around it.');
    elsif value like 'Atza|%' then
      perform amc_history.refuse('credential_is_access_token',
        format('Expected a refresh token, which begins with Atzr|, got an access token (Atza|) as %s.', part),
        'Take the refresh_token of the same answer: an access token ends after an hour.');
    elsif part <> 'client_id' and value like 'amzn1.application%' or part <> 'refresh_token' and value like 'Atzr|%'
      or part <> 'client_secret' and value like 'amzn1.oa2-cs.%'
      or part = 'client_id' and value like 'amzn1.application.%' then
      perform amc_history.refuse('credential_swapped',
        format('Expected the %s, got another part of a credential.', part),
        'client_id begins with amzn1.application-oa2-client, refresh_token with Atzr|.');
    end if;
  end loop;
end;
$function$
;
comment on function amc_history.check_credential(jsonb) is
  'Refuses a credential whose form cannot be right, in words that do not hold it: without a part
(credential_incomplete), with blanks or quotes (credential_malformed), with an access token
(credential_is_access_token), with parts in each other''s place (credential_swapped). Refresh tokens begin
with Atzr|, access tokens with Atza| (REF, H).';

CREATE OR REPLACE FUNCTION amc_history.check_declaration(declared jsonb, reads text[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  allowed constant amc_history.allowances := amc_history.allowances();
  fault text;
begin
  if jsonb_typeof(check_declaration.declared) is distinct from 'array' then
    fault := format('Expected parameters as a list, got %s.', coalesce(jsonb_typeof(check_declaration.declared),
      'null'));
  elsif jsonb_array_length(check_declaration.declared) > allowed.declared_parameters then
    fault := format('Expected at most %s parameters, got %s.', allowed.declared_parameters,
      jsonb_array_length(check_declaration.declared));
  else
    select format('Expected of parameter %s %s; got %s.', p.n, amc_history.parameter_fault(p.value, allowed),
      left(p.value::text, 200)) into fault
    from jsonb_array_elements(check_declaration.declared) with ordinality p(value, n)
    where amc_history.parameter_fault(p.value, allowed) is not null order by p.n limit 1;
    if fault is null and (select count(distinct p ->> 'name') from jsonb_array_elements(check_declaration.declared) p)
        < jsonb_array_length(check_declaration.declared) then
      fault := 'Expected another name for each parameter, got one twice.';
    end if;
  end if;
  if fault is not null then
    perform amc_history.refuse('parameters_invalid', fault,
      'Send a list of {name, dataType}, with columnType and defaultValue if you like.');
  end if;
  select string_agg(distinct quote_literal(r), ', ') into fault from unnest(check_declaration.reads) r
  where not exists (select from jsonb_array_elements(check_declaration.declared) p where p ->> 'name' = r);
  if fault is not null then
    perform amc_history.refuse('parameter_not_declared', format('The query reads %s, which parameters do not declare.',
      left(fault, 200)), 'Declare each parameter that the query reads.');
  end if;
end;
$function$
;
comment on function amc_history.check_declaration(jsonb,text[]) is
  'Refuses declared parameters that are not as AMC takes them (parameters_invalid), and a CUSTOM_PARAMETER that is read
and not declared (parameter_not_declared): AMC refuses it when it is saved (OS, M) or rejects it when it runs (KS, M;
CONFLICT).';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.check_effect(check_of text, asked amc_history.weeks_request, plan
    amc_history.weeks_plan, collection report_data_collections, earliest date, weeks integer)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  case check_effect.check_of
    when 'weeks' then perform amc_history.check_retention(check_effect.earliest, plan.workflow, plan.zone);
    when 'limits' then
      if check_effect.weeks > 0 then
        perform amc_history.check_start_limits(asked.requested_by, asked.instance_id, check_effect.weeks);
      end if;
    when 'keep_current' then
      if asked.keep_current and not collection.keep_current then
        perform amc_history.check_one_version(collection);
        collection.end_date := greatest(collection.end_date, plan.last_day);
        perform amc_history.check_catch_up(collection, coalesce(asked.settle_days, collection.settle_days));
      end if;
  end case;
end;
$function$
;
comment on function
    amc_history.check_effect(text,amc_history.weeks_request,amc_history.weeks_plan,report_data_collections,date,integer)
    is
  'Refuses what a planned request may not change: weeks that AMC keeps no longer (check_of: weeks; earliest: the first
of those to be made or opened), more than the limits (limits; weeks: how many), a second version of the query that is
kept current, or from too long ago (keep_current).';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.check_header(header text[])
 RETURNS void
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  longest constant integer := 1000;
  most constant integer := 1000;
  long record;
begin
  if cardinality(check_header.header) > most then
    raise exception 'Expected at most % columns, got %.', most, cardinality(check_header.header)
      using errcode = 'AH002', detail = 'too_many_columns', hint = 'Save a query with fewer columns.';
  end if;
  select i, length(name) as length into long from unnest(check_header.header) with ordinality as t(name, i)
    where length(name) > longest order by i limit 1;
  if found then
    raise exception 'Expected names of columns of at most % characters; that of column % has %.', longest, long.i,
      long.length using errcode = 'AH002', detail = 'column_name_too_long', hint = 'Give the column a shorter name.';
  end if;
end;
$function$
;
comment on function amc_history.check_header(text[]) is
  'Refuses a header (AH002) with more than 1000 columns, or with a name of more than 1000 characters.';

CREATE OR REPLACE FUNCTION amc_history.check_invitation(instance_ids text[], role text, email text, valid_days integer)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if not coalesce(cardinality(check_invitation.instance_ids) between 1 and 100, false) then
    perform amc_history.refuse('instances_out_of_range', format('Expected 1 to 100 instances, got %s.',
      cardinality(check_invitation.instance_ids)), 'Invite to some of them at a time.');
  end if;
  perform amc_history.require_admin(i) from unnest(check_invitation.instance_ids) i;
  perform amc_history.check_role(check_invitation.role);
  if char_length(check_invitation.email) > 254
    or check_invitation.email !~ '^[^@[:space:][:cntrl:]]+@[^@[:space:][:cntrl:]]+$' then
    perform amc_history.refuse('email_malformed', format('Expected one address, name@host, got %s.',
      quote_literal(left(check_invitation.email, 300))), 'Leave it out if any user with the link may accept.');
  elsif not coalesce(check_invitation.valid_days between 1 and 30, false) then
    perform amc_history.refuse('valid_days_out_of_range', format('Expected 1 to 30 days, got %s.',
      coalesce(check_invitation.valid_days::text, 'null')), 'An invitation that has expired is made anew.');
  end if;
end;
$function$
;
comment on function amc_history.check_invitation(text[],text,text,integer) is
  'Refuses an invitation that the caller may not make (instance_not_found, role_too_low), or that cannot be
(instances_out_of_range, role_unknown, email_malformed, valid_days_out_of_range).';

CREATE OR REPLACE FUNCTION amc_history.check_one_version(collection report_data_collections)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  kept public.report_data_collections;
begin
  if (collection).imported_from is not null then
    perform amc_history.refuse('imported_is_not_kept',
      'Expected a collection that was started here, this one came from another system.',
      'Start a collection of its query, and keep that one current.', 'PT409');
  end if;
  select * into kept from public.report_data_collections c
  where c.keep_current and c.id is distinct from (collection).id
    and c.instance_id = (collection).instance_id and c.series_view = (collection).series_view
    and c.week_starts_on = (collection).week_starts_on and c.time_zone = (collection).time_zone
    -- In a row that is being written, what is generated is not there yet.
    and c.parameters_hash = md5((collection).parameter_values::text);
  if found then
    perform amc_history.refuse('another_version_kept_current', format(
      'Expected one version of a query to be kept current, and collection %s, of workflow %s, is.', kept.id,
      kept.workflow_id), format('Move it on to this version: continue_with(''%s'', ''%s''). Or end it first: '
      'set_keep_current(''%s'', false).', kept.id, (collection).workflow_id, kept.id), 'PT409');
  end if;
end;
$function$
;
comment on function amc_history.check_one_version(report_data_collections) is
  'Refuses to keep a collection current that came from another system (imported_is_not_kept), or while another version
of its query is kept current (another_version_kept_current).';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.check_parameters(declared jsonb, given jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  unknown text;
  fault text;
begin
  if jsonb_typeof(check_parameters.given) is distinct from 'object' then
    perform amc_history.refuse('parameters_not_an_object',
      format('Expected parameter values as an object, got %s.', coalesce(jsonb_typeof(check_parameters.given), 'null')),
      'Send {"name": value}, or leave it out.');
  end if;
  select string_agg(quote_literal(k), ', ') into unknown
  from jsonb_object_keys(check_parameters.given) k
  where check_parameters.declared is not null
    and not exists (select from jsonb_array_elements(check_parameters.declared) p where p ->> 'name' = k);
  if unknown is not null then
    perform amc_history.refuse('unknown_parameter',
      format('The workflow does not declare the parameter %s.', left(unknown, 500)),
      'Declare it when saving the workflow, or leave it out.');
  end if;
  fault := amc_history.parameter_value_fault(check_parameters.given);
  if fault is not null then
    perform amc_history.refuse(fault, format('Expected at most 50 parameter values, texts or lists of texts, of at '
        'most 4000 bytes each and 10000 in all; got %s of %s bytes in all.',
        (select count(*) from jsonb_object_keys(check_parameters.given)),
        octet_length(check_parameters.given::text)),
      'AMC repeats the values with each execution. Write a long list into the query; send a number as a text.');
  end if;
end;
$function$
;
comment on function amc_history.check_parameters(jsonb,jsonb) is
  'Refuses what is not an object (parameters_not_an_object), values for parameters that the workflow does not declare
(unknown_parameter): AMC refuses them too; and what amc_history.parameter_value_fault finds. declared: null where the
workflow is not known.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.check_query(name text, written text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  most constant integer := (amc_history.allowances()).query_characters;
begin
  if coalesce(char_length(check_query.name) not between 1 and 100 or check_query.name ~ '[[:cntrl:]]'
      or check_query.name !~ '\S', true) then
    perform amc_history.refuse('workflow_name_invalid', format('Expected a name of 1 to 100 characters in one line, '
      'got %s characters.', coalesce(char_length(check_query.name)::text, 'null instead of')),
      'Give the query a short name.');
  elsif coalesce(check_query.written !~ '\S', true) then
    perform amc_history.refuse('query_empty', 'Expected a query, got none.', 'Send the SQL of the query.');
  elsif char_length(check_query.written) > most then
    perform amc_history.refuse('query_too_long', format('Expected a query of at most %s characters, got %s.', most,
      char_length(check_query.written)), 'Shorten it: lists that are long are better joined than written out.');
  end if;
end;
$function$
;
comment on function amc_history.check_query(text,text) is
  'Refuses a query without a usable name (workflow_name_invalid) or SQL (query_empty, query_too_long: the
allowance query_characters).';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.check_range(weeks integer, start_date date, end_date date)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  most_weeks constant integer := (amc_history.allowances()).most_weeks;
begin
  if (check_range.start_date is null) <> (check_range.end_date is null) then
    perform amc_history.refuse('range_incomplete',
      'Expected a start date and an end date, or neither; got one of them.',
      'Give both dates, or a number of weeks.');
  elsif check_range.start_date is not null and check_range.weeks is not null then
    perform amc_history.refuse('range_ambiguous', 'Expected a number of weeks or two dates; got both.',
      'Leave one out.');
  elsif check_range.weeks not between 1 and most_weeks then
    perform amc_history.refuse_weeks(check_range.weeks, most_weeks);
  elsif not coalesce(isfinite(check_range.start_date) and isfinite(check_range.end_date), true) then
    perform amc_history.refuse('range_not_whole_weeks', format('Expected two dates, got %s to %s.',
      check_range.start_date, check_range.end_date), 'Give days of the calendar.');
  end if;
end;
$function$
;
comment on function amc_history.check_range(integer,date,date) is
  'Refuses a range that is neither a number of weeks nor two dates (range_incomplete, range_ambiguous,
weeks_out_of_range, range_not_whole_weeks).';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.check_retention(first_day date, workflow amc_workflows, time_zone text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  allowed constant amc_history.allowances := amc_history.allowances();
  months constant integer := coalesce((workflow).retention_months, allowed.retention_months);
  today constant date := (amc_history.clock_now() at time zone check_retention.time_zone)::date;
  earliest constant date := amc_history.kept_since(workflow, check_retention.time_zone);
begin
  if check_retention.first_day < earliest then
    perform amc_history.refuse('range_not_kept', format(
      'AMC keeps %s months of data for this workflow: expected weeks from %s on, got %s.', months, earliest,
      check_retention.first_day),
      format('Ask for %s weeks at most, or for dates from %s on; if AMC keeps more of what this query reads, say so '
        'with set_retention.', greatest((today - allowed.settle_days - earliest) / 7 - 1, 0), earliest));
  end if;
end;
$function$
;
comment on function amc_history.check_retention(date,amc_workflows,text) is
  'Refuses weeks to be made or reopened whose first day is older than what AMC keeps for the workflow (range_not_kept):
the oldest would come back empty, and look like weeks without events. What is there already stays retriable.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.check_role(role text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if not coalesce(check_role.role in ('admin', 'analyst', 'viewer'), false) then
    perform amc_history.refuse('role_unknown', format('Expected the role admin, analyst or viewer, got %s.',
      coalesce(quote_literal(left(check_role.role, 100)), 'null')), 'See the comment of amc_instance_members.role.');
  end if;
end;
$function$
;
comment on function amc_history.check_role(text) is
  'Refuses what is no role (role_unknown).';

CREATE OR REPLACE FUNCTION amc_history.check_settle_days(settle_days integer)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if check_settle_days.settle_days not between 2 and 60 then
    perform amc_history.refuse('settle_days_out_of_range',
      format('Expected 2 to 60 days, got %s.', check_settle_days.settle_days),
      'Attribution settles for 14 days: fewer give numbers that still rise.');
  end if;
end;
$function$
;
comment on function amc_history.check_settle_days(integer) is
  'Refuses a collection''s settle_days that are out of range (settle_days_out_of_range). Null leaves them as they are.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.check_some_cells(load result_loads, lines bigint)
 RETURNS bigint
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  last_line constant bigint := least((load).records, (load).checked_lines + check_some_cells.lines);
  found_uncast jsonb := amc_history.add_counts((load).uncast,
    amc_history.count_uncast((load).id, (load).checked_lines + 1, last_line));
begin
  if last_line < (load).records then
    update public.result_loads l set uncast = found_uncast, checked_lines = last_line where l.id = (load).id;
  else
    -- Locks the week before the load, as everywhere.
    update public.report_data_weeks w set data = w.data || jsonb_build_object('uncast', found_uncast)
    where w.execution_id = (load).execution_id and w.data = (load).summary;
    update public.result_loads l set uncast = found_uncast, checked_lines = last_line,
      cells_checked_at = amc_history.clock_now(),
      summary = l.summary || jsonb_build_object('uncast', found_uncast)
    where l.id = (load).id;
  end if;
  return last_line - (load).checked_lines;
end;
$function$
;
comment on function amc_history.check_some_cells(result_loads,bigint) is
  'Counts the cells that do not fit their type in so many lines of a load, from where it is, and adds them to its
count; with the last line, also to its summary and its week''s data. Answers how many lines that were.';

CREATE OR REPLACE FUNCTION amc_history.check_start_limits(requested_by uuid, instance_id text, weeks integer)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  allowed constant amc_history.allowances := amc_history.allowances();
  since constant timestamptz := amc_history.clock_now() - interval '24 hours';
  wait constant text := 'Wait until weeks are finished, or cancel a collection.';
  tomorrow constant text := 'Ask for it tomorrow, or ask whoever runs this project for a higher limit.';
begin
  perform amc_history.refuse_beyond('member_day_is_full', (select count(*) from public.collection_requests r
      where r.requested_by = check_start_limits.requested_by and r.requested_at > since and r.has_effect),
    allowed.daily_collections_of_member, 'requests of yours for weeks in 24 hours', tomorrow, 1);
  perform amc_history.refuse_beyond('instance_day_is_full', (select count(*) from public.collection_requests r
      where r.instance_id = check_start_limits.instance_id and r.requested_at > since and r.has_effect),
    allowed.daily_collections_of_instance, 'requests for weeks of the instance in 24 hours', tomorrow, 1);
  perform amc_history.refuse_beyond('member_has_too_many_open_weeks', (select count(*)
      from public.report_data_weeks w
      where w.requested_by = check_start_limits.requested_by and w.finished_at is null),
    allowed.open_weeks_of_member, 'open weeks of yours', wait, check_start_limits.weeks);
  perform amc_history.refuse_beyond('instance_has_too_many_open_weeks', (select count(*)
      from public.report_data_weeks w
      where w.instance_id = check_start_limits.instance_id and w.finished_at is null),
    allowed.open_weeks_of_instance, 'open weeks of the instance', wait, check_start_limits.weeks);
end;
$function$
;
comment on function amc_history.check_start_limits(uuid,text,integer) is
  'Refuses a request that makes or reopens so many weeks beyond the limits of who asks, or of the instance
(amc_history.allowances):
member_day_is_full, instance_day_is_full, member_has_too_many_open_weeks, instance_has_too_many_open_weeks. Counts under
two locks that the caller holds: amc_history.lock_starts, and the instance''s row.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.check_webhook(name text, form text, instance_id text, tells text[], last_resort
    boolean)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if not amc_history.administers(check_webhook.instance_id) then
    perform amc_history.refuse('instance_not_found', format('No instance %s of which you are an admin.',
      coalesce(quote_literal(left(check_webhook.instance_id, 100)), 'null')),
      'Check the id. Only whoever runs the project sets up a webhook of all instances.', 'PT404');
  elsif not coalesce(char_length(check_webhook.name) between 1 and 100 and check_webhook.form in ('json', 'slack')
    and cardinality(check_webhook.tells) > 0 and array_position(check_webhook.tells, null) is null
    and check_webhook.tells <@ array['alerts', 'resolved_alerts', 'failed_weeks', 'finished_collections', 'duplicates']
    and ('alerts' = any (check_webhook.tells) or not 'resolved_alerts' = any (check_webhook.tells))
    and (check_webhook.instance_id is null or not check_webhook.last_resort), false) then
    perform amc_history.refuse('webhook_malformed', 'Expected a name of 1 to 100 characters, the form json or slack, '
      'and as tells some of alerts, resolved_alerts (with alerts), failed_weeks, finished_collections and duplicates; '
      'last_resort only without an instance.', 'See the comment of set_webhook.');
  end if;
  perform amc_history.take_lock(concat('webhooks of ', check_webhook.instance_id));
  perform amc_history.refuse_beyond('too_many_webhooks', (select count(*) from public.webhooks w
      where w.instance_id is not distinct from check_webhook.instance_id and w.name <> check_webhook.name),
    (amc_history.allowances()).webhooks_of_instance, 'webhooks of the instance', 'Delete one with delete_webhook.', 1);
end;
$function$
;
comment on function amc_history.check_webhook(text,text,text,text[],boolean) is
  'Refuses a webhook that the caller may not set up (instance_not_found), that cannot be (webhook_malformed), or that
is one too many (too_many_webhooks); counts under a lock that the caller holds until the end.';

CREATE OR REPLACE FUNCTION amc_history.check_webhook_secret(form text, secret jsonb, is_operators boolean)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  url constant text := check_webhook_secret.secret ->> 'url';
  key constant text := check_webhook_secret.secret ->> 'signing_key';
begin
  if url is null or length(url) > 2000 or url !~ '^https?://[A-Za-z0-9.:\[\]_-]+([/?][!-~]*)?$'
    or url ~ '[\\"''<>#]' or url !~ '^https:' and not check_webhook_secret.is_operators then
    -- Without the address: it is a secret.
    perform amc_history.refuse('webhook_url_malformed',
      'Expected an address https://<host>/<path> of at most 2000 characters, without a user, blanks or quotes.',
      'Copy it anew from whoever gave it.');
  elsif key !~ '^[!-~]{16,200}$' or key is null and check_webhook_secret.form = 'json' then
    perform amc_history.refuse('signing_key_malformed',
      'Expected a signing key of 16 to 200 printable ASCII characters without blanks.',
      'Make one by chance, such as openssl rand -hex 32 does, and give it to the receiver too.');
  end if;
end;
$function$
;
comment on function amc_history.check_webhook_secret(text,jsonb,boolean) is
  'Refuses an address (webhook_url_malformed) or a key (signing_key_malformed) that cannot be right, in words that do
not hold it. The form json needs a key. is_operators: http is allowed too; the worker then takes it only for hosts
that its settings name.';

CREATE OR REPLACE FUNCTION amc_history.check_workflow_again(instance_id text, workflow_id text, with_first_week boolean)
 RETURNS control_report
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  kind text := 'dry_run';
  workflow public.amc_workflows;
  subject text;
begin
  -- The instance first, as everywhere.
  perform from public.amc_instances i where i.id = check_workflow_again.instance_id
    and amc_history.role_on(i.id) is not null for no key update;
  if found then
    select * into workflow from public.amc_workflows f
    where f.instance_id = check_workflow_again.instance_id and f.id = check_workflow_again.workflow_id
    for no key update;
  end if;
  if workflow.id is null then
    perform amc_history.refuse('workflow_not_found', format('Instance %s has no workflow %s that you may use.',
      coalesce(quote_literal(left(check_workflow_again.instance_id, 200)), 'null'),
      coalesce(quote_literal(left(check_workflow_again.workflow_id, 200)), 'null')),
      'Check the ids. That of a workflow is what save_workflow answered.', 'PT404');
  end if;
  perform amc_history.require_role(workflow.instance_id, 'analyst');
  subject := amc_history.workflow_subject(workflow.instance_id, workflow.id);
  -- One that is checked may be held up all the same: AMC lost it since, and another one took its id.
  if not amc_history.end_stoppage('workflow_save', subject) and workflow.checked_at is not null then
    return row('already_applied', null, 0)::public.control_report;
  end if;
  if check_workflow_again.with_first_week then
    kind := 'first_week';
  end if;
  update public.amc_workflows f set check_asked_at = amc_history.clock_now(), check_kind = kind
  where f.instance_id = workflow.instance_id and f.id = workflow.id and f.checked_at is null;
  update public.workflow_checks k set state = 'ended', outcome = 'given_up', ended_at = amc_history.clock_now()
  where k.instance_id = workflow.instance_id and k.workflow_id = workflow.id and k.is_live
    and k.kind = 'first_week' and kind = 'dry_run'
    and not exists (select from public.week_attempts a where a.week_id = k.week_id and a.is_live);
  perform amc_history.end_stoppage('workflow_check', subject);
  perform amc_history.record_action('workflow_check_requested', workflow.instance_id,
    detail => jsonb_build_object('workflow_id', workflow.id, 'kind', kind));
  return row('applied', null, 0)::public.control_report;
end;
$function$
;
comment on function amc_history.check_workflow_again(text,text,boolean) is
  'See public.check_workflow_again. Definer: users may not write workflows and checks.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.check_workflow_by_execution()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  -- After week and execution, a workflow is locked last.
  perform amc_history.mark_workflow_checked(f.instance_id, f.id)
  from public.report_data_weeks w
  join public.report_data_collections c on c.id = w.collection_id
  join public.amc_workflows f on f.instance_id = c.instance_id and f.id = c.workflow_id
  where w.id = new.week_id and f.checked_at is null;
  return null;
end;
$function$
;
comment on function amc_history.check_workflow_by_execution() is
  'A version of which AMC runs, or ran, an execution counts as checked.';

CREATE OR REPLACE FUNCTION amc_history.choose_execution(week_id uuid, execution_id text)
 RETURNS control_report
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  week constant public.report_data_weeks := amc_history.lock_controlled_week(choose_execution.week_id);
  candidate public.id_backfill_candidates;
  outcome text;
begin
  if week.execution_id = choose_execution.execution_id then
    return row('already_applied', null, 0)::public.control_report;
  elsif week.execution_id is not null then
    return row('rejected', 'week_has_an_execution', 0)::public.control_report;
  end if;
  select k.* into candidate from public.id_backfill_candidates k
  join public.id_backfills b on b.id = k.backfill_id
  join public.id_backfill_weeks w on w.backfill_id = k.backfill_id and w.week_id = k.week_id
    and w.outcome = any ('{ambiguous,not_provable,not_needed}')
  where k.week_id = week.id and k.execution_id = choose_execution.execution_id
    and k.details -> 'is_readable' is distinct from 'false'
  order by b.created_at desc limit 1;
  if not found then
    return row('rejected', 'not_a_candidate', 0)::public.control_report;
  end if;
  outcome := amc_history.restore_execution_id(week.id, candidate.execution_id, candidate.details,
    amc_history.actor(), 'chosen');
  if outcome <> 'restored' then
    return row('rejected', case outcome when 'not_needed' then 'week_is_open' else 'execution_of_another_week' end,
      0)::public.control_report;
  end if;
  update public.id_backfill_weeks w set outcome = 'matched', reason = 'chosen', decided_at = amc_history.clock_now()
  where w.backfill_id = candidate.backfill_id and w.week_id = week.id;
  return row('applied', null, 1)::public.control_report;
end;
$function$
;
comment on function amc_history.choose_execution(uuid,text) is
  'See public.choose_execution. Definer: users may not write weeks and executions.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.claimable_weeks(instance_id text, wanted integer)
 RETURNS TABLE(week_id uuid, collection_id uuid, turn integer, round bigint, window_key text)
 LANGUAGE plpgsql
 ROWS 10
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  collection record;
  probed text[] := '{}'::text[];
begin
  turn := 0;
  for collection in select * from amc_history.due_collections(claimable_weeks.instance_id) loop
    exit when turn >= claimable_weeks.wanted;
    if collection.held_since is not null then
      -- Whether it still is held up, one week tries.
      continue when collection.workflow_held and collection.workflow_id = any (probed)
        or amc_history.is_probed(claimable_weeks.instance_id, collection.id,
          case when collection.workflow_held then collection.workflow_id end, collection.held_since);
    end if;
    return query
    select w.id, collection.id, turn, row_number() over (order by
      w.week_start_date between collection.first_day and collection.last_day desc,
      w.due_at, w.week_start_date) as round, k.key
    from public.report_data_weeks w
    cross join lateral (select amc_history.window_key(collection.workflow_id, w.time_window_start,
      collection.time_zone, collection.parameters_hash) as key) k
    where w.instance_id = claimable_weeks.instance_id and w.collection_id = collection.id
      and w.due_at <= amc_history.clock_now() and w.surveyed_at is not null
      and amc_history.may_begin(collection.checked_at, w.id)
      and not amc_history.has_left(w.id, w.week_start_date, collection.first_day)
      and not exists (select from public.week_attempts a where a.week_id = w.id and a.is_live)
      and not exists (select from public.week_attempts a
        where a.instance_id = claimable_weeks.instance_id and a.is_live and a.window_key = k.key)
    order by round
    limit case when collection.held_since is null then claimable_weeks.wanted else 1 end;
    if found then
      turn := turn + 1;
      -- One that has no week to try leaves it to the next.
      probed := case when collection.held_since is not null then probed || collection.workflow_id else probed end;
    end if;
  end loop;
end;
$function$
;
comment on function amc_history.claimable_weeks(text,integer) is
  'The weeks of an instance for which an attempt may begin: due, looked for in AMC''s list, in no collection or
workflow that is held up, their query is checked (amc_history.may_begin), AMC keeps their data, and no live attempt
asks for the same window. Answers up to wanted weeks each of the first wanted collections: turn, whose turn it is
(from 0); round, the how manieth of its collection; window_key, what it would ask AMC for.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.clock_now()
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  set_to constant text := nullif(current_setting('amc_history.clock', true), '');
begin
  -- The session's own role, as in is_operator: whoever logged in for the API or a report moves no clock.
  if set_to is not null and pg_has_role(session_user, 'postgres', 'member') then
    return set_to::timestamptz;
  end if;
  return clock_timestamp();
end;
$function$
;
comment on function amc_history.clock_now() is
  'The time by which every wait, lease and timestamp is measured: the database''s clock. A test owns it by setting
amc_history.clock in a session whose login role is postgres or may become it; no other session''s setting counts.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.collection_as_planned(asked amc_history.weeks_request, plan
    amc_history.weeks_plan)
 RETURNS report_data_collections
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  collection public.report_data_collections :=
    amc_history.find_collection(plan.workflow, plan.weekday, plan.zone, asked.parameter_values);
begin
  if collection.id is null then
    collection.instance_id := (plan.workflow).instance_id;
    collection.workflow_id := (plan.workflow).id;
    collection.series_view := (plan.workflow).series_view;
    collection.week_starts_on := plan.weekday;
    collection.time_zone := plan.zone;
    collection.parameter_values := asked.parameter_values;
    collection.keep_current := false;
    collection.settle_days := 14;
  end if;
  return collection;
end;
$function$
;
comment on function amc_history.collection_as_planned(amc_history.weeks_request,amc_history.weeks_plan) is
  'The collection of a planned request; without an id and dates, as it would be made, if there is none yet.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.column_names(header text[])
 RETURNS text[]
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
declare
  -- As keys of an object: looked up, not searched through.
  taken jsonb := (select jsonb_object_agg(reserved, 1) from unnest(array['instance_id', 'collection_id', 'series',
    'workflow_id', 'week_id', 'week_start_date', 'week_end_date', 'time_zone', 'window_start', 'window_end',
    'execution_id', 'load_id', 'line', 'tableoid', 'ctid', 'xmin', 'xmax', 'cmin', 'cmax']) as t(reserved));
  names text[] := '{}'::text[];
  stem text;
  name text;
  n integer;
begin
  for i in 1 .. cardinality(header) loop
    -- Postgres keeps 63 bytes of a name: five are left for a suffix. No character has less than a byte.
    stem := left(coalesce(nullif(btrim(header[i]), ''), 'column_' || i), 58);
    while octet_length(stem) > 58 loop
      stem := left(stem, -1);
    end loop;
    name := stem;
    -- The number that was last given to this stem.
    n := coalesce((taken ->> stem)::integer, 1);
    while taken ? name loop
      n := n + 1;
      name := stem || '_' || n;
    end loop;
    taken := taken || jsonb_build_object(stem, n) || jsonb_build_object(name, coalesce(taken -> name, '1'));
    names := names || name;
  end loop;
  return names;
end;
$function$
;
comment on function amc_history.column_names(text[]) is
  'Names in SQL for the columns of a result: as in the file where that is possible, else cut, numbered (name_2) or
named by place (column_3).';

CREATE OR REPLACE FUNCTION amc_history.column_types(header text[], output_columns jsonb)
 RETURNS text[]
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
  with told as (
    select split_part(upper(o ->> 'dataType'), '(', 1) as data_type, upper(o ->> 'columnType') as column_type, i
    from jsonb_array_elements(case jsonb_typeof(column_types.output_columns)
      when 'array' then column_types.output_columns else '[]' end) with ordinality as t(o, i)
  )
  select case when cardinality(amc_history.told_names(column_types.output_columns)) > 0 then array_agg(case
      when t.data_type = 'BOOLEAN' or lower(a.name) = 'filtered' and coalesce(t.data_type, 'STRING') = 'STRING'
        then 'boolean'
      when t.data_type = 'DATE' then 'date'
      when t.data_type = 'TIMESTAMP' then 'timestamp'
      when t.data_type in ('DECIMAL', 'DOUBLE', 'FLOAT') then 'numeric'
      when t.data_type in ('BYTE', 'SHORT', 'INTEGER', 'LONG') and t.column_type = 'METRIC' then 'numeric'
      else 'text'
    end order by a.i) end
  from unnest(column_types.header, amc_history.match_header(
      amc_history.told_names(column_types.output_columns), column_types.header)) with ordinality as a(name, place, i)
  left join told t on t.i = a.place;
$function$
;
comment on function amc_history.column_types(text[],jsonb) is
  'The type in SQL of each column of a header, by AMC''s outputColumns [{name, columnType, dataType}] (captured, H).

numeric: DECIMAL, and integers that are METRIC. text: integers that are DIMENSION, which are ids and may go beyond
2^53, and everything else. date, timestamp (AMC writes it without a zone: guide, M), boolean: as AMC says. The column
filtered, which AMC fills with TRUE and FALSE (guide, M), is boolean also where AMC says STRING or nothing. Null if
output_columns names no column.';

CREATE OR REPLACE FUNCTION amc_history.commit_segment(segment jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  attempt public.week_attempts;
  load public.result_loads;
  copied bigint;
  filtered bigint;
begin
  -- Before anything is locked: it reads what was copied.
  filtered := amc_history.count_filtered((segment ->> 'load_id')::uuid,
    (select l.records + 1 from public.result_loads l where l.id = (segment ->> 'load_id')::uuid));
  attempt := amc_history.lock_load((segment ->> 'attempt_id')::uuid, (segment ->> 'fence')::integer);
  select * into load from public.result_loads l where l.id = (segment ->> 'load_id')::uuid
    and l.execution_id = attempt.execution_id and not l.complete for update;
  if not found or load.file <> (segment -> 'from' ->> 'file')::integer
    or load.byte_offset <> (segment -> 'from' ->> 'byte_offset')::bigint then
    raise exception 'Load % is not at byte % of file %, where this segment began.', segment ->> 'load_id',
      segment -> 'from' ->> 'byte_offset', (segment -> 'from' ->> 'file')::integer + 1
      using errcode = 'AH001', detail = 'stale_load', hint = 'Stop: another worker has claimed it.';
  end if;
  execute format('select max(line) from amc_results.%I where load_id = $1', load.table_name) into copied using load.id;
  copied := coalesce(copied, 0) - load.records;
  if copied <> (segment ->> 'records')::bigint then
    raise exception 'Expected % records from the bytes of the segment, COPY made % rows of them.',
      segment ->> 'records', copied
      using errcode = 'AH003', detail = 'record_count_differs',
        hint = 'The file is written in another form than its workflow''s outputFormat says.';
  end if;
  update public.result_loads l set
    file = (segment -> 'to' ->> 'file')::integer,
    byte_offset = (segment -> 'to' ->> 'byte_offset')::bigint,
    etag = segment -> 'to' ->> 'etag',
    line_end = segment -> 'to' ->> 'line_end',
    lines = (segment -> 'to' ->> 'lines')::bigint,
    records = load.records + copied,
    filtered_records = coalesce(load.filtered_records + filtered, filtered),
    bytes = load.bytes + (segment ->> 'bytes')::bigint,
    digests = load.digests || array(select jsonb_array_elements_text(segment -> 'digests'))
  where l.id = load.id;
  -- From here on it holds locks that others need: nobody waits for a worker that freezes before it commits.
  perform set_config('idle_in_transaction_session_timeout', '5s', true);
end;
$function$
;
comment on function amc_history.commit_segment(jsonb) is
  'Moves a load''s cursor behind the segment that this transaction copied: its last statement.

segment: {load_id, attempt_id, fence, from: {file, byte_offset} where it began, to: {file, byte_offset, lines,
etag, line_end} where the next begins, records and bytes that it has, digests: SHA-256 in hex}. Refuses a worker
whose fence or whose place is not the load''s any more (AH001), and a segment of which COPY made other than its
records (AH003); then nothing of it stays.';

CREATE OR REPLACE FUNCTION amc_history.comparable_query(query text)
 RETURNS text
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  sent text := comparable_query.query;
begin
  -- Under an instance's lock, nothing takes long.
  if length(sent) > 20000 then
    return null;
  end if;
  begin
    -- Comments are blanks in what is kept here.
    select p.sent into sent from amc_history.prepare_query(comparable_query.query) p;
  exception when others then
    sent := comparable_query.query;
  end;
  return (select md5(btrim(string_agg(case when m.atom[1] ~ '^[''"]' then m.atom[1]
      else regexp_replace(m.atom[1], '\s+', ' ', 'g') end, '' order by m.nr), ' ;'))
    from regexp_matches(sent, '(''[^'']*''|"[^"]*"|[^''"]+|[''"])', 'g') with ordinality m(atom, nr));
end;
$function$
;
comment on function amc_history.comparable_query(text) is
  'A hash of a query, equal for queries that differ only in comments, in blanks between words, and in a semicolon at
the end. What stands in quotes is compared as it is. Null for null, and for what is longer than 20,000 characters.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.compare_loads(a result_loads, b result_loads, key text[], max_rows integer, OUT
    added bigint, OUT removed bigint, OUT changed bigint, OUT unchanged bigint, OUT added_lines bigint[], OUT
    removed_lines bigint[], OUT changed_lines bigint[], OUT changed_from bigint[])
 RETURNS record
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  -- The text of a record tells a null from an empty text, and is hashed and compared by its bytes.
  whole text := (select format('row(%s)::text', string_agg(format('r.%I', attname), ', ' order by attnum))
    from pg_catalog.pg_attribute
    where attrelid = format('amc_results.%I', (b).table_name)::regclass and attnum > 2 and not attisdropped);
  -- Without a key a row is known by all its cells, and equal rows are counted.
  known_by text := case when compare_loads.key is null then whole
    else (select format('row(%s)::text', string_agg(format('r.%I', name), ', ' order by i))
      from unnest(compare_loads.key) with ordinality as t(name, i)) end;
  nth text := case when compare_loads.key is null
    then format('row_number() over (partition by %s order by r.line)', whole) else '1' end;
begin
  execute format('with
    a as (select r.line, %1$s as k, %2$s as nth, %3$s as whole from amc_results.%4$I r where r.load_id = $1),
    b as (select r.line, %1$s as k, %2$s as nth, %3$s as whole from amc_results.%4$I r where r.load_id = $2),
    pairs as materialized (select a.line as a, b.line as b, a.whole is distinct from b.whole as differs
      from a full join b on a.k = b.k and a.nth = b.nth),
    counts as (select count(*) filter (where a is null) as added, count(*) filter (where b is null) as removed,
        count(*) filter (where a is not null and b is not null and differs) as changed,
        count(*) filter (where not differs) as unchanged
      from pairs)
    select c.*, array(select b from pairs where a is null order by b limit $3),
      array(select a from pairs where b is null order by a limit $3),
      array(select b from pairs where a is not null and b is not null and differs order by b limit $3),
      array(select a from pairs where a is not null and b is not null and differs order by b limit $3)
    from counts c', known_by, nth, whole, (b).table_name)
    into added, removed, changed, unchanged, added_lines, removed_lines, changed_lines, changed_from
    using (a).id, (b).id, compare_loads.max_rows;
end;
$function$
;
comment on function amc_history.compare_loads(result_loads,result_loads,text[],integer) is
  'Pairs the rows of two loads of one table by key, or without a key by all their cells, and counts them; up to
max_rows lines of each kind, changed_from beside changed_lines.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.compare_runs(backfill_id uuid, entries jsonb)
 RETURNS TABLE(week_id uuid, execution_id text, missing text, matched_by text, details jsonb)
 LANGUAGE sql
 ROWS 100
 SET search_path TO ''
AS $function$
  with runs as materialized (
    select e.* from public.id_backfills b
    cross join lateral amc_history.listed_runs(b.instance_id, compare_runs.entries) e
    where b.id = compare_runs.backfill_id
  ), paired as materialized (
    select e.id, e.details, e.is_readable, e.may_be_dry_run, e.sql_query, e.workflow_id, w.week_id, w.query,
      w.workflow_id as own_workflow, amc_history.status_fits(w.status, e.status) as status_fits,
      e.created_at between w.begins_at and w.known_by as created_fits, e.zone = w.zone as zone_fits,
      w.takes_days and e.has_days as by_days, e.ends_at < w.ends_at as is_short,
      case
        when w.takes_days and e.has_days then e.first_day = w.begin_day and e.last_day = w.end_day
        -- Its days may be in parameters that AMC does not echo.
        when w.takes_days and e.parameters is null then null
        when e.has_days and (e.first_day <> w.begin_day or e.last_day <> w.end_day) then false
        -- Half-open, or up to the last second.
        else e.starts_at = w.begins_at and e.ends_at between w.ends_at - interval '1 second' and w.ends_at
      end as window_fits,
      amc_history.parameters_fit(case when w.takes_days and e.has_days then e.parameters - d.names
        else e.parameters end, w.parameters, w.takes_parameters) as parameters_fit, e.parameters is null as is_silent
    from (select a.first_day_parameters || a.last_day_parameters as names from amc_history.allowances() a) d
    cross join (select case when count(*) = count(r.starts_at) then coalesce(array_agg(r.starts_at), '{}') end as starts
      from runs r) s
    cross join lateral amc_history.searched_weeks(compare_runs.backfill_id, s.starts) w
    join runs e on coalesce(e.starts_at = w.begins_at, true) or w.takes_days
  ), likely as materialized (
    select p.* from paired p
    where (p.status_fits and p.created_fits and p.zone_fits and p.window_fits and p.parameters_fit) is not false
  ), hashed as materialized (
    select t.sql_query, amc_history.comparable_query(t.sql_query) as hash
    from (select distinct l.sql_query from likely l where l.sql_query is not null) t
  ), compared as (
    select l.*, l.workflow_id = l.own_workflow as by_id, h.hash <> l.query as differs
    from likely l left join hashed h on h.sql_query = l.sql_query
  )
  select c.week_id, c.id,
    nullif(concat_ws(', ', case when not c.is_readable then 'id' end, case when c.differs then 'sql_differs' end,
      case when c.differs is null and c.workflow_id is null then 'workflow' end,
      case when c.status_fits is null then 'status' end, case when c.created_fits is null then 'created_at' end,
      case when c.zone_fits is null then 'zone' end, case when c.window_fits is null then 'window' end,
      case when c.parameters_fit is null then case when c.is_silent then 'parameters' else 'parameter_names' end end,
      case when c.may_be_dry_run then 'timeout' end), ''),
    concat_ws(', ', case when c.by_id then 'workflow_id' else 'query' end,
      case when c.by_days then 'parameters' when c.is_short then 'window_to_last_second' else 'window' end),
    c.details
  from compared c
  -- Its id, or its SQL; what has neither may be the week's.
  where coalesce(c.by_id or not c.differs, c.differs is null and c.workflow_id is null, false);
$function$
;
comment on function amc_history.compare_runs(uuid,jsonb) is
  'Which entries of AMC''s list are, or may be, the execution of which week of a search: those that contradict in
nothing. missing: what AMC did not say of it; null: it is proved. matched_by: by what.

Compared are the workflow, by its id and its SQL; the status (a completed week''s SUCCEEDED; a failed week''s never);
    the
time of creation, from the week''s first moment until it was finished; the zone; the window as instants, which may end a
second early (a window that was asked for up to 23:59:59), or the parameters that hold its days; the other parameters;
the timeout, which may be a dry run''s. The same workflow id with another SQL is no proof (sql_differs).';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.confirm_execution(attempt_id uuid, execution_id text)
 RETURNS control_report
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  attempt public.week_attempts := amc_history.lock_controlled_attempt(confirm_execution.attempt_id);
  named constant text := confirm_execution.execution_id;
  reason text;
begin
  if named is not null and named in (attempt.execution_id, attempt.confirmed_execution_id) then
    return row('already_applied', null, 0)::public.control_report;
  end if;
  reason := case
    when named is null or not amc_history.is_execution_id(named) then 'malformed_execution_id'
    when not attempt.is_live then 'attempt_ended'
    when attempt.state = 'created' then 'attempt_has_another_execution'
    -- One of another instance is not told from one that does not exist: AMC will not know it here.
    when exists (select from public.workflow_executions e join public.report_data_weeks w on w.id = e.week_id
      where e.id = named and w.instance_id = attempt.instance_id) then 'execution_of_another_attempt'
    else amc_history.unsettled_until(attempt)
  end;
  if reason is not null then
    return row('rejected', reason, 0)::public.control_report;
  end if;
  update public.week_attempts a set confirmed_execution_id = named, state = 'unknown', leased_until = null
  where a.id = attempt.id;
  update public.amc_instances i set list_due_at = least(i.list_due_at, amc_history.clock_now())
  where i.id = attempt.instance_id;
  perform amc_history.record_action('execution_confirmed', w.instance_id, w.collection_id, w.id, attempt.id, named)
  from public.report_data_weeks w where w.id = attempt.week_id;
  return row('applied', null, 1)::public.control_report;
end;
$function$
;
comment on function amc_history.confirm_execution(uuid,text) is
  'See public.confirm_execution. Definer: users may not write attempts.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.confirm_no_execution(attempt_id uuid)
 RETURNS control_report
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  attempt public.week_attempts := amc_history.lock_controlled_attempt(confirm_no_execution.attempt_id);
  week public.report_data_weeks;
  reason text;
begin
  if attempt.outcome = 'abandoned' then
    return row('already_applied', null, 0)::public.control_report;
  end if;
  reason := case attempt.state
    when 'ended' then 'attempt_ended'
    when 'created' then 'execution_is_known'
    else amc_history.unsettled_until(attempt)
  end;
  if reason is not null then
    return row('rejected', reason, 0)::public.control_report;
  end if;
  select * into week from public.report_data_weeks w where w.id = attempt.week_id;
  perform amc_history.end_attempt(attempt.id, 'abandoned', amc_history.clock_now() + (amc_history.allowances()).watch);
  perform amc_history.reschedule_week(week, amc_history.clock_now());
  perform amc_history.record_action('attempt_abandoned', week.instance_id, week.collection_id, week.id, attempt.id);
  return row('applied', null, 1)::public.control_report;
end;
$function$
;
comment on function amc_history.confirm_no_execution(uuid) is
  'See public.confirm_no_execution. Definer: users may not write attempts and weeks.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.connect_instance(instance_id text, entity_id text, marketplace_id text, region
    text, credential jsonb DEFAULT NULL::jsonb, member text DEFAULT NULL::text, name text DEFAULT NULL::text,
    credential_secret text DEFAULT NULL::text)
 RETURNS text
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  secret_name constant text := amc_history.store_credential(connect_instance.instance_id, connect_instance.credential,
    connect_instance.credential_secret);
begin
  insert into public.amc_instances as i (id, name, entity_id, marketplace_id, region, credential_name)
  values (connect_instance.instance_id, connect_instance.name, connect_instance.entity_id,
    connect_instance.marketplace_id, connect_instance.region, secret_name)
  on conflict (id) do update set entity_id = excluded.entity_id, marketplace_id = excluded.marketplace_id,
    region = excluded.region, name = coalesce(excluded.name, i.name), credential_name = excluded.credential_name,
    paused_until = null, pause_reason = null, throttles_in_row = 0;
  -- Other instances may use the credential too. A refusal of the former one says nothing about this one.
  update public.amc_instances i set paused_until = case when i.paused_until < 'infinity' then i.paused_until end,
    credential_version = 1 + (select max(s.credential_version) from public.amc_instances s
      where s.credential_name = secret_name),
    credential_outcome = null, credential_tried_at = null, credential_refused_at = null,
    credential_try_at = amc_history.clock_now()
  where i.credential_name = secret_name;
  update public.tracking_alerts a set resolved_at = amc_history.clock_now()
  where a.code = 'reconnect_needed' and a.resolved_at is null
    and a.instance_id in (select i.id from public.amc_instances i where i.credential_name = secret_name);
  perform amc_history.end_stoppage('instance', connect_instance.instance_id);
  perform amc_history.record_action('instance_connected', connect_instance.instance_id);
  if connect_instance.member is not null then
    perform amc_history.add_member(connect_instance.instance_id, connect_instance.member);
  end if;
  return connect_instance.instance_id;
end;
$function$
;
comment on function amc_history.connect_instance(text,text,text,text,jsonb,text,text,text) is
  'Connects an AMC instance, or renews its credential, ends a pause, and has the credential tried by the next worker
(amc_instances.credential_outcome). Run at a database prompt, as postgres.

credential: {client_id, client_secret, refresh_token}, which is stored in Vault; or credential_secret: the name of a
secret in Vault that holds it, so that no statement, and so no log, ever has it. member: a user''s id, or an address
    that
exactly one user has confirmed, who becomes an admin of it; amc_history.add_member adds more. Leaves an event
instance_connected. Refuses as amc_history.store_credential and amc_history.add_member do.';

CREATE OR REPLACE FUNCTION amc_history.continue_with(collection_id uuid, workflow_id text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  old public.report_data_collections := amc_history.lock_controlled_collection(continue_with.collection_id);
  workflow public.amc_workflows;
  new_id uuid;
  settled record;
  added integer;
begin
  select * into workflow from public.amc_workflows f
  where f.instance_id = old.instance_id and f.id = continue_with.workflow_id;
  if not found then
    perform amc_history.refuse('workflow_not_found', format('Instance %s has no workflow %s.',
      old.instance_id, coalesce(quote_literal(left(continue_with.workflow_id, 200)), 'null')),
      'Save the new version with save_workflow, which answers its id.', 'PT404');
  elsif workflow.id = old.workflow_id then
    perform amc_history.refuse('version_is_the_same', 'Expected another version of the query, got the present one.',
      'Call set_keep_current to keep this one current.');
  elsif workflow.series_view <> (select f.series_view from public.amc_workflows f
      where f.instance_id = old.instance_id and f.id = old.workflow_id) then
    perform amc_history.refuse('version_of_another_query', 'Expected a version of the same query, by its name.',
      'Save the new version under the name of the query, or start a collection of the other one.');
  elsif old.cancelled_at is not null then
    perform amc_history.refuse('collection_has_ended', 'Expected a collection that goes on, this one is cancelled.',
      'Start a collection of the new version.', 'PT409');
  elsif old.imported_from is not null then
    perform amc_history.check_one_version(old);
  elsif not old.keep_current then
    perform amc_history.refuse('collection_not_kept_current', 'Expected a collection that is kept current.',
      'Call set_keep_current first. If another version goes on already, continue with that one.', 'PT409');
  end if;
  perform amc_history.check_parameters(workflow.parameters, old.parameter_values);
  new_id := amc_history.hand_on(old, workflow.id);
  perform amc_history.record_action('collection_continued', old.instance_id, old.id,
    detail => jsonb_build_object('with', new_id, 'workflow_id', workflow.id));
  select s.* into settled from public.report_data_collections c, amc_history.settled_weeks(c) s where c.id = new_id;
  if settled.last_day is not null then
    perform amc_history.check_start_limits(auth.uid(), old.instance_id,
      (settled.last_day - settled.first_day + 1) / 7);
  end if;
  added := amc_history.add_settled_weeks(new_id);
  return jsonb_build_object('collection_id', new_id, 'weeks', added);
end;
$function$
;
comment on function amc_history.continue_with(uuid,text) is
  'See public.continue_with. Definer: users may not write collections.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.copy_line_sequence()
 RETURNS regclass
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$ select current_setting('amc_history.lines')::regclass; $function$
;
comment on function amc_history.copy_line_sequence() is
  'The sequence that numbers the lines of the running COPY. amc_history.open_load sets it; declared immutable for the
reason that amc_history.copy_load_id gives.';

CREATE OR REPLACE FUNCTION amc_history.copy_load_id()
 RETURNS uuid
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$ select current_setting('amc_history.load_id')::uuid; $function$
;
comment on function amc_history.copy_load_id() is
  'The load that the running COPY fills: the default of load_id. amc_history.open_load sets it.

Declared immutable, which it is within one COPY: COPY plans its defaults anew in each statement and so reads the
setting once, not for each row. For COPY only: a prepared INSERT would keep the load for which it was planned.';

CREATE OR REPLACE FUNCTION amc_history.copy_series_view()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  select f.series_view into new.series_view from public.amc_workflows f
  where f.instance_id = new.instance_id and f.id = new.workflow_id;
  return new;
end;
$function$
;
comment on function amc_history.copy_series_view() is
  'Copies the series_view of a collection''s workflow to it.';

CREATE OR REPLACE FUNCTION amc_history.copy_statement(load result_loads)
 RETURNS text
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select format(
    'copy amc_results.%I (%s) from stdin with (format csv, header false, delimiter %L, quote %L, escape %L)',
    t.table_name,
    (select string_agg(quote_ident(n), ', ' order by i)
      from unnest(coalesce((load).columns, t.columns)) with ordinality as c(n, i)),
    f.output_format ->> 'separatorCharacter', f.output_format ->> 'quoteCharacter',
    f.output_format ->> 'escapeCharacter')
  from amc_history.result_tables t
  join public.amc_workflows f on f.instance_id = t.instance_id and f.id = t.workflow_id
  where t.table_name = (load).table_name;
$function$
;
comment on function amc_history.copy_statement(result_loads) is
  'The COPY that takes records of a load''s files, without header, into its results table, in the order of the file.';

CREATE OR REPLACE FUNCTION amc_history.count_actionable()
 RETURNS integer
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  now_at timestamptz := amc_history.clock_now();
  actionable integer;
begin
  -- Runs each minute, mostly to find nothing: of each instance, the cheap questions first.
  select count(*) into actionable from public.amc_instances i
  where coalesce(i.paused_until <= now_at, true)
    and (
      case when i.list_due_at <= now_at and coalesce(i.list_leased_until <= now_at, true) and (
          exists (select from public.week_attempts a where a.instance_id = i.id and a.is_live)
          or exists (select from public.week_attempts a where a.instance_id = i.id and a.watch_until > now_at)
          or exists (select from public.report_data_weeks w where w.instance_id = i.id and w.surveyed_at is null
            and w.due_at is not null)
          or exists (select from public.stoppages s
            where s.kind = 'instance' and s.subject = i.id and s.ended_at is null and s.retry_at <= now_at)
          or i.running_elsewhere > 0)
        then amc_history.is_listing_due(i) else false end
      or case when (select min(w.due_at) from public.report_data_weeks w where w.instance_id = i.id) <= now_at
          and (select count(*) from amc_history.taken_slots(i.id)) < i.max_parallel - i.running_elsewhere
        then exists (select from amc_history.free_slots(i)) and amc_history.has_claimable_week(i.id) else false end
    );
  return actionable
    + (select count(*) from public.week_attempts a
      join public.workflow_executions e on e.id = a.execution_id
      join public.amc_instances i on i.id = a.instance_id
      where a.is_live and a.state = 'created' and a.cancel_requested_at is null and e.has_ended
        and coalesce(a.leased_until <= now_at, true)
        and coalesce(a.due_at <= now_at, true)
        and coalesce(i.paused_until <= now_at, true))
    + (select count(distinct i.credential_name) from public.amc_instances i where i.credential_try_at <= now_at
      and not amc_history.is_token_held_up(i.credential_name))
    + (select count(*) from amc_history.executions_to_cancel((amc_history.allowances()).cancel_again))
    + (select count(*) from amc_history.webhooks_to_tell())
    + (select count(*) from amc_history.due_id_backfills())
    + amc_history.count_checks();
end;
$function$
;
comment on function amc_history.count_actionable() is
  'How many instances, results, credentials, cancellations, webhooks and searches for lost ids a worker could do
something for now. What waits behind a full or paused instance does not count.';

CREATE OR REPLACE FUNCTION amc_history.count_checks()
 RETURNS integer
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return (select count(*) from amc_history.versions_to_check())::integer
    + (select count(*) from amc_history.dry_runs_to_follow())::integer
    + (select count(*) from amc_history.stale_first_weeks())::integer
    + (select count(*) from public.workflow_checks k
      where k.is_live and k.state = 'intended' and k.leased_until <= amc_history.clock_now())::integer;
end;
$function$
;
comment on function amc_history.count_checks() is
  'How many checks of workflow versions a worker could move on now.';

CREATE OR REPLACE FUNCTION amc_history.count_filtered(load_id uuid, from_line bigint)
 RETURNS bigint
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  flag text;
  target text;
  filtered bigint;
begin
  select t.columns[i], t.table_name into flag, target from public.result_loads l
    join amc_history.result_tables t on t.table_name = l.table_name
    cross join generate_subscripts(t.header, 1) i
    where l.id = count_filtered.load_id and lower(t.header[i]) = 'filtered' limit 1;
  if found then
    execute format('select count(*) from amc_results.%I r where r.load_id = $1 and r.line >= $2
      and upper(r.%I) = ''TRUE''', target, flag)
      into filtered using count_filtered.load_id, count_filtered.from_line;
  end if;
  return filtered;
end;
$function$
;
comment on function amc_history.count_filtered(uuid,bigint) is
  'Counts the rows of a load, from a line on, that AMC marks as filtered; null if the result has no such column.
commit_segment counts those of its segment: a whole result may take minutes.';

CREATE OR REPLACE FUNCTION amc_history.count_running_elsewhere(instance_id text, executions jsonb, known text[])
 RETURNS integer
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return (select count(*)::integer
    from (select o.value ->> 'id' as id, o.value ->> 'status' as status,
        -- AMC's list shows what others asked for too: a timeout may be anything.
        case jsonb_typeof(o.value -> 'timeout_seconds') when 'number'
          then (o.value ->> 'timeout_seconds')::numeric end as timeout_seconds
      from jsonb_array_elements(count_running_elsewhere.executions) o(value)) seen
    where seen.id <> all (count_running_elsewhere.known)
      and not amc_history.is_terminal_status(seen.status)
      and not coalesce(amc_history.is_dry_run_timeout(seen.timeout_seconds), false)
      and not exists (select from public.week_attempts a where a.instance_id = count_running_elsewhere.instance_id
        and (a.is_live and a.state in ('intended', 'unknown') or a.watch_until > amc_history.clock_now())
        and a.fingerprint = seen.timeout_seconds));
end;
$function$
;
comment on function amc_history.count_running_elsewhere(text,jsonb,text[]) is
  'How many executions of a complete listing run and take a slot that no attempt here holds. executions: as
record_listing takes them; known: the ids that are known here. Those with the fingerprint of an attempt without an
execution may be its own, and dry runs take no slot (SKILL2, M): neither counts.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.count_uncast(load_id uuid, from_line bigint, to_line bigint)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  target amc_history.result_tables;
  types text[] := amc_history.load_types(count_uncast.load_id);
  counts text;
  found bigint[];
begin
  select t.* into target from amc_history.result_tables t
    join public.result_loads l on l.table_name = t.table_name where l.id = count_uncast.load_id;
  select string_agg(format('count(*) filter (where r.%I <> '''' and not %s)', name,
    amc_history.cell_fits_sql(format('r.%I', name), type)), ', ' order by i)
    into counts from unnest(target.columns, types) with ordinality as t(name, type, i) where type <> 'text';
  if counts is null then
    return '{}'::jsonb;
  end if;
  execute format('select array[%s] from amc_results.%I r where r.load_id = $1 and r.line between $2 and $3',
    counts, target.table_name) into found using count_uncast.load_id, count_uncast.from_line, count_uncast.to_line;
  return (select coalesce(jsonb_object_agg(name, n) filter (where n > 0), '{}') from unnest(found,
    array(select name from unnest(target.columns, types) with ordinality as t(name, type, i)
      where type <> 'text' order by i))
    as t(n, name));
end;
$function$
;
comment on function amc_history.count_uncast(uuid,bigint,bigint) is
  'Counts the cells of a load that are not empty and do not fit their column''s type, which the view therefore shows as
null.

from_line, to_line: the lines to look at, both inclusive; counts of parts can be added up. Answers {column: n},
without the columns that have none; {} while the columns'' types are not known. One pass over those lines.';

CREATE OR REPLACE FUNCTION amc_history.count_waiting_results(instance_id text)
 RETURNS bigint
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select count(*) from public.week_attempts a
  join public.workflow_executions e on e.id = a.execution_id and e.status = 'SUCCEEDED'
  join public.report_data_weeks w on w.id = a.week_id
  join public.report_data_collections c on c.id = w.collection_id
  where a.instance_id = count_waiting_results.instance_id and a.is_live and a.cancel_requested_at is null
    and coalesce(a.due_at <= amc_history.clock_now(), true)
    and not amc_history.is_held_up('workflow_header', amc_history.workflow_subject(c.instance_id, c.workflow_id));
$function$
;
comment on function amc_history.count_waiting_results(text) is
  'How many results of an instance could be loaded, or are: not those that wait for AMC, for a person or for their next
try.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.create_bi_login(name text, instances text[], OUT login text, OUT password text)
 RETURNS record
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  unknown constant text := (select string_agg(coalesce(quote_literal(left(i, 100)), 'null'), ', ')
    from unnest(create_bi_login.instances) i where not exists (select from public.amc_instances a where a.id = i));
begin
  login := create_bi_login.name;
  -- Of hexadecimal digits with 244 random bits.
  password := replace(concat(gen_random_uuid(), gen_random_uuid()), '-', '');
  if login is null or login !~ '^[a-z][a-z0-9_]{1,39}$' or login ~ '^(pg|supabase)_' then
    perform amc_history.refuse('bi_login_name_invalid',
      format('Expected a name of 2 to 40 lower-case letters, digits and _, got %s.',
        coalesce(quote_literal(left(login, 100)), 'null')), 'Name the login after its tool, such as metabase.');
  elsif coalesce(cardinality(create_bi_login.instances), 0) = 0 or unknown is not null then
    perform amc_history.refuse('instance_not_found', format('Expected ids of instances that are connected, got %s.',
      coalesce(unknown, 'none')), 'List them with: select id, name from amc_instances.', 'PT404');
  elsif exists (select from pg_catalog.pg_roles r where r.rolname = login) then
    perform amc_history.refuse('bi_login_exists', format('A role named %s is there already.', login),
      'Choose another name, or drop the BI login first: amc_history.drop_bi_login.');
  end if;
  execute format('create role %I login nosuperuser nocreatedb nocreaterole noreplication nobypassrls
    connection limit 10 password %L in role amc_history_reader', login, amc_history.scram_verifier(password));
  execute format('alter role %I set default_transaction_read_only = on', login);
  execute format('alter role %I set statement_timeout = %L', login, '60s');
  execute format('alter role %I set idle_in_transaction_session_timeout = %L', login, '60s');
  execute format('alter role %I set search_path = public', login);
  -- Whose role was dropped by hand left its instances.
  delete from amc_history.bi_logins b where b.login = create_bi_login.login;
  insert into amc_history.bi_logins (login, instance_id)
  select distinct create_bi_login.login, i from unnest(create_bi_login.instances) i;
end;
$function$
;
comment on function amc_history.create_bi_login(text,text[]) is
  'Makes a login of the database for a BI tool, which reads the results views, collections and weeks of these
instances, those of workflows to come too, and nothing else. Answers its password, this once.

name: 2 to 40 lower-case letters, digits and _. instances: ids. Its sessions are read-only and end a statement after
60 s, which a session may change; what it may read, it cannot. At most 10 connections. Refuses with
bi_login_name_invalid, instance_not_found, bi_login_exists. Run at a database prompt, as postgres.';

CREATE OR REPLACE FUNCTION amc_history.create_metrics_token(name text)
 RETURNS text
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  -- Each has 122 random bits.
  token constant text := 'amcm_' || replace(concat(gen_random_uuid(), gen_random_uuid()), '-', '');
begin
  insert into amc_history.metrics_tokens as t (name, token_hash)
  values (create_metrics_token.name, encode(sha256(convert_to(token, 'UTF8')), 'hex'))
  on conflict on constraint metrics_tokens_pkey do update
    set token_hash = excluded.token_hash, created_at = excluded.created_at;
  return token;
end;
$function$
;
comment on function amc_history.create_metrics_token(text) is
  'Makes a token for the edge function metrics and answers it, this once. name: whose it is; a second one under the
same name replaces the first. Run at a database prompt, as postgres.';

CREATE OR REPLACE FUNCTION amc_history.create_result_table(workflow amc_workflows, header text[])
 RETURNS amc_history.result_tables
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  name constant text := (workflow).result_table;
  columns text[] := amc_history.column_names(create_result_table.header);
  created amc_history.result_tables;
begin
  execute format('create table amc_results.%I (
      load_id uuid not null default amc_history.copy_load_id(),
      line bigint not null default nextval(amc_history.copy_line_sequence()),
      %s, primary key (load_id, line))', name,
    (select string_agg(format('%I text', n), ', ' order by i) from unnest(columns) with ordinality as t(n, i)));
  execute format('comment on table amc_results.%I is %L', name,
    format('Rows of AMC workflow %s of instance %s', (workflow).id, (workflow).instance_id));
  execute format('alter table amc_results.%I enable row level security', name);
  -- A constant of the table: asked once per query.
  execute format('create policy "members read the rows of their instance" on amc_results.%I for select
    to authenticated using ((select %L in (select amc_history.instances_of_caller())))', name,
    (workflow).instance_id);
  execute format('create policy "BI logins read the rows of their instances" on amc_results.%I for select
    to amc_history_reader using ((select %L in (select amc_history.instances_of_login())))', name,
    (workflow).instance_id);
  execute format('revoke all on amc_results.%I from public, anon, authenticated, service_role', name);
  execute format('grant select on amc_results.%I to authenticated, service_role, amc_history_reader', name);
  insert into amc_history.result_tables (instance_id, workflow_id, table_name, header, columns, series_view)
  values ((workflow).instance_id, (workflow).id, name, create_result_table.header, columns, (workflow).series_view)
  returning * into created;
  perform amc_history.create_result_views(created);
  return created;
end;
$function$
;
comment on function amc_history.create_result_table(amc_workflows,text[]) is
  'Creates the table and the views of a workflow version once its first header is known. Answers its row.';

CREATE OR REPLACE FUNCTION amc_history.create_result_view(view_name text, query text, about text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  definition text := format('create or replace view public.%I with (security_invoker = true) as %s',
    create_result_view.view_name, create_result_view.query);
begin
  begin
    -- More columns behind the others: what depends on the view stays.
    execute definition;
  exception
    when invalid_table_definition then
      execute format('drop view public.%I', create_result_view.view_name);
      execute definition;
  end;
  execute format('comment on view public.%I is %L', create_result_view.view_name, create_result_view.about);
  execute format('revoke all on public.%I from public, anon, authenticated, service_role',
    create_result_view.view_name);
  execute format('grant select on public.%I to authenticated, service_role, amc_history_reader',
    create_result_view.view_name);
end;
$function$
;
comment on function amc_history.create_result_view(text,text,text) is
  'Creates one view of results, in place of the one that is there. query: what it shows. about: its comment.';

CREATE OR REPLACE FUNCTION amc_history.create_result_views(target amc_history.result_tables)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  whose constant text := format('Results of AMC workflow %s of instance %s, of completed weeks, with their execution',
    (target).workflow_id, (target).instance_id);
  workflow public.amc_workflows;
begin
  select * into workflow from public.amc_workflows f
    where f.instance_id = (target).instance_id and f.id = (target).workflow_id;
  perform amc_history.create_result_view(workflow.raw_view, amc_history.result_query(target, (target).columns),
    whose || '; every cell as the text that AMC sent.');
  perform amc_history.create_result_view(workflow.results_view,
    amc_history.result_query(target, (target).columns, (target).types),
    whose || '. A cell that does not fit its type is null; raw_… shows it.');
  perform amc_history.create_series_view(workflow.series_view);
  -- The API serves the views without waiting for a restart.
  notify pgrst, 'reload schema';
end;
$function$
;
comment on function amc_history.create_result_views(amc_history.result_tables) is
  'Creates the views of a workflow version, in place of those that are there: one with types, one with text, and the
one that unites the versions of its name.';

CREATE OR REPLACE FUNCTION amc_history.create_series_view(view_name text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  versions amc_history.result_tables[];
  columns text[];
  types text[];
  newer text[] := '{}';
  query text;
begin
  -- Two versions whose first results come at once: the second sees the table of the first.
  perform amc_history.take_lock(create_series_view.view_name);
  versions := array(select t from amc_history.result_tables t
    join public.amc_workflows f on f.instance_id = t.instance_id and f.id = t.workflow_id
    where t.series_view = create_series_view.view_name order by f.created_at desc, f.id);
  if cardinality(versions) = 0 then
    execute format('drop view if exists public.%I', create_series_view.view_name);
    return;
  end if;
  -- Where AMC has not told a version's types yet, those of the others hold.
  select array_agg(n.name order by n.i), array_agg(case when k.types = 1 then k.type else 'text' end order by n.i)
    into columns, types
  from unnest((versions[1]).columns) with ordinality as n(name, i)
  cross join lateral (select bool_and(n.name = any (v.columns)) as common, min(d.type) as type,
      count(distinct d.type) as types
    from unnest(versions) v
    cross join lateral (select v.types[array_position(v.columns, n.name)] as type) d) k
  where k.common;
  for i in 1 .. cardinality(versions) loop
    query := concat_ws(' union all ', query, amc_history.result_query(versions[i], columns, types, newer));
    newer := newer || (versions[i]).workflow_id;
  end loop;
  perform amc_history.create_result_view(create_series_view.view_name, query, format(
    'Results of all versions of a query of instance %s: their common columns; in each series, of each week the newest '
    'version''s that has it.', (versions[1]).instance_id));
exception
  -- Results matter more than this view, which can be made anew.
  when dependent_objects_still_exist then
    perform amc_history.raise_alert('types_not_applied', format(
      'Other objects depend on the view public.%s, so it stays without what is new: %s Drop what depends on it, then '
      'run: select amc_history.create_series_view(%L).', create_series_view.view_name, sqlerrm,
      create_series_view.view_name), (versions[1]).instance_id);
end;
$function$
;
comment on function amc_history.create_series_view(text) is
  'Makes the view anew that unites the versions of a query, that is, those saved under one name on an instance: over
their tables, since a view over their views would keep those from getting their types. A column that all of them have
has their common type, or is text. Drops the view where no version has a table. view_name: amc_workflows.series_view.
Where other objects depend on it, it stays as it is, with an alert types_not_applied.';

CREATE OR REPLACE FUNCTION amc_history.decide_week(backfill id_backfills, week id_backfill_weeks, OUT outcome text, OUT
    reason text)
 RETURNS record
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  row_now public.report_data_weeks;
  found_one public.id_backfill_candidates;
begin
  select w.* into row_now from public.report_data_weeks w where w.id = (week).week_id;
  if not amc_history.lacks_execution_id(row_now) then
    outcome := 'not_needed';
    reason := case when row_now.execution_id is null then 'is_open' else 'has_an_id' end;
    return;
  elsif not (backfill).is_read and coalesce((week).begins_at <= (backfill).read_to, true) then
    outcome := 'not_searched';
    reason := 'calls_used_up';
    return;
  end if;
  select v.outcome, v.reason, (v.found).execution_id, (v.found).details
  into outcome, reason, found_one.execution_id, found_one.details
  from amc_history.verdict_on(backfill, week) v;
  if outcome = 'matched' and amc_history.restore_execution_id((week).week_id, found_one.execution_id,
      found_one.details, (backfill).actor, reason) <> 'restored' then
    outcome := 'not_provable';
    reason := 'execution_of_another_week';
  end if;
exception when data_exception or integrity_constraint_violation or raise_exception then
  outcome := 'not_provable';
  reason := left('refused_by_database: ' || sqlerrm, 500);
end;
$function$
;
comment on function amc_history.decide_week(id_backfills,id_backfill_weeks) is
  'What comes of a week of a search, as it stands now; stores its execution if that is proved. What Postgres refuses
stops only this week. The caller holds the locks of the instance and the search.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.decide_weeks(backfill id_backfills, most integer)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  week public.id_backfill_weeks;
  verdict record;
begin
  for week in
    select b.* from public.id_backfill_weeks b
    where b.backfill_id = backfill.id and b.outcome = 'searching' and b.is_wanted
      and (backfill.list_ended_at is not null or b.begins_at > backfill.read_to)
    order by b.begins_at desc, b.week_id limit decide_weeks.most
  loop
    verdict := amc_history.decide_week(backfill, week);
    update public.id_backfill_weeks b
    set outcome = verdict.outcome, reason = verdict.reason, decided_at = amc_history.clock_now()
    where b.backfill_id = week.backfill_id and b.week_id = week.week_id;
  end loop;
  update public.id_backfills b set ended_at = amc_history.clock_now(), leased_until = null
  where b.id = backfill.id and b.list_ended_at is not null and b.ended_at is null
    and not exists (select from public.id_backfill_weeks w
      where w.backfill_id = b.id and w.outcome = 'searching' and w.is_wanted);
  return found;
end;
$function$
;
comment on function amc_history.decide_weeks(id_backfills,integer) is
  'Decides the weeks of a search that its list was read past, newest first, at most so many; ends the search once all
are decided, and answers whether it did. The caller holds the locks of the instance and the search.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.delete_dropped_rows()
 RETURNS bigint
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  dropped amc_history.dropped_loads;
  at_once bigint;
  -- As in check_cells.
  share numeric := 1;
  deleted bigint := 0;
  piece bigint;
begin
  for dropped in
    select d.* from amc_history.dropped_loads d
    where not amc_history.is_held_up('job', 'amc-history-delete/' || d.load_id)
    order by d.dropped_at, d.load_id limit 100
  loop
    at_once := amc_history.lines_at_once(dropped.records, dropped.bytes);
    exit when share * at_once < 1;
    begin
      piece := amc_history.delete_some_rows(dropped, floor(share * at_once)::bigint);
      deleted := deleted + piece;
      share := share - piece::numeric / at_once;
      perform amc_history.end_stoppage('job', 'amc-history-delete/' || dropped.load_id);
    exception when query_canceled or others then
      perform amc_history.record_stoppage('job', 'amc-history-delete/' || dropped.load_id, sqlstate, 'postgres',
        sqlerrm, (select t.instance_id from amc_history.result_tables t where t.table_name = dropped.table_name));
      -- The statement's time is over.
      exit when sqlstate = '57014';
    end;
  end loop;
  return deleted;
end;
$function$
;
comment on function amc_history.delete_dropped_rows() is
  'Deletes the rows of loads that were deleted, oldest first, in one run rows_at_once rows or those of bytes_at_once
bytes at most (amc_history.allowances). Its place is in amc_history.dropped_loads. A load that fails is set aside, and
the others go on. Answers how many rows. Run by pg_cron.';

CREATE OR REPLACE FUNCTION amc_history.delete_metrics_token(name text)
 RETURNS boolean
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  with deleted as (delete from amc_history.metrics_tokens t where t.name = delete_metrics_token.name returning 1)
  select exists (select from deleted);
$function$
;
comment on function amc_history.delete_metrics_token(text) is
  'Takes a token back. Answers whether there was one of that name. Run at a database prompt, as postgres.';

CREATE OR REPLACE FUNCTION amc_history.delete_some_rows(dropped amc_history.dropped_loads, lines bigint)
 RETURNS bigint
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  gone bigint;
  last_line bigint;
begin
  execute format('with piece as (
      select line from amc_results.%1$I where load_id = $1 and line > $2 order by line limit $3
    ), gone as (
      delete from amc_results.%1$I where load_id = $1 and line > $2 and line <= (select max(line) from piece)
      returning line
    )
    select count(*), max(line) from gone', (dropped).table_name)
    into gone, last_line using (dropped).load_id, (dropped).line, delete_some_rows.lines;
  if gone < delete_some_rows.lines then
    delete from amc_history.dropped_loads d where d.load_id = (dropped).load_id;
  else
    update amc_history.dropped_loads d set line = last_line where d.load_id = (dropped).load_id;
  end if;
  return gone;
end;
$function$
;
comment on function amc_history.delete_some_rows(amc_history.dropped_loads,bigint) is
  'Deletes so many rows of a dropped load, the first ones that are there, and forgets the load once there are none
left. Answers how many rows.';

CREATE OR REPLACE FUNCTION amc_history.delete_webhook(webhook_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  hook constant public.webhooks := amc_history.lock_own_webhook(delete_webhook.webhook_id);
begin
  delete from public.webhooks w where w.id = hook.id;
  delete from vault.secrets s where s.name = 'amc_webhook_' || hook.id;
  perform amc_history.end_stoppage('webhook', hook.id::text);
  perform amc_history.record_action('webhook_deleted', hook.instance_id,
    detail => to_jsonb(hook) - 'secret_name');
end;
$function$
;
comment on function amc_history.delete_webhook(uuid) is
  'See public.delete_webhook. Definer: users may not write webhooks, nor Vault.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.describe_header_change(expected text[], got text[])
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
  with matched as (
    select amc_history.match_header(describe_header_change.expected, describe_header_change.got) as places
  ),
  -- Twenty names say enough, and a name may be long.
  added as (
    select left(quote_ident(t.name), 100) as name, t.i
    from matched m, unnest(describe_header_change.got, m.places) with ordinality as t(name, place, i)
    where t.place is null order by t.i limit 20
  ),
  removed as (
    select left(quote_ident(t.name), 100) as name, t.i
    from matched m, unnest(describe_header_change.expected) with ordinality as t(name, i)
    where t.i <> all (array_remove(m.places, null)) order by t.i limit 20
  )
  select concat_ws('; ', 'added ' || (select string_agg(name, ', ' order by i) from added),
    'removed ' || (select string_agg(name, ', ' order by i) from removed));
$function$
;
comment on function amc_history.describe_header_change(text[],text[]) is
  'Says which columns a header (got) has that another one (expected) has not, and the other way round, whatever the
order and the case; empty if there are none. At most twenty of each, cut at 100 characters.';

CREATE OR REPLACE FUNCTION amc_history.describe_plan(asked amc_history.weeks_request, plan amc_history.weeks_plan,
    collection report_data_collections, settled integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  kept_since constant date := amc_history.kept_since(plan.workflow, plan.zone);
  created constant boolean := not collection.keep_current
    and not exists (select from public.report_data_weeks w where w.collection_id = collection.id);
  keeps constant boolean := coalesce(asked.keep_current, collection.keep_current);
  released constant integer := amc_history.weeks_released(collection);
  paused constant boolean := collection.paused_at is not null and collection.archived_at is null
    and collection.cancelled_at is null;
  executions integer;
  pace jsonb;
  answer jsonb;
begin
  select jsonb_build_object('collection_id', collection.id, 'created', created,
      'extended', case when created then 0 else count(*) filter (where w.becomes = 'added') end,
      'reopened', count(*) filter (where w.becomes in ('due', 'followed', 'loaded')), 'settled', settled,
      'released', released, 'paused', paused,
      'first_day', plan.first_day, 'last_day', plan.last_day, 'week_starts_on', plan.weekday, 'time_zone', plan.zone,
      'keep_current', keeps, 'settle_days', coalesce(asked.settle_days, collection.settle_days),
      'not_kept', count(*) filter (where w.becomes <> 'stays' and not w.is_kept),
      'asked_before', count(*) filter (where w.executions > 0),
      'weeks', jsonb_agg(to_jsonb(w) || jsonb_build_object('week_end_date', w.week_start_date + 6)
        order by w.week_start_date)),
    settled + released + count(*) filter (where w.becomes in ('added', 'due'))
  into answer, executions
  from amc_history.preview_weeks(collection, plan.first_day, plan.last_day, kept_since) w;
  pace := amc_history.pace_of(asked.instance_id, executions);
  if paused then
    pace := pace || '{"seconds": null}';
  end if;
  return answer || jsonb_build_object('executions', executions, 'pace', pace);
end;
$function$
;
comment on function
    amc_history.describe_plan(amc_history.weeks_request,amc_history.weeks_plan,report_data_collections,integer) is
  'What a planned request comes to, as preview_collection answers it. collection, settled: of
amc_history.weigh_request.';

CREATE OR REPLACE FUNCTION amc_history.describe_refusal(field text, state text, code text, message text, hint text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if describe_refusal.code !~ '^[a-z_]+$' or describe_refusal.state !~ '^(22023|PT4\d\d)$' then
    raise exception '%', describe_refusal.message using errcode = describe_refusal.state,
      detail = describe_refusal.code, hint = describe_refusal.hint;
  end if;
  return jsonb_build_object('field', describe_refusal.field, 'code', describe_refusal.code,
    'message', describe_refusal.message, 'hint', describe_refusal.hint,
    'status', case when describe_refusal.state like 'PT%' then right(describe_refusal.state, 3)::integer else 400 end);
end;
$function$
;
comment on function amc_history.describe_refusal(text,text,text,text,text) is
  'What amc_history.refuse raised, as data: {field, code, message, hint, status}. field: the argument that is refused;
null where it is none. Any other error is raised again.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.describe_request(request collection_requests)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select jsonb_build_object('collection_id', (request).collection_id, 'created', (request).created,
    'extended', (request).extended, 'reopened', (request).reopened, 'settled', (request).settled,
    'weeks', coalesce(jsonb_agg(jsonb_build_object('id', w.id, 'week_start_date', w.week_start_date,
      'week_end_date', w.week_end_date, 'status', w.status) order by w.week_start_date), '[]'))
  from public.report_data_weeks w
  where w.collection_id = (request).collection_id
    and w.week_start_date between (request).first_day and (request).last_day;
$function$
;
comment on function amc_history.describe_request(collection_requests) is
  'What a request changed, and the weeks that it asked for as they are now, oldest first: the answer of
start_collection.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.dispatch_collect()
 RETURNS integer
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  allowed constant amc_history.allowances := amc_history.allowances();
  wake_ups integer;
  url text;
  key text;
begin
  perform amc_history.survey_after_gap();
  wake_ups := least(allowed.wake_ups,
    -- Whether a worker can be reached again, and its steps work, only a wake-up shows.
    ceil((amc_history.count_actionable() + (select count(*) from public.stoppages s where s.ended_at is null
      and s.kind in ('schedule_secrets', 'wake_up', 'tick', 'step')))::numeric / allowed.actionable_per_wake_up));
  if wake_ups = 0 then
    return 0;
  end if;
  select rtrim(s.decrypted_secret, '/') into url from vault.decrypted_secrets s
    where s.name = 'amc_history_project_url';
  select s.decrypted_secret into key from vault.decrypted_secrets s where s.name = 'amc_history_cron_key';
  if coalesce(url, '') = '' or coalesce(key, '') = '' then
    perform amc_history.record_stoppage('schedule_secrets', 'collect', 'secret_missing', 'amc_history',
      'Vault has no amc_history_project_url or no amc_history_cron_key. '
      'Store both with vault.create_secret.', null);
    return 0;
  end if;
  begin
    for i in 1 .. wake_ups loop
      insert into amc_history.wake_ups (request_id)
      values (net.http_post(url := url || '/functions/v1/collect', body := '{}'::jsonb,
        headers := jsonb_build_object('Content-Type', 'application/json', 'apikey', key),
        timeout_milliseconds := (extract(epoch from allowed.wake_up_timeout) * 1000)::integer));
    end loop;
  exception when others then
    -- pg_net raises at once what is no address. The stoppage must not be undone with the request.
    perform amc_history.record_stoppage('schedule_secrets', 'collect', 'address_refused', 'postgres', format(
      'pg_net does not take the address in amc_history_project_url: %s. Expected '
      'https://<ref>.supabase.co, without blanks; store it with vault.update_secret.', sqlerrm), null);
    return 0;
  end;
  perform amc_history.end_stoppage('schedule_secrets', 'collect');
  return wake_ups;
end;
$function$
;
comment on function amc_history.dispatch_collect() is
  'Wakes the edge function collect if there is anything to do: one worker for every actionable_per_wake_up things, at
most wake_ups (amc_history.allowances). Answers how many requests it queued. Run by pg_cron; URL and key come from
Vault.';

CREATE OR REPLACE FUNCTION amc_history.drop_bi_login(name text)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  -- By its role: the instances that it read may be gone. postgres, which made amc_history_reader, is a member too.
  if not exists (select from pg_catalog.pg_roles r
      join pg_catalog.pg_auth_members m on m.member = r.oid and m.roleid = 'amc_history_reader'::regrole
      where r.rolname = drop_bi_login.name and r.rolcanlogin
        and not (r.rolsuper or r.rolcreaterole or r.rolbypassrls or r.rolreplication)) then
    return false;
  end if;
  delete from amc_history.bi_logins b where b.login = drop_bi_login.name;
  -- Whoever ends its sessions and drops what it made has to be of its role.
  execute format('grant %I to current_user', drop_bi_login.name);
  perform pg_terminate_backend(a.pid) from pg_catalog.pg_stat_activity a where a.usename = drop_bi_login.name;
  execute format('drop owned by %I', drop_bi_login.name);
  execute format('drop role %I', drop_bi_login.name);
  return true;
end;
$function$
;
comment on function amc_history.drop_bi_login(text) is
  'Drops a BI login with what it made (any role may make large objects), and ends its sessions. Answers whether
there was one of that name: no other role is dropped. Run at a database prompt, as postgres.';

CREATE OR REPLACE FUNCTION amc_history.drop_ended_loads(attempt_id uuid DEFAULT NULL::uuid)
 RETURNS bigint
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  with dropped as (
    delete from public.result_loads l where l.id in (
      select o.id from public.result_loads o
      join public.week_attempts a on a.execution_id = o.execution_id and not a.is_live
      where not o.complete and (drop_ended_loads.attempt_id is null or a.id = drop_ended_loads.attempt_id)
      limit 1000)
    returning l.id
  )
  select count(*) from dropped;
$function$
;
comment on function amc_history.drop_ended_loads(uuid) is
  'Drops unfinished loads of attempts that have ended: of one attempt, or of all, then at most 1000. Answers how many
loads.';

CREATE OR REPLACE FUNCTION amc_history.drop_load(attempt_id uuid, fence integer)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  -- A load that another worker has claimed has a higher fence.
  delete from public.result_loads l using public.week_attempts a
  where a.id = drop_load.attempt_id and l.execution_id = a.execution_id and not l.complete
    and l.fence <= drop_load.fence;
$function$
;
comment on function amc_history.drop_load(uuid,integer) is
  'Drops what is loaded of an attempt''s execution, so that its load begins from the start; not what a later worker has
claimed.';

CREATE OR REPLACE FUNCTION amc_history.drop_result_table()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  execute format('drop view if exists public.%I, public.%I, public.%I', 'results_' || old.table_name,
    'raw_' || old.table_name, old.series_view);
  execute format('drop table if exists amc_results.%I', old.table_name);
  perform amc_history.create_series_view(old.series_view);
  notify pgrst, 'reload schema';
  return null;
end;
$function$
;
comment on function amc_history.drop_result_table() is
  'Drops the table and the views of a workflow version that is deleted (with its instance, say). Definer: whoever
deletes a workflow need not own them.';

CREATE OR REPLACE FUNCTION amc_history.drop_unproved_table(target amc_history.result_tables, execution_id text)
 RETURNS text
 LANGUAGE plpgsql
 SET search_path TO ''
 SET lock_timeout TO '5s'
AS $function$
begin
  if exists (select from public.result_loads l where l.table_name = (target).table_name and l.complete) then
    return 'proved';
  elsif exists (select from public.result_loads l join public.week_attempts a on a.execution_id = l.execution_id
      where l.table_name = (target).table_name and a.is_live
        and l.execution_id <> drop_unproved_table.execution_id) then
    return 'in_use';
  end if;
  delete from public.result_loads l where l.table_name = (target).table_name;
  delete from amc_history.dropped_loads d where d.table_name = (target).table_name;
  delete from amc_history.result_tables t where t.table_name = (target).table_name;
  return 'dropped';
exception
  -- Somebody has built upon its view: it stays.
  when dependent_objects_still_exist then
    return 'proved';
end;
$function$
;
comment on function amc_history.drop_unproved_table(amc_history.result_tables,text) is
  'Drops a results table that no complete load vouches for: whatever file came first was no result. Answers dropped;
in_use, if another execution than this one is being loaded into it; or proved.';

CREATE OR REPLACE FUNCTION amc_history.dry_runs_to_follow()
 RETURNS SETOF workflow_checks
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return query
  select k.* from public.workflow_checks k
  join public.amc_instances i on i.id = k.instance_id
  where k.is_live and k.state = 'created' and k.due_at <= amc_history.clock_now()
    and coalesce(k.leased_until <= amc_history.clock_now(), true)
    and not amc_history.is_held_up('workflow_check', amc_history.workflow_subject(k.instance_id, k.workflow_id))
    and coalesce(i.paused_until <= amc_history.clock_now(), true);
end;
$function$
;
comment on function amc_history.dry_runs_to_follow() is
  'The dry runs about which AMC is to be asked now: not set aside, and no worker has the lease.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.due_collections(instance_id text)
 RETURNS TABLE(id uuid, workflow_id text, checked_at timestamp with time zone, time_zone text, parameters_hash text,
    held_since timestamp with time zone, workflow_held boolean, first_day date, last_day date)
 LANGUAGE plpgsql
 ROWS 100
 SET search_path TO ''
AS $function$
#variable_conflict use_column
begin
  return query
  -- From one collection with due weeks to the next, by the index: however many weeks each has.
  with recursive queued as (
    (select w.collection_id from public.report_data_weeks w
      where w.instance_id = due_collections.instance_id and w.due_at is not null
      order by w.collection_id limit 1)
    union all
    select (select w.collection_id from public.report_data_weeks w
      where w.instance_id = due_collections.instance_id and w.due_at is not null and w.collection_id > q.collection_id
      order by w.collection_id limit 1)
    from queued q where q.collection_id is not null
  ),
  held as materialized (
    select s.kind, s.subject, s.last_at, coalesce(s.retry_at > amc_history.clock_now(), true) as is_held
    from public.stoppages s
    where s.ended_at is null
      and s.kind in ('collection', 'standing', 'workflow_save', 'workflow_check', 'workflow_header')
  ),
  due as (
    select c.id, c.workflow_id, c.time_zone, c.parameters_hash, c.last_claimed_at, c.created_at, c.start_date,
      -- Who asked for it last.
      coalesce((select r.requested_by from public.collection_requests r where r.collection_id = c.id and r.has_effect
        order by r.requested_at desc limit 1), c.created_by) as requested_by,
      f.checked_at, h.held_since, h.workflow_held,
      ends.first_day, ends.last_day,
      c.start_date <= ends.last_day and exists (select from public.report_data_weeks w where w.collection_id = c.id
        and w.week_start_date between ends.first_day and ends.last_day and w.due_at <= amc_history.clock_now())
        as is_urgent
    from queued q
    join public.report_data_collections c on c.id = q.collection_id
    join public.amc_workflows f on f.instance_id = c.instance_id and f.id = c.workflow_id
    cross join amc_history.ending_weeks(f.retention_months) ends
    left join lateral (select max(held.last_at) as held_since, bool_or(held.is_held) as is_held,
        bool_or(held.kind not in ('collection', 'standing')) as workflow_held
      from held where held.subject = case when held.kind in ('collection', 'standing') then c.id::text
        else c.instance_id || '/' || c.workflow_id end) h on true
    where c.paused_at is null and c.cancelled_at is null
      and h.is_held is distinct from true
      -- Of a version that is not checked, one week may begin at most (amc_history.may_begin): the others are not read.
      and (f.checked_at is not null or exists (select from public.workflow_checks k
        where k.collection_id = c.id and k.is_live and k.kind = 'first_week'))
      and exists (select from public.report_data_weeks w where w.instance_id = c.instance_id
        and w.collection_id = c.id and w.due_at <= amc_history.clock_now() and w.surveyed_at is not null)
  )
  select d.id, d.workflow_id, d.checked_at, d.time_zone, d.parameters_hash, d.held_since,
    coalesce(d.workflow_held, false), d.first_day, d.last_day
  from due d
  order by max(d.last_claimed_at) over (partition by d.requested_by) nulls first, d.is_urgent desc,
    d.last_claimed_at nulls first, d.created_at, d.start_date, d.id;
end;
$function$
;
comment on function amc_history.due_collections(text) is
  'The collections of an instance with due weeks that may be tried, in the order of their turns: first those of the
person, who asked for them last, that was served longest ago; of one person, first those with weeks that AMC will soon
no longer keep, then the one served longest ago. Of versions that are not checked only the one whose week goes alone.
held_since: when the collection or its workflow was last held up; null if it is not. workflow_held: the workflow is.
first_day, last_day: amc_history.ending_weeks.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.due_id_backfills()
 RETURNS SETOF id_backfills
 LANGUAGE sql
 STABLE ROWS 1
 SET search_path TO ''
AS $function$
  select b.* from public.id_backfills b
  join public.amc_instances i on i.id = b.instance_id and coalesce(i.paused_until <= amc_history.clock_now(), true)
  where b.ended_at is null and b.due_at <= amc_history.clock_now()
    and coalesce(b.leased_until <= amc_history.clock_now(), true)
    and not exists (select from public.stoppages s where s.kind = 'id_backfill' and s.subject = b.id::text
      and s.ended_at is null and coalesce(s.retry_at > amc_history.clock_now(), true));
$function$
;
comment on function amc_history.due_id_backfills() is
  'The searches whose turn it is, of instances that are not paused.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.end_attempt(attempt_id uuid, outcome text, watch_until timestamp with time zone
    DEFAULT NULL::timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  attempt public.week_attempts;
begin
  update public.week_attempts a
  set state = 'ended', outcome = end_attempt.outcome, ended_at = amc_history.clock_now(),
    leased_until = null, due_at = null, watch_until = end_attempt.watch_until
  where a.id = end_attempt.attempt_id and a.is_live
  returning a.* into attempt;
  if attempt.execution_id is null and attempt.outcome in ('refused', 'not_visible', 'abandoned')
      and coalesce(attempt.amc_answer ->> 'verdict', '') not in ('throttled', 'unauthorized') then
    update public.report_data_weeks w set failed_creates = w.failed_creates + 1 where w.id = attempt.week_id;
  end if;
end;
$function$
;
comment on function amc_history.end_attempt(uuid,text,timestamp with time zone) is
  'Ends a live attempt, which frees its slot and its window. outcome: how. watch_until: until when AMC''s list is
still searched for its execution (abandoned), or AMC is asked for it (let_go). A create that brought no execution, and
that AMC did not turn away for the instance''s sake (a throttle, a refused token), counts (failed_creates). The caller
holds the week''s lock.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.end_cancelled_attempts(instance_id text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  due record;
begin
  for due in
    select a.id as attempt_id, w.id as week_id, w.instance_id, w.collection_id from public.week_attempts a
    join public.report_data_weeks w on w.id = a.week_id
    join public.workflow_executions e on e.id = a.execution_id
    where a.instance_id = end_cancelled_attempts.instance_id and a.is_live and a.state = 'created'
      and a.cancel_requested_at is not null and e.has_ended
      and not amc_history.is_held_up('week', w.id::text)
    -- A locked week is left to the next listing: executions are locked here, and waiting for a week could deadlock.
    order by w.id for no key update of w skip locked
  loop
    begin
      perform amc_history.end_attempt(due.attempt_id, 'cancelled');
    exception when others then
      perform amc_history.record_stoppage('week', due.week_id::text, 'attempt_not_ended', 'postgres', sqlerrm,
        due.instance_id, due.collection_id, due.week_id);
    end;
  end loop;
end;
$function$
;
comment on function amc_history.end_cancelled_attempts(text) is
  'Ends the attempts of an instance that are cancelled and whose execution has ended at AMC. Weeks stay as they are.
One that cannot be ended is set aside (stoppage week).';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.end_dead_worker_stoppage()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  perform amc_history.end_stoppage(s.kind, s.subject) from public.stoppages s
  where s.kind = 'result' and s.subject = new.execution_id and s.code = 'worker_died' and s.ended_at is null;
  return null;
end;
$function$
;
comment on function amc_history.end_dead_worker_stoppage() is
  'Ends the stoppage of a load whose workers died, as soon as one gets on with it.';

CREATE OR REPLACE FUNCTION amc_history.end_deletion_stoppage()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  perform amc_history.end_stoppage('job', 'amc-history-delete/' || old.load_id);
  return null;
end;
$function$
;
comment on function amc_history.end_deletion_stoppage() is
  'Ends what the deletion of a load''s rows was held up by, once they are gone, or their table is.';

CREATE OR REPLACE FUNCTION amc_history.end_dry_run(check_row workflow_checks, outcome text, status text, words text,
    request_id text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  subject constant text := amc_history.workflow_subject((check_row).instance_id, (check_row).workflow_id);
  ended public.workflow_checks;
  -- By an execution, meanwhile: then nothing is asked again.
  is_checked constant boolean := exists (select from public.amc_workflows f where f.checked_at is not null
    and f.instance_id = (check_row).instance_id and f.id = (check_row).workflow_id);
begin
  update public.workflow_checks k set state = 'ended', outcome = end_dry_run.outcome,
    ended_at = amc_history.clock_now(), leased_until = null, due_at = null,
    amc_status = coalesce(end_dry_run.status, k.amc_status), words = left(end_dry_run.words, 4000),
    request_id = coalesce(end_dry_run.request_id, k.request_id)
  where k.id = (check_row).id returning * into ended;
  if is_checked or end_dry_run.outcome in ('accepted', 'ignored', 'unsupported') then
    perform amc_history.end_stoppage('workflow_check', subject);
  end if;
  case
    when end_dry_run.outcome = 'accepted' then
      perform amc_history.mark_workflow_checked(ended.instance_id, ended.workflow_id);
    when is_checked then null;
    when end_dry_run.outcome = 'refused' then
      perform amc_history.hold_workflow(ended, 'amc', coalesce(end_dry_run.words, 'AMC gave no reason.'));
    when end_dry_run.outcome in ('lost', 'failed') then
      perform amc_history.record_stoppage('workflow_check', subject, 'dry_run_' || end_dry_run.outcome,
        case end_dry_run.outcome when 'lost' then 'amc_history' else 'amc' end,
        coalesce(end_dry_run.words, 'AMC gave no reason.'), ended.instance_id,
        request_id => ended.request_id);
    else null;
  end case;
end;
$function$
;
comment on function amc_history.end_dry_run(workflow_checks,text,text,text,text) is
  'Ends a dry run with an outcome, and does what follows: accepted lets the weeks of the version begin; refused holds
it for a person; lost and failed let it be asked again, after pauses that grow. Nothing holds up a version that has been
checked meanwhile. status, words, request_id: AMC''s.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.end_earlier_loaders(load_id uuid, fence integer)
 RETURNS integer
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  -- The successor's rows would wait for the uncommitted rows of a frozen session, which have the same keys.
  select (count(*) filter (where pg_terminate_backend(a.pid, 5000)))::integer
  from pg_stat_activity a
  where a.datname = current_database() and a.usename = current_user and a.pid <> pg_backend_pid()
    and a.application_name in (
      select amc_history.loader_application_name(end_earlier_loaders.load_id, f)
      from generate_series(1, end_earlier_loaders.fence - 1) f);
$function$
;
comment on function amc_history.end_earlier_loaders(uuid,integer) is
  'Ends the sessions that fill this load with an earlier fence, waiting up to 5 s for each. Answers how many.';

CREATE OR REPLACE FUNCTION amc_history.end_first_weeks()
 RETURNS integer
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  check_row public.workflow_checks;
  week public.report_data_weeks;
  refused boolean;
  ended integer := 0;
begin
  for check_row in
    select k.* from public.workflow_checks k where k.id in (select s.id from amc_history.stale_first_weeks() s)
    for update skip locked
  loop
    select * into week from public.report_data_weeks w where w.id = check_row.week_id;
    -- The privacy refusal is about the window, not about the query (guide, M).
    refused := found and week.status = 'failed' and week.error_code in ('amc_refused', 'amc_rejected')
      and coalesce(week.error_message, '') !~* 'overlapping time windows';
    update public.workflow_checks k set state = 'ended', ended_at = amc_history.clock_now(),
      outcome = case when refused then 'refused' else 'given_up' end, words = left(week.error_message, 4000)
    where k.id = check_row.id and k.is_live;
    if found then
      ended := ended + 1;
      if refused then
        perform amc_history.hold_workflow(check_row, 'amc', coalesce(week.error_message, 'AMC gave no reason.'));
      end if;
    end if;
  end loop;
  return ended;
end;
$function$
;
comment on function amc_history.end_first_weeks() is
  'Ends the checks whose week went alone and can tell no more: it ended, or is held. Where AMC refused or rejected it,
the version is held with AMC''s words; else another week goes. Answers how many it ended.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.end_idle_stoppages()
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  now_at constant timestamptz := amc_history.clock_now();
  longest constant interval := (amc_history.allowances()).stoppage_pause_longest;
  forgotten constant timestamptz := least(now_at, (select h.at from amc_history.heartbeats h where h.name = 'tick'))
    - 3 * longest;
  idle record;
begin
  for idle in
    select s.kind, s.subject from public.stoppages s
    where s.ended_at is null
      and s.kind in ('instance', 'creates', 'listing', 'list_entry', 'workflow_save', 'workflow_check',
        'workflow_header', 'collection')
      and not exists (select from (
          select w.collection_id from public.report_data_weeks w
          where w.instance_id = s.instance_id and w.due_at is not null
          union all
          select w.collection_id from public.week_attempts a join public.report_data_weeks w on w.id = a.week_id
          where a.instance_id = s.instance_id and a.is_live) w
        join public.report_data_collections c on c.id = w.collection_id
        where case when s.kind like 'workflow%' then s.subject = c.instance_id || '/' || c.workflow_id
          when s.kind = 'collection' then s.subject = c.id::text else true end)
      -- AMC's list is still read for those that were given up.
      and not (s.kind in ('instance', 'listing', 'list_entry') and exists (select from public.week_attempts a
        where a.instance_id = s.instance_id and a.watch_until > now_at))
    union all
    select s.kind, s.subject from public.stoppages s
    where s.ended_at is null and s.kind = 'week'
      and not exists (select from public.report_data_weeks w
        where w.id = s.week_id and (w.due_at = 'infinity' or w.surveyed_at is null and w.due_at is not null))
      -- AMC is still asked about one that was given up: it is told as long as that fails.
      and not exists (select from public.week_attempts a where a.week_id = s.week_id
        and (a.is_live or a.watch_until > now_at and s.last_at > now_at - longest))
    union all
    select s.kind, s.subject from public.stoppages s
    left join public.amc_instances i on i.id = s.instance_id
    where s.ended_at is null
      and (s.kind in ('execution', 'list_entry', 'cancel', 'result') or s.kind = 'job' and s.subject like '%/%')
      -- It was to be tried long ago, workers have ticked since, and none has tried it.
      and s.retry_at < forgotten and coalesce(i.paused_until < forgotten, true)
  loop
    perform amc_history.end_stoppage(idle.kind, idle.subject);
  end loop;
end;
$function$
;
comment on function amc_history.end_idle_stoppages() is
  'Ends the stoppages of instances (with those of entries in their lists), workflows and collections of which no week
waits or runs any more, those of weeks that neither are held nor have an attempt that was asked about lately, and those
of single things that nobody has tried again for three times stoppage_pause_longest, though workers ticked: nothing is
left that they could hold up. If something asks for it again and fails, another begins.';

CREATE OR REPLACE FUNCTION amc_history.end_keeping_current()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  new.keep_current := false;
  new.kept_until := null;
  return new;
end;
$function$
;
comment on function amc_history.end_keeping_current() is
  'What is cancelled is kept current no longer.';

CREATE OR REPLACE FUNCTION amc_history.end_passed_stoppages(job text)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select amc_history.end_stoppage('job', s.subject) from public.stoppages s
  where s.kind = 'job' and s.ended_at is null and starts_with(s.subject, end_passed_stoppages.job || '/')
    and s.retry_at <= amc_history.clock_now();
$function$
;
comment on function amc_history.end_passed_stoppages(text) is
  'Ends the stoppages of a job''s rows that were to be tried again by now. A run that went through all its rows calls
it: a row that failed again waits anew, so the others succeeded, or are not to be done any more.';

CREATE OR REPLACE FUNCTION amc_history.end_result_stoppage()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  perform amc_history.end_stoppage('result', new.execution_id);
  return null;
end;
$function$
;
comment on function amc_history.end_result_stoppage() is
  'Ends the stoppage of an execution''s load with its attempt, however that ends.';

CREATE OR REPLACE FUNCTION amc_history.end_stoppage(kind text, subject text)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
begin
  update public.stoppages s set ended_at = amc_history.clock_now()
  where s.kind = end_stoppage.kind and s.subject = end_stoppage.subject and s.ended_at is null;
  return found;
end;
$function$
;
comment on function amc_history.end_stoppage(text,text) is
  'Records that something moves again: ends its stoppage and resolves the alert about it. Answers whether it was held
up. Whoever succeeds calls it, whether or not anything was held up.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.ending_weeks(retention_months integer, OUT first_day date, OUT last_day date)
 RETURNS record
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  allowed constant amc_history.allowances := amc_history.allowances();
  kept_since constant timestamptz := amc_history.clock_now()
    - make_interval(months => coalesce(ending_weeks.retention_months, allowed.retention_months));
begin
  first_day := kept_since::date;
  last_day := (kept_since + allowed.retention_ends)::date;
end;
$function$
;
comment on function amc_history.ending_weeks(integer) is
  'Which weeks AMC will soon no longer keep (retention_ends in amc_history.allowances): those that begin from first_day
to last_day. retention_months: of the workflow.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.event_figures(instances text[], since timestamp with time zone, until timestamp
    with time zone)
 RETURNS TABLE(instance_id text, duplicate_executions integer, throttles integer, tracking_failures jsonb)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  with events as materialized (
    select e.instance_id, e.event,
      case when e.event in ('execution_refused', 'late_execution', 'create_unknown') then e.event
        else e.detail ->> 'untracked' end as failure,
      e.event = 'instance_paused' and e.detail ->> 'reason' = 'throttled' as is_throttle
    from public.tracking_events e
    where e.happened_at >= event_figures.since and e.happened_at < event_figures.until
      and e.instance_id = any (event_figures.instances)
      and (e.event in ('duplicate_execution', 'instance_paused', 'execution_refused', 'late_execution',
        'create_unknown') or e.detail ? 'untracked')
  ),
  failures as (
    select f.instance_id, jsonb_object_agg(f.failure, f.times) as tracking_failures from (
      select e.instance_id, e.failure, count(*) as times from events e where e.failure is not null
      group by grouping sets ((e.instance_id, e.failure), (e.failure))) f
    group by f.instance_id
  )
  select c.instance_id, c.duplicates, c.throttles, coalesce(f.tracking_failures, '{}')
  from (
    select e.instance_id, (count(*) filter (where e.event = 'duplicate_execution'))::integer as duplicates,
      (count(*) filter (where e.is_throttle))::integer as throttles
    from events e group by grouping sets ((e.instance_id), ())) c
  left join failures f on f.instance_id is not distinct from c.instance_id;
$function$
;
comment on function amc_history.event_figures(text[],timestamp with time zone,timestamp with time zone) is
  'What happened to tracking on instances in a period, as public.tracking_figures answers it; the row of all has no
instance.';

CREATE OR REPLACE FUNCTION amc_history.executions_of_windows(collection report_data_collections, first_day date,
    last_day date)
 RETURNS TABLE(week_start_date date, executions bigint, restatements bigint, of_others bigint)
 LANGUAGE sql
 STABLE ROWS 60
 SET search_path TO ''
AS $function$
  -- From the collections of the query's versions to their weeks and attempts, each by its index.
  select w.week_start_date, count(*), count(*) filter (where a.kind = 'restated'),
    count(*) filter (where c.id is distinct from (collection).id)
  from public.report_data_collections c
  join public.report_data_weeks w on w.collection_id = c.id
    and w.week_start_date between executions_of_windows.first_day and executions_of_windows.last_day
  join public.week_attempts a on a.week_id = w.id and a.execution_id is not null
  where c.instance_id = (collection).instance_id and c.series_view = (collection).series_view
    and c.time_zone = (collection).time_zone
    and c.parameters_hash = md5((collection).parameter_values::text)
  group by w.week_start_date;
$function$
;
comment on function amc_history.executions_of_windows(report_data_collections,date,date) is
  'How many executions AMC has run for each week between two days of a collection, which need not be there yet: of any
version of its query, in its zone, with these parameters. Of those, how many were restatements, and how many belong to
other collections. Weeks without any are left out.';

CREATE OR REPLACE FUNCTION amc_history.executions_to_cancel(again interval)
 RETURNS SETOF text
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return query
  select e.id from public.workflow_executions e
  join public.report_data_weeks w on w.id = e.week_id
  join public.amc_instances i on i.id = w.instance_id
  where e.cancel_requested_at is not null
    and not e.has_ended
    and coalesce(e.cancel_tried_at <= amc_history.clock_now() - executions_to_cancel.again, true)
    and coalesce(i.paused_until <= amc_history.clock_now(), true)
    and not amc_history.is_held_up('cancel', e.id)
    and not exists (select from public.week_attempts a where a.execution_id = e.id and a.outcome = 'let_go')
  order by e.cancel_requested_at;
end;
$function$
;
comment on function amc_history.executions_to_cancel(interval) is
  'The executions that a worker should ask AMC to cancel now, the earliest requested first. again: how long after a
request AMC is asked once more. Those that are set aside (stoppage cancel) wait for their next
try; for those that were let go of AMC is asked no more.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.executions_to_tell(instance_id text)
 RETURNS TABLE(code text, week_id uuid, execution_id text, status text, since timestamp with time zone)
 LANGUAGE plpgsql
 STABLE ROWS 10
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  now_at constant timestamptz := amc_history.clock_now();
  unknown_since constant timestamptz := now_at - (amc_history.allowances()).unknown_status;
begin
  return query
  select case when a.intended_at < now_at - make_interval(hours => i.overdue_hours) then 'execution_overdue'
      else 'unknown_status' end,
    a.week_id, e.id, e.status, a.intended_at
  from public.week_attempts a
  join public.workflow_executions e on e.id = a.execution_id
  join public.amc_instances i on i.id = a.instance_id
  where a.instance_id = executions_to_tell.instance_id and a.is_live and a.state = 'created'
    and not coalesce(e.has_ended, false)
    and (a.intended_at < now_at - make_interval(hours => i.overdue_hours)
      or coalesce(e.status not in ('PENDING', 'RUNNING', 'PUBLISHING'), true) and a.intended_at < unknown_since);
end;
$function$
;
comment on function amc_history.executions_to_tell(text) is
  'The executions of an instance''s live attempts that a person should look at: execution_overdue, those that have not
ended after the instance''s overdue_hours; unknown_status, those before that whose status is not known here, or which
    AMC
has not told, after the allowance unknown_status. since: when they were asked for.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.extend_result_table(target amc_history.result_tables, header text[],
    output_columns jsonb)
 RETURNS amc_history.result_tables
 LANGUAGE plpgsql
 SET search_path TO ''
 SET lock_timeout TO '5s'
AS $function$
declare
  added text[] := array(
    select t.name from unnest(extend_result_table.header,
      amc_history.match_header(target.header, extend_result_table.header)) with ordinality as t(name, place, i)
    where t.place is null order by t.i);
  extended amc_history.result_tables;
begin
  if cardinality(added) = 0 then
    return target;
  end if;
  perform amc_history.check_header(target.header || added);
  update amc_history.result_tables t set
    header = t.header || added,
    columns = amc_history.column_names(t.header || added),
    -- Null while no type is known: null || array would be the array.
    types = case when t.types is not null then t.types
      || coalesce(amc_history.column_types(added, extend_result_table.output_columns),
        array_fill('text'::text, array[cardinality(added)])) end
  where t.table_name = target.table_name
  returning t.* into extended;
  execute format('alter table amc_results.%I %s', target.table_name,
    (select string_agg(format('add column %I text', name), ', ' order by i)
      from unnest(extended.columns) with ordinality as t(name, i) where i > cardinality(target.columns)));
  perform amc_history.create_result_views(extended);
  return extended;
end;
$function$
;
comment on function amc_history.extend_result_table(amc_history.result_tables,text[],jsonb) is
  'Gives a results table and its views the columns of a header that they lack, behind the others: null in the results
that are there. output_columns: AMC''s, for their types. Answers the table''s row as it is then. Waits for loads into
    the
table at most 5 s.';

CREATE OR REPLACE FUNCTION amc_history.fail_refused_weeks(collection_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  update public.report_data_weeks w set status = case w.status when 'completed' then 'completed' else 'failed' end,
    due_at = null, error_count = w.error_count + 1
  where w.collection_id = fail_refused_weeks.collection_id and w.refused_at is not null;
end;
$function$
;
comment on function amc_history.fail_refused_weeks(uuid) is
  'Fails the weeks of a collection whose create AMC refused (refused_at), once it is known that it takes others: they
have AMC''s words already. The caller holds the collection''s lock.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.fail_week(week report_data_weeks, code text, message text)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  update public.report_data_weeks w set
    status = case w.status when 'completed' then 'completed' else 'failed' end, due_at = null,
    error_code = fail_week.code, error_message = left(fail_week.message, 2000), error_count = w.error_count + 1
  where w.id = (week).id and w.status in ('pending', 'running', 'completed');
$function$
;
comment on function amc_history.fail_week(report_data_weeks,text,text) is
  'Fails a week that is not finished, and counts an error: code, a stable code; message, the words of whoever refused
it, cut at 2000 characters. A completed week stays completed and keeps its result.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.field_of_range(asked amc_history.weeks_request, code text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
  select case
    when field_of_range.code = 'range_ambiguous' or coalesce((asked).start_date, (asked).end_date) is null then 'weeks'
    when (asked).start_date is null or field_of_range.code = 'range_not_kept'
      -- The date is of another weekday, or of none.
      or case when isfinite((asked).start_date) then extract(isodow from (asked).start_date) <> array_position(
        array['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'],
        lower((asked).week_starts_on)) else true end then 'start_date'
    else 'end_date'
  end;
$function$
;
comment on function amc_history.field_of_range(amc_history.weeks_request,text) is
  'Which of weeks, start_date and end_date has to be changed, when a range of weeks is refused with this code.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.find_collection(workflow amc_workflows, weekday text, time_zone text,
    parameter_values jsonb)
 RETURNS report_data_collections
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select c from public.report_data_collections c
  where c.instance_id = (workflow).instance_id and c.workflow_id = (workflow).id and c.imported_from is null
    and c.week_starts_on = find_collection.weekday and c.time_zone = find_collection.time_zone
    and c.parameters_hash = md5(find_collection.parameter_values::text);
$function$
;
comment on function amc_history.find_collection(amc_workflows,text,text,jsonb) is
  'The collection of a query (index one_collection_of_a_query); nulls if there is none yet.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.find_repeated_request(requested_by uuid, idempotency_key text, request_hash text)
 RETURNS collection_requests
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  earlier public.collection_requests;
begin
  select * into earlier from public.collection_requests r
  where r.requested_by = find_repeated_request.requested_by
    and r.idempotency_key = find_repeated_request.idempotency_key;
  if found and earlier.request_hash <> find_repeated_request.request_hash then
    perform amc_history.refuse('idempotency_key_reused', 'This Idempotency-Key came before with another request.',
      'Use a new key for a new request.', 'PT422');
  end if;
  return earlier;
end;
$function$
;
comment on function amc_history.find_repeated_request(uuid,text,text) is
  'The request that a person made before with the same key; nulls if there is none. Refuses a key that came with
another content (idempotency_key_reused). The caller holds amc_history.lock_starts.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.find_user(member text)
 RETURNS uuid
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  users uuid[];
begin
  if find_user.member ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
    users := array(select u.id from auth.users u where u.id = find_user.member::uuid and u.deleted_at is null);
  else
    -- Whoever has not confirmed an address may have registered that of somebody else.
    users := array(select u.id from auth.users u where lower(u.email) = lower(find_user.member)
      and u.email_confirmed_at is not null and u.deleted_at is null);
  end if;
  if cardinality(users) = 0 then
    perform amc_history.refuse('user_not_found', format('No user %s, or none who confirmed that address.',
      quote_nullable(left(find_user.member, 200))),
      'The user signs up and confirms the address first; or give the id.');
  elsif cardinality(users) > 1 then
    perform amc_history.refuse('user_ambiguous', format('%s users have the address %s.', cardinality(users),
      quote_literal(left(find_user.member, 200))), 'Give the id of the one that is meant.');
  end if;
  return users[1];
end;
$function$
;
comment on function amc_history.find_user(text) is
  'A user by id, or by an address that exactly one user has confirmed. Refuses with user_not_found, user_ambiguous.';

CREATE OR REPLACE FUNCTION amc_history.finish_load(load_id uuid, attempt_id uuid, fence integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  attempt public.week_attempts;
  load public.result_loads;
  parts integer;
  made jsonb;
begin
  attempt := amc_history.lock_load(finish_load.attempt_id, finish_load.fence);
  select * into load from public.result_loads l
    where l.id = finish_load.load_id and l.execution_id = attempt.execution_id for update;
  if not found or load.complete then
    raise exception 'Load % of attempt % is not open.', finish_load.load_id, finish_load.attempt_id
      using errcode = 'AH001', detail = 'stale_load', hint = 'Stop: another worker has claimed it.';
  end if;
  if load.file <> load.files then
    raise exception 'Load % is not whole: expected % files, and % are loaded.', load.id, load.files, load.file
      using errcode = 'AH003', detail = 'load_not_whole', hint = 'Resume it at its cursor.';
  end if;
  parts := cardinality(load.digests);
  update public.result_loads l set checksum = case parts when 1 then load.digests[1]
    else encode(sha256((select string_agg(decode(d, 'hex'), '' order by i)
      from unnest(load.digests) with ordinality as t(d, i))), 'hex') || '-' || parts end
  where l.id = load.id;
  made := amc_history.load_summary(load.id);
  update public.result_loads l set complete = true, completed_at = amc_history.clock_now(), summary = made
  where l.id = load.id;
  return made;
end;
$function$
;
comment on function amc_history.finish_load(uuid,uuid,integer) is
  'Completes a load whose files are all in, if the worker still holds the fence (else AH001). Answers the summary that
becomes the week''s data.';

CREATE OR REPLACE FUNCTION amc_history.finish_week(week report_data_weeks, live week_attempts, status text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  execution public.workflow_executions;
begin
  select * into execution from public.workflow_executions e where e.id = (live).execution_id;
  perform amc_history.end_attempt((live).id, case
    when finish_week.status = 'completed' then 'collected'
    when execution.status = 'REJECTED' then 'rejected'
    when execution.status = 'CANCELLED' then 'cancelled_outside'
    when finish_week.status = 'cancelled' then 'cancelled'
    else 'failed'
  end);
  if finish_week.status = 'completed' then
    perform amc_history.note_empty_weeks(week);
  elsif finish_week.status = 'failed' then
    update public.report_data_weeks w set
      error_code = case execution.status
        when 'REJECTED' then 'amc_rejected' when 'CANCELLED' then 'cancelled_outside' else 'amc_failed' end,
      error_message = coalesce(execution.status_reason, 'AMC gave no reason. Its status is '
        || coalesce(execution.status, 'not known') || '.')
    where w.id = (week).id;
  end if;
end;
$function$
;
comment on function amc_history.finish_week(report_data_weeks,week_attempts,text) is
  'Ends the live attempt of a week whose final status was reported; if it failed, stores AMC''s reason with the week.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.first_day_of(value text)
 RETURNS date
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
  select case when first_day_of.value ~ '^\d{4}-\d\d-\d\d([T ]00:00(:00(\.0+)?)?)?$'
      and pg_input_is_valid(left(first_day_of.value, 10), 'date') then left(first_day_of.value, 10)::date end;
$function$
;
comment on function amc_history.first_day_of(text) is
  'The day that a parameter names as the first: a date, or its midnight without a zone. Null for anything else.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.follow_again(week report_data_weeks)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  attempt public.week_attempts;
  execution public.workflow_executions;
begin
  select * into attempt from public.week_attempts a where a.week_id = (week).id and a.is_live for update;
  if not found then
    return false;
  end if;
  select * into execution from public.workflow_executions e where e.id = attempt.execution_id for no key update;
  if amc_history.has_ended_in_vain(execution.id) then
    perform amc_history.end_attempt(attempt.id, 'cancelled');
    return false;
  end if;
  update public.week_attempts a set cancel_requested_at = null where a.id = attempt.id;
  -- If AMC was asked already (cancel_tried_at) and cancels it, the week becomes due then (retry_failed_execution).
  update public.workflow_executions e set cancel_requested_at = null where e.id = execution.id;
  perform amc_history.end_stoppage('cancel', execution.id);
  return true;
end;
$function$
;
comment on function amc_history.follow_again(report_data_weeks) is
  'Takes back that the live attempt of a week is to be cancelled, so that what is under way is followed and nothing
runs beside it. Answers whether there is such an attempt: one whose execution ended without a result is ended. The
caller holds the week''s lock.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.follow_dry_run(check_row workflow_checks, status text, request_id text,
    cancelling boolean)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  now_at constant timestamptz := amc_history.clock_now();
begin
  if (check_row).execution_id is null then
    -- There is nothing to ask about (record_dry_run: rejected).
    perform amc_history.end_dry_run(check_row, 'failed', follow_dry_run.status,
      'AMC gave the dry run no id of its own.', follow_dry_run.request_id);
    return;
  end if;
  update public.workflow_checks k set amc_status = coalesce(follow_dry_run.status, k.amc_status),
    request_id = coalesce(follow_dry_run.request_id, k.request_id), leased_until = null,
    due_at = now_at + least((amc_history.allowances()).dry_run_poll, (select make_interval(secs => i.poll_seconds)
      from public.amc_instances i where i.id = k.instance_id)),
    cancel_requested_at = coalesce(k.cancel_requested_at, case when follow_dry_run.cancelling then now_at end)
  where k.id = (check_row).id and k.state <> 'ended';
end;
$function$
;
comment on function amc_history.follow_dry_run(workflow_checks,text,text,boolean) is
  'Lets AMC be asked again about a dry run that has not ended, after dry_run_poll or the instance''s poll_seconds; ends
one without an id. cancelling: AMC was asked to cancel it.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.follow_memberships()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  instances text[];
begin
  case tg_op
    when 'INSERT' then
      instances := array(select distinct n.instance_id from new_members n);
    when 'DELETE' then
      instances := array(select distinct o.instance_id from old_members o);
    else
      instances := array(select o.instance_id from old_members o union select n.instance_id from new_members n);
  end case;
  perform from public.amc_instances i where i.id = any (instances) order by i.id for no key update;
  if tg_op = 'INSERT' then
    perform amc_history.record_action('member_added', n.instance_id,
      detail => jsonb_build_object('member', n.user_id, 'role', n.role))
    from new_members n;
  elsif tg_op = 'DELETE' then
    perform amc_history.record_action(case when o.user_id = auth.uid() then 'member_left' else 'member_removed' end,
      o.instance_id, detail => jsonb_build_object('member', o.user_id, 'role', o.role))
    from old_members o join public.amc_instances i on i.id = o.instance_id;
  else
    perform amc_history.record_action('member_role_set', n.instance_id,
      detail => jsonb_build_object('member', n.user_id, 'role', n.role, 'before', o.role))
    from new_members n join old_members o on o.instance_id = n.instance_id and o.user_id = n.user_id
    where o.role <> n.role;
  end if;
  perform amc_history.end_stoppage('admins', i.id) from unnest(instances) i(id) where amc_history.has_admin(i.id);
  return null;
end;
$function$
;
comment on function amc_history.follow_memberships() is
  'Locks the instances whose memberships changed, whoever changed them, until the transaction''s end; leaves an event
for each (member_added, member_role_set, member_left, member_removed, which the deletion of an account leaves too); and
ends the stoppage of an instance that has an admin again. Definer: whoever deletes an account may not write here.';

CREATE OR REPLACE FUNCTION amc_history.follow_standing()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  settled uuid[];
begin
  if tg_table_name = 'collection_backers' then
    if tg_op = 'INSERT' then
      settled := array(select n.collection_id from new_rows n);
    else
      settled := array(select o.collection_id from old_rows o);
    end if;
  elsif tg_op = 'INSERT' then
    settled := array(select b.collection_id from new_rows n join public.collection_backers b on b.user_id = n.user_id
      join public.report_data_collections c on c.id = b.collection_id and c.instance_id = n.instance_id);
  else
    settled := array(select b.collection_id from old_rows o join public.collection_backers b on b.user_id = o.user_id
      join public.report_data_collections c on c.id = b.collection_id and c.instance_id = o.instance_id);
  end if;
  if cardinality(settled) > 0 then
    perform amc_history.settle_standing(settled);
  end if;
  return null;
end;
$function$
;
comment on function amc_history.follow_standing() is
  'Settles the collections of those whose membership changed, as it ends with their account, and those behind which
somebody stands newly or no longer. Definer: whoever changes a team or deletes an account may not write stoppages.';

CREATE OR REPLACE FUNCTION amc_history.forbid_attempt_revival()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if old.outcome = 'cancelled' and new.state = 'created' and new.execution_id is not distinct from old.execution_id
      and exists (select from public.workflow_executions e
        where e.id = old.execution_id and e.status = 'SUCCEEDED') then
    return new;
  end if;
  raise exception 'Attempt % ended as %: expected it to stay so.', old.id, old.outcome
    using errcode = '23514', constraint = 'ended_is_final';
end;
$function$
;
comment on function amc_history.forbid_attempt_revival() is
  'Refuses to change the state of an ended attempt, and an execution that an attempt has. One that was cancelled, and
whose execution SUCCEEDED after all, may be taken up again, so that its result is loaded.';

CREATE OR REPLACE FUNCTION amc_history.forbid_execution_week_change()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  raise exception 'Execution % ran for week %: expected it to stay so, got %.', old.id, old.week_id, new.week_id
    using errcode = '23514', constraint = 'execution_keeps_its_week';
end;
$function$
;
comment on function amc_history.forbid_execution_week_change() is
  'Refuses to give an execution to another week.';

CREATE OR REPLACE FUNCTION amc_history.forbid_misplaced_week()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  collection public.report_data_collections;
begin
  select * into collection from public.report_data_collections c where c.id = new.collection_id;
  if found and (new.week_start_date < collection.start_date or new.week_end_date > collection.end_date
      or (new.week_start_date - collection.start_date) % 7 <> 0) then
    raise exception 'Week % is not a week of its collection: expected every seventh day from % to %.',
      new.week_start_date, collection.start_date, collection.end_date
      using errcode = '23514', constraint = 'week_lies_in_its_collection';
  end if;
  return new;
end;
$function$
;
comment on function amc_history.forbid_misplaced_week() is
  'Refuses a week that does not lie in its collection''s range, a whole number of weeks after its start: so the
weeks never overlap.';

CREATE OR REPLACE FUNCTION amc_history.forbid_slot_beyond_cap()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  cap integer;
begin
  select i.max_parallel into cap from public.amc_instances i where i.id = new.instance_id;
  if new.slot > cap then
    raise exception 'Slot % of instance % does not exist: expected 1 to %.', new.slot, new.instance_id, cap
      using errcode = '23514', constraint = 'slot_is_within_the_cap';
  end if;
  if new.slot is null
      and not exists (select from public.workflow_executions e where e.id = new.execution_id and e.has_ended) then
    raise exception 'Execution % of attempt % may still run at AMC: expected a slot of instance %, got none.',
      new.execution_id, new.id, new.instance_id
      using errcode = '23514', constraint = 'what_may_run_has_a_slot';
  end if;
  return new;
end;
$function$
;
comment on function amc_history.forbid_slot_beyond_cap() is
  'Refuses a live attempt beyond the instance''s max_parallel slots, and one without a slot whose execution has not
ended at AMC.';

CREATE OR REPLACE FUNCTION amc_history.forbid_workflow_version_change()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  raise exception 'A workflow version never changes: expected % to stay as it is.', old.id
    using errcode = '23514', hint = 'Save the changed query as a new version with save_workflow.';
end;
$function$
;
comment on function amc_history.forbid_workflow_version_change() is
  'Refuses a change of what decides a workflow''s result.';

CREATE OR REPLACE FUNCTION amc_history.free_slots(instance amc_instances)
 RETURNS SETOF integer
 LANGUAGE plpgsql
 ROWS 10
 SET search_path TO ''
AS $function$
begin
  return query
  select s.slot
  from generate_series(1, (instance).max_parallel) s(slot)
  where s.slot not in (select t.slot from amc_history.taken_slots((instance).id) t(slot))
  order by s.slot
  limit greatest(0, least(
    (instance).max_parallel - (instance).running_elsewhere
      - (select count(*) from amc_history.taken_slots((instance).id)),
    (amc_history.allowances()).results_waiting - amc_history.count_waiting_results((instance).id),
    coalesce((instance).daily_limit - (select count(*) from public.week_attempts a
      where a.instance_id = (instance).id and a.kind <> 'external'
        and a.intended_at > amc_history.clock_now() - interval '24 hours'
        and a.outcome is distinct from 'not_sent'), 2147483647)));
end;
$function$
;
comment on function amc_history.free_slots(amc_instances) is
  'The slots in which an instance may begin an attempt now: free ones, less what AMC reports as running from
elsewhere, within the daily limit.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.give_up_execution(week report_data_weeks, attempt week_attempts, execution
    workflow_executions, reason text, try_again boolean)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  perform amc_history.end_attempt(attempt.id, 'let_go', amc_history.clock_now() + (amc_history.allowances()).watch);
  if attempt.cancel_requested_at is null and give_up_execution.try_again then
    perform amc_history.reschedule_week(week, amc_history.clock_now());
  elsif attempt.cancel_requested_at is null then
    perform amc_history.fail_week(week, 'let_go', give_up_execution.reason);
  end if;
  perform amc_history.end_stoppage('execution', execution.id);
  perform amc_history.end_stoppage('cancel', execution.id);
  perform amc_history.refresh_overdue_alerts(week.instance_id);
  perform amc_history.record_action('execution_let_go', week.instance_id, week.collection_id, week.id, attempt.id,
    execution.id, jsonb_build_object('reason', give_up_execution.reason, 'status', execution.status,
      'try_again', give_up_execution.try_again));
end;
$function$
;
comment on function amc_history.give_up_execution(report_data_weeks,week_attempts,workflow_executions,text,boolean) is
  'Ends the live attempt of an execution that a person lets go of. Its week fails with the reason, or is due again
(try_again), unless it is being cancelled. The caller holds the locks.';

CREATE OR REPLACE FUNCTION amc_history.hand_on(old report_data_collections, workflow_id text)
 RETURNS uuid
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  -- Somebody may have asked the old one for weeks beyond.
  last_day constant date := coalesce(old.kept_until, old.end_date);
  new_id uuid;
begin
  select c.id into new_id from public.report_data_collections c
  where c.instance_id = old.instance_id and c.workflow_id = hand_on.workflow_id
    and c.week_starts_on = old.week_starts_on and c.time_zone = old.time_zone
    and c.parameters_hash = old.parameters_hash and c.imported_from is null
  for no key update;
  if not found then
    insert into public.report_data_collections (created_by, instance_id, workflow_id, start_date, end_date,
      week_starts_on, time_zone, parameter_values, restate_weeks, restate_every_days, keep_versions, failed_retries)
    values (auth.uid(), old.instance_id, hand_on.workflow_id, last_day + 1, last_day,
      old.week_starts_on, old.time_zone, old.parameter_values, old.restate_weeks, old.restate_every_days,
      old.keep_versions, old.failed_retries)
    returning id into new_id;
  else
    -- It may be archived, paused or cancelled.
    perform amc_history.release_collection(c) from public.report_data_collections c where c.id = new_id;
  end if;
  update public.report_data_collections c set keep_current = false, kept_until = null where c.id = old.id;
  update public.report_data_collections c set keep_current = true, settle_days = old.settle_days,
    kept_by = auth.uid(), end_date = greatest(c.end_date, last_day), kept_until = last_day
  where c.id = new_id;
  -- Whoever stood behind the old one stands behind this one.
  insert into public.collection_backers (collection_id, user_id)
  select new_id, b.user_id from public.collection_backers b where b.collection_id = old.id on conflict do nothing;
  perform amc_history.stand_behind(new_id);
  return new_id;
end;
$function$
;
comment on function amc_history.hand_on(report_data_collections,text) is
  'Keeps the collection of another version of a query current in place of an old one, from the week after the last
that was added to the old one; makes it, without weeks, if there is none. Answers its id.';

CREATE OR REPLACE FUNCTION amc_history.has_admin(instance_id text)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  return exists (select from public.amc_instance_members m
    where m.instance_id = has_admin.instance_id and m.role = 'admin');
end;
$function$
;
comment on function amc_history.has_admin(text) is
  'Whether an instance has an admin.';

CREATE OR REPLACE FUNCTION amc_history.has_claimable_week(instance_id text)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  return exists (select from amc_history.claimable_weeks(has_claimable_week.instance_id, 1))
    and not amc_history.is_held_up('job', 'claim_due_weeks/' || has_claimable_week.instance_id);
end;
$function$
;
comment on function amc_history.has_claimable_week(text) is
  'Whether an attempt may begin for a week of the instance (amc_history.claimable_weeks), and claiming for it did not
just fail.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.has_ended_in_vain(execution_id text)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select exists (select from public.workflow_executions e
    where e.id = has_ended_in_vain.execution_id and e.has_ended and e.status <> 'SUCCEEDED');
$function$
;
comment on function amc_history.has_ended_in_vain(text) is
  'Whether an execution ended at AMC without a result. Not one that is not known.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.has_left(week_id uuid, week_start_date date, first_day date)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  -- A day for the time zones.
  return has_left.week_start_date < has_left.first_day - 1
    and not exists (select from public.stoppages s where s.week_id = has_left.week_id and s.kind = 'week'
      and s.code = 'retention_over' and s.ended_at is not null);
end;
$function$
;
comment on function amc_history.has_left(uuid,date,date) is
  'Whether AMC no longer keeps the data of a week, and no person who was told so wants it all the same: its result
would be empty, and look like a week without events. first_day: of amc_history.ending_weeks.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.has_open_work(collection report_data_collections)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  return (collection).cancelled_at is null and ((collection).restate_weeks > 0 or (collection).keep_current
    or exists (select from public.report_data_weeks w where w.collection_id = (collection).id
      and (w.finished_at is null or w.due_at is not null)));
end;
$function$
;
comment on function amc_history.has_open_work(report_data_collections) is
  'Whether something of a collection is still to begin: by its weeks, by its policy, or since it is kept current.';

CREATE OR REPLACE FUNCTION amc_history.has_rivals(backfill id_backfills, candidate id_backfill_candidates)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select exists (
    select from public.report_data_weeks w
    join public.report_data_collections c on c.id = w.collection_id
    join public.report_data_collections o on o.instance_id = c.instance_id and o.id <> c.id
      and o.time_zone = c.time_zone
      and (o.workflow_id = c.workflow_id
        or (backfill).queries ->> o.workflow_id = (backfill).queries ->> c.workflow_id)
      and (o.parameter_values = c.parameter_values
        or coalesce((candidate).details -> 'parameter_values', 'null') in ('null', '{}'))
    join public.report_data_weeks r on r.collection_id = o.id and r.week_start_date = w.week_start_date
    where w.id = (candidate).week_id);
$function$
;
comment on function amc_history.has_rivals(id_backfills,id_backfill_candidates) is
  'Whether an execution that fits a week may be another week''s, searched or not, whatever its status, with an id or
without: one of the same window, zone and query, and of the same parameters unless AMC echoes none.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.hash_queries(backfill_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  with missing as (
    select distinct f.id, f.sql_query from public.id_backfills b
    join public.report_data_collections c on c.instance_id = b.instance_id
    join public.amc_workflows f on f.instance_id = c.instance_id and f.id = c.workflow_id
    where b.id = hash_queries.backfill_id and not b.queries ? f.id
  ), hashed as materialized (
    select t.sql_query, amc_history.comparable_query(t.sql_query) as hash
    from (select distinct m.sql_query from missing m) t
  )
  update public.id_backfills b set queries = b.queries || n.hashes
  from (select jsonb_object_agg(m.id, h.hash) as hashes from missing m join hashed h on h.sql_query = m.sql_query) n
  where b.id = hash_queries.backfill_id and n.hashes is not null;
$function$
;
comment on function amc_history.hash_queries(uuid) is
  'Keeps with a search the hashes of the queries of its instance''s collections that it does not have yet. A workflow''s
query never changes.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.header_key(header text[])
 RETURNS text
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
begin
  return (select encode(sha256(convert_to(
      array_to_json(array_agg(lower(btrim(name)) order by lower(btrim(name))))::text, 'UTF8')), 'hex')
    from unnest(header_key.header) as t(name));
end;
$function$
;
comment on function amc_history.header_key(text[]) is
  'The same for two headers of the same names, whatever their order and case.';

CREATE OR REPLACE FUNCTION amc_history.health_report()
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select jsonb_build_object('status', case count(*) when 0 then 'ok' else 'unavailable' end,
    'reasons', coalesce(jsonb_agg(jsonb_build_object('code', r.code, 'words', r.words) order by r.code), '[]'))
  from (
    select 'not_watched' as code, 'The database has not looked for a while whether anything moves: see whether pg_cron '
      'runs the job amc-history-watch.' as words
    where not exists (select from amc_history.heartbeats h where h.name = 'watch'
      and h.at >= amc_history.clock_now() - (amc_history.allowances()).watch_longest)
    union all
    select k.kind, k.next_step from amc_history.stoppage_kinds k
    where k.kind in ('schedule', 'schedule_secrets', 'wake_up', 'tick', 'webhook') and exists (select
      from public.stoppages s where s.kind = k.kind and s.instance_id is null and s.ended_at is null
        and s.since + k.tell_after <= amc_history.clock_now())
  ) r;
$function$
;
comment on function amc_history.health_report() is
  'Does what public.health_report says.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.hmac_sha256(key bytea, message bytea)
 RETURNS bytea
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
declare
  padded bytea := hmac_sha256.key || decode(repeat('00', 64 - length(hmac_sha256.key)), 'hex');
  inner_pad bytea := padded;
  outer_pad bytea := padded;
begin
  for i in 0 .. 63 loop
    inner_pad := set_byte(inner_pad, i, get_byte(padded, i) # 54);
    outer_pad := set_byte(outer_pad, i, get_byte(padded, i) # 92);
  end loop;
  return sha256(outer_pad || sha256(inner_pad || hmac_sha256.message));
end;
$function$
;
comment on function amc_history.hmac_sha256(bytea,bytea) is
  'HMAC-SHA-256 (RFC 2104). key: at most 64 bytes. The extension pgcrypto has it too, where it is installed.';

CREATE OR REPLACE FUNCTION amc_history.hmac_sha256(key text, message text)
 RETURNS text
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
declare
  block bytea := convert_to(hmac_sha256.key, 'UTF8');
  inner_key bytea := ''::bytea;
  outer_key bytea := ''::bytea;
begin
  if length(block) > 64 then
    block := sha256(block);
  end if;
  for i in 0 .. 63 loop
    inner_key := inner_key || set_byte('\x00'::bytea, 0,
      case when i < length(block) then get_byte(block, i) else 0 end # 54);
    outer_key := outer_key || set_byte('\x00'::bytea, 0,
      case when i < length(block) then get_byte(block, i) else 0 end # 92);
  end loop;
  return encode(sha256(outer_key || sha256(inner_key || convert_to(hmac_sha256.message, 'UTF8'))), 'hex');
end;
$function$
;
comment on function amc_history.hmac_sha256(text,text) is
  'HMAC with SHA-256 (RFC 2104) of a text, in hexadecimal digits; so that no extension is needed.';

CREATE OR REPLACE FUNCTION amc_history.hold_header(workflow amc_workflows, attempt week_attempts, header text[],
    expected text[], whose text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  difference constant text := amc_history.describe_header_change(hold_header.expected, hold_header.header);
  week public.report_data_weeks;
begin
  insert into amc_history.result_headers as h (instance_id, workflow_id, header_key, header, difference, execution_id)
  values ((workflow).instance_id, (workflow).id, amc_history.header_key(hold_header.header), hold_header.header,
    difference, (attempt).execution_id)
  on conflict (instance_id, workflow_id, header_key) do update set header = excluded.header,
    difference = excluded.difference, execution_id = excluded.execution_id, seen_at = amc_history.clock_now();
  perform amc_history.record_stoppage('workflow_header', (workflow).instance_id || '/' || (workflow).id,
    'header_to_accept', 'amc_history', format('The result of execution %s has not the columns of %s: %s. Results of '
      'workflow %s wait, and no more of its weeks begin; AMC may not keep them longer than %s hours. If '
      'these columns are right, accept_header(%L, %L) takes them; if not, cancel its '
      'collections and save another query.', (attempt).execution_id, hold_header.whose, difference,
      (workflow).id, floor(extract(epoch from (amc_history.allowances()).result_gone) / 3600), (workflow).instance_id,
      (workflow).id),
    (workflow).instance_id, waits_for_person => true);
  select * into week from public.report_data_weeks w where w.id = (attempt).week_id;
  perform amc_history.record_event('header_held', attempt, week, (attempt).execution_id,
    jsonb_build_object('difference', difference));
  update public.week_attempts a set leased_until = null, due_at = null where a.id = (attempt).id;
end;
$function$
;
comment on function amc_history.hold_header(amc_workflows,week_attempts,text[],text[],text) is
  'Lets the loads of a workflow version wait until a person accepts a header (accept_header): fails nothing.

attempt: the one whose result has it; the caller holds its lock. expected: the header that it was compared with.
whose: whose header that is, in words.';

CREATE OR REPLACE FUNCTION amc_history.hold_left_weeks(collection_id uuid, first_day date, months integer)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  week public.report_data_weeks;
begin
  for week in
    select w.* from public.report_data_weeks w
    where w.collection_id = hold_left_weeks.collection_id and w.due_at is not null
      and amc_history.has_left(w.id, w.week_start_date, hold_left_weeks.first_day)
      and not amc_history.is_held_up('week', w.id::text)
      and not exists (select from public.week_attempts a where a.week_id = w.id and a.is_live)
    -- The others are held by the next looks: one statement has two minutes.
    order by w.id limit 200 for no key update skip locked
  loop
    update public.report_data_weeks w set due_at = 'infinity' where w.id = week.id;
    perform amc_history.record_stoppage('week', week.id::text, 'retention_over', 'amc_history', format(
      'AMC keeps %s months of data, and the week of %s is older by now: its result would be empty. If AMC keeps more '
      'of what its query reads, say so with set_retention. Then, or to run it all the same, call %s.',
      hold_left_weeks.months, week.week_start_date,
      case week.status when 'completed' then 'restate_week' else 'retry_week' end),
      week.instance_id, week.collection_id, week.id, waits_for_person => true);
  end loop;
end;
$function$
;
comment on function amc_history.hold_left_weeks(uuid,date,integer) is
  'Holds the due weeks of a collection whose data AMC no longer keeps, for a person (stoppage week). first_day: of
amc_history.ending_weeks; months: how long AMC keeps them.';

CREATE OR REPLACE FUNCTION amc_history.hold_unseen_workflow(attempt week_attempts, week report_data_weeks, message text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  workflow constant text := (select c.workflow_id from public.report_data_collections c
    where c.id = week.collection_id);
  held constant text := week.instance_id || '/' || workflow;
  held_since timestamptz := (select s.since from public.stoppages s
    where s.kind = 'workflow_save' and s.subject = held and s.ended_at is null);
  saved_at timestamptz;
begin
  select f.saved_at into saved_at from public.amc_workflows f
  where f.instance_id = week.instance_id and f.id = workflow;
  -- AMC takes a while to see what was saved. After that it has lost the workflow, which is saved again, once.
  if saved_at > amc_history.clock_now() - (amc_history.allowances()).workflow_visible then
    held_since := null;
  elsif coalesce(saved_at <= held_since, true) then
    held_since := null;
    update public.amc_workflows f set saved_at = null where f.instance_id = week.instance_id and f.id = workflow;
  end if;
  perform amc_history.hold_up(attempt, week, 'workflow_save', held, 'workflow_not_visible', message,
    waits_for_person => held_since is not null);
end;
$function$
;
comment on function amc_history.hold_unseen_workflow(week_attempts,report_data_weeks,text) is
  'Holds up a workflow that AMC says does not exist, though it was saved. If that was longer than workflow_visible ago
(amc_history.allowances), AMC has lost it: it is saved again, once; if AMC still does not see it, a person has to
look.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.hold_up(attempt week_attempts, week report_data_weeks, kind text, subject text,
    code text, message text, waits_for_person boolean DEFAULT false)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  -- What was under way when it was held up tells nothing new.
  if not exists (select from public.stoppages s where s.kind = hold_up.kind and s.subject = hold_up.subject
      and s.ended_at is null and s.last_at >= attempt.intended_at) then
    perform amc_history.record_stoppage(hold_up.kind, hold_up.subject, hold_up.code, 'amc',
      coalesce(hold_up.message, 'AMC gave no reason.'), week.instance_id,
      case hold_up.kind when 'collection' then week.collection_id end,
      request_id => (select a.amc_answer ->> 'request_id' from public.week_attempts a where a.id = attempt.id),
      waits_for_person => hold_up.waits_for_person);
  end if;
end;
$function$
;
comment on function amc_history.hold_up(week_attempts,report_data_weeks,text,text,text,text,boolean) is
  'Records that the collection or workflow of a week is held up (amc_history.record_stoppage), in AMC''s words about an
attempt of it. Once for all attempts that were under way at the same time.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.hold_up_dry_run(check_row workflow_checks, status text, words text, request_id
    text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if amc_history.is_overdue(check_row) then
    perform amc_history.end_dry_run(check_row, 'failed', hold_up_dry_run.status, hold_up_dry_run.words,
      hold_up_dry_run.request_id);
    return;
  end if;
  perform amc_history.record_stoppage('workflow_check',
    amc_history.workflow_subject((check_row).instance_id, (check_row).workflow_id),
    case when (check_row).cancel_requested_at is null then 'dry_run_unseen' else 'dry_run_not_cancelled' end, 'amc',
    coalesce(hold_up_dry_run.words, 'AMC gave no reason.'), (check_row).instance_id,
    request_id => hold_up_dry_run.request_id);
end;
$function$
;
comment on function amc_history.hold_up_dry_run(workflow_checks,text,text,text) is
  'Sets aside a dry run that AMC does not show, or does not end: AMC is asked about it after pauses that grow, until it
is overdue. Then it is given up (failed), and another is asked for. status, words, request_id: AMC''s.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.hold_weeks(collection_id uuid)
 RETURNS integer
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  held integer;
begin
  -- Held weeks leave the range that claiming reads: a long pause costs it nothing.
  update public.report_data_weeks w set due_at = 'infinity'
  where w.collection_id = hold_weeks.collection_id and w.due_at is not null;
  get diagnostics held = row_count;
  return held;
end;
$function$
;
comment on function amc_history.hold_weeks(uuid) is
  'Holds the due weeks of a collection that is being paused or archived. Answers how many.';

CREATE OR REPLACE FUNCTION amc_history.hold_workflow(check_row workflow_checks, source text, words text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  perform amc_history.record_stoppage('workflow_check',
    amc_history.workflow_subject((check_row).instance_id, (check_row).workflow_id), 'query_refused',
    hold_workflow.source, hold_workflow.words, (check_row).instance_id,
    request_id => (check_row).request_id, waits_for_person => true);
  perform amc_history.record_workflow_event('workflow_refused', check_row,
    jsonb_build_object('message', left(hold_workflow.words, 500)));
end;
$function$
;
comment on function amc_history.hold_workflow(workflow_checks,text,text) is
  'Holds a workflow version, with every collection of it, until a person asks for the check again: its query was
refused. source, words: in whose words, and which.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.insert_execution(execution_id text, week_id uuid, details jsonb, adopted boolean)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  insert into public.workflow_executions as e (id, week_id, status, status_reason, workflow_id, time_window_start,
    time_window_end, time_zone, window_start_at, window_end_at, parameter_values, timeout_seconds, amc_created_at,
    amc_updated_at, amc_expires_at, execution_seconds, output_columns, adopted, request_id)
  select insert_execution.execution_id, insert_execution.week_id, d.status, d.status_reason, d.workflow_id,
    d.time_window_start, d.time_window_end, d.time_zone, d.window_start_at, d.window_end_at, d.parameter_values,
    d.timeout_seconds, d.created_at, d.updated_at, d.expires_at, d.execution_seconds, d.output_columns,
    insert_execution.adopted, d.request_id
  from amc_history.read_observation(coalesce(insert_execution.details, '{}')) d
  -- A dry run never becomes a week's execution.
  where not exists (select from public.workflow_checks k where k.execution_id = insert_execution.execution_id)
  on conflict (id) do nothing;
  return case when found then true end;
end;
$function$
;
comment on function amc_history.insert_execution(text,uuid,jsonb,boolean) is
  'Adds the row of an execution. details: an amc_history.execution_observation as JSON, or null; its id does not
count. Answers true, or null if the row is there already, or is a dry run''s.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.insert_intents(instance amc_instances, max_weeks integer, lease interval)
 RETURNS SETOF week_attempts
 LANGUAGE plpgsql
 ROWS 10
 SET search_path TO ''
AS $function$
declare
  allowed constant amc_history.allowances := amc_history.allowances();
  now_at timestamptz := amc_history.clock_now();
  slots constant integer[] := array(select amc_history.free_slots(instance));
  picked constant uuid[] := amc_history.pick_weeks(instance.id, least(max_weeks, cardinality(slots)));
begin
  perform amc_history.release_slots(instance.id);
  return query
  with due as (
    select w.id, w.status, w.time_window_start, p.n, c.workflow_id, c.time_zone, c.parameters_hash
    from unnest(picked) with ordinality p(id, n)
    join public.report_data_weeks w on w.id = p.id
    join public.report_data_collections c on c.id = w.collection_id
    where w.due_at <= now_at
    for no key update of w skip locked
  ),
  intended as (
    insert into public.week_attempts (week_id, instance_id, number, kind, state, intended_at, settle_after,
      fingerprint, window_key, slot, leased_until)
    select d.id, instance.id,
      1 + (select coalesce(max(a.number), 0) from public.week_attempts a where a.week_id = d.id),
      case d.status when 'completed' then 'restated' else 'collected' end, 'intended', now_at,
      -- Before that the create may still reach AMC; then AMC's list may still lag.
      now_at + allowed.create_in_flight + make_interval(secs => instance.list_lag_seconds),
      21600 + floor(random() * 64801)::integer,
      amc_history.window_key(d.workflow_id, d.time_window_start, d.time_zone, d.parameters_hash),
      slots[d.n], now_at + lease
    from due d
    on conflict do nothing
    returning *
  ),
  taken as (
    update public.report_data_weeks w set due_at = null,
      status = case w.status when 'completed' then 'completed' else 'running' end
    -- As an array, so that the weeks are found by their key: for a join, all weeks would be read.
    where w.id = any (array(select i.week_id from intended i))
    returning w.id
  )
  select i.* from intended i join taken t on t.id = i.week_id;
end;
$function$
;
comment on function amc_history.insert_intents(amc_instances,integer,interval) is
  'Writes the intents of up to max_weeks weeks of one instance into its free slots (amc_history.pick_weeks). lease: how
long the attempts are their worker''s alone. The caller holds the instance''s lock and calls this in a new statement, so
that it counts what was committed before the lock was granted.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.instances_of_caller()
 RETURNS SETOF text
 LANGUAGE plpgsql
 STABLE ROWS 20
 SET search_path TO ''
AS $function$
begin
  return query select m.instance_id from public.amc_instance_members m where m.user_id = (select auth.uid());
end;
$function$
;
comment on function amc_history.instances_of_caller() is
  'The instances of which the signed-in user is a member. Policies ask for them once per query.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.instances_of_login()
 RETURNS SETOF text
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER ROWS 20
 SET search_path TO ''
AS $function$
begin
  -- The session's own role, which nothing but a login changes.
  return query select b.instance_id from amc_history.bi_logins b where b.login = session_user;
end;
$function$
;
comment on function amc_history.instances_of_login() is
  'The instances that the session''s BI login reads. The policies of amc_history_reader ask for them once per query.
Definer: a login may not read which others there are.';
-- amc_history_reader: execute

CREATE OR REPLACE FUNCTION amc_history.invite(instance_ids text[], role text, email text, valid_days integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  -- Three random UUIDs have 366 random bits, of which SHA-256 makes 32 bytes.
  token constant text := translate(encode(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
    || uuid_send(gen_random_uuid())), 'base64'), '+/=', '-_');
  instances constant text[] := array(select distinct i from unnest(invite.instance_ids) i order by i);
  expires timestamptz;
  made jsonb;
begin
  perform amc_history.check_invitation(instances, invite.role, invite.email, invite.valid_days);
  expires := amc_history.clock_now() + make_interval(days => invite.valid_days);
  -- Under the lock: of two admins who invite at once the second counts what the first made.
  perform amc_history.lock_membership(instances, auth.uid());
  perform amc_history.require_admin(i) from unnest(instances) i;
  perform amc_history.refuse_beyond('too_many_invitations', (select count(*) from public.invitations v
      where v.instance_id = i and v.accepted_at is null and v.withdrawn_at is null
        and v.expires_at > amc_history.clock_now()),
    (amc_history.allowances()).invitations_of_instance, 'open invitations of the instance',
    'Withdraw one with withdraw_invitation, or wait until some expire.', 1)
  from unnest(instances) i;
  with inserted as (
    insert into public.invitations as v (instance_id, role, email, token_hash, invited_by, expires_at)
    select i, invite.role, lower(invite.email), sha256(convert_to(token, 'UTF8')), auth.uid(), expires
    from unnest(instances) i
    returning v.id, v.instance_id
  )
  select jsonb_agg(jsonb_build_object('id', n.id, 'instance_id', n.instance_id) order by n.instance_id) into made
  from inserted n;
  perform amc_history.record_action('member_invited', v ->> 'instance_id', detail => jsonb_build_object('invitation',
    v -> 'id', 'role', invite.role)) from jsonb_array_elements(made) v;
  return jsonb_build_object('token', token, 'expires_at', expires, 'invitations', made);
end;
$function$
;
comment on function amc_history.invite(text[],text,text,integer) is
  'See public.invite. Definer: users may not write invitations.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.is_backed(collection report_data_collections)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  return exists (select from public.collection_backers b
    join public.amc_instance_members m on m.user_id = b.user_id and m.instance_id = (collection).instance_id
    where b.collection_id = (collection).id and m.role in ('analyst', 'admin'));
end;
$function$
;
comment on function amc_history.is_backed(report_data_collections) is
  'Whether a current analyst or admin of its instance stands behind a collection.';

CREATE OR REPLACE FUNCTION amc_history.is_dry_run_timeout(timeout_seconds numeric)
 RETURNS boolean
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
begin
  return is_dry_run_timeout.timeout_seconds >= 900 and is_dry_run_timeout.timeout_seconds < 21600;
end;
$function$
;
comment on function amc_history.is_dry_run_timeout(numeric) is
  'Whether a workflowExecutionTimeoutSeconds is of the range of our dry runs: 900 (SPEC, H) to 21,599. AMC takes no
less. The executions of weeks have 21,600 and up, so that surveys, slots and duplicates can tell them apart, whether
or not AMC lists dry runs, which is not known. Null for null.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.is_execution_id(id text)
 RETURNS boolean
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
begin
  return is_execution_id.id ~ '^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$';
end;
$function$
;
comment on function amc_history.is_execution_id(text) is
  'Whether a text has the form of an AMC workflowExecutionId: 1 to 128 letters, digits and . _ : - with a letter or
digit first. Null for null. AMC''s are lowercase UUIDs in every captured answer (H); that is not relied upon.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.is_final_week_status(status text)
 RETURNS boolean
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
begin
  return is_final_week_status.status in ('completed', 'failed', 'skipped', 'cancelled');
end;
$function$
;
comment on function amc_history.is_final_week_status(text) is
  'Whether a week with this status is finished. Queries of report_data_weeks read finished_at, which says the same.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.is_held_up(kind text, subject text)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return exists (select from public.stoppages s
    where s.kind = is_held_up.kind and s.subject = is_held_up.subject and s.ended_at is null
      and coalesce(s.retry_at > amc_history.clock_now(), true));
end;
$function$
;
comment on function amc_history.is_held_up(text,text) is
  'Whether a subject of a kind is to be left alone now: it waits for its next try, or for a person.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.is_legal_transition(week report_data_weeks, live week_attempts, status text, data
    jsonb, execution_id text)
 RETURNS boolean
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
begin
  return case
    when (week).status = 'pending' then true
    when (week).status = 'running' then is_legal_transition.status <> 'pending'
    -- A restatement gives a completed week its new result, or fails and leaves the week as it was.
    when (week).status = 'completed' and (live).kind = 'restated'
      then is_legal_transition.status in ('completed', 'failed')
    when (week).status <> is_legal_transition.status then false
    -- Final: only what is missing may be added; repeating what is there changes nothing.
    else ((week).data is null or is_legal_transition.data is null or (week).data = is_legal_transition.data)
      and ((week).execution_id is null or is_legal_transition.execution_id is null
        or (week).execution_id = is_legal_transition.execution_id)
  end;
end;
$function$
;
comment on function amc_history.is_legal_transition(report_data_weeks,week_attempts,text,jsonb,text) is
  'Whether a week may take this status, data and execution (rule 5): from pending to any status, from running to
any but pending, from a final status only to itself and only to add what is missing.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.is_listing_due(instance amc_instances)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  return (instance).list_due_at <= amc_history.clock_now()
    and coalesce((instance).paused_until <= amc_history.clock_now(), true)
    and coalesce((instance).list_leased_until <= amc_history.clock_now(), true)
    and not amc_history.is_held_up('listing', (instance).id)
    and (
      exists (select from public.week_attempts a
        left join public.workflow_executions e on e.id = a.execution_id
        where a.instance_id = (instance).id and a.is_live
          and (a.state = 'unknown'
            or a.state = 'intended' and a.leased_until <= amc_history.clock_now()
            or a.state = 'created' and (a.cancel_requested_at is not null
              or not coalesce(e.has_ended, false))))
      or exists (select from public.week_attempts a where a.instance_id = (instance).id
        and a.watch_until > amc_history.clock_now())
      or exists (select from amc_history.unsurveyed_weeks((instance).id))
      -- Whether it answers again, only a call shows.
      or exists (select from public.stoppages s
        where s.kind = 'instance' and s.subject = (instance).id and s.ended_at is null
          and s.retry_at <= amc_history.clock_now())
      -- Due weeks wait for slots that executions from elsewhere take: only a listing shows when those have ended.
      or (instance).running_elsewhere > 0 and exists (select from public.report_data_weeks w
        where w.instance_id = (instance).id and w.due_at <= amc_history.clock_now())
    );
end;
$function$
;
comment on function amc_history.is_listing_due(amc_instances) is
  'Whether a listing of the instance is due, and there is something that it could change.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.is_operator()
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  -- The session's own role: within a function with its owner's rights the current one is always postgres. Any session
  -- may set the claims that auth.role() reads: they count where it may become service_role, as the API's role
  -- authenticator and postgres may. authenticator is no member of postgres.
  select coalesce(auth.role() = 'service_role' and pg_has_role(session_user, 'service_role', 'member'),
    pg_has_role(session_user, 'postgres', 'member'));
$function$
;
comment on function amc_history.is_operator() is
  'Whether the caller may act for every user: service_role through the API, or, where nobody is signed in, a session
at a database prompt whose login role is postgres or may become it. The claims of any other login role count nothing.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.is_overdue(check_row workflow_checks)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  allowed constant amc_history.allowances := amc_history.allowances();
begin
  return amc_history.clock_now() >= coalesce((check_row).cancel_requested_at, (check_row).intended_at)
    + case when (check_row).cancel_requested_at is not null or (check_row).amc_status = 'PENDING'
        then allowed.dry_run_queued else allowed.dry_run_runs end;
end;
$function$
;
comment on function amc_history.is_overdue(workflow_checks) is
  'Whether a dry run takes longer than one does: dry_run_runs; dry_run_queued while AMC has not begun it, and after AMC
was asked to cancel it.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.is_probed(instance_id text, collection_id uuid, workflow_id text, since timestamp
    with time zone)
 RETURNS boolean
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select exists (select from public.week_attempts a
    join public.report_data_weeks w on w.id = a.week_id
    join public.report_data_collections c on c.id = w.collection_id
    where a.instance_id = is_probed.instance_id and a.is_live and a.intended_at > is_probed.since
      and (a.state <> 'unknown' or a.settle_after > amc_history.clock_now())
      and (c.id = is_probed.collection_id or c.workflow_id = is_probed.workflow_id));
$function$
;
comment on function amc_history.is_probed(text,uuid,text,timestamp with time zone) is
  'Whether one week tries already whether a collection, or a workflow, still is held up: a live attempt that began
since then. One that a person has to settle no longer counts: it may never tell. workflow_id: null where the collection
alone was held up.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.is_same_header(expected text[], got text[])
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
  select amc_history.header_key(is_same_header.expected) = amc_history.header_key(is_same_header.got);
$function$
;
comment on function amc_history.is_same_header(text[],text[]) is
  'Whether two headers have the same names, whatever their order and case; null where one is null.';

CREATE OR REPLACE FUNCTION amc_history.is_terminal_status(status text)
 RETURNS boolean
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
begin
  return amc_history.canonical_status(is_terminal_status.status) in ('SUCCEEDED', 'FAILED', 'REJECTED', 'CANCELLED');
end;
$function$
;
comment on function amc_history.is_terminal_status(text) is
  'Whether AMC''s status says that an execution has ended (SPEC, H), in whatever case: false for a status that is not
known here, null for null. Queries of workflow_executions read has_ended.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.is_token_held_up(credential_name text)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return exists (select from public.amc_instances i
    join public.stoppages s on s.kind = 'instance' and s.subject = i.id and s.ended_at is null and s.source <> 'amc'
    where i.credential_name = is_token_held_up.credential_name and s.retry_at > amc_history.clock_now());
end;
$function$
;
comment on function amc_history.is_token_held_up(text) is
  'Whether Amazon could not give a token for a credential a moment ago, so that it is left alone for a while.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.is_told_of_instance(stoppage stoppages)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select (stoppage).source in ('amc', 'amazon_login') and (stoppage).retry_at is not null and (
    exists (select from public.amc_instances i where i.id = (stoppage).instance_id and i.paused_until = 'infinity')
    or exists (select from public.stoppages o
      where o.instance_id = (stoppage).instance_id and o.ended_at is null and o.code = (stoppage).code
        and (o.kind = 'instance' and (stoppage).kind <> 'instance'
          or o.kind in ('creates', 'listing') and (stoppage).kind not in ('instance', 'creates', 'listing'))
        -- A refusal may have another reason here.
        and (o.code in ('throttled', 'quota', 'unauthorized', 'unavailable', 'token_unavailable')
          or o.words = (stoppage).words)));
$function$
;
comment on function amc_history.is_told_of_instance(stoppages) is
  'Whether what AMC or Amazon''s login answers here it answers to the whole instance: its own stoppage with the same
code tells it (an instance''s before those of its creates and listing, theirs before single things''), or
reconnect_needed.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.is_unique(load result_loads, key text[])
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE STRICT
 SET search_path TO ''
AS $function$
declare
  answer boolean;
begin
  execute format(
    'select not exists (select from amc_results.%I r where r.load_id = $1 group by %s having count(*) > 1)',
    (load).table_name, (select string_agg(format('r.%I', name), ', ' order by i)
      from unnest(is_unique.key) with ordinality as t(name, i)))
    into answer using (load).id;
  return answer;
end;
$function$
;
comment on function amc_history.is_unique(result_loads,text[]) is
  'Whether no two rows of a load have the same key; null if there is no key.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.json_cells(table_name text)
 RETURNS text
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select string_agg(format('%s as %I',
    case v.atttypid when 'numeric'::regtype then amc_history.json_number(c.cell) else c.cell end, a.attname),
    ', ' order by a.attnum)
  from pg_catalog.pg_attribute a
  left join pg_catalog.pg_attribute v on v.attname = a.attname
    and v.attrelid = to_regclass(format('public.%I', 'results_' || json_cells.table_name))
  cross join lateral (
    select amc_history.typed_cell_sql(format('r.%I', a.attname),
      -- As amc_history.column_types names it.
      coalesce(replace(format_type(v.atttypid, null), ' without time zone', ''), 'text')) as cell
  ) c
  where a.attrelid = format('amc_results.%I', json_cells.table_name)::regclass
    and a.attnum > 0 and not a.attisdropped and a.attname not in ('load_id', 'line');
$function$
;
comment on function amc_history.json_cells(text) is
  'SQL of the columns of a results table (the row r), each read as its view reads it, numbers by
amc_history.json_number.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.json_number(value text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
  -- A function call for each cell would cost more than everything else that is done with the cell.
  select format($q$(select case
      when abs(n) > 9007199254740992 or n <> 0 and abs(n) < 1e-300
        or n <> trunc(n) and length(ltrim(replace(trim_scale(abs(n))::text, '.', ''), '0')) > 15 then to_jsonb(n::text)
      else to_jsonb(n)
    end from (select %s as n offset 0) v)$q$, json_number.value);
$function$
;
comment on function amc_history.json_number(text) is
  'SQL that makes JSON of a number: a string where JavaScript would round it, beyond 2^53 or with more than 15
significant digits. value: SQL of the number.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.keep_an_admin()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  if amc_history.has_admin(old.instance_id)
    or not exists (select from public.amc_instances i where i.id = old.instance_id) then
    return null;
  elsif exists (select from auth.users u where u.id = old.user_id) then
    perform amc_history.refuse_last_admin(old.instance_id);
  end if;
  -- An account can always be deleted.
  perform amc_history.record_stoppage('admins', old.instance_id, 'no_admin', 'amc_history',
    'The account of the last admin was deleted: nobody can invite, remove or change members.', old.instance_id,
    waits_for_person => true);
  return null;
end;
$function$
;
comment on function amc_history.keep_an_admin() is
  'Refuses what leaves an instance without an admin (last_admin), at the end of the transaction; but for the deletion
of the instance, and of the admin''s account, which opens a stoppage that waits for the operator. Definer: see
amc_history.follow_memberships.';

CREATE OR REPLACE FUNCTION amc_history.keep_candidates(backfill_id uuid, entries jsonb)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  insert into public.id_backfill_candidates as k
    (backfill_id, week_id, execution_id, instance_id, is_proved, reason, details)
  select keep_candidates.backfill_id, c.week_id, c.execution_id, b.instance_id, c.missing is null,
    coalesce(c.missing, c.matched_by), c.details
  from (select r.*, row_number() over (partition by r.week_id, r.missing is null order by r.execution_id) as nr
    from amc_history.compare_runs(keep_candidates.backfill_id, keep_candidates.entries) r) c
  join public.id_backfills b on b.id = keep_candidates.backfill_id
  -- One is enough to doubt; a person has some to choose from.
  where c.nr + (select count(*) from public.id_backfill_candidates o where o.backfill_id = b.id
    and o.week_id = c.week_id and o.execution_id <> c.execution_id and o.is_proved = (c.missing is null)) <= 20
  on conflict (backfill_id, week_id, execution_id) do update
    set is_proved = excluded.is_proved, reason = excluded.reason, details = excluded.details;
$function$
;
comment on function amc_history.keep_candidates(uuid,jsonb) is
  'Keeps which entries of a page are, or may be, the execution of which week: of each week 20 of either at most.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.keep_collections_current(max_collections integer DEFAULT 500)
 RETURNS integer
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  job constant text := 'amc-history-keep/';
  collection public.report_data_collections;
  added integer := 0;
begin
  for collection in
    select c.* from public.report_data_collections c
    -- No zone is further ahead than a day: these may be due.
    where c.keep_current
      and coalesce(c.kept_until, c.end_date) + 7 + c.settle_days <= (amc_history.clock_now() at time zone 'UTC')::date
      and not amc_history.is_held_up('job', job || c.id)
    order by coalesce(c.kept_until, c.end_date), c.id limit keep_collections_current.max_collections
  loop
    begin
      added := added + amc_history.add_settled_weeks(collection.id);
      perform amc_history.end_stoppage('job', job || collection.id);
    exception when query_canceled or others then
      perform amc_history.record_stoppage('job', job || collection.id, sqlstate, 'postgres', sqlerrm,
        collection.instance_id, collection.id);
      -- The statement's time is over.
      exit when sqlstate = '57014';
    end;
  end loop;
  return added;
end;
$function$
;
comment on function amc_history.keep_collections_current(integer) is
  'Adds to each collection that is kept current the weeks that have settled (amc_history.add_settled_weeks), at most
max_collections in a run. One that fails is set aside, and the others go on. Answers how many weeks. Run by pg_cron.';

CREATE OR REPLACE FUNCTION amc_history.keep_one_version()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  perform amc_history.check_one_version(new);
  return new;
end;
$function$
;
comment on function amc_history.keep_one_version() is
  'Says what the index one_version_kept_current holds, before it does (amc_history.check_one_version).';

CREATE OR REPLACE FUNCTION amc_history.kept_since(workflow amc_workflows, time_zone text)
 RETURNS date
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return (amc_history.clock_now() at time zone kept_since.time_zone)::date
    - make_interval(months => coalesce((workflow).retention_months, (amc_history.allowances()).retention_months));
end;
$function$
;
comment on function amc_history.kept_since(amc_workflows,text) is
  'The first day of which AMC still keeps the data that a workflow reads, in a zone.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.key_columns(load result_loads)
 RETURNS text[]
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  with told as (
    select coalesce(e.output_columns, f.output_columns, '[]') as columns
    from public.workflow_executions e
    join public.report_data_weeks w on w.id = e.week_id
    join public.report_data_collections c on c.id = w.collection_id
    -- A former member of the instance still reads what they collected.
    left join public.amc_workflows f on f.instance_id = c.instance_id and f.id = c.workflow_id
    where e.id = (load).execution_id
  )
  select array_agg(a.attname::text order by a.attnum)
  from pg_catalog.pg_attribute a, told
  where a.attrelid = format('amc_results.%I', (load).table_name)::regclass and a.attnum > 0 and not a.attisdropped
    and a.attname not in ('load_id', 'line')
    -- filtered says something of the row; it does not identify it.
    and lower(a.attname) <> 'filtered'
    and exists (select
      from jsonb_array_elements(case jsonb_typeof(told.columns) when 'array' then told.columns else '[]' end) o
      where upper(o ->> 'columnType') = 'DIMENSION' and lower(o ->> 'name') = lower((load).header[
        case when (load).columns is null then a.attnum - 2 else array_position((load).columns, a.attname::text) end]));
$function$
;
comment on function amc_history.key_columns(result_loads) is
  'The columns of a load that are dimensions, by AMC''s outputColumns; null if none is known. Without columns of its
own, the load has the table''s from the third on.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.lacks_execution_id(week report_data_weeks)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select (week).execution_id is null and (week).finished_at is not null and (week).due_at is null
    -- One of ours that failed without an execution never had one.
    and ((week).status = 'completed' or (week).status = 'failed'
      and not exists (select from public.week_attempts a where a.week_id = (week).id))
    and not exists (select from public.week_attempts a where a.week_id = (week).id and a.is_live);
$function$
;
comment on function amc_history.lacks_execution_id(report_data_weeks) is
  'Whether a week was finished, by whoever it was, by an execution that is not known, and is not open again: a
completed one, or a failed one that was never tried here.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.last_day_of(value text)
 RETURNS date
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
  select case
    when not pg_input_is_valid(left(last_day_of.value, 10), 'date') then null
    when last_day_of.value ~ '^\d{4}-\d\d-\d\d([T ]23:59:59(\.\d+)?)?$' then left(last_day_of.value, 10)::date
    when last_day_of.value ~ '^\d{4}-\d\d-\d\d[T ]00:00(:00(\.0+)?)?$' then left(last_day_of.value, 10)::date - 1
  end;
$function$
;
comment on function amc_history.last_day_of(text) is
  'The day that a parameter names as the last: a date, its last second, or the midnight after it, without a zone. Null
for anything else.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.leave_instance(instance_id text)
 RETURNS control_report
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  if not exists (select from public.amc_instance_members m
      where m.instance_id = leave_instance.instance_id and m.user_id = auth.uid()) then
    perform amc_history.refuse('instance_not_found', format('No instance %s of which you are a member.',
      coalesce(quote_literal(left(leave_instance.instance_id, 100)), 'null')), 'Check the id.', 'PT404');
  end if;
  return amc_history.change_membership(leave_instance.instance_id, auth.uid(), null);
end;
$function$
;
comment on function amc_history.leave_instance(text) is
  'See public.leave_instance. Definer: users may not write memberships.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.let_go_of_execution(execution_id text, reason text, try_again boolean)
 RETURNS control_report
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  attempt public.week_attempts;
  execution public.workflow_executions;
  week public.report_data_weeks;
  refusal text;
begin
  select e.week_id into week.id from public.workflow_executions e
  join public.report_data_weeks w on w.id = e.week_id
  where e.id = let_go_of_execution.execution_id and amc_history.role_on(w.instance_id) is not null;
  if not found then
    perform amc_history.refuse('execution_not_found', format('No execution %s that you may see.',
      coalesce(left(let_go_of_execution.execution_id, 200), 'null')), 'Check the id.', 'PT404');
  end if;
  week := amc_history.lock_controlled_week(week.id);
  select * into attempt from public.week_attempts a where a.execution_id = let_go_of_execution.execution_id for update;
  select * into execution from public.workflow_executions e where e.id = let_go_of_execution.execution_id
    for no key update;
  if attempt.outcome = 'let_go' then
    return row('already_applied', null, 0)::public.control_report;
  end if;
  refusal := case
    when attempt.id is null or not attempt.is_live then 'attempt_ended'
    when execution.has_ended then 'execution_ended'
    when coalesce(length(btrim(let_go_of_execution.reason)), 0) not between 1 and 500 then 'malformed_reason'
    when amc_history.amc_deadline(attempt, execution) > amc_history.clock_now() then 'may run until '
      || to_char(amc_history.amc_deadline(attempt, execution) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
  end;
  if refusal is not null then
    return row('rejected', refusal, 0)::public.control_report;
  end if;
  perform amc_history.give_up_execution(week, attempt, execution, btrim(let_go_of_execution.reason),
    coalesce(let_go_of_execution.try_again, false));
  return row('applied', null, 1)::public.control_report;
end;
$function$
;
comment on function amc_history.let_go_of_execution(text,text,boolean) is
  'See public.let_go_of_execution. Definer: users may not write attempts and weeks.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.limit_workflows()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  allowed constant amc_history.allowances := amc_history.allowances();
  remedy constant text := 'Use a version that is saved, or ask whoever runs this project for a higher limit.';
begin
  perform amc_history.take_lock('workflows of ' || new.saved_by);
  perform amc_history.take_lock('workflows of ' || new.instance_id);
  perform amc_history.refuse_beyond('member_has_too_many_workflows', (select count(*)
      from public.amc_workflows f where f.saved_by = new.saved_by),
    allowed.workflows_of_member, 'saved workflows of yours', remedy);
  perform amc_history.refuse_beyond('instance_has_too_many_workflows', (select count(*)
      from public.amc_workflows f where f.instance_id = new.instance_id),
    allowed.workflows_of_instance, 'saved workflows of the instance', remedy);
  return null;
end;
$function$
;
comment on function amc_history.limit_workflows() is
  'Refuses a workflow version beyond the limits of who saves it or of its instance (member_has_too_many_workflows,
instance_has_too_many_workflows), counted under a lock of each. After the insert, so that a version that is saved
already is answered as ever. Definer: counts what row level security hides.';

CREATE OR REPLACE FUNCTION amc_history.lines_at_once(records bigint, bytes bigint)
 RETURNS bigint
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  allowed constant amc_history.allowances := amc_history.allowances();
begin
  return greatest(1, least(allowed.rows_at_once,
    floor(allowed.bytes_at_once::numeric * lines_at_once.records / nullif(lines_at_once.bytes, 0))))::bigint;
end;
$function$
;
comment on function amc_history.lines_at_once(bigint,bigint) is
  'How many rows of a result with so many records and bytes one run of a job may check or delete: rows_at_once, or
those of bytes_at_once if they are fewer (amc_history.allowances); at least one.';

CREATE OR REPLACE FUNCTION amc_history.list_members(instance_id text)
 RETURNS TABLE(user_id uuid, email text, role text, added_at timestamp with time zone)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
#variable_conflict use_column
begin
  if not exists (select from public.amc_instances i
      where i.id = list_members.instance_id and amc_history.role_on(i.id) is not null) then
    perform amc_history.refuse('instance_not_found', format('No instance %s that you may see.',
      coalesce(quote_literal(left(list_members.instance_id, 100)), 'null')), 'Check the id.', 'PT404');
  end if;
  return query
  select m.user_id, u.email::text, m.role, m.added_at
  from public.amc_instance_members m join auth.users u on u.id = m.user_id
  where m.instance_id = list_members.instance_id
  order by array_position(array['admin', 'analyst', 'viewer'], m.role), u.email, m.user_id;
end;
$function$
;
comment on function amc_history.list_members(text) is
  'See public.list_members. Definer: the addresses are in auth.users, on which no API role has a right.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.listed_runs(instance_id text, entries jsonb)
 RETURNS TABLE(id text, status text, workflow_id text, sql_query text, created_at timestamp with time zone, zone text,
    starts_at timestamp with time zone, ends_at timestamp with time zone, parameters jsonb, first_day date, last_day
    date, has_days boolean, is_readable boolean, may_be_dry_run boolean, details jsonb)
 LANGUAGE plpgsql
 ROWS 100
 SET search_path TO ''
AS $function$
declare
  allowed constant amc_history.allowances := amc_history.allowances();
begin
  return query
  with ours as materialized (
    select a.* from amc_history.unplaced_attempts(listed_runs.instance_id) a
  ), seen as materialized (
    select d.*, o.value as said, amc_history.zone_as_known(d.time_zone) as known_zone,
      nullif(case jsonb_typeof(d.parameter_values) when 'object' then d.parameter_values end, '{}') as echoed
    from jsonb_array_elements(listed_runs.entries) o
    cross join lateral amc_history.read_observation(o.value) d
    where amc_history.is_execution_id(d.id)
      and not coalesce(o.value -> 'dry_run' = 'true', false)
      and not exists (select from public.workflow_checks k where k.execution_id = d.id)
      and not exists (select from public.workflow_executions e where e.id = d.id)
  ), placed as (
    select s.*, coalesce(case when pg_input_is_valid(s.time_window_start, 'timestamp')
      then s.time_window_start::timestamp at time zone s.known_zone end, s.window_start_at) as starts
    from seen s
  )
  select s.id, amc_history.canonical_status(s.status), s.workflow_id, s.said ->> 'sql_query', s.created_at,
    s.known_zone, s.starts, coalesce(case when pg_input_is_valid(s.time_window_end, 'timestamp')
      then s.time_window_end::timestamp at time zone s.known_zone end, s.window_end_at),
    s.echoed, amc_history.first_day_of(s.echoed ->> f.name), amc_history.last_day_of(s.echoed ->> l.name),
    f.name is not null and l.name is not null, s.said -> 'is_readable' is distinct from 'false',
    coalesce(amc_history.is_dry_run_timeout(s.timeout_seconds), false), s.said - 'sql_query'
  from placed s
  left join lateral (select n.name from unnest(allowed.first_day_parameters) n(name)
    where s.echoed ? n.name limit 1) f on true
  left join lateral (select n.name from unnest(allowed.last_day_parameters) n(name)
    where s.echoed ? n.name limit 1) l on true
  -- An attempt's own, or one that may be, as far as AMC says.
  where not exists (select from ours a where coalesce(s.timeout_seconds = a.fingerprint,
    coalesce(s.workflow_id = a.workflow_id, true) and coalesce(s.starts = a.starts_at, true)));
end;
$function$
;
comment on function amc_history.listed_runs(text,jsonb) is
  'Entries of AMC''s list that may be a week''s and are not known here, in the form in which they are compared: never a
dry run, nor what may be of an attempt of ours without an execution (by its fingerprint; where AMC gives none, by its
workflow and window). may_be_dry_run: by its timeout. entries: execution observations as JSON, with sql_query where AMC
gave it, and dry_run; is_readable is false for one whose id could not be read, which has one of our making. starts_at,
ends_at: its window as instants. parameters: null where AMC echoed none, which says nothing (whether it echoes them is
not known, L). first_day, last_day: of the parameters that hold days (first_day_parameters and last_day_parameters of
the allowances).';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.load_after_all(week report_data_weeks)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  attempt public.week_attempts;
begin
  select a.* into attempt from public.week_attempts a where a.week_id = (week).id order by a.number desc limit 1
    for update;
  if not amc_history.may_load_after_all(attempt) then
    return false;
  end if;
  -- Without a slot: nothing of it runs any more.
  update public.week_attempts a set state = 'created', outcome = null, ended_at = null, slot = null,
    cancel_requested_at = null
  where a.id = attempt.id;
  update public.workflow_executions e set cancel_requested_at = null where e.id = attempt.execution_id;
  return true;
end;
$function$
;
comment on function amc_history.load_after_all(report_data_weeks) is
  'Takes up the last attempt of a week again that was cancelled, but whose execution SUCCEEDED at AMC all the same, so
that its result is loaded. Answers whether there is one. The caller holds the locks of instance and week.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.load_rows(load_id uuid, max_rows integer, after_line bigint)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  most constant integer := 10000;
  load public.result_loads;
  rows jsonb;
begin
  if load_rows.max_rows is null or load_rows.max_rows not between 1 and most then
    perform amc_history.refuse('rows_out_of_range', format('Expected 1 to %s rows at once, got %s.', most,
      coalesce(load_rows.max_rows::text, 'null')),
      'Read in pages: pass the line of the last row that you have as after_line.');
  end if;
  select * into load from public.result_loads l where l.id = load_rows.load_id;
  if not found then
    return '[]'::jsonb;
  end if;
  execute format('select coalesce(jsonb_agg(to_jsonb(s) order by s.line), ''[]'') from (
      select r.line, $2 as execution_id, %s from amc_results.%I r
      where r.load_id = $1 and r.line > $3 order by r.line limit $4) s',
    amc_history.json_cells(load.table_name), load.table_name)
    into rows using load.id, load.execution_id, coalesce(load_rows.after_line, 0), load_rows.max_rows;
  return rows;
end;
$function$
;
comment on function amc_history.load_rows(uuid,integer,bigint) is
  'A page of a load''s rows, as public.week_rows answers them; [] for null. Refuses with rows_out_of_range.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.load_summary(load_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  max_cell_length constant integer := 1000;
  load public.result_loads;
  target amc_history.result_tables;
  told jsonb;
  columns jsonb;
  uncast jsonb;
  first_rows jsonb;
begin
  select * into load from public.result_loads l where l.id = load_summary.load_id;
  if load.cells_checked_at is not null then
    uncast := load.uncast;
  -- Checking takes about as long as COPY did: the load itself checks a quarter of what check_cells does in a run.
  elsif load.records <= amc_history.lines_at_once(load.records, load.bytes) / 4
    and amc_history.load_types(load.id) is not null then
    uncast := amc_history.count_uncast(load.id, 1, load.records);
  end if;
  select * into target from amc_history.result_tables t where t.table_name = load.table_name;
  told := coalesce((select e.output_columns from public.workflow_executions e where e.id = load.execution_id),
    (select f.output_columns from public.amc_workflows f
      where f.instance_id = target.instance_id and f.id = target.workflow_id));
  select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('name', n, 'type', o ->> 'dataType', 'kind', o ->> 'columnType',
      'read_as', type)) order by i)
    into columns
    from unnest(target.columns, target.header, amc_history.load_types(load.id)) with ordinality as t(n, h, type, i)
    left join lateral (select o
      from jsonb_array_elements(case jsonb_typeof(told) when 'array' then told else '[]' end) o
      where lower(o ->> 'name') = lower(h) limit 1) on true;
  execute format('select coalesce(jsonb_agg(to_jsonb(f) - ''line'' order by f.line), ''[]'') from (
      select r.line, %s from amc_results.%I r where r.load_id = $1 order by r.line limit 20) f',
    (select string_agg(format('left(r.%1$I, %2$s) as %1$I', n, max_cell_length), ', ' order by i)
      from unnest(target.columns) with ordinality as t(n, i)), target.table_name)
    into first_rows using load.id;
  return jsonb_strip_nulls(jsonb_build_object(
    'columns', columns, 'rows', load.records, 'bytes', load.bytes, 'files', load.file,
    'segments', cardinality(load.digests), 'segment_bytes', load.segment_bytes,
    'checksum', 'sha256:' || load.checksum, 'uncast', uncast,
    'seconds', round(extract(epoch from
      coalesce(load.completed_at, amc_history.clock_now()) - load.started_at)::numeric, 3)))
    -- Added after the nulls were stripped: here null is a cell without a value.
    || jsonb_build_object('first_rows', first_rows);
end;
$function$
;
comment on function amc_history.load_summary(uuid) is
  'What a week''s data says of a load: columns [{name, type and kind as AMC names them, read_as: the type in SQL}],
rows, bytes, files, segments, segment_bytes, checksum, uncast (cells that do not fit their type, by column; left out
until they are counted), seconds since it began, and first_rows: the first 20, as text, cells cut at 1000 characters.';

CREATE OR REPLACE FUNCTION amc_history.load_types(load_id uuid)
 RETURNS text[]
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return (select coalesce(t.types, amc_history.column_types(t.header, e.output_columns))
    from public.result_loads l
    join public.workflow_executions e on e.id = l.execution_id
    join amc_history.result_tables t on t.table_name = l.table_name
    where l.id = load_types.load_id);
end;
$function$
;
comment on function amc_history.load_types(uuid) is
  'The types in SQL of a load''s columns: those of its view, or those that the view will have once the load is complete;
null while AMC''s outputColumns are not known.';

CREATE OR REPLACE FUNCTION amc_history.loader_application_name(load_id uuid, fence integer)
 RETURNS text
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select format('amc-history load %s %s', loader_application_name.load_id, loader_application_name.fence);
$function$
;
comment on function amc_history.loader_application_name(uuid,integer) is
  'The application_name of a session while it fills a load: a later worker finds an earlier one that hangs by it.';

CREATE OR REPLACE FUNCTION amc_history.loads_in_turn(max_loads integer)
 RETURNS SETOF uuid
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  return query
  with held as materialized (
    select s.subject from public.stoppages s
    -- What fails otherwise has its pauses with its attempt.
    where (s.kind = 'workflow_header' or s.kind = 'result' and s.code in ('throttled', 'unauthorized',
        'worker_died'))
      and s.ended_at is null
      and coalesce(s.retry_at > amc_history.clock_now(), true)
  ),
  ready as (
    select a.id, a.intended_at, c.instance_id, t.claimed_at,
      row_number() over (partition by c.id order by a.intended_at, a.id) as nth
    from public.week_attempts a
    join public.workflow_executions e on e.id = a.execution_id
    join public.amc_instances i on i.id = a.instance_id
    join public.report_data_weeks w on w.id = a.week_id
    join public.report_data_collections c on c.id = w.collection_id
    left join amc_history.load_turns t on t.collection_id = c.id
    where a.is_live and a.state = 'created' and e.status = 'SUCCEEDED' and a.cancel_requested_at is null
      and coalesce(a.leased_until <= amc_history.clock_now(), true)
      and coalesce(a.due_at <= amc_history.clock_now(), true)
      and coalesce(i.paused_until <= amc_history.clock_now(), true)
      and c.instance_id || '/' || c.workflow_id not in (select subject from held)
      and e.id not in (select subject from held)
  ),
  turns as (
    select r.id, r.intended_at,
      (select max(t.claimed_at) from amc_history.load_turns t
        where t.instance_id = r.instance_id) as instance_claimed_at,
      row_number() over (partition by r.instance_id
        order by r.nth, r.claimed_at nulls first, r.intended_at, r.id) as nth
    from ready r
  )
  select id from turns order by nth, instance_claimed_at nulls first, intended_at, id limit loads_in_turn.max_loads;
end;
$function$
;
comment on function amc_history.loads_in_turn(integer) is
  'The attempts whose results are to be loaded next: of each instance in turn, of each collection in turn, oldest
first. None of a paused instance, none that is set aside, nor of a workflow whose header waits for a person.
Definer: the worker has no right on the turns.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.loads_to_check()
 RETURNS SETOF result_loads
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select l.* from public.result_loads l
  join amc_history.result_tables t on t.table_name = l.table_name and t.types is not null
  where l.complete and l.cells_checked_at is null
    -- The worker of a live attempt holds the summary already and is about to report it.
    and not exists (select from public.week_attempts a where a.execution_id = l.execution_id and a.is_live)
    and not amc_history.is_held_up('job', 'amc-history-check/' || l.id)
  order by l.completed_at, l.id limit 100;
$function$
;
comment on function amc_history.loads_to_check() is
  'Loads whose cells are to be checked now, oldest first, at most 100; without those that are set aside.';

CREATE OR REPLACE FUNCTION amc_history.local_midnight(day date)
 RETURNS text
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
begin
  return to_char(local_midnight.day, 'YYYY-MM-DD"T00:00:00"');
end;
$function$
;
comment on function amc_history.local_midnight(date) is
  'The start of a day as AMC takes times of a window: local, without a zone.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.lock_collection_of(week_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select from public.report_data_collections c
  where c.id = (select w.collection_id from public.report_data_weeks w where w.id = lock_collection_of.week_id)
  for no key update;
$function$
;
comment on function amc_history.lock_collection_of(uuid) is
  'Locks the collection of a week: what AMC says to creates of one collection is weighed one after the other.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.lock_controlled_attempt(attempt_id uuid)
 RETURNS week_attempts
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  attempt public.week_attempts;
begin
  select a.* into attempt from public.week_attempts a join public.report_data_weeks w on w.id = a.week_id
    where a.id = lock_controlled_attempt.attempt_id and amc_history.role_on(w.instance_id) is not null;
  if not found then
    perform amc_history.refuse('attempt_not_found', format('No attempt %s that you may see.',
      coalesce(lock_controlled_attempt.attempt_id::text, 'null')),
      'Check the id: it is in the detail of the alert unknown_outcome.', 'PT404');
  end if;
  perform amc_history.lock_controlled_week(attempt.week_id);
  select * into attempt from public.week_attempts a where a.id = lock_controlled_attempt.attempt_id for update;
  return attempt;
end;
$function$
;
comment on function amc_history.lock_controlled_attempt(uuid) is
  'Locks an attempt for a request of an analyst or admin; refuses who may not see it (attempt_not_found), and as
amc_history.lock_controlled_collection does. Definer: see there.';

CREATE OR REPLACE FUNCTION amc_history.lock_controlled_collection(collection_id uuid)
 RETURNS report_data_collections
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  collection public.report_data_collections;
  instance_id text;
begin
  select c.instance_id into instance_id from public.report_data_collections c
  where c.id = lock_controlled_collection.collection_id and amc_history.role_on(c.instance_id) is not null;
  if not found then
    perform amc_history.refuse('collection_not_found', format('No collection %s that you may see.',
      coalesce(lock_controlled_collection.collection_id::text, 'null')), 'Check the id.', 'PT404');
  end if;
  perform amc_history.require_role(instance_id, 'analyst');
  -- The instance first, as everywhere: a claim or listing under way ends before a person's request begins.
  perform from public.amc_instances i where i.id = instance_id for no key update;
  select * into collection from public.report_data_collections c
    where c.id = lock_controlled_collection.collection_id for no key update;
  return collection;
end;
$function$
;
comment on function amc_history.lock_controlled_collection(uuid) is
  'Locks a collection and its instance for a request of an analyst or admin of the instance, or of whoever acts for all
users. Refuses who may not see it (collection_not_found) and who may only read (role_too_low). Definer: users may not
lock what they may only read.';

CREATE OR REPLACE FUNCTION amc_history.lock_controlled_week(week_id uuid)
 RETURNS report_data_weeks
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  week public.report_data_weeks;
begin
  select * into week from public.report_data_weeks w
    where w.id = lock_controlled_week.week_id and amc_history.role_on(w.instance_id) is not null;
  if not found then
    perform amc_history.refuse('week_not_found', format('No week %s that you may see.',
      coalesce(lock_controlled_week.week_id::text, 'null')), 'Check the id.', 'PT404');
  end if;
  perform amc_history.lock_controlled_collection(week.collection_id);
  select * into week from public.report_data_weeks w where w.id = lock_controlled_week.week_id for no key update;
  return week;
end;
$function$
;
comment on function amc_history.lock_controlled_week(uuid) is
  'Locks a week for a request of an analyst or admin; refuses who may not see it (week_not_found), and as
amc_history.lock_controlled_collection does. Definer: see there.';

CREATE OR REPLACE FUNCTION amc_history.lock_id_backfill(backfill_id uuid, fence bigint)
 RETURNS id_backfills
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  backfill public.id_backfills;
begin
  -- The instance first, as everywhere.
  perform from public.amc_instances i join public.id_backfills b on b.instance_id = i.id
  where b.id = lock_id_backfill.backfill_id for no key update of i;
  select b.* into backfill from public.id_backfills b
  where b.id = lock_id_backfill.backfill_id and b.fence = lock_id_backfill.fence and b.ended_at is null
  for no key update;
  return backfill;
end;
$function$
;
comment on function amc_history.lock_id_backfill(uuid,bigint) is
  'Locks an open search and its instance for the worker that holds its fence; null for any other.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.lock_load(attempt_id uuid, fence integer)
 RETURNS week_attempts
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  attempt public.week_attempts;
begin
  perform from public.report_data_weeks w
    join public.week_attempts a on a.week_id = w.id
    where a.id = lock_load.attempt_id for no key update of w;
  select * into attempt from public.week_attempts a where a.id = lock_load.attempt_id for update;
  if attempt.state is distinct from 'created' or attempt.fence <> lock_load.fence then
    raise exception 'The load of attempt % is no longer this worker''s: expected fence % of a live attempt, got %.',
      lock_load.attempt_id, lock_load.fence, coalesce(attempt.fence || ' (' || attempt.state || ')', 'no attempt')
      using errcode = 'AH001', detail = 'stale_load', hint = 'Stop: another worker has claimed it.';
  end if;
  return attempt;
end;
$function$
;
comment on function amc_history.lock_load(uuid,integer) is
  'Locks week and attempt, and answers the attempt. Refuses (AH001, stale_load) a fence that is not the attempt''s.';

CREATE OR REPLACE FUNCTION amc_history.lock_membership(instance_ids text[], user_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  perform from public.amc_instance_members m
  where m.instance_id = any (lock_membership.instance_ids) and m.user_id = lock_membership.user_id
  order by m.instance_id for update;
  perform from public.amc_instances i where i.id = any (lock_membership.instance_ids) order by i.id for no key update;
end;
$function$
;
comment on function amc_history.lock_membership(text[],uuid) is
  'Locks a user''s memberships of instances, and then these instances: of two changes of a team, the second sees what
the first one made.';

CREATE OR REPLACE FUNCTION amc_history.lock_own_webhook(webhook_id uuid)
 RETURNS webhooks
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  hook public.webhooks;
begin
  select * into hook from public.webhooks w
  where w.id = lock_own_webhook.webhook_id and amc_history.administers(w.instance_id) for update;
  if not found then
    perform amc_history.refuse('webhook_not_found', format('No webhook %s that you administer.',
      coalesce(lock_own_webhook.webhook_id::text, 'null')), 'Check the id.', 'PT404');
  end if;
  return hook;
end;
$function$
;
comment on function amc_history.lock_own_webhook(uuid) is
  'Locks a webhook for an admin of its instance; refuses anybody else (webhook_not_found).';

CREATE OR REPLACE FUNCTION amc_history.lock_searched_instance(collection_id uuid, instance_id text)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  searched text := lock_searched_instance.instance_id;
begin
  if num_nonnulls(lock_searched_instance.collection_id, searched) <> 1 then
    perform amc_history.refuse('backfill_scope_not_valid', format('Expected a collection or an instance, got %s.',
      case when searched is null then 'neither' else 'both' end), 'Name one of them.');
  elsif searched is null then
    return (amc_history.lock_controlled_collection(lock_searched_instance.collection_id)).instance_id;
  end if;
  perform from public.amc_instances i where i.id = searched and amc_history.role_on(i.id) is not null
  for no key update;
  if not found then
    perform amc_history.refuse('instance_not_found', format('No instance %s that you may use.',
      quote_literal(left(searched, 100))),
      'Check the id, or ask an admin of the instance to make you a member.', 'PT404');
  end if;
  perform amc_history.require_role(searched, 'analyst');
  return searched;
end;
$function$
;
comment on function amc_history.lock_searched_instance(uuid,text) is
  'Locks the instance that an analyst or admin has searched, named by itself or by one of its collections. Refuses with
backfill_scope_not_valid, instance_not_found, collection_not_found, role_too_low. Definer: users may not lock what they
may only read.';

CREATE OR REPLACE FUNCTION amc_history.lock_starts(requested_by uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select amc_history.take_lock('starts of ' || lock_starts.requested_by); $function$
;
comment on function amc_history.lock_starts(uuid) is
  'Holds up other requests of the same person until this one has ended, so that two at once cannot both be within a
limit, and the second finds what the first recorded under its key. Taken before the instance is locked.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.lose_dry_runs()
 RETURNS integer
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  check_row public.workflow_checks;
  lost integer := 0;
begin
  for check_row in
    select k.* from public.workflow_checks k
    where k.is_live and k.state = 'intended' and k.kind = 'dry_run' and k.leased_until <= amc_history.clock_now()
    for update skip locked
  loop
    perform amc_history.end_dry_run(check_row, 'lost', null, 'No worker reported what AMC answered to the dry run.',
      null);
    lost := lost + 1;
  end loop;
  return lost;
end;
$function$
;
comment on function amc_history.lose_dry_runs() is
  'Ends dry runs without a report whose lease is over: whatever became of them, they are asked again. Answers how
many.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.make_collection(asked amc_history.weeks_request, plan amc_history.weeks_plan)
 RETURNS report_data_collections
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  insert into public.report_data_collections (created_by, instance_id, workflow_id, name, start_date, end_date,
    week_starts_on, time_zone, parameter_values)
  values ((asked).requested_by, (asked).instance_id, (asked).workflow_id, (asked).name, (plan).first_day,
    (plan).last_day, (plan).weekday, (plan).zone, (asked).parameter_values)
  returning *;
$function$
;
comment on function amc_history.make_collection(amc_history.weeks_request,amc_history.weeks_plan) is
  'Makes the collection of a query, without weeks. The caller holds the lock of the instance, and found none.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.mark_workflow_checked(instance_id text, workflow_id text)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
begin
  update public.amc_workflows f set checked_at = amc_history.clock_now(), check_asked_at = null
  where f.instance_id = mark_workflow_checked.instance_id and f.id = mark_workflow_checked.workflow_id
    and f.checked_at is null;
  if not found then
    return false;
  end if;
  -- A dry run that is under way is still followed to its end: AMC may run it.
  update public.workflow_checks k set state = 'ended', outcome = 'accepted', ended_at = amc_history.clock_now()
  where k.instance_id = mark_workflow_checked.instance_id and k.workflow_id = mark_workflow_checked.workflow_id
    and k.is_live and k.kind = 'first_week';
  perform amc_history.end_stoppage('workflow_check',
    amc_history.workflow_subject(mark_workflow_checked.instance_id, mark_workflow_checked.workflow_id));
  insert into public.tracking_events (event, instance_id, detail) values ('workflow_checked',
    mark_workflow_checked.instance_id, jsonb_build_object('workflow_id', mark_workflow_checked.workflow_id));
  return true;
end;
$function$
;
comment on function amc_history.mark_workflow_checked(text,text) is
  'Records that AMC has validated a workflow version: its weeks may begin from now on, and what held it up ends.
Answers whether that is news.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.match_header(expected text[], got text[])
 RETURNS integer[]
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
begin
  return (
    with expected as (
      select name, i, row_number() over (partition by name order by i) as nth
      from unnest(match_header.expected) with ordinality as t(name, i)
    ),
    got as (
      select name, i, row_number() over (partition by name order by i) as nth
      from unnest(match_header.got) with ordinality as t(name, i)
    ),
    exact as (select e.i as place, g.i from expected e join got g using (name, nth)),
    -- What is left over is compared without regard to case.
    folded as (
      select e.i as place, g.i
      from (select lower(btrim(name)) as name, i, row_number() over (partition by lower(btrim(name)) order by i) as nth
        from expected where i not in (select place from exact)) e
      join (select lower(btrim(name)) as name, i, row_number() over (partition by lower(btrim(name)) order by i) as nth
        from got where i not in (select i from exact)) g using (name, nth)
    )
    select coalesce(array_agg(coalesce(x.place, f.place)::integer order by g.i), '{}')
    from got g left join exact x on x.i = g.i left join folded f on f.i = g.i);
end;
$function$
;
comment on function amc_history.match_header(text[],text[]) is
  'For each name of a header (got) its place in another one (expected), by name, whatever the order and, where nothing
fits exactly, the case; null where it has none. Equal names are matched in their order.';

CREATE OR REPLACE FUNCTION amc_history.may_begin(checked_at timestamp with time zone, week_id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  if may_begin.checked_at is not null then
    return true;
  end if;
  return exists (select from public.workflow_checks k
    where k.week_id = may_begin.week_id and k.is_live and k.kind = 'first_week');
end;
$function$
;
comment on function amc_history.may_begin(timestamp with time zone,uuid) is
  'Whether an attempt of a week may begin, as far as its query is concerned: AMC has validated it, or this is the week
that goes alone. checked_at: of the week''s workflow version (amc_workflows). week_id: the week.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.may_load_after_all(attempt week_attempts)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select coalesce((attempt).outcome = 'cancelled', false)
    and exists (select from public.workflow_executions e
      where e.id = (attempt).execution_id and e.status = 'SUCCEEDED')
    and not exists (select from public.week_attempts a where a.instance_id = (attempt).instance_id and a.is_live
      and a.window_key = (attempt).window_key);
$function$
;
comment on function amc_history.may_load_after_all(week_attempts) is
  'Whether the last attempt of a week was cancelled, but its execution SUCCEEDED at AMC all the same, and nothing asks
for the same window now.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.may_still_tell(week report_data_weeks)
 RETURNS boolean
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select exists (select from public.report_data_weeks w
    join public.report_data_collections c on c.id = w.collection_id
    join public.amc_workflows f on f.instance_id = c.instance_id and f.id = c.workflow_id
    where w.collection_id = week.collection_id and w.id <> week.id and w.refused_at is null
      and (w.due_at < 'infinity' and amc_history.may_begin(f.checked_at, w.id)
        or exists (select from public.week_attempts a where a.week_id = w.id and a.is_live and a.state = 'intended')));
$function$
;
comment on function amc_history.may_still_tell(report_data_weeks) is
  'Whether another week of the collection, whose create is under way or still to come, may tell whether AMC refuses all
of them or this one alone. None may while this one goes alone, as the check of its query.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.metrics_report(token_hash text)
 RETURNS jsonb
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select jsonb_build_object(
    'figures', (select coalesce(jsonb_agg(to_jsonb(f) order by f.instance_id), '[]')
      from amc_history.tracking_figures(amc_history.clock_now() - interval '24 hours', amc_history.clock_now(), null) f
      where f.instance_id is not null),
    'states', (select coalesce(jsonb_object_agg(s.instance_id, s.state), '{}') from public.instance_states s),
    'stoppages', (select coalesce(jsonb_object_agg(k.kind, (select count(*) from public.stoppages s
      where s.kind = k.kind and s.ended_at is null)), '{}') from amc_history.stoppage_kinds k),
    'alerts', (select coalesce(jsonb_object_agg(k.code, (select count(*) from public.tracking_alerts a
      where a.code = k.code and a.resolved_at is null)), '{}') from amc_history.alert_codes k),
    'heartbeats', (select coalesce(jsonb_object_agg(h.name, extract(epoch from amc_history.clock_now() - h.at)), '{}')
      from amc_history.heartbeats h))
  where exists (select from amc_history.metrics_tokens t where t.token_hash = metrics_report.token_hash);
$function$
;
comment on function amc_history.metrics_report(text) is
  'Does what public.metrics_report says.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.needs_output_columns(execution_id text)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return (select e.output_columns is null and f.output_columns is null
    from public.workflow_executions e
    join public.report_data_weeks w on w.id = e.week_id
    join public.report_data_collections c on c.id = w.collection_id
    join public.amc_workflows f on f.instance_id = c.instance_id and f.id = c.workflow_id
    where e.id = needs_output_columns.execution_id);
end;
$function$
;
comment on function amc_history.needs_output_columns(text) is
  'Whether AMC''s outputColumns are known neither from this execution nor from an earlier one of its workflow version.
Then the worker asks: AMC''s answer to a GET carries them (captured, H); whether its list does is not known.';

CREATE OR REPLACE FUNCTION amc_history.next_due_at(collection_id uuid)
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select case when c.paused_at is null then amc_history.clock_now() else 'infinity' end
  from public.report_data_collections c where c.id = next_due_at.collection_id;
$function$
;
comment on function amc_history.next_due_at(uuid) is
  'The due_at of a week that may start as soon as possible: now, or infinity while its collection is paused.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.next_step_of(code text)
 RETURNS text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select k.next_step from amc_history.alert_codes k where k.code = next_step_of.code;
$function$
;
comment on function amc_history.next_step_of(text) is
  'What a person can do about alerts of a code. Definer: functions that run with a worker''s rights need it, and no API
role has a right on the table.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.normal_time_zone(time_zone text)
 RETURNS text
 LANGUAGE plpgsql
 SET search_path TO ''
 SET "TimeZone" TO 'UTC'
AS $function$
declare
  -- Postgres takes POSIX rules for zones too, each of which has a digit. Names of the tz database have none, but for
  -- these old ones. Looking into pg_timezone_names would read every file of the database.
  names constant text := '^[A-Za-z_-]+(/[A-Za-z_-]+){0,2}$|^(Etc/)?GMT[+-]?0$'
    '|^Etc/GMT([+-]([1-9]|1[0-2])|-1[34])$|^(EST5EDT|CST6CDT|MST7MDT|PST8PDT)$';
  not_known_elsewhere constant text := '^(posix|right)/|^(Factory|localtime|posixrules)$';
  -- Other names of UTC (tz database, file backward).
  names_of_utc constant text := '^(Etc/)?(UTC|UCT|Universal|Zulu)$';
  known text;
begin
  -- Also where the database has them not.
  if normal_time_zone.time_zone ~* names_of_utc then
    return 'UTC';
  end if;
  if normal_time_zone.time_zone ~* names and normal_time_zone.time_zone !~* not_known_elsewhere then
    begin
      perform set_config('timezone', normal_time_zone.time_zone, true);
      -- As the database spells it, whatever the spelling that came.
      known := current_setting('timezone');
    exception
      when invalid_parameter_value then
        null;
    end;
  end if;
  if lower(known) is distinct from lower(normal_time_zone.time_zone) or known is null then
    perform amc_history.refuse('unknown_time_zone',
      format('Unknown time zone %s: expected a tz database name.',
        coalesce(quote_literal(left(normal_time_zone.time_zone, 100)), 'null')),
      'Use a name such as America/New_York or UTC.');
  end if;
  return known;
end;
$function$
;
comment on function amc_history.normal_time_zone(text) is
  'The one normal form of a zone''s name, so that one query has one collection: a name of the tz database in any case
becomes as the database spells it, and UTC''s other names become UTC. Refuses what is no such name, abbreviations and
offsets too (unknown_time_zone).';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.normal_weekday(week_starts_on text, start_date date)
 RETURNS text
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  weekdays constant text[] := array['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
  weekday constant text := lower(coalesce(normal_weekday.week_starts_on,
    weekdays[extract(isodow from normal_weekday.start_date)::integer], 'monday'));
begin
  if weekday <> all (weekdays) then
    perform amc_history.refuse('unknown_weekday', format('Unknown weekday %s: expected one of %s.',
      quote_literal(left(normal_weekday.week_starts_on, 100)), array_to_string(weekdays, ', ')),
      'Name the day on which your weeks start.');
  end if;
  return weekday;
end;
$function$
;
comment on function amc_history.normal_weekday(text,date) is
  'The weekday, in small letters, on which weeks start: week_starts_on, else that of the start date, else monday.
Refuses what is no weekday in English (unknown_weekday).';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.note_empty_weeks(week report_data_weeks)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  allowed constant amc_history.allowances := amc_history.allowances();
  workflow public.amc_workflows;
  records constant bigint := (select l.records from public.result_loads l
    where l.execution_id = week.execution_id and l.complete);
  empty bigint;
begin
  -- Locked, so that of weeks that are completed at once the later one counts the earlier.
  select f.* into workflow from public.report_data_collections c
  join public.amc_workflows f on f.instance_id = c.instance_id and f.id = c.workflow_id
    and f.rows_seen_at is null and (f.empty_noted_at is null or records > 0)
  where c.id = week.collection_id and records is not null for no key update of f;
  if not found then
    return;
  end if;
  if records > 0 then
    update public.amc_workflows f set rows_seen_at = amc_history.clock_now()
    where f.instance_id = workflow.instance_id and f.id = workflow.id;
    return;
  end if;
  select count(*) into empty from public.report_data_collections c
  join public.report_data_weeks w on w.collection_id = c.id and w.status = 'completed'
  join public.result_loads l on l.execution_id = w.execution_id and l.complete
  where c.instance_id = workflow.instance_id and c.workflow_id = workflow.id;
  if empty >= allowed.empty_weeks then
    update public.amc_workflows f set empty_noted_at = amc_history.clock_now()
    where f.instance_id = workflow.instance_id and f.id = workflow.id;
    perform amc_history.record_event('all_weeks_empty', null, week, week.execution_id, jsonb_build_object(
      'workflow_id', workflow.id, 'weeks', empty, 'message', format('All %s weeks of workflow %s that are completed '
      'came back without a row. Likely causes: a filter or a parameter value that matches nothing, an instance that '
      'has no such data, or a semicolon in the query, of which AMC then ran a part. Run the query in AMC''s console '
      'for one of the weeks.', empty, workflow.id)));
  end if;
end;
$function$
;
comment on function amc_history.note_empty_weeks(report_data_weeks) is
  'Notes, once for a workflow version, that so many of its weeks are completed as the allowance empty_weeks says, and
that none of them ever had a row: in an event, all_weeks_empty. week: one that was just completed. Empty weeks are a
result as others are; all of them empty is rather a query that cannot find anything.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.open_checks(max_checks integer, lease interval)
 RETURNS SETOF uuid
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  settle_days constant integer := (amc_history.allowances()).settle_days;
begin
  return query
  with wanted as (
    select v.*, w.week_start_date, coalesce(c.time_zone, 'UTC') as time_zone
    from amc_history.versions_to_check() v
    left join public.report_data_weeks w on w.id = v.week_id
    left join public.report_data_collections c on c.id = v.collection_id
    order by v.turn, v.instance_id limit open_checks.max_checks
  ),
  -- What another worker takes just now is passed by.
  free as materialized (
    select f.instance_id, f.id from public.amc_workflows f
    where (f.instance_id, f.id) in (select w.instance_id, w.workflow_id from wanted w)
    for no key update skip locked
  ),
  days as (
    select w.*, coalesce(w.week_start_date, (amc_history.clock_now() at time zone 'UTC')::date - settle_days) as day
    from wanted w join free f on f.instance_id = w.instance_id and f.id = w.workflow_id
  ),
  opened as (
    insert into public.workflow_checks as k (instance_id, workflow_id, kind, week_id, collection_id,
      time_window_start, time_window_end, time_zone, timeout_seconds, leased_until)
    select d.instance_id, d.workflow_id, d.kind, d.week_id, d.collection_id, s.time_window_start, s.time_window_end,
      s.time_zone, s.timeout_seconds, s.leased_until
    from days d
    left join lateral (select amc_history.local_midnight(d.day) as time_window_start,
        amc_history.local_midnight(d.day + 1) as time_window_end, d.time_zone,
        -- Weeks send 21,600 and up.
        900 + floor(random() * 20700)::integer as timeout_seconds,
        amc_history.clock_now() + open_checks.lease as leased_until) s on d.kind = 'dry_run'
    -- Another worker was first, and has committed since.
    on conflict do nothing
    returning k.id, k.kind
  )
  select o.id from opened o where o.kind = 'dry_run';
end;
$function$
;
comment on function amc_history.open_checks(integer,interval) is
  'Commits the intents of checks, for at most max_checks versions, instances taking turns: a dry run of one day, under
a lease, or a week that may go alone. Answers the dry runs, which the caller is to ask for.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.open_invitations(token text)
 RETURNS SETOF invitations
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  hash constant bytea := sha256(convert_to(open_invitations.token, 'UTF8'));
  one public.invitations;
begin
  perform amc_history.lock_membership(array(select v.instance_id from public.invitations v where v.token_hash = hash),
    auth.uid());
  perform from public.invitations v where v.token_hash = hash order by v.id for update;
  -- Of several instances some may be withdrawn: the others stay.
  select * into one from public.invitations v where v.token_hash = hash
  order by v.accepted_at nulls last, v.withdrawn_at nulls first limit 1;
  if one.id is null then
    perform amc_history.refuse('invitation_not_found', 'No invitation has this token.',
      'Open the whole link that you were given.', 'PT404');
  elsif one.accepted_at is not null then
    perform amc_history.refuse('invitation_used', 'This invitation was accepted before.',
      'Ask for a new one: each is for one person.', 'PT409');
  elsif one.withdrawn_at is not null then
    perform amc_history.refuse('invitation_withdrawn', 'This invitation was withdrawn.', 'Ask for a new one.', 'PT410');
  elsif one.expires_at <= amc_history.clock_now() then
    perform amc_history.refuse('invitation_expired', format('This invitation was valid until %s.', one.expires_at),
      'Ask for a new one.', 'PT410');
  elsif one.email <> coalesce((select lower(u.email) from auth.users u
      where u.id = auth.uid() and u.email_confirmed_at is not null), '') then
    -- Without the address: whoever has the link need not learn it.
    perform amc_history.refuse('invitation_for_another',
      'This invitation names another address than your confirmed one.',
      'Sign in with the address to which it was sent, and confirm it first.', 'PT403');
  end if;
  return query select v.* from public.invitations v where v.token_hash = hash and v.withdrawn_at is null;
end;
$function$
;
comment on function amc_history.open_invitations(text) is
  'The invitations of a token that the signed-in user may accept now, locked, after the instances that they are to.
Refuses with invitation_not_found, invitation_used, invitation_withdrawn, invitation_expired,
invitation_for_another.';

CREATE OR REPLACE FUNCTION amc_history.open_load(load_id uuid, fence integer)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  load public.result_loads;
begin
  -- The name first: whoever raises the fence after the check below finds this session by its name.
  perform set_config('application_name', amc_history.loader_application_name(open_load.load_id, open_load.fence), true);
  select l.* into load from public.result_loads l
    join public.week_attempts a on a.execution_id = l.execution_id
    where l.id = open_load.load_id and not l.complete and a.fence = open_load.fence and a.state = 'created';
  if not found then
    raise exception 'Load % is not open for fence %.', open_load.load_id, open_load.fence
      using errcode = 'AH001', detail = 'stale_load', hint = 'Stop: another worker has claimed it.';
  end if;
  create temporary sequence if not exists amc_history_lines cache 1000;
  -- Looked up when it runs: no session that checks or prepares this function has the sequence.
  perform setval(to_regclass('pg_temp.amc_history_lines'), load.records + 1, false);
  perform set_config('amc_history.lines', 'pg_temp.amc_history_lines', true),
    set_config('amc_history.load_id', open_load.load_id::text, true),
    set_config('statement_timeout', '140s', true), set_config('idle_in_transaction_session_timeout', '140s', true),
    set_config('lock_timeout', '20s', true),
    set_config('tcp_keepalives_idle', '30', true), set_config('tcp_keepalives_interval', '10', true),
    set_config('tcp_keepalives_count', '3', true);
end;
$function$
;
comment on function amc_history.open_load(uuid,integer) is
  'Prepares this transaction for the COPY of a segment: its rows get the load''s id and the lines that follow the loaded
ones. Sets the timeouts, and a name by which a later worker finds the session. Called in the transaction that copies.
Refuses with stale_load (AH001).';

CREATE OR REPLACE FUNCTION amc_history.open_restatements(max_weeks integer DEFAULT 200)
 RETURNS integer
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  job constant text := 'amc-history-restate/';
  collection public.report_data_collections;
  opened integer := 0;
begin
  for collection in
    select c.* from public.report_data_collections c
    where c.restate_weeks > 0 and not amc_history.is_held_up('job', job || c.id)
    order by c.id
  loop
    exit when opened >= open_restatements.max_weeks;
    begin
      opened := opened + amc_history.restate_collection(collection.id, open_restatements.max_weeks - opened);
    exception when query_canceled or others then
      perform amc_history.record_stoppage('job', job || collection.id, sqlstate, 'postgres', sqlerrm,
        collection.instance_id, collection.id);
      -- The statement's time is over.
      if sqlstate = '57014' then
        return opened;
      end if;
    end;
  end loop;
  if opened < open_restatements.max_weeks then
    perform amc_history.end_passed_stoppages('amc-history-restate');
  end if;
  return opened;
end;
$function$
;
comment on function amc_history.open_restatements(integer) is
  'Makes the weeks due again that their collections'' policies collect again, at most max_weeks; each at most once
in restate_every_days. They stay completed and show what they show until the new result is in. A collection or a week
that fails is set aside, and the others go on. Answers how many. Run by pg_cron.';

CREATE OR REPLACE FUNCTION amc_history.open_week(week report_data_weeks, requested_by uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  is_loaded constant boolean := (week).status in ('cancelled', 'skipped') and amc_history.load_after_all(week);
begin
  update public.report_data_weeks w set status = case when is_loaded then 'running' else 'pending' end,
    due_at = case when not is_loaded then amc_history.next_due_at(w.collection_id) end,
    error_code = null, error_message = null, error_count = 0, failed_creates = 0,
    requested_by = coalesce(open_week.requested_by, w.requested_by)
  where w.id = (week).id;
  -- Also while its collection is paused, when it stays without a due_at.
  perform amc_history.end_stoppage('week', (week).id::text);
  return is_loaded;
end;
$function$
;
comment on function amc_history.open_week(report_data_weeks,uuid) is
  'Opens a week that has no live attempt: it is due, or the result of a cancelled execution that SUCCEEDED is loaded
(amc_history.load_after_all). requested_by: who asked. Answers whether it is loaded. The caller holds the locks.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.pace_of(instance_id text, executions integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  guessed_seconds constant integer := 900;
  last_attempts constant integer := 200;
  instance public.amc_instances;
  waiting integer;
  own record;
  each_seconds numeric;
  slots integer;
  seconds numeric;
begin
  select * into instance from public.amc_instances i where i.id = pace_of.instance_id;
  waiting := (select count(*) from public.report_data_weeks w
      where w.instance_id = instance.id and w.due_at is not null and w.due_at < 'infinity'
        and not exists (select from public.stoppages s where s.kind = 'standing' and s.ended_at is null
          and s.subject = w.collection_id::text))
    + (select count(*) from amc_history.taken_slots(instance.id));
  select count(*) as samples, percentile_cont(0.5) within group (order by greatest(extract(epoch from
    coalesce(e.amc_updated_at - e.amc_created_at, a.ended_at - a.intended_at)), 1)) as p50 into own
  from (select b.execution_id, b.intended_at, b.ended_at from public.week_attempts b
    where b.instance_id = instance.id order by b.intended_at desc limit last_attempts) a
  join public.workflow_executions e on e.id = a.execution_id and e.status = 'SUCCEEDED'
    and coalesce(e.amc_updated_at - e.amc_created_at, a.ended_at - a.intended_at) is not null;
  each_seconds := coalesce(round(own.p50), guessed_seconds);
  slots := greatest(instance.max_parallel - instance.running_elsewhere, 1);
  seconds := case when pace_of.executions > 0
    then ceil((waiting + pace_of.executions)::numeric / slots) * each_seconds else 0 end;
  if pace_of.executions > 0 and instance.daily_limit is not null then
    seconds := greatest(seconds,
      86400 * ((waiting + pace_of.executions - 1) / greatest(instance.daily_limit, 1)));
  end if;
  return jsonb_build_object('basis', case own.samples when 0 then 'guess' else 'own_history' end,
    'samples', own.samples, 'seconds_per_execution', each_seconds, 'slots', slots,
    'free_slots', (select count(*) from amc_history.free_slots(instance)), 'waiting', waiting,
    'seconds', seconds, 'paused_until', instance.paused_until);
end;
$function$
;
comment on function amc_history.pace_of(text,integer) is
  'How long so many executions take on an instance, if all that waits there goes first: {basis, samples,
seconds_per_execution, slots, free_slots, waiting, seconds, paused_until}. basis own_history: the median (p50) of what
SUCCEEDED among its last 200 attempts, of which there are samples; guess: there are none, and 15 minutes are taken.
slots: how many run side by side (max_parallel less those of others); free_slots: how many may begin now. waiting:
weeks that are due or run, of collections behind which somebody stands. seconds: waiting and executions by slots, or
longer by the daily limit.';

CREATE OR REPLACE FUNCTION amc_history.parameter_fault(parameter jsonb, allowed amc_history.allowances)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
  select case
    when jsonb_typeof(parameter_fault.parameter) is distinct from 'object' then 'an object'
    when exists (select from jsonb_object_keys(parameter_fault.parameter) k where k <> all (array['name',
        'displayName', 'description', 'dataType', 'columnType', 'defaultValue']))
      then 'no keys but name, displayName, description, dataType, columnType and defaultValue'
    when exists (select from jsonb_each(parameter_fault.parameter) e where jsonb_typeof(e.value) <> 'string')
      then 'texts only'
    when exists (select from jsonb_each_text(parameter_fault.parameter) e where char_length(e.value)
        > (allowed).parameter_text_characters)
      then format('at most %s characters in each text', (allowed).parameter_text_characters)
    when coalesce(parameter_fault.parameter ->> 'name' !~ format('^[^\x22\x27[:cntrl:][:space:]]{1,%s}$',
        (allowed).parameter_name_characters), true)
      then format('a name of 1 to %s characters without quotes and blanks', (allowed).parameter_name_characters)
    when coalesce(parameter_fault.parameter ->> 'dataType' <> all (array['ARRAY', 'BINARY', 'BOOLEAN', 'BYTE',
        'CALENDAR_INTERVAL', 'DATE', 'DECIMAL', 'DOUBLE', 'FLOAT', 'INTEGER', 'LONG', 'SHORT', 'STRING',
        'TIMESTAMP']), true)
      then 'a dataType of ARRAY, BINARY, BOOLEAN, BYTE, CALENDAR_INTERVAL, DATE, DECIMAL, DOUBLE, FLOAT, INTEGER, '
        'LONG, SHORT, STRING or TIMESTAMP'
    when parameter_fault.parameter ->> 'columnType' <> all (array['DIMENSION', 'METRIC'])
      then 'a columnType of DIMENSION or METRIC, or none'
  end;
$function$
;
comment on function amc_history.parameter_fault(jsonb,amc_history.allowances) is
  'What was expected of a declared parameter that is not so; null if it is as AMC takes it (SPEC, M: the types; guides,
M: ARRAY).';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.parameter_value_fault(given jsonb)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
  select case
    when count(*) > 50 then 'too_many_parameters'
    when max(octet_length(v.value::text)) > 4000 then 'parameter_value_too_large'
    when octet_length(parameter_value_fault.given::text) > 10000 then 'parameter_values_too_large'
    when not coalesce(bool_and(jsonb_typeof(v.value) = 'string' or jsonb_typeof(v.value) = 'array'
      and not v.value @? 'strict $[*] ? (@.type() != "string")'), true) then 'parameter_value_not_text'
  end
  from jsonb_each(case jsonb_typeof(parameter_value_fault.given) when 'object' then parameter_value_fault.given
    else '{}' end) v;
$function$
;
comment on function amc_history.parameter_value_fault(jsonb) is
  'What is wrong with a collection''s parameter values, as a code; null if nothing is: at most 50 of them
(too_many_parameters), each of at most 4,000 bytes (parameter_value_too_large), 10,000 in all
(parameter_values_too_large), each a text, or a list of texts for an ARRAY (parameter_value_not_text: SPEC, H for
texts; docs, M for lists). Every execution of AMC''s list repeats them: their size, times the weeks, is the list''s.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.parameters_fit(echoed jsonb, asked jsonb, takes_parameters boolean)
 RETURNS boolean
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
begin
  if parameters_fit.echoed is null then
    return case when not parameters_fit.takes_parameters then true end;
  elsif parameters_fit.echoed = parameters_fit.asked then
    return true;
  elsif exists (select from jsonb_each(parameters_fit.asked) a where parameters_fit.echoed -> a.key <> a.value)
      or parameters_fit.echoed - array(select jsonb_object_keys(parameters_fit.asked)) = '{}' then
    return false;
  end if;
  return null;
end;
$function$
;
comment on function amc_history.parameters_fit(jsonb,jsonb,boolean) is
  'Whether an execution''s parameters, as AMC echoes them, are a week''s. Null where that cannot be told: AMC echoes
none, though the query takes some, or some whose names the collection does not know.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.pause_collection(collection_id uuid)
 RETURNS control_report
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  collection public.report_data_collections := amc_history.lock_controlled_collection(pause_collection.collection_id);
  held integer;
begin
  if collection.cancelled_at is not null then
    return row('rejected', 'collection_is_cancelled', 0)::public.control_report;
  elsif collection.paused_at is not null then
    return row('already_applied', null, 0)::public.control_report;
  end if;
  update public.report_data_collections c set paused_at = amc_history.clock_now() where c.id = collection.id;
  held := amc_history.hold_weeks(collection.id);
  perform amc_history.record_action('collection_paused', collection.instance_id, collection.id,
    detail => jsonb_build_object('weeks', held));
  return row('applied', null, held)::public.control_report;
end;
$function$
;
comment on function amc_history.pause_collection(uuid) is
  'See public.pause_collection. Definer: users may not write collections and weeks.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.pause_figures(instances text[], since timestamp with time zone, until timestamp
    with time zone)
 RETURNS TABLE(instance_id text, seconds numeric)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select p.instance_id, sum(extract(epoch from upper(p.pause) - lower(p.pause)))
  from (
    select e.instance_id, unnest(range_agg(tstzrange(s.began_at, s.ended_at))) as pause
    from public.tracking_events e
    cross join lateral (select greatest(e.happened_at, pause_figures.since) as began_at,
      least((e.detail ->> 'until')::timestamptz, pause_figures.until, amc_history.clock_now()) as ended_at) s
    where e.event = 'instance_paused' and e.instance_id = any (pause_figures.instances)
      and e.happened_at >= pause_figures.since - (amc_history.allowances()).retry_after_longest
      and e.happened_at < pause_figures.until and s.began_at < s.ended_at
    group by e.instance_id
  ) p
  group by p.instance_id;
$function$
;
comment on function amc_history.pause_figures(text[],timestamp with time zone,timestamp with time zone) is
  'How long instances were paused for AMC within a period, in seconds; pauses that overlap count once.';

CREATE OR REPLACE FUNCTION amc_history.pick_weeks(instance_id text, wanted integer)
 RETURNS uuid[]
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  picked uuid[];
begin
  -- Two collections of the same window: the second waits until the first one's attempt has ended.
  select array_agg(p.week_id order by p.round, p.turn) into picked
  from (select k.* from (select distinct on (k.window_key) k.*
      from amc_history.claimable_weeks(pick_weeks.instance_id, pick_weeks.wanted) k
      order by k.window_key, k.round, k.turn) k
    order by k.round, k.turn limit pick_weeks.wanted) p;
  -- Collections before weeks: the order in which everything locks. One that is just being reported of is passed by.
  update public.report_data_collections c set last_claimed_at = amc_history.clock_now()
  where c.id in (select d.id from public.report_data_collections d
    where d.id in (select w.collection_id from public.report_data_weeks w where w.id = any (picked))
    for no key update skip locked);
  return coalesce(picked, '{}');
end;
$function$
;
comment on function amc_history.pick_weeks(text,integer) is
  'Chooses up to wanted weeks of an instance to be claimed, one of each collection in turn, and records whose turn it
was. Answers their ids in that order.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.plan_id_backfill(instance_id text, collection_id uuid, since date)
 RETURNS id_backfill_report
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select row('planned', null, count(*) filter (where w.week_start_date >= plan_id_backfill.since), null,
    count(*) filter (where w.week_start_date < plan_id_backfill.since),
    min(w.week_start_date::timestamp at time zone c.time_zone)
      filter (where w.week_start_date >= plan_id_backfill.since),
    -- AMC lists 100 executions on a page (SPEC, H), those of others among them.
    ceil(count(*) filter (where w.week_start_date >= plan_id_backfill.since) / 100.0),
    case when count(*) filter (where w.week_start_date >= plan_id_backfill.since) > 0
      then (amc_history.allowances()).backfill_calls else 0 end)::public.id_backfill_report
  from amc_history.weeks_without_id(plan_id_backfill.instance_id) w
  join public.report_data_collections c on c.id = w.collection_id
  where plan_id_backfill.collection_id is null or c.id = plan_id_backfill.collection_id;
$function$
;
comment on function amc_history.plan_id_backfill(text,uuid,date) is
  'What a search for the weeks of an instance, or of one collection, that begin since a day would do.';

CREATE OR REPLACE FUNCTION amc_history.plan_range(weeks integer, start_date date, end_date date, week_starts_on text,
    time_zone text, OUT first_day date, OUT last_day date, OUT weekday text)
 RETURNS record
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  weekdays constant text[] := array['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
  allowed constant amc_history.allowances := amc_history.allowances();
  today date;
  days integer;
begin
  today := (amc_history.clock_now() at time zone plan_range.time_zone)::date;
  weekday := amc_history.normal_weekday(plan_range.week_starts_on, plan_range.start_date);
  perform amc_history.check_range(plan_range.weeks, plan_range.start_date, plan_range.end_date);
  if plan_range.start_date is null then
    -- The newest week whose attribution has settled.
    last_day := today - allowed.settle_days - 1;
    last_day := last_day - (extract(isodow from last_day + 1)::integer
      - array_position(weekdays, weekday) + 7) % 7;
    first_day := last_day + 1 - 7 * coalesce(plan_range.weeks, allowed.default_weeks);
  else
    first_day := plan_range.start_date;
    last_day := plan_range.end_date;
  end if;
  days := last_day - first_day + 1;
  if days > allowed.most_weeks * 7 then
    perform amc_history.refuse_weeks(days / 7, allowed.most_weeks);
  end if;
  if days < 7 or days % 7 <> 0 or extract(isodow from first_day) <> array_position(weekdays, weekday) then
    perform amc_history.refuse('range_not_whole_weeks', format(
      'Expected whole weeks that start on a %s, got %s to %s.', weekday, first_day, last_day),
      'The end date is the last day of the last week, inclusive.');
  end if;
  if last_day >= today then
    perform amc_history.refuse('range_in_future',
      format('Expected the last day to lie before %s, got %s.', today, last_day), 'End with a week that is over.');
  end if;
end;
$function$
;
comment on function amc_history.plan_range(integer,date,date,text,text) is
  'Decides the first and last day (inclusive) of a request: the newest full weeks that ended at least settle_days
ago (amc_history.allowances), or the dates given. time_zone: of amc_history.normal_time_zone. Refuses with
unknown_weekday, range_incomplete, range_ambiguous, weeks_out_of_range, range_not_whole_weeks, range_in_future.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.plan_weeks(asked amc_history.weeks_request)
 RETURNS amc_history.weeks_plan
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  plan amc_history.weeks_plan;
  refusals jsonb := '[]';
  argument text;
  code text;
  message text;
  hint text;
begin
  foreach argument in array array['instance_id', 'workflow_id', 'parameter_values', 'name', 'time_zone',
    'week_starts_on', 'weeks', 'settle_days']
  loop
    -- Who is no member gets to know of no workflow.
    continue when argument = 'workflow_id' and refusals @> '[{"code": "instance_not_found"}]';
    begin
      plan := amc_history.check_argument(argument, asked, plan);
    exception when others then
      get stacked diagnostics code = pg_exception_detail, message = message_text, hint = pg_exception_hint;
      refusals := refusals || amc_history.describe_refusal(case when code = 'role_too_low' then null
        when argument = 'weeks' then amc_history.field_of_range(asked, code) else argument end,
        sqlstate, code, message, hint);
    end;
  end loop;
  if refusals @? '$[*] ? (@.field != null)' then
    plan.first_day := null;
    plan.last_day := null;
  end if;
  plan.refusals := refusals;
  return plan;
end;
$function$
;
comment on function amc_history.plan_weeks(amc_history.weeks_request) is
  'What a request asks for, by itself: the workflow, the zone and weekday in their normal form, the first and last day;
no days if an argument is refused. refusals: each wrong argument, as amc_history.describe_refusal tells it, and
role_too_low for who may only read.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.prepare_query(written text, OUT sent text, OUT reads text[])
 RETURNS record
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  state text := 'code';
  depth integer := 0;
  line integer := 1;
  begun integer := 1;
  atom text;
  previous text := '';
  code text := '';
  literal text;
  pieces text[] := '{}'::text[];
begin
  reads := '{}';
  for atom in select m[1] from regexp_matches(prepare_query.written,
      '([\x27\x22/*\n\r-]|[^\x27\x22/*\n\r-]+)', 'g') m loop
    pieces := pieces || case when state in ('line comment', 'comment')
      then regexp_replace(atom, '[^\n\r\t]', ' ', 'g') else atom end;
    if state = 'code' and previous || atom in ('--', '/*') then
      state := case atom when '-' then 'line comment' else 'comment' end;
      begun := line;
      depth := 1;
      pieces[cardinality(pieces) - 1] := ' ';
      pieces[cardinality(pieces)] := ' ';
      atom := '';
    elsif state = 'code' and atom in ('''', chr(34)) then
      state := case atom when chr(34) then 'quoted name' else 'text' end;
      begun := line;
      literal := '';
    elsif (state, atom) in (('text', ''''), ('quoted name', chr(34))) then
      if state = 'text' and code ~* '\mcustom_parameter\s*\(\s*$' then
        reads := reads || literal;
      end if;
      state := 'code';
      code := atom;
    elsif state = 'text' then
      literal := literal || atom;
    elsif state = 'line comment' and atom in (E'\n', E'\r') then
      state := 'code';
    elsif state = 'comment' and previous || atom in ('/*', '*/') then
      depth := depth + case atom when '*' then 1 else -1 end;
      state := case depth when 0 then 'code' else 'comment' end;
      -- What ends or begins one comment does not begin another one.
      atom := '';
    elsif state = 'code' then
      code := right(code || atom, 100);
    end if;
    line := line + (atom = E'\n')::integer;
    previous := atom;
  end loop;
  if state not in ('code', 'line comment') then
    perform amc_history.refuse('query_unterminated',
      format('Expected that every text, quoted name and comment ends; the %s of line %s does not.', state, begun),
      'Close it. A quote within a text is written twice.');
  end if;
  sent := regexp_replace(array_to_string(pieces, ''), '[\s;]+$', '');
end;
$function$
;
comment on function amc_history.prepare_query(text) is
  'What is sent to AMC of a query as a person wrote it: without semicolons and blanks at its end, since one with a
semicolon gave empty results with SUCCEEDED (CS, M), and with its comments blanked character by character: line breaks
and tabs stay, so that AMC''s lines and columns are those of the written query. Texts, quoted names and comments within
comments are respected. reads: the names that it reads with CUSTOM_PARAMETER. Refuses what does not end
(query_unterminated).';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.prepare_result_table(workflow amc_workflows, attempt week_attempts, header
    text[])
 RETURNS amc_history.result_tables
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  told jsonb := coalesce((select e.output_columns from public.workflow_executions e
    where e.id = (attempt).execution_id), (workflow).output_columns);
  key constant text := amc_history.header_key(prepare_result_table.header);
  -- By a person, or by a result that has it.
  accepted boolean := exists (select from amc_history.result_headers h
      where h.instance_id = (workflow).instance_id and h.workflow_id = (workflow).id and h.accepted_at is not null
        and h.header_key = key)
    or exists (select from public.result_loads l
      where l.table_name = (workflow).result_table and l.complete and amc_history.header_key(l.header) = key);
  target amc_history.result_tables;
  becomes text := 'dropped';
begin
  perform amc_history.check_header(prepare_result_table.header);
  select * into target from amc_history.result_tables t
    where t.instance_id = (workflow).instance_id and t.workflow_id = (workflow).id;
  if found then
    if amc_history.is_same_header(target.header, prepare_result_table.header) then
      return target;
    end if;
    becomes := amc_history.drop_unproved_table(target, (attempt).execution_id);
  end if;
  if becomes = 'in_use' then
    update public.week_attempts a set leased_until = null,
      due_at = amc_history.clock_now() + (amc_history.allowances()).result_wait_least
    where a.id = (attempt).id;
    return null;
  elsif becomes = 'proved' then
    if accepted then
      return amc_history.extend_result_table(target, prepare_result_table.header, told);
    end if;
    perform amc_history.hold_header(workflow, attempt, prepare_result_table.header, target.header,
      'its earlier results');
    return null;
  elsif accepted
    or coalesce(amc_history.is_same_header(amc_history.told_names(told), prepare_result_table.header), true) then
    return amc_history.create_result_table(workflow, prepare_result_table.header);
  end if;
  perform amc_history.hold_header(workflow, attempt, prepare_result_table.header, amc_history.told_names(told),
    'AMC''s outputColumns');
  return null;
end;
$function$
;
comment on function amc_history.prepare_result_table(amc_workflows,week_attempts,text[]) is
  'Finds or makes the results table that takes a result with this header, or lets the load wait and answers null.

The same names as the table''s, in any order or case, are taken. A first header is compared with AMC''s outputColumns,
    if
AMC told them; that files have exactly these names is not verified (L), so what differs waits for a person
(amc_history.hold_header). A header that no complete load vouches for yields to the next one; while a load with it is
under way, this one waits a moment. The caller holds the locks of the workflow''s table and of the attempt. Refuses with
too_many_columns, column_name_too_long (AH002).';

CREATE OR REPLACE FUNCTION amc_history.present_figures(instances text[], since timestamp with time zone, until timestamp
    with time zone)
 RETURNS TABLE(instance_id text, adopted_executions integer, paused_seconds numeric, oldest_due_seconds numeric, slots
    integer, slots_taken integer, slots_elsewhere integer)
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  with adopted as (
    select w.instance_id, count(*) as executions
    from public.workflow_executions e join public.report_data_weeks w on w.id = e.week_id
    where e.adopted and e.created_at >= present_figures.since and e.created_at < present_figures.until
    group by w.instance_id
  )
  select i.id, sum(a.executions)::integer, sum(p.seconds), max(f.due), sum(i.max_parallel)::integer,
    sum(f.taken)::integer, sum(i.running_elsewhere)::integer
  from public.amc_instances i
  left join adopted a on a.instance_id = i.id
  left join amc_history.pause_figures(present_figures.instances, present_figures.since, present_figures.until) p
    on p.instance_id = i.id
  cross join lateral (select
    (select round(extract(epoch from amc_history.clock_now() - w.due_at), 3) from public.report_data_weeks w
      join public.report_data_collections c on c.id = w.collection_id and c.paused_at is null
      where w.instance_id = i.id and w.due_at <= amc_history.clock_now() order by w.due_at limit 1) as due,
    (select count(*) from amc_history.taken_slots(i.id)) as taken) f
  where i.id = any (present_figures.instances)
  group by grouping sets ((i.id), ());
$function$
;
comment on function amc_history.present_figures(text[],timestamp with time zone,timestamp with time zone) is
  'What else public.tracking_figures answers of instances: of the period, and as it is now; the row of all has no
instance.';

CREATE OR REPLACE FUNCTION amc_history.preview_collection(asked amc_history.weeks_request)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  plan amc_history.weeks_plan;
  effect record;
  refusals jsonb;
  answer jsonb;
begin
  if not amc_history.is_operator() then
    asked.requested_by := auth.uid();
  end if;
  plan := amc_history.plan_weeks(asked);
  refusals := plan.refusals;
  if refusals @> '[{"code": "instance_not_found"}]' then
    perform amc_history.refuse_first(refusals);
  end if;
  if plan.last_day is not null then
    effect := amc_history.weigh_request(asked, plan);
    refusals := refusals || effect.refusals;
    answer := amc_history.describe_plan(asked, plan, effect.collection, effect.settled);
  end if;
  return jsonb_build_object('accepted', refusals = '[]', 'refusals', refusals, 'plan', answer);
end;
$function$
;
comment on function amc_history.preview_collection(amc_history.weeks_request) is
  'See public.preview_collection. Definer: members may not call what it calls; it plans for the caller alone.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.preview_weeks(collection report_data_collections, first_day date, last_day date,
    kept_since date)
 RETURNS TABLE(week_start_date date, status text, becomes text, is_kept boolean, executions bigint, restatements bigint,
    of_others bigint)
 LANGUAGE sql
 STABLE ROWS 60
 SET search_path TO ''
AS $function$
  select d.day::date, coalesce(w.status, case when d.day::date between (collection).start_date and (collection).end_date
      then 'not_asked' end),
    case when w.id is null then 'added'
      when w.status in ('cancelled', 'skipped') then amc_history.reopens_as(w.id) else 'stays' end,
    d.day::date >= preview_weeks.kept_since,
    coalesce(x.executions, 0), coalesce(x.restatements, 0), coalesce(x.of_others, 0)
  from generate_series(preview_weeks.first_day::timestamp, preview_weeks.last_day, interval '7 days') d(day)
  left join public.report_data_weeks w on w.collection_id = (collection).id and w.week_start_date = d.day::date
  left join amc_history.executions_of_windows(collection, preview_weeks.first_day, preview_weeks.last_day) x
    on x.week_start_date = d.day::date;
$function$
;
comment on function amc_history.preview_weeks(report_data_collections,date,date,date) is
  'The weeks between two days as they are (status; not_asked within the collection''s dates, null beyond), and what a
request for them makes of each (becomes: added, stays, or as amc_history.reopens_as says); whether AMC keeps its data,
and what AMC has run of it (amc_history.executions_of_windows).';

CREATE OR REPLACE FUNCTION amc_history.protect_execution_id()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  raise exception 'Week % comes from execution %: expected it to stay known, got null.', old.id, old.execution_id
    using errcode = '23514', constraint = 'execution_id_is_never_erased';
end;
$function$
;
comment on function amc_history.protect_execution_id() is
  'Refuses to erase a week''s execution. Another of its executions may take its place.';

CREATE OR REPLACE FUNCTION amc_history.protect_shown_load()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  -- A week that is deleted with everything that hangs on it is gone by now.
  if exists (select from public.report_data_weeks w
      where w.execution_id = old.execution_id and w.status = 'completed') then
    raise exception 'Load % is the result that its week shows: expected it to stay.', old.id
      using errcode = '23514', constraint = 'shown_load_is_kept', hint = 'Restate the week, or delete its collection.';
  end if;
  return old;
end;
$function$
;
comment on function amc_history.protect_shown_load() is
  'Refuses to delete the load whose rows a week shows. Definer: whoever deletes a load may not see the week.';

CREATE OR REPLACE FUNCTION amc_history.protect_terminal_status()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  raise exception 'Execution % ended at AMC as %: expected it to stay so, got %.', old.id, old.status, new.status
    using errcode = '23514', constraint = 'terminal_status_is_final';
end;
$function$
;
comment on function amc_history.protect_terminal_status() is
  'Refuses to change a status with which an execution ended at AMC.';

CREATE OR REPLACE FUNCTION amc_history.proves_absence(instance amc_instances, attempt week_attempts, similar_runs
    boolean)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select instance.matcher_proved_at is not null
    or not coalesce(similar_runs, true)
      and (instance.window_proved_at is not null
        or coalesce(attempt.amc_answer ->> 'verdict' in ('throttled', 'unauthorized'), false));
$function$
;
comment on function amc_history.proves_absence(amc_instances,week_attempts,boolean) is
  'Whether a complete listing in which an attempt''s execution is not found proves that AMC has none: the instance''s
list is proved to show its executions by their timeout; or it shows no run of the same workflow, window and zone at all
(similar_runs is false), and is proved to show those, or AMC said itself that it created nothing (429, 401).';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.prune_version(load_id uuid, week_id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  week public.report_data_weeks;
  pruned public.result_loads;
begin
  -- A week that another session has locked waits for the next run.
  select * into week from public.report_data_weeks w where w.id = prune_version.week_id for no key update skip locked;
  if not found then
    return false;
  end if;
  -- Checked again under the lock: meanwhile the week may have come to show this result.
  delete from public.result_loads l where l.id = prune_version.load_id
    and not (week.status = 'completed' and l.execution_id is not distinct from week.execution_id)
  returning * into pruned;
  if not found then
    return false;
  end if;
  perform amc_history.record_event('version_pruned', null, week, pruned.execution_id,
    jsonb_build_object('records', pruned.records));
  return true;
end;
$function$
;
comment on function amc_history.prune_version(uuid,uuid) is
  'Deletes a load of a week unless the week shows it, or another session has locked the week. Leaves an event
version_pruned. Answers whether it did.';

CREATE OR REPLACE FUNCTION amc_history.prune_versions(max_loads integer DEFAULT 1000)
 RETURNS integer
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  candidate record;
  found_loads integer := 0;
  pruned integer := 0;
begin
  for candidate in select * from amc_history.versions_to_prune(prune_versions.max_loads) loop
    found_loads := found_loads + 1;
    begin
      pruned := pruned + amc_history.prune_version(candidate.load_id, candidate.week_id)::integer;
    exception when query_canceled or others then
      perform amc_history.set_load_aside('amc-history-prune', candidate.load_id, sqlstate, sqlerrm);
      -- The statement's time is over.
      if sqlstate = '57014' then
        return pruned;
      end if;
    end;
  end loop;
  if found_loads < prune_versions.max_loads then
    perform amc_history.end_passed_stoppages('amc-history-prune');
  end if;
  return pruned;
end;
$function$
;
comment on function amc_history.prune_versions(integer) is
  'Deletes results beyond their collection''s keep_versions, oldest first, at most max_loads; delete_dropped_rows
deletes their rows. One that fails is set aside, and the others go on. Answers how many. Run by pg_cron.';

CREATE OR REPLACE FUNCTION amc_history.purge_history()
 RETURNS bigint
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  job constant text := 'amc-history-purge/';
  what text;
  purged bigint := 0;
begin
  foreach what in array array['loads', 'job_runs', 'events', 'stoppages', 'alerts', 'checks',
    'id_backfills', 'deliveries'] loop
    continue when amc_history.is_held_up('job', job || what);
    begin
      purged := purged + amc_history.purge_some(what);
      perform amc_history.end_stoppage('job', job || what);
    exception when query_canceled or others then
      perform amc_history.record_stoppage('job', job || what, sqlstate, 'postgres', sqlerrm, null);
      -- The statement's time is over.
      exit when sqlstate = '57014';
    end;
  end loop;
  return purged;
end;
$function$
;
comment on function amc_history.purge_history() is
  'Deletes old records, rows_at_once of each kind at most (amc_history.allowances): runs of jobs after keep_job_runs,
tracking events, ended stoppages, checks and id backfills, and resolved alerts after keep_events, deliveries after
keep_deliveries, and partial loads of attempts that have ended. A kind that fails is set aside, and the others go
on. Answers how many. Run by pg_cron.';

CREATE OR REPLACE FUNCTION amc_history.purge_some(what text)
 RETURNS bigint
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  allowed constant amc_history.allowances := amc_history.allowances();
  now_at constant timestamptz := amc_history.clock_now();
  purged bigint;
begin
  case purge_some.what
    when 'loads' then
      return amc_history.drop_ended_loads();
    when 'job_runs' then
      -- A run that was interrupted has no end, and perhaps not even a start.
      delete from cron.job_run_details d where d.runid in (
        select r.runid from cron.job_run_details r
        where coalesce(r.end_time, r.start_time) < now_at - allowed.keep_job_runs
          or coalesce(r.end_time, r.start_time) is null and r.status = 'failed'
        order by r.runid limit allowed.rows_at_once);
    when 'events' then
      delete from public.tracking_events e where e.id in (
        select o.id from public.tracking_events o where o.happened_at < now_at - allowed.keep_events
        order by o.happened_at limit allowed.rows_at_once);
    when 'stoppages' then
      delete from public.stoppages s where s.id in (
        select o.id from public.stoppages o where o.ended_at < now_at - allowed.keep_events
        order by o.ended_at limit allowed.rows_at_once);
    when 'alerts' then
      delete from public.tracking_alerts t where t.id in (
        select o.id from public.tracking_alerts o where o.resolved_at < now_at - allowed.keep_events
        order by o.resolved_at limit allowed.rows_at_once);
    when 'checks' then
      delete from public.workflow_checks k where k.id in (
        select o.id from public.workflow_checks o where o.ended_at < now_at - allowed.keep_events
        order by o.ended_at limit allowed.rows_at_once);
    when 'id_backfills' then
      delete from public.id_backfills b where b.id in (
        select o.id from public.id_backfills o where o.ended_at < now_at - allowed.keep_events
        order by o.ended_at limit 10);
    when 'deliveries' then
      delete from public.webhook_deliveries d where d.id in (
        select o.id from public.webhook_deliveries o where o.ended_at < now_at - allowed.keep_deliveries
        order by o.ended_at limit allowed.rows_at_once);
  end case;
  get diagnostics purged = row_count;
  return purged;
end;
$function$
;
comment on function amc_history.purge_some(text) is
  'Deletes old records of one kind, at most rows_at_once (amc_history.allowances): job_runs, events, stoppages,
alerts, checks (of workflow versions), id_backfills (ten), deliveries (of webhooks), or loads: partial ones of attempts
that have ended.
Answers how many.';

CREATE OR REPLACE FUNCTION amc_history.put_in_order(entries jsonb, list_from timestamp with time zone, newest timestamp
    with time zone)
 RETURNS TABLE(entries_in_order jsonb, oldest timestamp with time zone, is_below boolean)
 LANGUAGE sql
 STABLE ROWS 1
 SET search_path TO ''
AS $function$
  with seen as materialized (
    select o.value, o.nr, d.created_at, l.list_overlap as slack,
      d.created_at between put_in_order.list_from - l.list_overlap
        and put_in_order.newest + l.list_overlap as is_within
    from jsonb_array_elements(put_in_order.entries) with ordinality o(value, nr)
    cross join amc_history.allowances() l
    cross join lateral amc_history.read_observation(o.value) d
  ), placed as (
    select s.*, s.is_within and coalesce(s.created_at + s.slack >= max(s.created_at) filter (where s.is_within)
      over (order by s.nr rows between 1 following and unbounded following), true) as fits
    from seen s
  )
  select
    coalesce(jsonb_agg(case when p.fits is false then p.value - 'created_at' else p.value end order by p.nr), '[]'),
    (array_agg(p.created_at order by p.nr desc) filter (where p.fits))[1],
    coalesce(count(*) > 1 and bool_and(p.created_at < put_in_order.list_from), false)
  from placed p;
$function$
;
comment on function amc_history.put_in_order(jsonb,timestamp with time zone,timestamp with time zone) is
  'A page of AMC''s list, newest first, of what was created from list_from to newest. An entry whose time of creation is
out of this order loses it, so that it may be any week''s: it proves nothing, and ends nothing. oldest: the time of the
last of the others. is_below: all of the page were created before list_from. Where the order is off by no more than
list_overlap, it is taken as it is.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.queue_alert()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET lock_timeout TO '1s'
AS $function$
declare
  cause constant text := concat_ws(' ', 'alert', new.code, coalesce(new.instance_id, '-'),
    coalesce(new.week_id::text, '-'), new.subject);
begin
  begin
    if new.resolved_at is not null then
      perform amc_history.queue_resolved(new, cause);
    else
      perform amc_history.queue_deliveries('alert_raised', 'alerts', cause, amc_history.alert_item(new),
        case new.code when 'duplicate_execution' then 'duplicates' end,
        case new.detail ->> 'kind' when 'webhook' then new.detail ->> 'subject' end);
    end if;
  exception when others then
    perform amc_history.report_queueing(sqlerrm, sqlstate);
    return null;
  end;
  perform amc_history.report_queueing(null, null);
  return null;
end;
$function$
;
comment on function amc_history.queue_alert() is
  'Queues for webhooks that an alert was raised or resolved; not for the webhook that it is about. A failure is
recorded and undoes nothing. Definer: whoever raises an alert has no right on deliveries.';

CREATE OR REPLACE FUNCTION amc_history.queue_deliveries(kind text, thing text, cause text, item jsonb, told_otherwise
    text DEFAULT NULL::text, not_to text DEFAULT NULL::text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  hook uuid;
begin
  for hook in
    select w.id from public.webhooks w
    where w.disabled_at is null and queue_deliveries.thing = any (w.tells)
      and coalesce(w.instance_id = queue_deliveries.item ->> 'instance_id', w.instance_id is null)
      and not coalesce(queue_deliveries.told_otherwise = any (w.tells), false)
      and w.id::text is distinct from queue_deliveries.not_to
    order by w.id
  loop
    perform amc_history.queue_delivery(hook, queue_deliveries.kind, queue_deliveries.cause,
      jsonb_build_object('code', null, 'message', null, 'next_step', null, 'instance_id', null, 'collection_id', null,
        'week_id', null, 'raised_at', amc_history.clock_now(), 'resolved_at', null, 'times', 1)
        || queue_deliveries.item,
      (amc_history.allowances()).delivery_period);
  end loop;
end;
$function$
;
comment on function amc_history.queue_deliveries(text,text,text,jsonb,text,text) is
  'Queues something for each webhook that tells it. kind, cause: of the deliveries. thing: as in webhooks.tells. item:
what differs from an item without anything. told_otherwise: webhooks that tell this too are left out. not_to: the
webhook that is not to be told.';

CREATE OR REPLACE FUNCTION amc_history.queue_delivery(hook_id uuid, kind text, cause text, item jsonb, period interval)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  now_at constant timestamptz := amc_history.clock_now();
begin
  -- One that waits tells the new one too.
  update public.webhook_deliveries d set item = queue_delivery.item
    || jsonb_build_object('times', (d.item ->> 'times')::integer + 1)
  where d.webhook_id = queue_delivery.hook_id and d.cause = queue_delivery.cause and d.kind = queue_delivery.kind
    and d.state = 'queued' and d.lease is null;
  if not found then
    insert into public.webhook_deliveries (webhook_id, kind, cause, item, due_at)
    values (queue_delivery.hook_id, queue_delivery.kind, queue_delivery.cause, queue_delivery.item,
      greatest(now_at, (select max(coalesce(d.ended_at, now_at)) + queue_delivery.period
        from public.webhook_deliveries d where d.webhook_id = queue_delivery.hook_id and d.cause = queue_delivery.cause
          and d.kind = queue_delivery.kind and (d.state = 'sent' or d.lease is not null))));
  end if;
end;
$function$
;
comment on function amc_history.queue_delivery(uuid,text,text,jsonb,interval) is
  'Queues what a webhook is to be told of a cause. If the same waits already, that one counts it (times) and takes over
its words; if it was told within the period, it is due when that is over.';

CREATE OR REPLACE FUNCTION amc_history.queue_duplicate()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET lock_timeout TO '1s'
AS $function$
begin
  begin
    perform amc_history.queue_deliveries('duplicate_execution', 'duplicates', 'duplicate ' || new.execution_id,
      jsonb_build_object('code', 'duplicate_execution', 'message', format('AMC ran execution %s for a week beside '
        'another one; if it still runs it is cancelled.', new.execution_id),
        'next_step', amc_history.next_step_of('duplicate_execution'), 'instance_id', new.instance_id,
        'collection_id', new.collection_id, 'week_id', new.week_id));
  exception when others then
    perform amc_history.report_queueing(sqlerrm, sqlstate);
    return null;
  end;
  perform amc_history.report_queueing(null, null);
  return null;
end;
$function$
;
comment on function amc_history.queue_duplicate() is
  'Queues a duplicate execution for webhooks. A failure is recorded and undoes nothing. Definer: whoever reports it has
no right on deliveries.';

CREATE OR REPLACE FUNCTION amc_history.queue_ended_week()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET lock_timeout TO '20s'
AS $function$
declare
  week public.report_data_weeks;
begin
  begin
    select * into week from public.report_data_weeks w where w.id = new.id;
    if week.finished_at is null then
      return null;
    end if;
    perform amc_history.tell_ended_week(week);
  exception when others then
    perform amc_history.report_queueing(sqlerrm, sqlstate);
    return null;
  end;
  perform amc_history.report_queueing(null, null);
  return null;
end;
$function$
;
comment on function amc_history.queue_ended_week() is
  'Tells of a week that has ended (amc_history.tell_ended_week). A failure is recorded and undoes nothing. Definer:
whoever ends a week has no right on deliveries.';

CREATE OR REPLACE FUNCTION amc_history.queue_resolved(alert tracking_alerts, cause text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  hook uuid;
begin
  update public.webhook_deliveries d set state = 'dropped', ended_at = amc_history.clock_now()
  where d.cause = queue_resolved.cause and d.kind = 'alert_raised' and d.state = 'queued' and d.lease is null;
  for hook in
    select w.id from public.webhooks w
    where w.disabled_at is null and 'resolved_alerts' = any (w.tells)
      and (select d.kind from public.webhook_deliveries d where d.webhook_id = w.id
        and d.cause = queue_resolved.cause and d.state in ('queued', 'sent') order by d.id desc
        limit 1) = 'alert_raised'
    order by w.id
  loop
    perform amc_history.queue_delivery(hook, 'alert_resolved', queue_resolved.cause, amc_history.alert_item(alert),
      interval '0');
  end loop;
end;
$function$
;
comment on function amc_history.queue_resolved(tracking_alerts,text) is
  'Queues the end of an alert for each webhook that was told, or is being told, that it was raised; where that still
waits it is dropped, and nothing is told.';

CREATE OR REPLACE FUNCTION amc_history.raise_alert(code text, message text, instance_id text, week_id uuid DEFAULT
    NULL::uuid, detail jsonb DEFAULT NULL::jsonb, subject text DEFAULT NULL::text, next_step text DEFAULT NULL::text)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  insert into public.tracking_alerts (code, message, next_step, instance_id, week_id, detail, subject)
  values (raise_alert.code, raise_alert.message,
    coalesce(raise_alert.next_step, amc_history.next_step_of(raise_alert.code)),
    raise_alert.instance_id, raise_alert.week_id, raise_alert.detail, raise_alert.subject)
  on conflict (code, instance_id, week_id, subject) where resolved_at is null
  do update set times = tracking_alerts.times + 1, message = excluded.message, next_step = excluded.next_step,
    detail = excluded.detail, last_raised_at = amc_history.clock_now();
$function$
;
comment on function amc_history.raise_alert(text,text,text,uuid,jsonb,text,text) is
  'Opens an alert for a person, or counts one up that is open for the same code, instance, week and subject.
next_step: what a person can do; by default what amc_history.alert_codes says of the code.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.raise_matcher_alert(instance_id text, execution_id text, window_proved boolean)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  perform amc_history.raise_alert('matcher_failed', format('AMC''s answer for execution %s of instance %s does not '
    'echo the %s that was sent. Until an answer does, a create whose answer is lost %s.',
    left(raise_matcher_alert.execution_id, 200), raise_matcher_alert.instance_id,
    case when raise_matcher_alert.window_proved then 'timeout' else 'workflow, window, zone or timeout' end,
    case when raise_matcher_alert.window_proved
      then 'is looked for by workflow, window, zone and time of creation (if several runs fit, by a person)'
      else 'waits for a person' end), raise_matcher_alert.instance_id);
end;
$function$
;
comment on function amc_history.raise_matcher_alert(text,text,boolean) is
  'Tells that AMC''s answer to a create did not echo what was sent, and what follows. window_proved: whether it echoed
all but the timeout.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.read_last_resort()
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  late constant timestamptz := amc_history.clock_now() - (amc_history.allowances()).wake_up_answer;
  told record;
begin
  select w.id, w.name, w.last_resort_at, r.id is not null as came, r.status_code, r.timed_out into told
  from public.webhooks w left join net._http_response r on r.id = w.last_resort_request
  where w.last_resort_request is not null and (r.id is not null or w.last_resort_at < late)
  limit 1 for no key update of w;
  if not found then
    return;
  elsif told.status_code between 200 and 299 then
    perform amc_history.end_stoppage('webhook', told.id::text);
    update public.webhooks w set last_resort_request = null where w.id = told.id;
    return;
  end if;
  -- The answer's words may hold the address, which is a secret.
  perform amc_history.record_stoppage('webhook', told.id::text, case when told.status_code is not null
      then 'http_' || told.status_code when told.came then 'not_reached' else 'not_sent' end, 'webhook', format(
    'The database told the webhook %s that the worker cannot be reached, and %s.', quote_literal(told.name), case
      when told.status_code is not null then 'was answered with status ' || told.status_code
      when told.timed_out then 'had no answer within 2 s' when told.came then 'did not reach it'
      else 'pg_net has not sent it' end), null);
  -- It is told again after the stoppage's pause, by whoever can then.
  update public.webhooks w set last_resort_request = null, last_resort_at = null where w.id = told.id;
  update public.webhook_deliveries d set state = 'queued', ended_at = null, last_words = null
  where d.webhook_id = told.id and d.state = 'sent' and d.last_words = 'Told by the database.'
    and d.ended_at = told.last_resort_at;
end;
$function$
;
comment on function amc_history.read_last_resort() is
  'Reads what the webhook of last resort answered to the database: unless it accepted, that is the stoppage webhook,
what it was told is queued again, and it is tried again after the pause.';

CREATE OR REPLACE FUNCTION amc_history.read_observation(observation jsonb)
 RETURNS amc_history.execution_observation
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  seen amc_history.execution_observation;
begin
  if jsonb_typeof(read_observation.observation) is distinct from 'object' then
    return null;
  end if;
  begin
    seen := jsonb_populate_record(seen, read_observation.observation);
  exception when data_exception then
    select (jsonb_populate_record(seen, coalesce(jsonb_object_agg(f.key, f.value), '{}'))).* into seen
    from jsonb_each(read_observation.observation) f
    join pg_catalog.pg_attribute a on a.attname = f.key
      and a.attrelid = 'amc_history.execution_observation'::regclass
    where pg_input_is_valid(f.value #>> '{}', format_type(a.atttypid, a.atttypmod));
  end;
  if seen.timeout_seconds not between 0 and 2147483647 or seen.timeout_seconds <> trunc(seen.timeout_seconds) then
    seen.timeout_seconds := null;
  end if;
  -- A day around the dates that a collection may have: local midnights, in any zone.
  if seen.window_start_at not between '1999-12-31 00:00+00' and '2100-01-02 00:00+00' then
    seen.window_start_at := null;
  end if;
  if seen.window_end_at not between '1999-12-31 00:00+00' and '2100-01-02 00:00+00' then
    seen.window_end_at := null;
  end if;
  if seen.window_start_at >= seen.window_end_at then
    seen.window_start_at := null;
    seen.window_end_at := null;
  end if;
  return seen;
end;
$function$
;
comment on function amc_history.read_observation(jsonb) is
  'An execution observation from its JSON. What does not fit its key is left out, as if AMC had not said it, and so is
a timeout that is no whole number of seconds within an integer, an instant that no window of a collection can have, and
a window that ends before it begins: whatever AMC writes, a row can take the rest. Null for what is no object.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.read_wake_ups()
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  late constant timestamptz := amc_history.clock_now() - (amc_history.allowances()).wake_up_answer;
  answer record;
begin
  select w.request_id, w.sent_at, r.id is not null as came, r.status_code, r.timed_out, r.error_msg,
    left(r.content, 300) as content into answer
  from amc_history.wake_ups w left join net._http_response r on r.id = w.request_id
  where r.id is not null or w.sent_at < late
  -- One that was accepted says more than those that were not.
  order by coalesce(r.status_code between 200 and 299, false) desc, w.request_id desc limit 1;
  if not found then
    return;
  end if;
  if answer.status_code between 200 and 299 then
    perform amc_history.accept_wake_up(answer.sent_at);
  elsif answer.came then
    perform amc_history.record_stoppage('wake_up', 'collect',
      coalesce('http_' || answer.status_code, case when answer.timed_out then 'timed_out' else 'not_reached' end),
      'supabase', 'The schedule called the edge function collect, and ' || case
        when answer.status_code is not null then format('was answered with status %s: %s', answer.status_code,
          regexp_replace(coalesce(nullif(answer.content, ''), 'no words'), '[[:cntrl:]]+', ' ', 'g'))
        else 'had no answer: ' || coalesce(answer.error_msg, 'it took too long.') end, null);
  else
    perform amc_history.record_stoppage('wake_up', 'collect', 'not_sent', 'supabase',
      'pg_net has not sent what the schedule gave it: its background worker may have stopped. '
      'See select net.worker_restart().', null);
  end if;
  delete from amc_history.wake_ups w
  where w.sent_at < late or exists (select from net._http_response r where r.id = w.request_id);
end;
$function$
;
comment on function amc_history.read_wake_ups() is
  'Reads the answers to wake-ups that came since: one that was accepted ends the stoppage wake_up; if none was, the
newest tells why. A wake-up that has no answer after wake_up_answer (amc_history.allowances) was not sent.';

CREATE OR REPLACE FUNCTION amc_history.record_acceptance(attempt week_attempts, week report_data_weeks, adopted boolean)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  workflow constant text := (select c.workflow_id from public.report_data_collections c
    where c.id = week.collection_id);
  stoppage record;
begin
  if not record_acceptance.adopted then
    perform amc_history.fail_refused_weeks(week.collection_id);
  end if;
  for stoppage in
    select s.kind, s.subject from public.stoppages s
    where s.ended_at is null and (s.kind, s.subject) in (('creates', week.instance_id),
      ('collection', week.collection_id::text), ('workflow_save', week.instance_id || '/' || workflow))
      -- AMC's list may show only now what it took long before.
      and (not record_acceptance.adopted or s.last_at < attempt.intended_at)
  loop
    perform amc_history.end_stoppage(stoppage.kind, stoppage.subject);
  end loop;
end;
$function$
;
comment on function amc_history.record_acceptance(week_attempts,report_data_weeks,boolean) is
  'Draws the conclusions from a create that AMC took: the week''s instance, workflow and collection are held up no
more, and what it refused of the collection before were those weeks alone, which fail. adopted: AMC''s list showed it,
    so
that it may have been taken before. The caller holds the locks of collection, week and attempt.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.record_action(event text, instance_id text, collection_id uuid DEFAULT
    NULL::uuid, week_id uuid DEFAULT NULL::uuid, attempt_id uuid DEFAULT NULL::uuid, execution_id text DEFAULT
    NULL::text, detail jsonb DEFAULT NULL::jsonb, actor text DEFAULT amc_history.actor())
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  insert into public.tracking_events
    (event, actor, instance_id, collection_id, week_id, attempt_id, execution_id, detail)
  values (record_action.event, record_action.actor, record_action.instance_id, record_action.collection_id,
    record_action.week_id, record_action.attempt_id, record_action.execution_id, record_action.detail);
end;
$function$
;
comment on function amc_history.record_action(text,text,uuid,uuid,uuid,text,jsonb,text) is
  'Writes an event that a person caused. event: its code. actor: who; by default whoever makes the request. The rest:
what it was done to, and detail.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.record_checked_cells()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if new.summary ? 'uncast' then
    new.uncast := new.summary -> 'uncast';
    new.cells_checked_at := amc_history.clock_now();
  end if;
  return new;
end;
$function$
;
comment on function amc_history.record_checked_cells() is
  'Stores the summary''s count of cells that do not fit as a load becomes complete.';

CREATE OR REPLACE FUNCTION amc_history.record_dead_worker()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  perform amc_history.record_stoppage('result', new.execution_id, 'worker_died', 'amc_history', format(
    'The worker that loaded the result of execution %s died, or was ended, before it said what became of it. The log '
    'of collect may say why: the result may be too much for its memory or its time.', new.execution_id),
    new.instance_id, w.collection_id, w.id) from public.report_data_weeks w where w.id = new.week_id;
  return null;
end;
$function$
;
comment on function amc_history.record_dead_worker() is
  'Records the stoppage result of a load that is claimed again since its lease ran out without a report. The load is
tried again at once; from the second time on it waits while the others go on.';

CREATE OR REPLACE FUNCTION amc_history.record_dropped_load()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  -- A load whose table is gone, or is going in the same statement, leaves no rows.
  insert into amc_history.dropped_loads (load_id, table_name, records, bytes)
  select old.id, t.table_name, old.records, old.bytes from amc_history.result_tables t
  where t.table_name = old.table_name;
  perform amc_history.end_stoppage('job', job || '/' || old.id)
  from unnest(array['amc-history-check', 'amc-history-prune']) job;
  return old;
end;
$function$
;
comment on function amc_history.record_dropped_load() is
  'Leaves the rows of a load that is deleted to amc_history.delete_dropped_rows, since millions take minutes; and ends
what its jobs were held up by. Rows have no foreign key to their load: its check would run for each row of a COPY.
Definer: whoever may delete a load need not be allowed to write results.';

CREATE OR REPLACE FUNCTION amc_history.record_dry_runs(check_row workflow_checks, shown text, message text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  update public.amc_instances i set dry_runs = record_dry_runs.shown
  where i.id = (check_row).instance_id and i.dry_runs <> record_dry_runs.shown;
  if found and record_dry_runs.shown <> 'honoured' then
    perform amc_history.record_workflow_event('dry_runs_' || record_dry_runs.shown, check_row,
      jsonb_build_object('message', left(record_dry_runs.message, 500)));
  end if;
end;
$function$
;
comment on function amc_history.record_dry_runs(workflow_checks,text,text) is
  'Remembers what AMC makes of dry runs on an instance (amc_instances.dry_runs). An event tells of the first that did
not work.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.record_echo(instance_id text, proved boolean, window_proved boolean)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
begin
  if record_echo.window_proved is not null then
    update public.amc_instances i
    set window_proved_at = case when record_echo.window_proved then amc_history.clock_now() end
    where i.id = record_echo.instance_id and (i.window_proved_at is not null) <> record_echo.window_proved;
  end if;
  if record_echo.proved then
    update public.amc_instances i set matcher_proved_at = amc_history.clock_now()
    where i.id = record_echo.instance_id and i.matcher_proved_at is null;
    if found then
      update public.tracking_alerts t set resolved_at = amc_history.clock_now()
      where t.instance_id = record_echo.instance_id and t.code = 'matcher_failed' and t.resolved_at is null;
    end if;
  elsif not record_echo.proved then
    -- AMC's list would not have shown this execution: from now on what it does not show proves nothing.
    update public.amc_instances i set matcher_proved_at = null
    where i.id = record_echo.instance_id and i.matcher_proved_at is not null;
    return found or not exists (select from public.tracking_alerts t
      where t.instance_id = record_echo.instance_id and t.code = 'matcher_failed' and t.resolved_at is null);
  end if;
  return false;
end;
$function$
;
comment on function amc_history.record_echo(text,boolean,boolean) is
  'Records whether the execution that AMC''s answer to a create describes would have been found in its list (proved;
null: not looked at), and whether by workflow, window and zone alone (window_proved). The first that would be proves the
instance''s list, and one that would not takes the proof back. Answers true if a person has to be told that it would
not: whenever a proof is taken back, or nobody was told yet.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.record_event(event text, attempt week_attempts, week report_data_weeks,
    execution_id text DEFAULT NULL::text, detail jsonb DEFAULT NULL::jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  insert into public.tracking_events
    (event, instance_id, collection_id, week_id, attempt_id, execution_id, detail)
  values (record_event.event, (record_event.week).instance_id, (record_event.week).collection_id,
    (record_event.week).id, (record_event.attempt).id, record_event.execution_id, record_event.detail);
end;
$function$
;
comment on function amc_history.record_event(text,week_attempts,report_data_weeks,text,jsonb) is
  'Writes an event that no person caused, about a week and an attempt of it (or null).';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.record_load_turns(collection_ids uuid[])
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  turned integer;
begin
  insert into amc_history.load_turns as l (collection_id, instance_id, claimed_at)
  select c.id, c.instance_id, amc_history.clock_now()
  from public.report_data_collections c where c.id = any (record_load_turns.collection_ids)
  order by c.id
  on conflict (collection_id) do update set claimed_at = excluded.claimed_at;
  get diagnostics turned = row_count;
  return turned;
end;
$function$
;
comment on function amc_history.record_load_turns(uuid[]) is
  'Records that loads of these collections were claimed now. Answers how many collections. Definer: see
amc_history.loads_in_turn.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.record_output_columns(execution_id text, output_columns jsonb)
 RETURNS boolean
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  update public.workflow_executions e set output_columns = record_output_columns.output_columns
  where e.id = record_output_columns.execution_id and jsonb_typeof(record_output_columns.output_columns) = 'array'
    and e.output_columns is null
  returning true;
$function$
;
comment on function amc_history.record_output_columns(text,jsonb) is
  'Stores AMC''s outputColumns of an ended execution that lacks them; called before begin_load, so that the load knows
the types. Answers true, or null if they were known or are not an array.';

CREATE OR REPLACE FUNCTION amc_history.record_request(request collection_requests)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  -- What changed nothing may be asked as often as anybody likes, and is kept once.
  delete from public.collection_requests r
  where r.collection_id = (request).collection_id and r.requested_by = (request).requested_by and not r.has_effect
    and (r.idempotency_key is null or r.requested_at < amc_history.clock_now() - interval '1 day');
  insert into public.collection_requests (collection_id, instance_id, requested_by, idempotency_key, request_hash,
    first_day, last_day, created, extended, reopened, settled, changed)
  values ((request).collection_id, (request).instance_id, (request).requested_by, (request).idempotency_key,
    (request).request_hash, (request).first_day, (request).last_day, (request).created, (request).extended,
    (request).reopened, coalesce((request).settled, 0), (request).changed);
end;
$function$
;
comment on function amc_history.record_request(collection_requests) is
  'Records who asked for which weeks, and what it changed. Of requests without effect one of each person is kept.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.record_stoppage(kind text, subject text, code text, source text, words text,
    instance_id text, collection_id uuid DEFAULT NULL::uuid, week_id uuid DEFAULT NULL::uuid, request_id text DEFAULT
    NULL::text, waits_for_person boolean DEFAULT false)
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  now_at constant timestamptz := amc_history.clock_now();
  stoppage public.stoppages;
begin
  update public.stoppages s set last_at = now_at
  where s.kind = record_stoppage.kind and s.subject = record_stoppage.subject and s.ended_at is null
    and s.retry_at is null and not record_stoppage.waits_for_person;
  if found then
    -- What waits for a person keeps waiting, and keeps saying for what.
    return null;
  end if;
  insert into public.stoppages as s (kind, subject, instance_id, collection_id, week_id, code, source, words,
    request_id, retry_at)
  values (record_stoppage.kind, record_stoppage.subject, record_stoppage.instance_id, record_stoppage.collection_id,
    record_stoppage.week_id, record_stoppage.code, record_stoppage.source, left(record_stoppage.words, 2000),
    record_stoppage.request_id,
    case when not record_stoppage.waits_for_person then now_at + amc_history.stoppage_pause(1) end)
  on conflict (kind, subject) where ended_at is null do update set
    code = excluded.code, source = excluded.source, words = excluded.words, last_at = now_at,
    request_id = coalesce(excluded.request_id, s.request_id),
    -- What is reported while it waits, by others who met it at the same time, is no further try.
    times = case when s.retry_at > now_at then s.times else s.times + 1 end,
    retry_at = case when record_stoppage.waits_for_person then null
      when s.retry_at > now_at then s.retry_at
      else now_at + amc_history.stoppage_pause(s.times + 1) end
  returning * into stoppage;
  perform amc_history.tell_stoppage(stoppage);
  return stoppage.retry_at;
end;
$function$
;
comment on function amc_history.record_stoppage(text,text,text,text,text,text,uuid,uuid,text,boolean) is
  'Records that something is held up, or counts it up if it is already.

kind, subject: what; see the columns of public.stoppages. code: why, a stable code. source, words: in whose words;
cut to 2000 characters. instance_id, collection_id, week_id: what it belongs to, by which people see it; null where it
belongs to none. request_id: of AMC''s answer. waits_for_person: it is not tried again by itself.
Alerts a person if it waits for one, or has lasted as long as its kind says (amc_history.stoppage_kinds).
Answers when it may be tried again; null: when a person ends it.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.record_workflow_event(event text, check_row workflow_checks, detail jsonb)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  insert into public.tracking_events (event, instance_id, collection_id, execution_id, detail)
  values (record_workflow_event.event, (check_row).instance_id, (check_row).collection_id, (check_row).execution_id,
    jsonb_strip_nulls(jsonb_build_object('workflow_id', (check_row).workflow_id, 'check_id', (check_row).id)
      || coalesce(record_workflow_event.detail, '{}')));
$function$
;
comment on function amc_history.record_workflow_event(text,workflow_checks,jsonb) is
  'Writes an event that no person caused, about the check of a workflow version.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.refresh_overdue_alerts(instance_id text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  update public.tracking_alerts t set resolved_at = amc_history.clock_now()
  where t.instance_id = refresh_overdue_alerts.instance_id and t.resolved_at is null
    and t.code in ('execution_overdue', 'unknown_status')
    and not exists (select from amc_history.executions_to_tell(refresh_overdue_alerts.instance_id) x
      where x.week_id = t.week_id and x.code = t.code);
  perform amc_history.raise_alert(x.code, format('Execution %s of week %s has %s since %s. It is still followed; look '
    'at it in AMC.', x.execution_id, x.week_id, coalesce('status ' || x.status, 'no status'), x.since),
    refresh_overdue_alerts.instance_id, x.week_id)
  from amc_history.executions_to_tell(refresh_overdue_alerts.instance_id) x;
end;
$function$
;
comment on function amc_history.refresh_overdue_alerts(text) is
  'Alerts a person to what amc_history.executions_to_tell answers, each execution by one alert; and resolves those
alerts once it is no longer so.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.refuse(code text, message text, hint text, sqlstate_code text DEFAULT
    '22023'::text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  raise exception '%', refuse.message using errcode = refuse.sqlstate_code, detail = refuse.code, hint = refuse.hint;
end;
$function$
;
comment on function amc_history.refuse(text,text,text,text) is
  'Refuses a request: message says what was expected and what came, hint what to do, detail is a stable code for
programs. A SQLSTATE PTxyz becomes HTTP status xyz.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.refuse_beyond(code text, used bigint, most integer, what text, hint text, more
    bigint DEFAULT 0)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if refuse_beyond.used + refuse_beyond.more > refuse_beyond.most then
    perform amc_history.refuse(refuse_beyond.code,
      format('Expected at most %s %s; there are %s, and this would make %s.', refuse_beyond.most, refuse_beyond.what,
        refuse_beyond.used, refuse_beyond.used + refuse_beyond.more), refuse_beyond.hint, 'PT429');
  end if;
end;
$function$
;
comment on function amc_history.refuse_beyond(text,bigint,integer,text,text,bigint) is
  'Refuses a request, with code and HTTP status 429, that would make more of something (what, in words) than most:
there are used, and it makes more.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.refuse_execution(attempt week_attempts, week report_data_weeks, execution_id
    text, details jsonb)
 RETURNS tracking_report
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  shown_id constant text := left(refuse_execution.execution_id, 200);
begin
  perform amc_history.record_event('execution_refused', attempt, week, shown_id, refuse_execution.details);
  perform amc_history.raise_alert('execution_refused', format(
    'AMC''s execution %s was reported for attempt %s, which cannot take it. Look both up in AMC.',
    coalesce(shown_id, 'null'), attempt.id), week.instance_id, week.id);
  return row('rejected', case when attempt.execution_id is not null then 'attempt_has_another_execution'
    when amc_history.is_execution_id(refuse_execution.execution_id) then 'execution_of_another_attempt'
    else 'malformed_execution_id' end,
    week.status, week.execution_id)::public.tracking_report;
end;
$function$
;
comment on function amc_history.refuse_execution(week_attempts,report_data_weeks,text,jsonb) is
  'Refuses an execution that an attempt cannot take, and keeps its id in an event and an alert. The attempt goes on as
one whose create brought no id: AMC''s list settles it. Answers rejected, and why.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.refuse_first(refusals jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  first constant jsonb := refuse_first.refusals -> 0;
begin
  if first is not null then
    perform amc_history.refuse(first ->> 'code', first ->> 'message', first ->> 'hint',
      case first ->> 'status' when '400' then '22023' else 'PT' || (first ->> 'status') end);
  end if;
end;
$function$
;
comment on function amc_history.refuse_first(jsonb) is
  'Raises the first of some refusals (amc_history.describe_refusal) as it was raised before; nothing if there is none.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.refuse_last_admin(instance_id text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  perform amc_history.refuse('last_admin', format('Expected that instance %s keeps an admin, and this is its last one.',
    refuse_last_admin.instance_id), 'Make another member an admin first.', 'PT409');
end;
$function$
;
comment on function amc_history.refuse_last_admin(text) is
  'Refuses with last_admin, HTTP status 409: an instance would have no admin any more.';

CREATE OR REPLACE FUNCTION amc_history.refuse_role(instance_id text, role text, least_role text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  perform amc_history.refuse('role_too_low', format('Expected the role %s on instance %s, yours is %s.',
    case refuse_role.least_role when 'admin' then 'admin' else 'analyst or admin' end, refuse_role.instance_id,
    coalesce(refuse_role.role, 'none')),
    'Ask an admin of the instance to do it, or to change your role.', 'PT403');
end;
$function$
;
comment on function amc_history.refuse_role(text,text,text) is
  'Refuses with role_too_low, HTTP status 403: what is asked needs least_role (analyst or admin), the caller has role.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.refuse_weeks(weeks integer, most_weeks integer)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  perform amc_history.refuse('weeks_out_of_range',
    format('Expected 1 to %s weeks, got %s.', refuse_weeks.most_weeks, refuse_weeks.weeks),
    format('AMC keeps about 13 months. Ask for at most %s weeks at once.', refuse_weeks.most_weeks));
end;
$function$
;
comment on function amc_history.refuse_weeks(integer,integer) is
  'Refuses a collection of too many or too few weeks (weeks_out_of_range).';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.release_collection(collection report_data_collections)
 RETURNS integer
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  released integer;
begin
  update public.report_data_collections c set paused_at = null, archived_at = null, cancelled_at = null
  where c.id = (collection).id;
  update public.amc_instances i set list_due_at = least(i.list_due_at, amc_history.clock_now())
  where i.id = (collection).instance_id;
  update public.report_data_weeks w set due_at = amc_history.clock_now()
  where w.collection_id = (collection).id and w.due_at = 'infinity'
    and not amc_history.is_held_up('week', w.id::text);
  get diagnostics released = row_count;
  perform amc_history.release_stoppages(collection);
  return released;
end;
$function$
;
comment on function amc_history.release_collection(report_data_collections) is
  'Lets a collection go on that is paused, archived or cancelled: its weeks that wait may start. Answers how many those
are. The caller holds the locks.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.release_held_week()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  perform amc_history.end_stoppage('week', new.id::text);
  return null;
end;
$function$
;
comment on function amc_history.release_held_week() is
  'Ends the stoppage of a week that is held no more.';

CREATE OR REPLACE FUNCTION amc_history.release_load(attempt_id uuid, fence integer)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  perform amc_history.lock_load(release_load.attempt_id, release_load.fence);
  update public.week_attempts a set leased_until = null, due_at = amc_history.clock_now()
  where a.id = release_load.attempt_id;
end;
$function$
;
comment on function amc_history.release_load(uuid,integer) is
  'Ends the lease of an unfinished load, so that the next worker resumes it at once. Refuses with stale_load (AH001).';

CREATE OR REPLACE FUNCTION amc_history.release_slots(instance_id text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  update public.week_attempts a set slot = null
  where a.id = any (array(
    select b.id from public.week_attempts b
    join public.workflow_executions e on e.id = b.execution_id and e.has_ended
    where b.instance_id = release_slots.instance_id and b.is_live and b.slot is not null
    -- Who has one locked is about to end it, or lets the next claim have the slot: nobody waits here.
    for no key update of b skip locked));
end;
$function$
;
comment on function amc_history.release_slots(text) is
  'Takes the slots back from an instance''s live attempts whose execution ended at AMC, so that others can have
them.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.release_stoppages(collection report_data_collections)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  update public.stoppages s set retry_at = amc_history.clock_now()
  where s.ended_at is null and coalesce(s.retry_at > amc_history.clock_now(), true)
    and (s.kind, s.subject) in (('collection', (collection).id::text),
      ('workflow_save', (collection).instance_id || '/' || (collection).workflow_id));
  return found;
end;
$function$
;
comment on function amc_history.release_stoppages(report_data_collections) is
  'Lets one week try at once whether a collection and its workflow still are held up. Answers whether they were.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.remove_member(instance_id text, user_id uuid)
 RETURNS control_report
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform amc_history.require_admin(remove_member.instance_id);
  return amc_history.change_membership(remove_member.instance_id, remove_member.user_id, null);
end;
$function$
;
comment on function amc_history.remove_member(text,uuid) is
  'See public.remove_member. Definer: users may not write memberships.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.rename_collection(collection_id uuid, name text)
 RETURNS control_report
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  collection public.report_data_collections := amc_history.lock_controlled_collection(rename_collection.collection_id);
begin
  perform amc_history.check_collection_name(rename_collection.name);
  if collection.name is not distinct from rename_collection.name then
    return row('already_applied', null, 0)::public.control_report;
  end if;
  update public.report_data_collections c set name = rename_collection.name where c.id = collection.id;
  perform amc_history.record_action('collection_renamed', collection.instance_id, collection.id,
    detail => jsonb_build_object('name', rename_collection.name, 'was', collection.name));
  return row('applied', null, 0)::public.control_report;
end;
$function$
;
comment on function amc_history.rename_collection(uuid,text) is
  'See public.rename_collection. Definer: users may not write collections.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.reopen_week(week report_data_weeks, requested_by uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  becomes text;
begin
  if amc_history.follow_again(week) then
    becomes := 'followed';
    update public.report_data_weeks w set status = 'running', error_code = null, error_message = null,
      error_count = 0, failed_creates = 0, requested_by = reopen_week.requested_by
    where w.id = (week).id;
  else
    becomes := case when amc_history.open_week(week, reopen_week.requested_by) then 'loaded' else 'due' end;
  end if;
  perform amc_history.record_action('week_reopened', (week).instance_id, (week).collection_id, (week).id,
    execution_id => (week).execution_id, detail => jsonb_build_object('was', (week).status, 'becomes', becomes),
    actor => reopen_week.requested_by::text);
end;
$function$
;
comment on function amc_history.reopen_week(report_data_weeks,uuid) is
  'Opens a week again that was cancelled or skipped, for whoever asked for it (requested_by): what is still under way
at AMC is followed, what SUCCEEDED is loaded, else the week is due. Leaves an event. The caller holds the locks.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.reopen_weeks(collection_id uuid, first_day date, last_day date, requested_by
    uuid)
 RETURNS integer
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  week public.report_data_weeks;
  reopened integer := 0;
begin
  for week in
    select w.* from public.report_data_weeks w
    where w.collection_id = reopen_weeks.collection_id and w.status in ('cancelled', 'skipped')
      and w.week_start_date between reopen_weeks.first_day and reopen_weeks.last_day
    order by w.id for no key update
  loop
    perform amc_history.reopen_week(week, reopen_weeks.requested_by);
    reopened := reopened + 1;
  end loop;
  return reopened;
end;
$function$
;
comment on function amc_history.reopen_weeks(uuid,date,date,uuid) is
  'Opens the weeks of a collection again that were cancelled or skipped and lie between two days. Answers how many. The
caller holds the locks of instance and collection.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.reopens_as(week_id uuid)
 RETURNS text
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select case
    when a.is_live and not amc_history.has_ended_in_vain(a.execution_id) then 'followed'
    when amc_history.may_load_after_all(a) then 'loaded'
    else 'due'
  end
  from (values (reopens_as.week_id)) w(id)
  left join lateral (select b.* from public.week_attempts b where b.week_id = w.id order by b.is_live desc,
    b.number desc limit 1) a on true;
$function$
;
comment on function amc_history.reopens_as(uuid) is
  'What would become of a week that was cancelled or skipped, if it were opened again (amc_history.reopen_week):
followed, loaded, or due, which costs an execution.';

CREATE OR REPLACE FUNCTION amc_history.report_late_execution(attempt week_attempts, week report_data_weeks, execution_id
    text, details jsonb, known boolean)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  perform amc_history.record_event('late_execution', attempt, week, report_late_execution.execution_id,
    report_late_execution.details);
  if not report_late_execution.known then
    perform amc_history.raise_alert('late_execution', format(
      'AMC''s execution %s was reported for attempt %s, which had already ended as %s. '
      'Check in AMC whether it still runs.', left(report_late_execution.execution_id, 200), (attempt).id,
      (attempt).outcome), (week).instance_id, (week).id);
  end if;
end;
$function$
;
comment on function amc_history.report_late_execution(week_attempts,report_data_weeks,text,jsonb,boolean) is
  'Keeps the id of an execution that was reported for an attempt after its end: in an event, and in an alert unless
the execution is known already.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.report_other_window()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  week public.report_data_weeks;
  zone text;
  begins timestamptz;
  ends timestamptz;
begin
  select * into week from public.report_data_weeks w where w.id = new.week_id;
  select c.time_zone into zone from public.report_data_collections c where c.id = week.collection_id;
  begins := week.week_start_date::timestamp at time zone zone;
  ends := (week.week_end_date + 1)::timestamp at time zone zone;
  if (coalesce(new.window_start_at, begins), coalesce(new.window_end_at, ends)) is distinct from (begins, ends)
      and not exists (select from public.tracking_events t
        where t.week_id = week.id and t.execution_id = new.id and t.event = 'window_differs') then
    perform amc_history.record_event('window_differs', null, week, new.id, jsonb_build_object('message', format(
      'AMC ran the week of %s (%s) from %s to %s, in UTC; here it goes from %s to %s. Its results are shown with '
      'AMC''s instants.', week.week_start_date, zone, coalesce(new.window_start_at, begins) at time zone 'UTC',
      coalesce(new.window_end_at, ends) at time zone 'UTC', begins at time zone 'UTC', ends at time zone 'UTC')));
  end if;
  return null;
end;
$function$
;
comment on function amc_history.report_other_window() is
  'Tells once of an execution that AMC''s instants of its window are not those that the database''s zone data give the
week, in an event (window_differs): the zone data of one of them are of another year.';

CREATE OR REPLACE FUNCTION amc_history.report_queueing(words text, code text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if report_queueing.code is null then
    perform amc_history.end_stoppage('job', 'webhooks/queue');
  else
    perform amc_history.record_stoppage('job', 'webhooks/queue', report_queueing.code, 'postgres',
      report_queueing.words, null);
  end if;
exception when others then
  raise warning 'Webhooks are not told, and this is not recorded: %', sqlerrm;
end;
$function$
;
comment on function amc_history.report_queueing(text,text) is
  'Records whether what happened could be queued for webhooks: code null, or a SQLSTATE and Postgres''s words. Raises
nothing, since what is told must not be undone with the telling.';

CREATE OR REPLACE FUNCTION amc_history.request_cancel(week report_data_weeks)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  live public.week_attempts;
  execution public.workflow_executions;
begin
  update public.week_attempts a set cancel_requested_at = coalesce(a.cancel_requested_at, amc_history.clock_now())
    where a.week_id = week.id and a.is_live returning * into live;
  if live.execution_id is null then
    return;
  end if;
  select * into execution from public.workflow_executions e where e.id = live.execution_id for no key update;
  if execution.has_ended then
    perform amc_history.end_attempt(live.id, 'cancelled');
  else
    update public.workflow_executions e
    set cancel_requested_at = coalesce(e.cancel_requested_at, amc_history.clock_now())
    where e.id = execution.id;
  end if;
end;
$function$
;
comment on function amc_history.request_cancel(report_data_weeks) is
  'Requests that AMC cancels the execution of a week''s live attempt: at once if the execution is known, else as
soon as it becomes known. If it has ended already, the attempt ends. The caller holds the week''s lock.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.require_admin(instance_id text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if not exists (select from public.amc_instances i
      where i.id = require_admin.instance_id and amc_history.role_on(i.id) is not null) then
    perform amc_history.refuse('instance_not_found', format('No instance %s that you may see.',
      coalesce(quote_literal(left(require_admin.instance_id, 100)), 'null')), 'Check the id.', 'PT404');
  end if;
  perform amc_history.require_role(require_admin.instance_id, 'admin');
end;
$function$
;
comment on function amc_history.require_admin(text) is
  'Refuses whoever is no member of an instance (instance_not_found), or no admin of it (role_too_low).';

CREATE OR REPLACE FUNCTION amc_history.require_analyst(user_id uuid, instance_id text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  role constant text := (select m.role from public.amc_instance_members m
    where m.instance_id = require_analyst.instance_id and m.user_id = require_analyst.user_id);
begin
  if role is null then
    perform amc_history.refuse('instance_not_found', format('No instance %s that you may use.',
      coalesce(quote_literal(left(require_analyst.instance_id, 100)), 'null')),
      'Check the id, or ask an admin of the instance to make you a member.', 'PT404');
  elsif role = 'viewer' then
    perform amc_history.refuse_role(require_analyst.instance_id, role, 'analyst');
  end if;
end;
$function$
;
comment on function amc_history.require_analyst(uuid,text) is
  'Refuses a user, in whose name the secret key asks, who is no member of an instance (instance_not_found) or may only
read there (role_too_low).';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.require_complete_load()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if exists (select from public.week_attempts a
      where a.week_id = new.id and a.kind <> 'external'
        and (a.execution_id = new.execution_id or new.execution_id is null and a.is_live))
    and not exists (select from public.result_loads l where l.execution_id = new.execution_id and l.complete) then
    raise exception 'Week % cannot show execution %: expected a complete load of it.', new.id, new.execution_id
      using errcode = '23514', constraint = 'completed_has_a_complete_load';
  end if;
  return new;
end;
$function$
;
comment on function amc_history.require_complete_load() is
  'Refuses to complete a collected week, or to change what it shows, before the whole result is loaded.';

CREATE OR REPLACE FUNCTION amc_history.require_role(instance_id text, least_role text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  role constant text := amc_history.role_on(require_role.instance_id);
begin
  if role is distinct from 'admin' and role is distinct from require_role.least_role then
    perform amc_history.refuse_role(require_role.instance_id, role, require_role.least_role);
  end if;
end;
$function$
;
comment on function amc_history.require_role(text,text) is
  'Refuses a member whose role on the instance does not allow what is asked (role_too_low, HTTP status 403).
least_role: analyst or admin. Whoever is no member is told first that there is no such id.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.reschedule_load(attempt week_attempts, week report_data_weeks, code text, message
    text, wait interval)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  allowed constant amc_history.allowances := amc_history.allowances();
  due constant timestamptz := amc_history.clock_now()
    + coalesce(reschedule_load.wait, allowed.load_retry_least + random()
      * least(allowed.load_retry_longest, allowed.load_retry_base * 2 ^ least(week.error_count, 20)));
begin
  update public.week_attempts a set leased_until = null, due_at = due where a.id = attempt.id;
  if reschedule_load.wait is null then
    perform amc_history.record_stoppage('result', (attempt).execution_id, reschedule_load.code,
      case reschedule_load.code when 'load_failed' then 'postgres' else 'amc' end, reschedule_load.message,
      (attempt).instance_id, (week).collection_id, (week).id);
    -- Loads have pauses of their own.
    update public.stoppages s set retry_at = due
    where s.kind = 'result' and s.subject = (attempt).execution_id and s.ended_at is null;
  end if;
  update public.report_data_weeks w set
    error_count = w.error_count + case when reschedule_load.wait is null then 1 else 0 end,
    error_code = reschedule_load.code, error_message = left(reschedule_load.message, 2000)
  where w.id = week.id;
end;
$function$
;
comment on function amc_history.reschedule_load(week_attempts,report_data_weeks,text,text,interval) is
  'Lets a load be tried again later, and says why on its week. wait: how long, which counts as no error; null for an
error, with pauses that grow. The caller holds the locks of week and attempt.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.reschedule_week(week report_data_weeks, due_at timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  tries constant integer := (amc_history.allowances()).create_tries;
begin
  update public.report_data_weeks w
  set due_at = case when w.failed_creates < tries then reschedule_week.due_at else 'infinity' end
  where w.id = (week).id and w.status in ('pending', 'running', 'completed')
    and not exists (select from public.report_data_collections c
      where c.id = w.collection_id and c.cancelled_at is not null)
  returning * into week;
  if found and week.failed_creates >= tries then
    perform amc_history.record_stoppage('week', week.id::text, 'creates_in_vain', 'amc_history', concat_ws(' ',
      format('%s creates in a row brought no execution for the week of %s.', week.failed_creates,
        week.week_start_date),
      'AMC''s last words: ' || (select a.amc_answer ->> 'message' from public.week_attempts a
        where a.week_id = week.id order by a.number desc limit 1),
      'Look into AMC, then call retry_week.'), week.instance_id, week.collection_id, week.id, waits_for_person => true);
  end if;
end;
$function$
;
comment on function amc_history.reschedule_week(report_data_weeks,timestamp with time zone) is
  'Makes a week due again at due_at, unless the week has failed, was skipped or cancelled, or its collection was
cancelled meanwhile. While the collection is paused, claiming skips it. A week with create_tries failed creates
(amc_history.allowances) is held for a person instead: nothing is asked for ever.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.resolve_alert(alert_id bigint)
 RETURNS control_report
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  alert public.tracking_alerts;
begin
  select * into alert from public.tracking_alerts t
  where t.id = resolve_alert.alert_id
    and amc_history.role_on(t.instance_id) is not null
  for no key update;
  if not found then
    perform amc_history.refuse('alert_not_found', format('No alert %s that you may see.',
      coalesce(resolve_alert.alert_id::text, 'null')), 'Check the id.', 'PT404');
  end if;
  perform amc_history.require_role(alert.instance_id, 'analyst');
  if alert.resolved_at is not null then
    return row('already_applied', null, 0)::public.control_report;
  elsif amc_history.alert_cause_persists(alert) then
    return row('rejected', 'cause_persists', 0)::public.control_report;
  end if;
  update public.tracking_alerts t set resolved_at = amc_history.clock_now() where t.id = alert.id;
  perform amc_history.record_action('alert_resolved', alert.instance_id,
    (select w.collection_id from public.report_data_weeks w where w.id = alert.week_id), alert.week_id,
    detail => jsonb_build_object('code', alert.code));
  return row('applied', null, 0)::public.control_report;
end;
$function$
;
comment on function amc_history.resolve_alert(bigint) is
  'See public.resolve_alert. Definer: users may not write alerts.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.resolve_alert_of_stoppage()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if not exists (select from amc_history.told_with(old)) then
    update public.tracking_alerts t set resolved_at = amc_history.clock_now()
    where t.resolved_at is null and t.code = (amc_history.stoppage_kind(old.kind)).alert_code
      and t.instance_id is not distinct from old.instance_id
      and t.subject = amc_history.stoppage_alert_subject(old);
  end if;
  return null;
end;
$function$
;
comment on function amc_history.resolve_alert_of_stoppage() is
  'Resolves the alert about a stoppage that ended, has another cause now, or was deleted with what was held up; not
while others remain that it tells.';

CREATE OR REPLACE FUNCTION amc_history.resolve_unknown_outcome_alerts()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  update public.tracking_alerts t set resolved_at = amc_history.clock_now()
  where t.week_id = new.week_id and t.resolved_at is null and t.code in ('unknown_outcome', 'execution_not_confirmed');
  perform amc_history.end_stoppage('week', new.week_id::text);
  return null;
end;
$function$
;
comment on function amc_history.resolve_unknown_outcome_alerts() is
  'Resolves the alerts about the unknown outcome of a create as soon as its attempt leaves the state unknown; and
ends a stoppage of its week then, or as soon as the attempt ends.';

CREATE OR REPLACE FUNCTION amc_history.restate_by_policy(week_id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  week public.report_data_weeks;
begin
  update public.report_data_weeks w set due_at = amc_history.clock_now(), error_count = 0
  where w.id = restate_by_policy.week_id and w.status = 'completed' and w.due_at is null
    and not exists (select from public.week_attempts a where a.week_id = w.id and a.is_live)
  returning * into week;
  if not found then
    return false;
  end if;
  perform amc_history.record_event('week_to_be_restated', null, week, week.execution_id, '{"by": "policy"}');
  return true;
end;
$function$
;
comment on function amc_history.restate_by_policy(uuid) is
  'Makes a completed week due again, unless it is due or under way. Answers whether it did.';

CREATE OR REPLACE FUNCTION amc_history.restate_collection(collection_id uuid, max_weeks integer)
 RETURNS integer
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  job constant text := 'amc-history-restate/';
  candidates uuid[];
  week public.report_data_weeks;
  opened integer := 0;
begin
  -- A collection that a person is changing is left to the next run.
  perform from public.report_data_collections c where c.id = restate_collection.collection_id
    for no key update skip locked;
  if not found then
    return 0;
  end if;
  candidates := array(select t.id from amc_history.weeks_to_restate(restate_collection.collection_id) t);
  for week in
    select w.* from public.report_data_weeks w
    where w.id = any (candidates) and not amc_history.is_held_up('job', job || w.id)
    order by w.id for no key update skip locked
  loop
    exit when opened >= restate_collection.max_weeks;
    begin
      opened := opened + amc_history.restate_by_policy(week.id)::integer;
    exception when others then
      perform amc_history.record_stoppage('job', job || week.id, sqlstate, 'postgres', sqlerrm, week.instance_id,
        week.collection_id, week.id);
    end;
  end loop;
  return opened;
end;
$function$
;
comment on function amc_history.restate_collection(uuid,integer) is
  'Makes the weeks of a collection due again that its policy collects again now, at most max_weeks, unless another
session has locked the collection. A week that fails is set aside. Answers how many.';

CREATE OR REPLACE FUNCTION amc_history.restate_week(week_id uuid)
 RETURNS control_report
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  week public.report_data_weeks := amc_history.lock_controlled_week(restate_week.week_id);
begin
  if exists (select from public.report_data_collections c
      where c.id = week.collection_id and c.cancelled_at is not null) then
    return row('rejected', 'collection_is_cancelled', 0)::public.control_report;
  elsif week.status <> 'completed' then
    return row('rejected', 'week_is_not_completed', 0)::public.control_report;
  elsif week.due_at is not null and not amc_history.is_held_up('week', week.id::text)
    or exists (select from public.week_attempts a where a.week_id = week.id and a.is_live) then
    return row('already_applied', null, 0)::public.control_report;
  end if;
  update public.report_data_weeks w set error_count = 0, failed_creates = 0,
    due_at = amc_history.next_due_at(w.collection_id), requested_by = coalesce(auth.uid(), w.requested_by)
  where w.id = week.id;
  perform amc_history.stand_behind(week.collection_id);
  perform amc_history.record_action('week_to_be_restated', week.instance_id, week.collection_id, week.id,
    execution_id => week.execution_id);
  return row('applied', null, 1)::public.control_report;
end;
$function$
;
comment on function amc_history.restate_week(uuid) is
  'See public.restate_week. Definer: users may not write weeks.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.restore_execution_id(week_id uuid, execution_id text, details jsonb, actor text,
    matched_by text)
 RETURNS text
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  week public.report_data_weeks;
  now_at constant timestamptz := amc_history.clock_now();
begin
  select * into week from public.report_data_weeks w where w.id = restore_execution_id.week_id for no key update;
  if not found or not amc_history.lacks_execution_id(week) then
    return 'not_needed';
  elsif amc_history.insert_execution(restore_execution_id.execution_id, week.id, restore_execution_id.details, true)
      is null then
    return 'already_recorded';
  end if;
  insert into public.week_attempts
    (week_id, instance_id, number, kind, state, outcome, intended_at, execution_id, ended_at)
  values (week.id, week.instance_id,
    1 + coalesce((select max(a.number) from public.week_attempts a where a.week_id = week.id), 0),
    'external', 'ended', 'external', now_at, restore_execution_id.execution_id, now_at);
  update public.report_data_weeks w set execution_id = restore_execution_id.execution_id
  where w.id = week.id and w.execution_id is null;
  update public.tracking_alerts t set resolved_at = now_at
  where t.week_id = week.id and t.code = 'execution_untracked' and t.resolved_at is null;
  perform amc_history.record_action('execution_id_restored', week.instance_id, week.collection_id, week.id,
    execution_id => restore_execution_id.execution_id, actor => restore_execution_id.actor,
    detail => jsonb_build_object('matched_by', restore_execution_id.matched_by));
  return 'restored';
end;
$function$
;
comment on function amc_history.restore_execution_id(uuid,text,jsonb,text,text) is
  'Gives a week without an execution id the one that AMC''s list has for it, by an attempt of kind external, and records
who asked for it. Answers restored, not_needed (the week has one, or was opened again) or already_recorded (the
execution is known here, or is a dry run). The caller holds the instance''s lock.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.result_query(target amc_history.result_tables, columns text[], types text[]
    DEFAULT NULL::text[], newer text[] DEFAULT '{}'::text[])
 RETURNS text
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select format('select w.instance_id, w.collection_id, c.series, c.workflow_id, w.id as week_id, w.week_start_date,
      w.week_end_date, c.time_zone,
      coalesce(e.window_start_at, w.week_start_date::timestamp at time zone c.time_zone) as window_start,
      coalesce(e.window_end_at, (w.week_end_date + 1)::timestamp at time zone c.time_zone) as window_end,
      w.execution_id, r.line%s
    from public.report_data_weeks w
    join public.report_data_collections c on c.id = w.collection_id
    join public.result_loads l on l.execution_id = w.execution_id and l.complete
    join amc_results.%I r on r.load_id = l.id
    -- Left: a query that reads no window does without it.
    left join public.workflow_executions e on e.id = w.execution_id
    where w.status = ''completed''%s',
    (select string_agg(format(', %s as %I', amc_history.typed_cell_sql(format('r.%I', name),
      coalesce(result_query.types[i], 'text')), name), '' order by i)
      from unnest(result_query.columns) with ordinality as t(name, i)),
    (target).table_name,
    case when cardinality(result_query.newer) > 0 then format(' and not exists (
      select from public.report_data_collections nc
      join public.report_data_weeks nw on nw.collection_id = nc.id
      join public.result_loads nl on nl.execution_id = nw.execution_id and nl.complete
      where nc.instance_id = %L and nc.workflow_id = any (%L) and nc.series = c.series
        and nw.week_start_date = w.week_start_date and nw.status = ''completed'')',
      (target).instance_id, result_query.newer) end);
$function$
;
comment on function amc_history.result_query(amc_history.result_tables,text[],text[],text[]) is
  'SQL of the rows that the completed weeks of a workflow version show, with their week, series and execution.

columns: which of the table''s. types: by which each is read; null: as text. newer: versions of which a result of the
same week and series takes the place of this one''s.';

CREATE OR REPLACE FUNCTION amc_history.resume_collection(collection_id uuid)
 RETURNS control_report
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  collection public.report_data_collections := amc_history.lock_controlled_collection(resume_collection.collection_id);
  released integer;
begin
  if collection.cancelled_at is not null then
    return row('rejected', 'collection_is_cancelled', 0)::public.control_report;
  elsif collection.paused_at is null and not amc_history.stand_behind(collection.id)
    and not amc_history.release_stoppages(collection) then
    return row('already_applied', null, 0)::public.control_report;
  end if;
  released := amc_history.release_collection(collection);
  perform amc_history.stand_behind(collection.id);
  perform amc_history.record_action('collection_resumed', collection.instance_id, collection.id,
    detail => jsonb_build_object('weeks', released));
  return row('applied', null, released)::public.control_report;
end;
$function$
;
comment on function amc_history.resume_collection(uuid) is
  'See public.resume_collection. Definer: users may not write collections and weeks.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.resume_load(attempt_id uuid, fence integer)
 RETURNS amc_history.resumed_load
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  attempt public.week_attempts;
  load public.result_loads;
begin
  -- Before anything is locked.
  perform amc_history.end_earlier_loaders(l.id, resume_load.fence) from public.result_loads l
    join public.week_attempts a on a.execution_id = l.execution_id
    where a.id = resume_load.attempt_id and not l.complete;
  attempt := amc_history.lock_load(resume_load.attempt_id, resume_load.fence);
  update public.result_loads l set fence = resume_load.fence
    where l.execution_id = attempt.execution_id and not l.complete
    returning l.* into load;
  return row(load, amc_history.copy_statement(load))::amc_history.resumed_load;
end;
$function$
;
comment on function amc_history.resume_load(uuid,integer) is
  'Resumes an open load of the attempt''s execution, for the worker that holds the fence: ends the session of an earlier
worker if one hangs, and answers the load with its cursor and its COPY statement; both null if none is open. Refuses
with stale_load (AH001).';

CREATE OR REPLACE FUNCTION amc_history.retained_load(execution_id text)
 RETURNS result_loads
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  load public.result_loads;
begin
  if not exists (select from public.workflow_executions e where e.id = retained_load.execution_id) then
    perform amc_history.refuse('execution_not_found', format('No execution %s of your weeks.',
      coalesce(quote_literal(left(retained_load.execution_id, 200)), 'null')), 'Check the id.', 'PT404');
  end if;
  select * into load from public.result_loads l where l.execution_id = retained_load.execution_id and l.complete;
  if not found then
    perform amc_history.refuse('result_not_kept',
      format('No result of execution %s is kept.', retained_load.execution_id),
      'It was not loaded, or was pruned: a week keeps its collection''s keep_versions.', 'PT404');
  end if;
  return load;
end;
$function$
;
comment on function amc_history.retained_load(text) is
  'The complete load of an execution of the caller''s. Refuses with execution_not_found, result_not_kept.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.retry_failed_weeks(collection_id uuid)
 RETURNS control_report
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  collection public.report_data_collections := amc_history.lock_controlled_collection(retry_failed_weeks.collection_id);
  week public.report_data_weeks;
  retried integer := 0;
  unsettled text;
  reason text;
begin
  if collection.cancelled_at is not null then
    return row('rejected', 'collection_is_cancelled', 0)::public.control_report;
  end if;
  for week in
    select w.* from public.report_data_weeks w
    where w.collection_id = collection.id
      and (w.status = 'failed' or w.due_at = 'infinity' and amc_history.is_held_up('week', w.id::text))
    order by w.id for no key update
  loop
    reason := amc_history.retry_one_week(week);
    retried := retried + (reason is null)::integer;
    unsettled := coalesce(unsettled, reason);
  end loop;
  return row(case when retried > 0 then 'applied' when unsettled is not null then 'rejected'
    else 'already_applied' end, unsettled, retried)::public.control_report;
end;
$function$
;
comment on function amc_history.retry_failed_weeks(uuid) is
  'See public.retry_failed_weeks. Definer: users may not write weeks.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.retry_one_week(week report_data_weeks)
 RETURNS text
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  live public.week_attempts;
begin
  if (week).finished_at is null and not amc_history.is_held_up('week', (week).id::text) then
    return 'already_applied';
  elsif (week).status = 'completed' then
    return 'week_is_completed';
  end if;
  select * into live from public.week_attempts a where a.week_id = (week).id and a.is_live;
  if live.state = 'created' then
    return 'execution_in_progress';
  elsif live.id is not null then
    return coalesce(amc_history.unsettled_until(live), 'outcome_unknown');
  end if;
  perform amc_history.open_week(week, auth.uid());
  perform amc_history.stand_behind((week).collection_id);
  perform amc_history.record_action('week_retried', (week).instance_id, (week).collection_id, (week).id,
    execution_id => (week).execution_id);
  return null;
end;
$function$
;
comment on function amc_history.retry_one_week(report_data_weeks) is
  'Opens a week again that failed, was skipped, was cancelled or is held up, for a person. Answers null, or the reason
why it does not: a reason of public.retry_week, or already_applied.';

CREATE OR REPLACE FUNCTION amc_history.retry_week(week_id uuid)
 RETURNS control_report
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  week public.report_data_weeks := amc_history.lock_controlled_week(retry_week.week_id);
  reason text;
begin
  if exists (select from public.report_data_collections c
      where c.id = week.collection_id and c.cancelled_at is not null) then
    return row('rejected', 'collection_is_cancelled', 0)::public.control_report;
  end if;
  reason := amc_history.retry_one_week(week);
  if reason = 'already_applied' then
    return row('already_applied', null, 0)::public.control_report;
  elsif reason is not null then
    return row('rejected', reason, 0)::public.control_report;
  end if;
  return row('applied', null, 1)::public.control_report;
end;
$function$
;
comment on function amc_history.retry_week(uuid) is
  'See public.retry_week. Definer: users may not write weeks.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.role_on(instance_id text)
 RETURNS text
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select case when amc_history.is_operator() then 'admin' else (select m.role from public.amc_instance_members m
    where m.instance_id = role_on.instance_id and m.user_id = auth.uid()) end;
$function$
;
comment on function amc_history.role_on(text) is
  'The caller''s role on an instance: admin, analyst or viewer; null for who is no member, and so sees nothing of it.
Whoever acts for all users is an admin everywhere, of null (all instances) too.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.rows_at(load result_loads, lines bigint[])
 RETURNS TABLE(line bigint, cells jsonb)
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  for line, cells in execute format('select s.line, to_jsonb(s) from (select r.line, %s from amc_results.%I r
      where r.load_id = $1 and r.line = any ($2)) s', amc_history.json_cells((load).table_name), (load).table_name)
      using (load).id, rows_at.lines loop
    return next;
  end loop;
end;
$function$
;
comment on function amc_history.rows_at(result_loads,bigint[]) is
  'Rows of a load, by their lines, as JSON.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.scram_verifier(password text)
 RETURNS text
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  rounds constant integer := 4096;
  key constant bytea := convert_to(scram_verifier.password, 'UTF8');
  salt constant bytea := uuid_send(gen_random_uuid());
  block bytea := amc_history.hmac_sha256(key, salt || '\x00000001'::bytea);
  salted bit(256) := ('x' || encode(block, 'hex'))::bit(256);
  salted_bytes bytea;
begin
  for i in 2 .. rounds loop
    block := amc_history.hmac_sha256(key, block);
    salted := salted # ('x' || encode(block, 'hex'))::bit(256);
  end loop;
  select decode(string_agg(lpad(to_hex(substring(salted from 8 * i + 1 for 8)::integer), 2, '0'), '' order by i), 'hex')
    into salted_bytes from generate_series(0, 31) i;
  return format('SCRAM-SHA-256$%s:%s$%s:%s', rounds, encode(salt, 'base64'),
    encode(sha256(amc_history.hmac_sha256(salted_bytes, 'Client Key')), 'base64'),
    encode(amc_history.hmac_sha256(salted_bytes, 'Server Key'), 'base64'));
end;
$function$
;
comment on function amc_history.scram_verifier(text) is
  'What Postgres keeps of a password (RFC 5803): in a statement in its place, no log and no statistics of statements
learn the password. password: ASCII, at most 64 characters.';

CREATE OR REPLACE FUNCTION amc_history.searched_weeks(backfill_id uuid, starts timestamp with time zone[])
 RETURNS TABLE(week_id uuid, status text, workflow_id text, query text, zone text, begins_at timestamp with time zone,
    ends_at timestamp with time zone, begin_day date, end_day date, known_by timestamp with time zone, parameters jsonb,
    takes_parameters boolean, takes_days boolean)
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  allowed constant amc_history.allowances := amc_history.allowances();
  days constant text[] := allowed.first_day_parameters || allowed.last_day_parameters;
begin
  return query
  with queries as materialized (
    select f.id, c.id as collection_id, k.queries ->> f.id as query, c.time_zone,
      c.parameter_values,
      f.parameters <> '[]' or f.sql_query ~* 'CUSTOM_PARAMETER' or c.parameter_values <> '{}' as takes_parameters,
      not c.parameter_values ?| days and exists (select from unnest(days) n(name)
        where f.parameters @> jsonb_build_array(jsonb_build_object('name', n.name))
          or f.sql_query ~* ('CUSTOM_PARAMETER\s*\(\s*''' || n.name || '''')) as takes_days
    from public.id_backfills k
    join public.report_data_collections c on c.instance_id = k.instance_id
    join public.amc_workflows f on f.instance_id = c.instance_id and f.id = c.workflow_id
    where k.id = searched_weeks.backfill_id and c.id in (select w.collection_id from public.id_backfill_weeks b
      join public.report_data_weeks w on w.id = b.week_id
      where b.backfill_id = searched_weeks.backfill_id and b.outcome = 'searching')
  )
  select b.week_id, w.status, q.id, q.query, q.time_zone, b.begins_at, b.ends_at, w.week_start_date, w.week_end_date,
    w.finished_at + allowed.list_overlap, q.parameter_values, q.takes_parameters, q.takes_days
  from public.id_backfill_weeks b
  join public.report_data_weeks w on w.id = b.week_id
  join queries q on q.collection_id = w.collection_id
  where b.backfill_id = searched_weeks.backfill_id and b.outcome = 'searching'
    and (searched_weeks.starts is null or b.begins_at = any (searched_weeks.starts) or q.takes_days);
end;
$function$
;
comment on function amc_history.searched_weeks(uuid,timestamp with time zone[]) is
  'The weeks of a search that are not decided and begin at one of these times (null: at any) or take their days from
parameters, in the form in which they are compared. known_by: when the week was
finished, by which its execution was there. takes_parameters: whether the query reads any; takes_days: whether it reads
the days of the week from some, which are not among the collection''s.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.series_words(week_starts_on text, time_zone text, parameter_values jsonb)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
  -- What could be read in two ways stands as JSON; what is long is told apart by its hash.
  select case when char_length(words) > 300 then left(words, 280) || '… ' || left(md5(words), 12) else words end
  from (
    select concat_ws(', ', 'weeks from ' || series_words.week_starts_on, series_words.time_zone,
      string_agg(format('%s=%s', case when p.key ~ '^[A-Za-z0-9_.-]+$' then p.key else to_json(p.key)::text end,
        case when jsonb_typeof(p.value) = 'string' and p.value #>> '{}' ~ '^[A-Za-z0-9_.:/-]+( [A-Za-z0-9_.:/-]+)*$'
          then p.value #>> '{}' else p.value::text end), ', ' order by p.key collate "C")) as words
    from jsonb_each(case jsonb_typeof(series_words.parameter_values) when 'object' then series_words.parameter_values
      else '{}' end) p
  ) s;
$function$
;
comment on function amc_history.series_words(text,text,jsonb) is
  'What tells the series of a workflow apart, in words: first weekday, zone, parameter values, such as
weeks from sunday, America/New_York, brand=Acme. Different series have different words, cut at 300 characters.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.serve_request(request collection_requests, collection report_data_collections,
    asked amc_history.weeks_request, changes_keeping boolean)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  actor constant text := (request).requested_by::text;
  was_away constant boolean := (collection).cancelled_at is not null or (collection).archived_at is not null;
  added integer;
begin
  request.collection_id := (collection).id;
  -- One that a version handed on to may have no week yet.
  request.created := not (collection).keep_current
    and not exists (select from public.report_data_weeks w where w.collection_id = (collection).id);
  if was_away then
    perform amc_history.release_collection(collection);
  end if;
  added := amc_history.add_weeks((collection).id, (request).first_day, (request).last_day, (request).requested_by);
  request.extended := case when request.created then 0 else added end;
  request.reopened := amc_history.reopen_weeks((collection).id, (request).first_day, (request).last_day,
    (request).requested_by);
  perform amc_history.record_action(event, (request).instance_id, (collection).id,
    detail => jsonb_build_object('weeks', weeks, 'first_day', (request).first_day, 'last_day', (request).last_day),
    actor => actor)
  from (values ('collection_started', added, (request).created),
    ('collection_extended', (request).extended, (request).extended > 0),
    ('collection_reopened', (request).reopened, was_away or (request).reopened > 0)) e(event, weeks, happened)
  where happened;
  request.settled := case when serve_request.changes_keeping then amc_history.change_keep_current(collection,
    coalesce((asked).keep_current, (collection).keep_current),
    coalesce((asked).settle_days, (collection).settle_days), (request).requested_by) else 0 end;
  request.changed := was_away or serve_request.changes_keeping;
  perform amc_history.record_request(request);
  insert into public.collection_backers (collection_id, user_id)
  values ((request).collection_id, (request).requested_by) on conflict do nothing;
  return amc_history.describe_request(request);
end;
$function$
;
comment on function
    amc_history.serve_request(collection_requests,report_data_collections,amc_history.weeks_request,boolean) is
  'Does what a request asks of a collection: brings it back if it was cancelled or archived, adds the weeks that it
does not have, opens those that were cancelled or skipped, and keeps it current or no longer (changes_keeping). Whoever
asks stands behind it. Leaves an event of each. Answers amc_history.describe_request. The caller holds the locks.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.set_execution_instance()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  select w.instance_id into new.instance_id from public.report_data_weeks w where w.id = new.week_id;
  return new;
end;
$function$
;
comment on function amc_history.set_execution_instance() is
  'Copies the instance of an execution''s week to it.';

CREATE OR REPLACE FUNCTION amc_history.set_keep_current(collection_id uuid, keep_current boolean, settle_days integer)
 RETURNS control_report
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  collection public.report_data_collections := amc_history.lock_controlled_collection(set_keep_current.collection_id);
  days constant integer := coalesce(set_keep_current.settle_days, collection.settle_days);
  settled record;
begin
  perform amc_history.check_settle_days(days);
  if collection.cancelled_at is not null then
    return row('rejected', 'collection_is_cancelled', 0)::public.control_report;
  elsif collection.keep_current is not distinct from set_keep_current.keep_current
      and collection.settle_days = days then
    return row('already_applied', null, 0)::public.control_report;
  end if;
  if set_keep_current.keep_current then
    perform amc_history.check_catch_up(collection, days);
    settled := amc_history.settled_if_kept(collection, days);
    if settled.last_day is not null then
      perform amc_history.check_start_limits(auth.uid(), collection.instance_id,
        (settled.last_day - settled.first_day + 1) / 7);
    end if;
  end if;
  perform amc_history.stand_behind(collection.id);
  return row('applied', null, amc_history.change_keep_current(collection,
    coalesce(set_keep_current.keep_current, false), days, auth.uid()))::public.control_report;
end;
$function$
;
comment on function amc_history.set_keep_current(uuid,boolean,integer) is
  'See public.set_keep_current. Definer: users may not write collections.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.set_keep_versions(collection_id uuid, keep_versions integer)
 RETURNS control_report
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  collection public.report_data_collections := amc_history.lock_controlled_collection(set_keep_versions.collection_id);
begin
  if set_keep_versions.keep_versions is null or set_keep_versions.keep_versions not between 1 and 100 then
    perform amc_history.refuse('keep_versions_out_of_range', format('Expected to keep 1 to 100 versions, got %s.',
      coalesce(set_keep_versions.keep_versions::text, 'null')), 'The shown result counts as one.');
  elsif collection.keep_versions = set_keep_versions.keep_versions then
    return row('already_applied', null, 0)::public.control_report;
  end if;
  update public.report_data_collections c set keep_versions = set_keep_versions.keep_versions
  where c.id = collection.id;
  perform amc_history.record_action('keep_versions_set', collection.instance_id, collection.id,
    detail => jsonb_build_object('keep_versions', set_keep_versions.keep_versions));
  return row('applied', null, 0)::public.control_report;
end;
$function$
;
comment on function amc_history.set_keep_versions(uuid,integer) is
  'See public.set_keep_versions. Definer: users may not write collections.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.set_load_aside(job text, load_id uuid, code text, words text)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select amc_history.record_stoppage('job', set_load_aside.job || '/' || set_load_aside.load_id, set_load_aside.code,
    'postgres', set_load_aside.words, w.instance_id, w.collection_id, w.id)
  from (select) one
  left join public.result_loads l on l.id = set_load_aside.load_id
  left join public.workflow_executions e on e.id = l.execution_id
  left join public.report_data_weeks w on w.id = e.week_id;
$function$
;
comment on function amc_history.set_load_aside(text,uuid,text,text) is
  'Records that a job is held up at one load: code and words are the SQLSTATE and the message of the error.';

CREATE OR REPLACE FUNCTION amc_history.set_load_instance()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  select e.instance_id into new.instance_id from public.workflow_executions e where e.id = new.execution_id;
  return new;
end;
$function$
;
comment on function amc_history.set_load_instance() is
  'Copies the instance of a load''s execution to the load.';

CREATE OR REPLACE FUNCTION amc_history.set_restatement_policy(collection_id uuid, restate_weeks integer,
    restate_every_days integer)
 RETURNS control_report
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  collection public.report_data_collections
    := amc_history.lock_controlled_collection(set_restatement_policy.collection_id);
  weeks constant integer := set_restatement_policy.restate_weeks;
  days constant integer := set_restatement_policy.restate_every_days;
begin
  if not coalesce(weeks between 0 and 12 and days between 1 and 90, false) then
    perform amc_history.refuse('restatement_out_of_range',
      format('Expected 0 to 12 weeks every 1 to 90 days, got %s every %s.',
        coalesce(weeks::text, 'null'), coalesce(days::text, 'null')), '0 weeks turn it off.');
  elsif collection.cancelled_at is not null then
    return row('rejected', 'collection_is_cancelled', 0)::public.control_report;
  elsif (collection.restate_weeks, collection.restate_every_days) = (weeks, days) then
    return row('already_applied', null, 0)::public.control_report;
  end if;
  update public.report_data_collections c set restate_weeks = weeks, restate_every_days = days
  where c.id = collection.id;
  perform amc_history.stand_behind(collection.id);
  perform amc_history.record_action('restatement_policy_set', collection.instance_id, collection.id,
    detail => jsonb_build_object('weeks', weeks, 'days', days));
  return row('applied', null, 0)::public.control_report;
end;
$function$
;
comment on function amc_history.set_restatement_policy(uuid,integer,integer) is
  'See public.set_restatement_policy. Definer: users may not write collections.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.set_retention(instance_id text, workflow_id text, months integer)
 RETURNS control_report
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  workflow public.amc_workflows;
begin
  select f.* into workflow from public.amc_workflows f
  where f.instance_id = set_retention.instance_id and f.id = set_retention.workflow_id
    and amc_history.role_on(f.instance_id) is not null
  for no key update;
  if not found then
    perform amc_history.refuse('workflow_not_found', format('No workflow %s on an instance that you may use.',
      coalesce(quote_literal(left(set_retention.workflow_id, 200)), 'null')),
      'Save it with save_workflow, which answers its id.', 'PT404');
  end if;
  perform amc_history.require_role(workflow.instance_id, 'analyst');
  if set_retention.months not between 1 and 120 then
    perform amc_history.refuse('retention_out_of_range',
      format('Expected 1 to 120 months, or null for the usual, got %s.', set_retention.months),
      'Say how many months back AMC keeps the data that the query reads.');
  elsif workflow.retention_months is not distinct from set_retention.months then
    return row('already_applied', null, 0)::public.control_report;
  end if;
  update public.amc_workflows f set retention_months = set_retention.months
  where f.instance_id = workflow.instance_id and f.id = workflow.id;
  perform amc_history.record_action('retention_set', workflow.instance_id,
    detail => jsonb_build_object('workflow_id', workflow.id, 'months', set_retention.months));
  return row('applied', null, 0)::public.control_report;
end;
$function$
;
comment on function amc_history.set_retention(text,text,integer) is
  'See public.set_retention. Definer: users may not update workflows.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.set_role(instance_id text, user_id uuid, role text)
 RETURNS control_report
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform amc_history.require_admin(set_role.instance_id);
  perform amc_history.check_role(set_role.role);
  return amc_history.change_membership(set_role.instance_id, set_role.user_id, set_role.role);
end;
$function$
;
comment on function amc_history.set_role(text,uuid,text) is
  'See public.set_role. Definer: users may not write memberships.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.set_webhook(name text, form text, url text, signing_key text, instance_id text,
    tells text[], secret_name text, last_resort boolean, enabled boolean)
 RETURNS uuid
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  hook public.webhooks;
begin
  perform amc_history.check_webhook(set_webhook.name, set_webhook.form, set_webhook.instance_id, set_webhook.tells,
    set_webhook.last_resort);
  update public.webhooks w set last_resort = false
  where set_webhook.last_resort and w.last_resort and w.name <> set_webhook.name;
  insert into public.webhooks as w (name, form, instance_id, tells, secret_name, last_resort, disabled_at)
  values (set_webhook.name, set_webhook.form, set_webhook.instance_id, set_webhook.tells, '',
    set_webhook.last_resort, case when not set_webhook.enabled then amc_history.clock_now() end)
  on conflict (instance_id, name) do update set form = excluded.form, tells = excluded.tells,
    last_resort = excluded.last_resort, disabled_at = excluded.disabled_at
  returning * into hook;
  update public.webhooks w set secret_name = amc_history.store_webhook_secret(hook, set_webhook.url,
    set_webhook.signing_key, set_webhook.secret_name)
  where w.id = hook.id;
  perform amc_history.try_webhook_again(hook.id);
  if hook.disabled_at is not null then
    update public.webhook_deliveries d set state = 'dropped', ended_at = amc_history.clock_now(), lease = null,
      leased_until = null
    where d.webhook_id = hook.id and d.state = 'queued';
    perform amc_history.end_stoppage('webhook', hook.id::text);
  end if;
  perform amc_history.record_action('webhook_set', hook.instance_id, detail => to_jsonb(hook) - 'secret_name');
  return hook.id;
end;
$function$
;
comment on function amc_history.set_webhook(text,text,text,text,text,text[],text,boolean,boolean) is
  'See public.set_webhook. Definer: users may not write webhooks, nor Vault.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.set_week_instance()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  select c.instance_id into new.instance_id
    from public.report_data_collections c where c.id = new.collection_id;
  return new;
end;
$function$
;
comment on function amc_history.set_week_instance() is
  'Copies the instance of a week''s collection to the week.';

CREATE OR REPLACE FUNCTION amc_history.set_week_timestamps()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  now_at timestamptz := amc_history.clock_now();
begin
  new.updated_at := now_at;
  if new.due_at is null then
    new.refused_at := null;
  end if;
  if new.status = 'running' then
    new.started_at := coalesce(new.started_at, now_at);
  end if;
  new.finished_at := case
    when amc_history.is_final_week_status(new.status) then coalesce(new.finished_at, now_at)
  end;
  return new;
end;
$function$
;
comment on function amc_history.set_week_timestamps() is
  'Sets updated_at, started_at and finished_at as the status demands, whoever writes it. A week that is not due waits
for no other week''s refusal.';

CREATE OR REPLACE FUNCTION amc_history.set_workflow_version()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  stem text := btrim(left(regexp_replace(lower(new.name), '[^a-z0-9]+', '-', 'g'), 40), '-');
  reads text[];
begin
  perform amc_history.check_query(new.name, new.sql_query);
  new.sql_written := new.sql_query;
  select q.sent, q.reads into new.sql_query, reads from amc_history.prepare_query(new.sql_written) q;
  perform amc_history.check_query(new.name, new.sql_query);
  perform amc_history.check_declaration(new.parameters, reads);
  new.version_hash := encode(sha256(convert_to(
    jsonb_build_array(new.sql_query, new.parameters, new.output_format)::text, 'UTF8')), 'hex');
  stem := coalesce(nullif(stem, ''), 'workflow');
  new.id := stem || '-' || left(new.version_hash, 12);
  -- The instance in words, for people, and in the hash, since its words may be cut. At most 54 characters: with the
  -- longest prefix, results_, 62 of the 63 that Postgres keeps of a name.
  new.result_table := concat_ws('_', rtrim(replace(left(stem, 20), '-', '_'), '_'),
    left(regexp_replace(lower(new.instance_id), '[^a-z0-9]+', '_', 'g'), 20),
    left(encode(sha256(convert_to(new.instance_id || ' ' || new.version_hash, 'UTF8')), 'hex'), 12));
  new.series_view := concat_ws('_', 'series', rtrim(replace(left(stem, 20), '-', '_'), '_'),
    left(regexp_replace(lower(new.instance_id), '[^a-z0-9]+', '_', 'g'), 20),
    left(encode(sha256(convert_to(new.instance_id || ' ' || new.name, 'UTF8')), 'hex'), 12));
  return new;
end;
$function$
;
comment on function amc_history.set_workflow_version() is
  'Keeps a new workflow version''s query as it was written beside what is sent to AMC of it
(amc_history.prepare_query), and refuses one that AMC would not take (amc_history.check_query, check_declaration).
Gives it the hash of what decides its result (the SQL that is sent, parameters, output format), its id at AMC (a
readable stem and that hash), the name of its results table (the stem, the instance, and a hash of both) and that of
the view that unites the versions of its name.';

CREATE OR REPLACE FUNCTION amc_history.settle_standing(collection_ids uuid[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  job constant text := 'settle_standing/';
  collection public.report_data_collections;
begin
  -- Of two changes at once the second sees the first one's.
  perform from public.amc_instances i where i.id in (select c.instance_id from public.report_data_collections c
    where c.id = any (settle_standing.collection_ids)) order by i.id for no key update;
  for collection in
    select c.* from public.report_data_collections c where c.id = any (settle_standing.collection_ids) order by c.id
  loop
    begin
      if amc_history.is_backed(collection) or not amc_history.has_open_work(collection) then
        perform amc_history.end_stoppage('standing', collection.id::text);
      else
        perform amc_history.record_stoppage('standing', collection.id::text, 'nobody_stands_behind', 'amc_history',
          'Whoever asked for this collection has left the instance, or may only read there.',
          collection.instance_id, collection.id, waits_for_person => true);
      end if;
      perform amc_history.end_stoppage('job', job || collection.id);
    exception when others then
      perform amc_history.record_stoppage('job', job || collection.id, sqlstate, 'postgres', sqlerrm,
        collection.instance_id, collection.id);
    end;
  end loop;
end;
$function$
;
comment on function amc_history.settle_standing(uuid[]) is
  'Holds up each of these collections behind which nobody stands and of which something is still to begin, and lets the
others go on. What runs at AMC is collected all the same; a person''s pause stays one. A collection that cannot be
settled is settled by the next look of the watch (a stoppage of kind job); the others are.';

CREATE OR REPLACE FUNCTION amc_history.settled_if_kept(collection report_data_collections, settle_days integer, OUT
    first_day date, OUT last_day date)
 RETURNS record
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  collection.settle_days := settled_if_kept.settle_days;
  if not collection.keep_current then
    collection.kept_until := null;
  end if;
  select s.first_day, s.last_day into first_day, last_day from amc_history.settled_weeks(collection) s;
end;
$function$
;
comment on function amc_history.settled_if_kept(report_data_collections,integer) is
  'The first and last day of the weeks that would be added at once if a collection were kept current with settle_days;
nulls if there is none (amc_history.settled_weeks).';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.settled_weeks(collection report_data_collections, OUT first_day date, OUT
    last_day date)
 RETURNS record
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  allowed constant amc_history.allowances := amc_history.allowances();
  today constant date := (amc_history.clock_now() at time zone (collection).time_zone)::date;
  months constant integer := coalesce((select f.retention_months from public.amc_workflows f
    where f.instance_id = (collection).instance_id and f.id = (collection).workflow_id), allowed.retention_months);
  kept_since constant date := (today - make_interval(months => months))::date;
begin
  first_day := coalesce((collection).kept_until, (collection).end_date) + 1;
  -- What AMC keeps no longer after a long absence is left out, and shown as not asked for.
  first_day := first_day + 7 * greatest(ceil((kept_since - first_day) / 7.0)::integer, 0);
  last_day := today - (collection).settle_days - 1;
  last_day := least(first_day + 7 * ((last_day - first_day + 1) / 7), first_day + 7 * allowed.most_weeks) - 1;
  if last_day < first_day then
    first_day := null;
    last_day := null;
  end if;
end;
$function$
;
comment on function amc_history.settled_weeks(report_data_collections) is
  'The first and last day of the whole weeks, after those that were added before, that have settled, in the
collection''s own zone, and that AMC still keeps; nulls if there is none. At most most_weeks (amc_history.allowances)
at once.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.slots_in_use(instance_id text, OUT taken integer, OUT free integer, OUT began_at
    timestamp with time zone)
 RETURNS record
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  instance public.amc_instances;
begin
  select * into instance from public.amc_instances i where i.id = slots_in_use.instance_id
    and (amc_history.is_operator() or i.id in (select amc_history.instances_of_caller()));
  if not found then
    return;
  end if;
  taken := (select count(*) from amc_history.taken_slots(instance.id));
  -- Which slots are free costs more than how many: it is asked only where a day may have its limit.
  free := case when instance.daily_limit is null
    then greatest(0, instance.max_parallel - instance.running_elsewhere - taken)
    else (select count(*) from amc_history.free_slots(instance)) end;
  began_at := (select max(a.intended_at) from public.week_attempts a where a.instance_id = instance.id and a.is_live);
end;
$function$
;
comment on function amc_history.slots_in_use(text) is
  'How many of an instance''s slots attempts hold, and in how many one may begin now; when the last live attempt
began. Nulls for who is neither a member nor an operator. Definer: a member sees whether the instance is full though the
weeks are of others.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.stale_first_weeks()
 RETURNS SETOF workflow_checks
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return query
  select k.* from public.workflow_checks k
  left join public.report_data_weeks w on w.id = k.week_id
  where k.is_live and k.kind = 'first_week'
    and coalesce(w.due_at = 'infinity' or w.due_at is null, true)
    and not exists (select from public.week_attempts a where a.week_id = k.week_id and a.is_live);
end;
$function$
;
comment on function amc_history.stale_first_weeks() is
  'The checks whose week went alone, and neither waits for an attempt nor has one.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.stand_behind(collection_id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  was_held constant boolean := amc_history.is_held_up('standing', stand_behind.collection_id::text);
begin
  if auth.uid() is null then
    return false;
  end if;
  insert into public.collection_backers (collection_id, user_id) values (stand_behind.collection_id, auth.uid())
  on conflict do nothing;
  return was_held and not amc_history.is_held_up('standing', stand_behind.collection_id::text);
end;
$function$
;
comment on function amc_history.stand_behind(uuid) is
  'Records that the signed-in user, an analyst or admin, stands behind a collection, as whoever asks for something of
it does. Answers whether that lets it go on. Of an operator nothing is recorded, and false answered.';

CREATE OR REPLACE FUNCTION amc_history.start_weeks(request collection_requests, asked amc_history.weeks_request, plan
    amc_history.weeks_plan)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  effect record;
  collection public.report_data_collections;
begin
  -- All who ask for the same query meet here.
  perform from public.amc_instances i where i.id = (request).instance_id for no key update;
  collection := amc_history.find_collection(plan.workflow, plan.weekday, plan.zone, asked.parameter_values);
  perform from public.report_data_collections c where c.id = collection.id for no key update;
  effect := amc_history.weigh_request(asked, plan);
  perform amc_history.refuse_first(effect.refusals);
  if effect.weeks > 0 then
    update public.amc_instances i set list_due_at = least(i.list_due_at, amc_history.clock_now())
    where i.id = (request).instance_id;
  end if;
  collection := effect.collection;
  if collection.id is null then
    collection := amc_history.make_collection(asked, plan);
  elsif collection.name is null and asked.name is not null then
    update public.report_data_collections c set name = asked.name where c.id = collection.id;
  end if;
  return amc_history.serve_request(request, collection, asked, effect.changes_keeping);
end;
$function$
;
comment on function amc_history.start_weeks(collection_requests,amc_history.weeks_request,amc_history.weeks_plan) is
  'Starts what was planned: locks the instance, then the collection of the query, makes it if there is none, and serves
the request (amc_history.serve_request). The name is for one that has none yet. Refuses what amc_history.weigh_request
does. The caller holds amc_history.lock_starts.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.state_of_cause(code text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
  select case
    when state_of_cause.code = 'throttled' then 'throttled'
    when state_of_cause.code = 'quota' then 'full'
    when state_of_cause.code in ('unavailable', 'token_unavailable', 'unknown_outcome', 'aborted')
      then 'unreachable'
    else 'refused'
  end;
$function$
;
comment on function amc_history.state_of_cause(text) is
  'The state of an instance whose calls do not succeed. code: of the worker''s error, as pauses and stoppages have
it.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.status_fits(week_status text, status text)
 RETURNS boolean
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
begin
  return case
    when status_fits.status in ('PENDING', 'RUNNING', 'PUBLISHING') then false
    when status_fits.week_status = 'completed' then case
      when status_fits.status = 'SUCCEEDED' then true
      when status_fits.status in ('FAILED', 'REJECTED', 'CANCELLED') then false end
    -- The older system may have failed to read the result of what succeeded.
    when status_fits.status in ('FAILED', 'REJECTED', 'CANCELLED') then true
  end;
end;
$function$
;
comment on function amc_history.status_fits(text,text) is
  'Whether a week of a final status came from an execution of this status of AMC. Null where that is not certain: a
status that is not known, or a failed week and what succeeded.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.stoppage_alert_subject(stoppage stoppages)
 RETURNS text
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select case k.told_by
    when 'code' then (stoppage).kind || ' ' || (stoppage).code
    when 'alert_code' then (stoppage).subject
    else (stoppage).kind || ' ' || (stoppage).subject end
  from amc_history.stoppage_kind((stoppage).kind) k;
$function$
;
comment on function amc_history.stoppage_alert_subject(stoppages) is
  'What the alert about a stoppage is about: the same for those that are told together.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.stoppage_kind(kind text)
 RETURNS amc_history.stoppage_kinds
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select k from amc_history.stoppage_kinds k where k.kind = stoppage_kind.kind;
$function$
;
comment on function amc_history.stoppage_kind(text) is
  'A kind of stoppage. Definer: functions that run with a worker''s rights need it, and no API role has a right on the
table.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.stoppage_pause(times integer)
 RETURNS interval
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  allowed constant amc_history.allowances := amc_history.allowances();
begin
  return least(allowed.stoppage_pause_longest,
    allowed.stoppage_pause_base * 2 ^ least(greatest(stoppage_pause.times, 1) - 1, 20)) * (0.5 + random() / 2);
end;
$function$
;
comment on function amc_history.stoppage_pause(integer) is
  'How long something waits that failed so many times in a row: stoppage_pause_base, doubled with each time, at most
stoppage_pause_longest, of which chance takes up to half.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.store_credential(instance_id text, credential jsonb, credential_secret text)
 RETURNS text
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  secret_name constant text := coalesce(store_credential.credential_secret,
    'amc_credential_' || store_credential.instance_id);
  secret_id constant uuid := (select s.id from vault.secrets s where s.name = secret_name);
begin
  if store_credential.credential_secret is null then
    perform amc_history.check_credential(store_credential.credential);
    if secret_id is null then
      perform vault.create_secret(store_credential.credential::text, secret_name,
        'Login with Amazon credential of amc-history');
    else
      perform vault.update_secret(secret_id, store_credential.credential::text);
    end if;
  elsif store_credential.credential is not null then
    perform amc_history.refuse('credential_ambiguous', 'Expected a credential or the name of a secret; got both.',
      'Leave one out.');
  elsif secret_id is null then
    -- Without the name: it may be the secret itself, by mistake.
    perform amc_history.refuse('credential_secret_not_found', 'Vault has no secret of that name.',
      'Store the credential in Vault first, as JSON, under a name of your choice.');
  else
    perform amc_history.check_credential(amc_history.amc_credential(secret_name));
  end if;
  return secret_name;
end;
$function$
;
comment on function amc_history.store_credential(text,jsonb,text) is
  'Stores an instance''s credential in Vault, or takes the secret that is there under the name credential_secret.
Answers the secret''s name. Refuses as amc_history.check_credential does, and with credential_ambiguous,
credential_secret_not_found.';

CREATE OR REPLACE FUNCTION amc_history.store_webhook_secret(hook webhooks, url text, signing_key text, secret_name text)
 RETURNS text
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  own constant text := 'amc_webhook_' || (hook).id;
  known constant jsonb := amc_history.webhook_secret((hook).id);
  stored jsonb;
begin
  if store_webhook_secret.secret_name is not null then
    if store_webhook_secret.url is not null or store_webhook_secret.signing_key is not null
      or not amc_history.is_operator() then
      perform amc_history.refuse('webhook_secret_refused', 'Expected an address and key, or, from an operator, the '
        'name of a secret in place of both.', 'Leave secret_name out.');
    end if;
    select case when pg_input_is_valid(s.decrypted_secret, 'jsonb') then s.decrypted_secret::jsonb end into stored
    from vault.decrypted_secrets s where s.name = store_webhook_secret.secret_name;
    perform amc_history.check_webhook_secret((hook).form, stored, true);
    return store_webhook_secret.secret_name;
  end if;
  stored := jsonb_strip_nulls(jsonb_build_object('url', coalesce(store_webhook_secret.url, known ->> 'url'),
    'signing_key', coalesce(store_webhook_secret.signing_key, known ->> 'signing_key')));
  if stored = known then
    perform amc_history.check_webhook_secret((hook).form, stored, true);
    return (hook).secret_name;
  end if;
  perform amc_history.check_webhook_secret((hook).form, stored, false);
  if exists (select from vault.secrets s where s.name = own) then
    perform vault.update_secret(s.id, stored::text) from vault.secrets s where s.name = own;
  else
    perform vault.create_secret(stored::text, own, 'Address and signing key of a webhook of amc-history');
  end if;
  return own;
end;
$function$
;
comment on function amc_history.store_webhook_secret(webhooks,text,text,text) is
  'Stores a webhook''s address and key in Vault, or takes the secret that an operator named; what is null stays as it
is. Answers the secret''s name. Refuses as amc_history.check_webhook_secret does, and with webhook_secret_refused.';

CREATE OR REPLACE FUNCTION amc_history.survey_after_gap()
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  last_run constant timestamptz := (select h.at from amc_history.heartbeats h where h.name = 'dispatch');
begin
  if last_run < amc_history.clock_now() - (amc_history.allowances()).restore_gap then
    perform amc_history.after_restore();
  end if;
  perform amc_history.beat('dispatch');
end;
$function$
;
comment on function amc_history.survey_after_gap() is
  'Calls amc_history.after_restore if the schedule did not run for restore_gap (amc_history.allowances): in a restored
backup it last ran when the backup was made. Whatever else stops it costs one listing.';

CREATE OR REPLACE FUNCTION amc_history.survey_after_restore()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  if new.surveyed_at < (select h.at from amc_history.heartbeats h where h.name = 'restored') then
    new.surveyed_at := null;
  end if;
  return new;
end;
$function$
;
comment on function amc_history.survey_after_restore() is
  'Has a week that becomes due looked for in AMC''s list, whoever makes it due, if it was last looked for before a
backup was restored. Definer: whoever updates weeks may not read heartbeats.';

CREATE OR REPLACE FUNCTION amc_history.take_lock(name text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  if take_lock.name is null then
    return;
  end if;
  insert into amc_history.locks (name) values (take_lock.name) on conflict do nothing;
  perform from amc_history.locks l where l.name = take_lock.name for update;
end;
$function$
;
comment on function amc_history.take_lock(text) is
  'Takes the lock of a name until the transaction''s end: whoever takes it meanwhile waits, and then sees what was done
under it. Null takes none. Definer: a lock is no right to write.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.take_over_collection(collection_id uuid)
 RETURNS control_report
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  collection public.report_data_collections
    := amc_history.lock_controlled_collection(take_over_collection.collection_id);
begin
  if auth.uid() is null then
    perform amc_history.refuse('user_needed', 'Expected a signed-in user, got none.',
      'An analyst or admin of the instance takes it over.', 'PT403');
  elsif collection.cancelled_at is not null then
    return row('rejected', 'collection_is_cancelled', 0)::public.control_report;
  elsif exists (select from public.collection_backers b
      where b.collection_id = collection.id and b.user_id = auth.uid()) then
    return row('already_applied', null, 0)::public.control_report;
  end if;
  perform amc_history.stand_behind(collection.id);
  perform amc_history.record_action('collection_taken_over', collection.instance_id, collection.id);
  return row('applied', null, 0)::public.control_report;
end;
$function$
;
comment on function amc_history.take_over_collection(uuid) is
  'See public.take_over_collection. Definer: users may not write who stands behind a collection.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.taken_slots(instance_id text)
 RETURNS SETOF integer
 LANGUAGE plpgsql
 STABLE ROWS 10
 SET search_path TO ''
AS $function$
begin
  return query
  select a.slot from public.week_attempts a
  where a.instance_id = taken_slots.instance_id and a.is_live and a.slot is not null
    and not exists (select from public.workflow_executions e where e.id = a.execution_id and e.has_ended);
end;
$function$
;
comment on function amc_history.taken_slots(text) is
  'The slots of an instance''s attempts whose execution runs at AMC or may: a result that waits to be loaded takes
none.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.tell_end_of_let_go_execution()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  attempt public.week_attempts;
  week public.report_data_weeks;
begin
  update public.week_attempts a set watch_until = null where a.execution_id = new.id and a.outcome = 'let_go'
  returning * into attempt;
  if found then
    select * into week from public.report_data_weeks w where w.id = new.week_id;
    perform amc_history.record_event('let_go_execution_ended', attempt, week, new.id,
      jsonb_build_object('status', new.status));
    perform amc_history.raise_alert('let_go_execution_ended', format('Execution %s, which was let go of, has ended at '
      'AMC as %s. The week of %s is %s.', new.id, new.status, week.week_start_date, week.status), week.instance_id,
      week.id);
  end if;
  return null;
end;
$function$
;
comment on function amc_history.tell_end_of_let_go_execution() is
  'Tells that an execution of which a person had let go has ended at AMC after all.';

CREATE OR REPLACE FUNCTION amc_history.tell_ended_week(week report_data_weeks)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  collection public.report_data_collections;
  progress public.collection_progress;
begin
  -- Of two weeks that end at once, the second one sees the first.
  perform amc_history.take_lock('end of ' || (week).collection_id);
  if (week).status = 'failed' then
    perform amc_history.queue_deliveries('week_failed', 'failed_weeks', 'failed weeks of ' || (week).collection_id,
      jsonb_build_object('code', (week).error_code, 'message', left(format('The week of %s failed: %s',
          (week).week_start_date, (week).error_message), 1000),
        'next_step', 'Answer the words, then call retry_week.', 'instance_id', (week).instance_id,
        'collection_id', (week).collection_id, 'week_id', (week).id));
  end if;
  select * into collection from public.report_data_collections c where c.id = (week).collection_id;
  if collection.cancelled_at is not null or collection.archived_at is not null
    or exists (select from public.report_data_weeks w
      where w.instance_id = (week).instance_id and w.collection_id = (week).collection_id and w.finished_at is null)
    -- Another week of the same transaction has told it.
    or exists (select from public.report_data_weeks w
      join public.tracking_events t on t.week_id = w.id and t.event = 'collection_finished'
      where w.collection_id = (week).collection_id and t.happened_at >= (select max(l.finished_at)
        from public.report_data_weeks l where l.collection_id = (week).collection_id)) then
    return;
  end if;
  select * into progress from public.collection_progress p where p.collection_id = collection.id;
  perform amc_history.record_event('collection_finished', null, week,
    detail => jsonb_build_object('completed', progress.completed, 'failed', progress.failed));
  perform amc_history.queue_deliveries('collection_finished', 'finished_collections', 'end of ' || collection.id,
    jsonb_build_object('code', progress.status, 'message', format('The collection of the weeks from %s to %s has '
        'finished: %s completed, %s failed, %s others.', collection.start_date, collection.end_date,
        progress.completed, progress.failed, progress.weeks - progress.completed - progress.failed),
      'next_step', case when progress.failed > 0 then 'See week_results; retry_failed_weeks tries them once more.'
        else 'None: read its results.' end,
      'instance_id', collection.instance_id, 'collection_id', collection.id));
end;
$function$
;
comment on function amc_history.tell_ended_week(report_data_weeks) is
  'Queues for webhooks that a week failed, all of a collection as one; and, if it was the last open week of its
collection and nobody cancelled or archived that, that the collection has finished, in an event
(collection_finished) too.';

CREATE OR REPLACE FUNCTION amc_history.tell_last_resort()
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  now_at constant timestamptz := amc_history.clock_now();
  hook public.webhooks;
  alert public.tracking_alerts;
  secret jsonb;
  body jsonb;
  headers jsonb := '{"Content-Type": "application/json"}'::jsonb;
  sent_at constant text := floor(extract(epoch from now_at))::text;
begin
  select * into hook from public.webhooks w where w.last_resort and w.disabled_at is null
    and coalesce(w.last_resort_at <= now_at - (amc_history.allowances()).delivery_period, true)
    and w.last_resort_request is null and not amc_history.is_held_up('webhook', w.id::text) for no key update;
  select * into alert from public.tracking_alerts t where t.code = 'worker_unreachable' and t.resolved_at is null
    order by t.id limit 1;
  if hook.id is null or alert.id is null then
    return;
  end if;
  secret := amc_history.webhook_secret(hook.id);
  body := case hook.form
    when 'slack' then jsonb_build_object('text', replace(replace(replace(concat_ws(E'\n', alert.message,
      alert.next_step), '&', '&amp;'), '<', '&lt;'), '>', '&gt;'))
    else jsonb_build_object('sent_at', now_at, 'webhook', hook.name, 'items', jsonb_build_array(
      jsonb_build_object('id', null, 'kind', 'alert_raised') || amc_history.alert_item(alert))) end;
  if hook.form = 'json' then
    headers := headers || jsonb_build_object('AMC-History-Timestamp', sent_at, 'AMC-History-Signature',
      'v1=' || amc_history.hmac_sha256(secret ->> 'signing_key', sent_at || '.' || body::text));
  end if;
  update public.webhooks w set last_resort_at = now_at, last_resort_request = net.http_post(url := secret ->> 'url',
    body := body, headers := headers, timeout_milliseconds := 2000)
  where w.id = hook.id;
  -- It is told; the worker, once it is there again, need not.
  update public.webhook_deliveries d set state = 'sent', ended_at = now_at, last_words = 'Told by the database.'
  where d.webhook_id = hook.id and d.kind = 'alert_raised' and d.state = 'queued' and d.lease is null
    and d.item ->> 'code' = 'worker_unreachable';
end;
$function$
;
comment on function amc_history.tell_last_resort() is
  'While the worker cannot be reached (the alert worker_unreachable), tells that to the webhook of last resort, once
every delivery_period (amc_history.allowances). pg_net sends it, for 2 seconds (amc_history.read_last_resort reads the
answer); the address is in its queue until then.';

CREATE OR REPLACE FUNCTION amc_history.tell_lasting_stoppages()
 RETURNS bigint
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select count(amc_history.tell_stoppage(s)::text) from public.stoppages s
  join amc_history.stoppage_kinds k on k.kind = s.kind
  where s.ended_at is null and s.since + k.tell_after <= amc_history.clock_now()
    and not exists (select from public.tracking_alerts t where t.code = k.alert_code and t.resolved_at is null
      and t.instance_id is not distinct from s.instance_id
      and t.subject = amc_history.stoppage_alert_subject(s));
$function$
;
comment on function amc_history.tell_lasting_stoppages() is
  'Alerts a person to each stoppage that nobody has reported again since it became old enough to tell. Answers how
many.';

CREATE OR REPLACE FUNCTION amc_history.tell_stoppage(stoppage stoppages)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  kind constant amc_history.stoppage_kinds := amc_history.stoppage_kind((stoppage).kind);
  others bigint;
  is_of_one_collection boolean;
begin
  if (stoppage).retry_at < 'infinity' and (stoppage).since + kind.tell_after > amc_history.clock_now()
    or amc_history.is_told_of_instance(stoppage) then
    return;
  end if;
  select count(*), coalesce(bool_and(o.collection_id is not distinct from (stoppage).collection_id), true)
    into others, is_of_one_collection from amc_history.told_with(stoppage) o where o.kind = (stoppage).kind;
  perform amc_history.raise_alert(kind.alert_code, (stoppage).words
      || case when others > 0 then format(' (%s more for the same reason.)', others) else '' end,
    (stoppage).instance_id, case when kind.told_by = 'subject' then (stoppage).week_id end,
    jsonb_strip_nulls(jsonb_build_object('kind', (stoppage).kind, 'subject', (stoppage).subject,
      'code', (stoppage).code, 'source', (stoppage).source,
      'collection_id', case when is_of_one_collection then (stoppage).collection_id end,
      'request_id', (stoppage).request_id)),
    amc_history.stoppage_alert_subject(stoppage), kind.next_step);
end;
$function$
;
comment on function amc_history.tell_stoppage(stoppages) is
  'Alerts a person to a stoppage that waits for one, or that has lasted as long as its kind says; else, or if an alert
about its instance tells it (amc_history.is_told_of_instance), does nothing. Counts up the alert that is open already,
which may be about others with the same cause.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.test_webhook(webhook_id uuid)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  hook constant public.webhooks := amc_history.lock_own_webhook(test_webhook.webhook_id);
begin
  if hook.disabled_at is not null then
    perform amc_history.refuse('webhook_disabled', format('The webhook %s is disabled.', quote_literal(hook.name)),
      'Call set_webhook with enabled => true first.', 'PT409');
  end if;
  perform amc_history.queue_delivery(hook.id, 'test', 'test', jsonb_build_object('code', 'test', 'message',
    'This is a test of the webhook ' || quote_literal(hook.name) || '.', 'next_step', 'None.', 'instance_id',
    hook.instance_id, 'collection_id', null, 'week_id', null, 'raised_at', amc_history.clock_now(), 'resolved_at', null,
    'times', 1), interval '0');
  perform amc_history.try_webhook_again(hook.id);
  return (select max(d.id) from public.webhook_deliveries d where d.webhook_id = hook.id and d.kind = 'test');
end;
$function$
;
comment on function amc_history.test_webhook(uuid) is
  'See public.test_webhook. Definer: users may not write deliveries.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.told_names(output_columns jsonb)
 RETURNS text[]
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
  -- An element without a name keeps its place, so that places are those of the array.
  select case when count(o ->> 'name') > 0 then array_agg(o ->> 'name' order by i) end
  from jsonb_array_elements(case jsonb_typeof(told_names.output_columns)
    when 'array' then told_names.output_columns else '[]' end) with ordinality as t(o, i);
$function$
;
comment on function amc_history.told_names(jsonb) is
  'The names of AMC''s outputColumns, in their order; null if it told none.';

CREATE OR REPLACE FUNCTION amc_history.told_with(stoppage stoppages)
 RETURNS SETOF stoppages
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select o.* from amc_history.stoppage_kind((stoppage).kind) k
  join public.stoppages o on o.ended_at is null and o.id <> (stoppage).id
    and o.instance_id is not distinct from (stoppage).instance_id
    and case k.told_by
      when 'code' then o.kind = (stoppage).kind and o.code = (stoppage).code
      when 'alert_code' then o.subject = (stoppage).subject
        and (amc_history.stoppage_kind(o.kind)).alert_code = k.alert_code
      else false end;
$function$
;
comment on function amc_history.told_with(stoppages) is
  'The other open stoppages that the alert about one tells, too.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.tracking_figures(since timestamp with time zone, until timestamp with time zone,
    instance text)
 RETURNS TABLE(instance_id text, weeks_by_state jsonb, completed integer, failed integer, success_rate numeric,
    completed_untracked integer, null_rate numeric, tracking_failures jsonb, adopted_executions integer,
    duplicate_executions integer, throttles integer, paused_seconds numeric, oldest_due_seconds numeric, seconds_p50
    numeric, seconds_p95 numeric, slots integer, slots_taken integer, slots_elsewhere integer)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  instances constant text[] := array(select i.id from public.amc_instances i
    where i.id = coalesce(tracking_figures.instance, i.id)
      and (amc_history.is_operator() or i.id in (select amc_history.instances_of_caller())));
begin
  if not coalesce(tracking_figures.since < tracking_figures.until, false) then
    perform amc_history.refuse('period_not_valid', format(
      'Expected a period, from since to a later until; got %s to %s.', coalesce(tracking_figures.since::text, 'null'),
      coalesce(tracking_figures.until::text, 'null')),
      'Give two times, the earlier one first.');
  elsif tracking_figures.instance is not null and cardinality(instances) = 0 then
    perform amc_history.refuse('instance_not_found', format('No instance %s that you may see.',
      quote_literal(left(tracking_figures.instance, 100))), 'Check the id.', 'PT404');
  end if;
  return query
  select p.instance_id, coalesce(w.weeks_by_state, '{}'), coalesce(w.completed, 0), coalesce(w.failed, 0),
    round((w.completed - w.completed_untracked)::numeric / nullif(w.completed + w.failed, 0), 4),
    coalesce(w.completed_untracked, 0), round(w.completed_untracked::numeric / nullif(w.completed, 0), 4),
    coalesce(e.tracking_failures, '{}'), coalesce(p.adopted_executions, 0), coalesce(e.duplicate_executions, 0),
    coalesce(e.throttles, 0), coalesce(p.paused_seconds, 0), p.oldest_due_seconds, w.seconds_p50, w.seconds_p95,
    coalesce(p.slots, 0), coalesce(p.slots_taken, 0), coalesce(p.slots_elsewhere, 0)
  from amc_history.present_figures(instances, tracking_figures.since, tracking_figures.until) p
  left join amc_history.week_figures(instances, tracking_figures.since, tracking_figures.until) w
    on w.instance_id is not distinct from p.instance_id
  left join amc_history.event_figures(instances, tracking_figures.since, tracking_figures.until) e
    on e.instance_id is not distinct from p.instance_id
  where p.instance_id is not null or tracking_figures.instance is null
  order by p.instance_id nulls last;
end;
$function$
;
comment on function amc_history.tracking_figures(timestamp with time zone,timestamp with time zone,text) is
  'Does what public.tracking_figures says. Definer: a member sees the figures of an instance though its weeks are of
others.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.try_webhook_again(webhook_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  update public.stoppages s set retry_at = amc_history.clock_now()
  where s.kind = 'webhook' and s.subject = try_webhook_again.webhook_id::text and s.ended_at is null;
$function$
;
comment on function amc_history.try_webhook_again(uuid) is
  'Ends the pause of a webhook that failed: the next worker tries it.';

CREATE OR REPLACE FUNCTION amc_history.typed_cell_sql(cell text, sql_type text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
  select case when typed_cell_sql.sql_type = 'text' then typed_cell_sql.cell else
    (select format('case %s end', string_agg(format('when %s then %s', fits, value), ' '))
      from amc_history.cell_forms(typed_cell_sql.cell, typed_cell_sql.sql_type)) end;
$function$
;
comment on function amc_history.typed_cell_sql(text,text) is
  'SQL that reads a cell as a type of amc_history.column_types, and as null where it does not fit. cell: SQL of the
cell, of type text.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.unplaced_attempts(instance_id text)
 RETURNS TABLE(fingerprint integer, workflow_id text, starts_at timestamp with time zone)
 LANGUAGE sql
 STABLE ROWS 100
 SET search_path TO ''
AS $function$
  select a.fingerprint, c.workflow_id, w.week_start_date::timestamp at time zone c.time_zone
  from public.week_attempts a
  join public.report_data_weeks w on w.id = a.week_id
  join public.report_data_collections c on c.id = w.collection_id
  where a.instance_id = unplaced_attempts.instance_id and a.execution_id is null
    and (a.is_live or a.outcome = 'abandoned' or a.outcome = 'let_go');
$function$
;
comment on function amc_history.unplaced_attempts(text) is
  'Attempts of an instance that may have an execution at AMC which is not known here: their fingerprint, and what they
asked for.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.unsettled_until(attempt week_attempts)
 RETURNS text
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select 'unsettled until ' || to_char(until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
  from greatest(attempt.settle_after, attempt.leased_until) until
  where until > amc_history.clock_now();
$function$
;
comment on function amc_history.unsettled_until(week_attempts) is
  'Until when nobody can know the outcome of a create, as "unsettled until …": it may be under way, or AMC''s list may
lag. Null once that is over.';

CREATE OR REPLACE FUNCTION amc_history.unsurveyed_weeks(instance_id text)
 RETURNS SETOF report_data_weeks
 LANGUAGE sql
 ROWS 100
 SET search_path TO ''
AS $function$
  select w.* from public.report_data_weeks w
  join public.report_data_collections c on c.id = w.collection_id and c.paused_at is null and c.cancelled_at is null
  where w.instance_id = unsurveyed_weeks.instance_id and w.surveyed_at is null and w.due_at < 'infinity'
    and not exists (select from public.stoppages s where s.kind = 'week' and s.subject = w.id::text
      and s.ended_at is null and coalesce(s.retry_at > amc_history.clock_now(), true));
$function$
;
comment on function amc_history.unsurveyed_weeks(text) is
  'The weeks of an instance that wait for a listing before their first create.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.update_execution(seen amc_history.execution_observation)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  update public.workflow_executions e set
    status = coalesce(seen.status, e.status), status_reason = coalesce(seen.status_reason, e.status_reason),
    window_start_at = coalesce(seen.window_start_at, e.window_start_at),
    window_end_at = coalesce(seen.window_end_at, e.window_end_at),
    amc_created_at = coalesce(seen.created_at, e.amc_created_at),
    amc_updated_at = coalesce(seen.updated_at, e.amc_updated_at),
    amc_expires_at = coalesce(seen.expires_at, e.amc_expires_at),
    execution_seconds = coalesce(seen.execution_seconds, e.execution_seconds),
    output_columns = coalesce(seen.output_columns, e.output_columns), updated_at = amc_history.clock_now()
  where e.id = seen.id
    and not e.has_ended
    -- A terminal status wins; else what AMC wrote later does.
    and (amc_history.is_terminal_status(seen.status)
      or e.amc_updated_at is null or seen.updated_at is null or seen.updated_at >= e.amc_updated_at);
end;
$function$
;
comment on function amc_history.update_execution(amc_history.execution_observation) is
  'Updates an execution that is known here. A terminal status is final; among the others the one that AMC wrote last
wins.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.update_executions(instance_id text, executions jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  entry jsonb;
  subject text;
begin
  for entry, subject in
    -- Only what is ours is read: whatever else AMC's list holds is nobody's business here.
    select o.value, concat_ws('/', update_executions.instance_id, e.id) from jsonb_array_elements(executions) o(value)
    join public.workflow_executions e on e.id = o.value ->> 'id' and not e.has_ended
    -- A listing that shifts while it is read may name one twice; the later one decides.
    order by e.id, o.value ->> 'updated_at' nulls first
  loop
    begin
      perform amc_history.update_execution(amc_history.read_observation(entry));
      perform amc_history.end_stoppage('list_entry', subject);
      perform amc_history.end_stoppage('execution', entry ->> 'id');
      if amc_history.is_terminal_status(entry ->> 'status') then
        perform amc_history.end_stoppage('cancel', entry ->> 'id');
      end if;
    exception when others then
      perform amc_history.record_stoppage('list_entry', subject, 'not_recorded', 'postgres', sqlerrm, w.instance_id,
        w.collection_id, w.id)
      from public.workflow_executions e join public.report_data_weeks w on w.id = e.week_id
      where e.id = entry ->> 'id';
    end;
  end loop;
end;
$function$
;
comment on function amc_history.update_executions(text,jsonb) is
  'Updates the executions that are known here and have not ended. executions: an array of
amc_history.execution_observation as JSON, of which the others are ignored. One that cannot be written is set aside
(stoppage list_entry), and the others are written.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.usual_output_format()
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$ select '{"separatorCharacter": ",", "quoteCharacter": "\"", "escapeCharacter": "\""}'::jsonb; $function$
;
comment on function amc_history.usual_output_format() is
  'The output format of a workflow that is saved without one, as AMC takes it (SPEC, H).';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.verdict_on(backfill id_backfills, week id_backfill_weeks)
 RETURNS TABLE(outcome text, reason text, found id_backfill_candidates)
 LANGUAGE sql
 STABLE ROWS 1
 SET search_path TO ''
AS $function$
  select case
      when p.times = 0 and m.times = 0 and not u.is_unread then 'not_listed'
      when p.times = 0 then 'not_provable'
      when p.times > 1 or m.times > 0 or p.is_shared or u.is_unread then 'ambiguous'
      else 'matched'
    end,
    case
      when p.times = 0 and m.times > 0 then m.missing
      when p.times + m.times > 1 then 'several_fit'
      when p.is_shared then 'fits_several_weeks'
      when u.is_unread then 'list_not_read'
      when p.times = 0 and not backfill.queries_seen then 'by_workflow_id_alone'
      else (p.found).reason
    end, p.found
  from (
    select count(*) as times, (array_agg(c order by c.execution_id))[1] as found,
      coalesce(bool_or(exists (select from public.id_backfill_candidates o where o.backfill_id = c.backfill_id
        and o.execution_id = c.execution_id and o.week_id <> c.week_id)
        or amc_history.has_rivals(backfill, c)), false) as is_shared
    from public.id_backfill_candidates c
    where c.backfill_id = (week).backfill_id and c.week_id = (week).week_id and c.is_proved
  ) p
  cross join (
    select count(*) as times, left(string_agg(distinct c.reason, '; ' order by c.reason), 500) as missing
    from public.id_backfill_candidates c
    where c.backfill_id = (week).backfill_id and c.week_id = (week).week_id and not c.is_proved
  ) m
  cross join (
    select coalesce(bool_or(backfill.unread && tstzrange((week).begins_at,
      greatest((week).begins_at, w.finished_at + (amc_history.allowances()).list_overlap), '[]')), false) as is_unread
    from public.report_data_weeks w where w.id = (week).week_id
  ) u;
$function$
;
comment on function amc_history.verdict_on(id_backfills,id_backfill_weeks) is
  'What a search says of a week once the list is read past it: matched if one execution is proved to be its, nothing
else may be, and it fits no other week, searched or not.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.versions_to_check()
 RETURNS TABLE(instance_id text, workflow_id text, week_id uuid, collection_id uuid, kind text, turn bigint)
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
#variable_conflict use_column
begin
  return query
  select f.instance_id, f.id, w.id, w.collection_id,
    case when f.check_kind = 'first_week' or i.dry_runs in ('ignored', 'refused') then 'first_week' else 'dry_run' end,
    row_number() over (partition by f.instance_id order by w.due_at nulls first, f.id)
  from public.amc_workflows f
  join public.amc_instances i on i.id = f.instance_id and coalesce(i.paused_until <= amc_history.clock_now(), true)
  left join lateral (select w.id, w.collection_id, w.due_at
    from public.report_data_collections c
    -- Of each collection one week, the oldest, by the index.
    join lateral (select d.* from public.report_data_weeks d
      where d.instance_id = c.instance_id and d.collection_id = c.id and d.due_at <= amc_history.clock_now()
      order by d.due_at, d.week_start_date limit 1) w on true
    where c.instance_id = f.instance_id and c.workflow_id = f.id and c.paused_at is null and c.cancelled_at is null
      and not amc_history.is_held_up('standing', c.id::text)
    -- One collection's parameters say nothing of another's: those that AMC has refused already come last.
    order by (select max(k.ended_at) from public.workflow_checks k where k.instance_id = f.instance_id
        and k.workflow_id = f.id and k.collection_id = c.id and k.outcome = 'refused') nulls first,
      w.due_at, w.week_start_date limit 1) w on true
  where f.checked_at is null
    and (w.id is not null or f.check_asked_at is not null and f.check_kind = 'dry_run'
      and i.dry_runs not in ('ignored', 'refused'))
    and not exists (select from public.workflow_checks k
      where k.instance_id = f.instance_id and k.workflow_id = f.id and k.is_live)
    and not amc_history.is_held_up('workflow_check', amc_history.workflow_subject(f.instance_id, f.id))
    and not amc_history.is_held_up('workflow_save', amc_history.workflow_subject(f.instance_id, f.id));
end;
$function$
;
comment on function amc_history.versions_to_check() is
  'The workflow versions that wait for a check: not checked, with a due week or asked for by a person, without a check
under way, not held up, on an instance that is not paused. week_id, collection_id: the oldest due week (of a collection
with which AMC has not refused it yet, if there is one), or null. kind:
how it is to be checked. turn: so that instances take turns.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.versions_to_prune(max_loads integer)
 RETURNS TABLE(load_id uuid, week_id uuid, execution_id text, records bigint)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select v.load_id, v.week_id, v.execution_id, v.records
  from (
    select l.id as load_id, w.id as week_id, l.execution_id, l.records, l.completed_at, c.keep_versions, s.shown,
      row_number() over (partition by w.id order by s.shown desc, l.completed_at desc, l.id) as place
    from public.result_loads l
    join public.workflow_executions e on e.id = l.execution_id
    join public.report_data_weeks w on w.id = e.week_id
    join public.report_data_collections c on c.id = w.collection_id
    cross join lateral (select w.status = 'completed' and l.execution_id is not distinct from w.execution_id as shown) s
    -- The result of a live attempt is about to be shown: it is neither pruned nor counted.
    where l.complete
      and not exists (select from public.week_attempts a where a.execution_id = e.id and a.is_live)
  ) v
  -- The shown one has place 1, and at least one is kept.
  where v.place > v.keep_versions and not amc_history.is_held_up('job', 'amc-history-prune/' || v.load_id)
  order by v.completed_at, v.load_id
  limit versions_to_prune.max_loads;
$function$
;
comment on function amc_history.versions_to_prune(integer) is
  'Loads beyond the keep_versions newest of each week, oldest first. Never the shown one, nor that of a live attempt,
nor one that is set aside.';

CREATE OR REPLACE FUNCTION amc_history.watch()
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  job constant text := 'amc-history-watch/';
  what text;
begin
  foreach what in array array['read_wake_ups', 'watch_ticks', 'watch_jobs', 'watch_overdue',
    'watch_slots', 'watch_retention', 'watch_standing', 'watch_cancelled', 'end_idle_stoppages',
    'tell_lasting_stoppages', 'read_last_resort', 'tell_last_resort'] loop
    begin
      execute format('select amc_history.%I()', what);
      perform amc_history.end_stoppage('job', job || what);
    exception when query_canceled or others then
      perform amc_history.record_stoppage('job', job || what, sqlstate, 'postgres', sqlerrm, null);
      -- The statement's time is over.
      exit when sqlstate = '57014';
    end;
  end loop;
  perform amc_history.beat('watch');
end;
$function$
;
comment on function amc_history.watch() is
  'Looks whether the schedule, its wake-ups, the worker and the jobs move, and tells what has been held up for long. A
part that fails is recorded, and the others go on. Run by pg_cron each minute.';

CREATE OR REPLACE FUNCTION amc_history.watch_cancelled()
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  again constant interval := (amc_history.allowances()).cancel_again;
  running text[];
begin
  select array_agg(e.id) into running from public.workflow_executions e
  where e.cancel_requested_at is not null and not e.has_ended
    -- It was asked for this often; what AMC refuses, and what holds up a week, is told otherwise.
    and e.cancel_tried_at >= e.cancel_requested_at + 5 * again
    and not exists (select from public.stoppages s where s.kind = 'cancel' and s.subject = e.id and s.ended_at is null)
    and not exists (select from public.week_attempts a where a.execution_id = e.id
      and (a.is_live or a.outcome = 'let_go'));
  perform amc_history.end_stoppage(s.kind, s.subject) from public.stoppages s
  where s.kind = 'still_running' and s.ended_at is null and s.subject <> all (coalesce(running, '{}'));
  perform amc_history.record_stoppage('still_running', e.id, 'not_ended', 'amc_history', format(
    'AMC takes each request to cancel execution %s, the first at %s, and it has not ended.', e.id,
    e.cancel_requested_at), w.instance_id, w.collection_id, w.id)
  from public.workflow_executions e join public.report_data_weeks w on w.id = e.week_id
  where e.id = any (running) order by e.id;
end;
$function$
;
comment on function amc_history.watch_cancelled() is
  'Records the stoppage still_running of each execution without an attempt, such as a duplicate, that AMC was asked to
cancel again and again and that has not ended; and ends that of the others. (Where an attempt lives, execution_overdue
tells it.)';

CREATE OR REPLACE FUNCTION amc_history.watch_jobs()
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  job record;
begin
  for job in
    select j.name, c.active, run.status, left(run.return_message, 1000) as words
    from amc_history.jobs j
    left join cron.job c on c.jobname = j.name and c.command = j.command
    left join lateral (select d.status, d.return_message from cron.job_run_details d
      where d.jobid = c.jobid and d.status in ('succeeded', 'failed') order by d.runid desc limit 1) run on true
    order by j.name
  loop
    if coalesce(job.active, false) then
      perform amc_history.end_stoppage('schedule', job.name);
    else
      perform amc_history.record_stoppage('schedule', job.name, 'not_scheduled', 'amc_history', format(
        'pg_cron has no active job %s with the command that amc_history.jobs has.', job.name), null);
    end if;
    if job.status = 'succeeded' then
      perform amc_history.end_stoppage('job', job.name);
    elsif job.status = 'failed' then
      perform amc_history.record_stoppage('job', job.name, 'run_failed', 'postgres',
        coalesce(nullif(job.words, ''), 'The run was interrupted.'), null);
    end if;
  end loop;
  -- Of jobs that are wanted no more nothing is held up.
  perform amc_history.end_stoppage(s.kind, s.subject) from public.stoppages s
  where s.ended_at is null and s.kind in ('schedule', 'job') and starts_with(s.subject, 'amc-history-')
    and not exists (select from amc_history.jobs j where j.name = split_part(s.subject, '/', 1));
end;
$function$
;
comment on function amc_history.watch_jobs() is
  'Records a stoppage for each of our jobs that pg_cron does not run, and for each whose last run failed; ends those of
the others.';

CREATE OR REPLACE FUNCTION amc_history.watch_overdue()
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  instance text;
begin
  for instance in
    select i.id from public.amc_instances i where exists (select from public.week_attempts a
      where a.instance_id = i.id and a.is_live and a.state = 'created'
        and a.intended_at < amc_history.clock_now() - make_interval(hours => i.overdue_hours))
  loop
    perform amc_history.refresh_overdue_alerts(instance);
  end loop;
end;
$function$
;
comment on function amc_history.watch_overdue() is
  'Alerts a person to overdue executions, also of instances whose list cannot be read.';

CREATE OR REPLACE FUNCTION amc_history.watch_retention()
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  job constant text := 'amc-history-watch/retention/';
  usual constant integer := (amc_history.allowances()).retention_months;
  ending text[] := '{}';
  collection record;
  next_day date;
begin
  for collection in
    with waiting as materialized (
      select w.collection_id, min(w.week_start_date) as first_day from public.report_data_weeks w
      where w.due_at is not null group by w.collection_id
    )
    select c.id, c.instance_id, e.first_day, e.last_day, coalesce(f.retention_months, usual) as months
    from waiting q
    join public.report_data_collections c on c.id = q.collection_id and c.cancelled_at is null and c.archived_at is null
    join public.amc_workflows f on f.instance_id = c.instance_id and f.id = c.workflow_id
    cross join amc_history.ending_weeks(f.retention_months) e
    where q.first_day <= e.last_day
    order by c.id
  loop
    begin
      perform amc_history.hold_left_weeks(collection.id, collection.first_day, collection.months);
      next_day := (select min(w.week_start_date) from public.report_data_weeks w
        where w.collection_id = collection.id and w.due_at is not null
          and w.week_start_date between collection.first_day - 1 and collection.last_day);
      if next_day is not null then
        ending := ending || collection.id::text;
        perform amc_history.record_stoppage('retention', collection.id::text, 'retention_ends', 'amc_history', format(
          'AMC keeps %s months of data: those of the week of %s, which still waits, leave on %s.', collection.months,
          next_day, (next_day + make_interval(months => collection.months))::date), collection.instance_id,
          collection.id);
      end if;
      perform amc_history.end_stoppage('job', job || collection.id);
    exception when others then
      perform amc_history.record_stoppage('job', job || collection.id, sqlstate, 'postgres', sqlerrm,
        collection.instance_id, collection.id);
    end;
  end loop;
  perform amc_history.end_stoppage(s.kind, s.subject) from public.stoppages s
  where s.kind = 'retention' and s.ended_at is null and s.subject <> all (ending);
end;
$function$
;
comment on function amc_history.watch_retention() is
  'Records the stoppage retention of each collection with a week that waits though AMC will soon no longer keep its
data (retention_ends in amc_history.allowances), ends that of the others, and holds the weeks whose data it keeps no
more.';

CREATE OR REPLACE FUNCTION amc_history.watch_slots()
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  now_at constant timestamptz := amc_history.clock_now();
  job text;
  instance public.amc_instances;
  why record;
begin
  for instance in
    -- One that is paused keeps what it has until it may be called again; reconnect_needed tells of the others.
    select * from public.amc_instances i
    where coalesce(i.paused_until <= now_at or i.paused_until = 'infinity', true) order by i.id
  loop
    job := 'amc-history-watch/slots/' || instance.id;
    begin
      select w.code, w.words into why from amc_history.why_none_begins(instance) w
        where coalesce(instance.paused_until < 'infinity', true);
      if why.code is null then
        perform amc_history.end_stoppage('slots', instance.id);
      else
        perform amc_history.record_stoppage('slots', instance.id, why.code, 'amc_history', why.words, instance.id);
      end if;
      perform amc_history.end_stoppage('job', job);
    exception when others then
      perform amc_history.record_stoppage('job', job, sqlstate, 'postgres', sqlerrm, instance.id);
    end;
  end loop;
end;
$function$
;
comment on function amc_history.watch_slots() is
  'Records the stoppage slots of each instance none of whose due weeks may begin (amc_history.why_none_begins), and
ends that of the others.';

CREATE OR REPLACE FUNCTION amc_history.watch_standing()
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select amc_history.settle_standing(array(select s.collection_id from public.stoppages s
    where s.ended_at is null and (s.kind = 'standing' or s.kind = 'job' and starts_with(s.subject, 'settle_standing/')
      and s.retry_at <= amc_history.clock_now())));
$function$
;
comment on function amc_history.watch_standing() is
  'Settles again what could not be settled, and ends the stoppage of a collection of which nothing is left to begin.';

CREATE OR REPLACE FUNCTION amc_history.watch_ticks()
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  accepted constant timestamptz := (select h.at from amc_history.heartbeats h where h.name = 'wake_up_accepted');
  tick constant timestamptz := (select h.at from amc_history.heartbeats h where h.name = 'tick');
begin
  if accepted > coalesce(tick, '-infinity')
    and accepted < amc_history.clock_now() - (amc_history.allowances()).tick_longest then
    perform amc_history.record_stoppage('tick', 'collect', 'no_tick', 'amc_history', format('The edge function collect '
      'has accepted wake-ups since %s, and has ended no tick since %s.', accepted, coalesce(tick::text, 'ever')), null);
  end if;
end;
$function$
;
comment on function amc_history.watch_ticks() is
  'Records the stoppage tick if wake-ups are accepted and no worker has ended a tick for tick_longest
(amc_history.allowances).';

CREATE OR REPLACE FUNCTION amc_history.webhook_secret(webhook_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  -- The cast of what is no JSON would put the secret into an error, and so into Postgres's log.
  select case when pg_input_is_valid(s.decrypted_secret, 'jsonb') then s.decrypted_secret::jsonb end
  from public.webhooks w join vault.decrypted_secrets s on s.name = w.secret_name
  where w.id = webhook_secret.webhook_id;
$function$
;
comment on function amc_history.webhook_secret(uuid) is
  'A webhook''s {url, signing_key}; null if Vault has none, or no JSON. On the direct connection only.';

CREATE OR REPLACE FUNCTION amc_history.webhooks_to_tell()
 RETURNS SETOF uuid
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select w.id from public.webhooks w
  cross join lateral (select min(d.due_at) as due_at from public.webhook_deliveries d
    where d.webhook_id = w.id and d.state = 'queued') q
  where w.disabled_at is null and q.due_at <= amc_history.clock_now()
    and not exists (select from public.webhook_deliveries d
      where d.webhook_id = w.id and d.state = 'queued' and d.leased_until > amc_history.clock_now())
    and not amc_history.is_held_up('webhook', w.id::text)
  order by q.due_at, w.id;
$function$
;
comment on function amc_history.webhooks_to_tell() is
  'The webhooks for which something is due and that no worker is telling now, longest due first; without those that
failed and wait for their next try.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.week_figures(instances text[], since timestamp with time zone, until timestamp
    with time zone)
 RETURNS TABLE(instance_id text, weeks_by_state jsonb, completed integer, failed integer, completed_untracked integer,
    seconds_p50 numeric, seconds_p95 numeric)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  with weeks as materialized (
    select r.instance_id, r.state, r.status, r.execution_id is null as is_untracked,
      extract(epoch from r.finished_at - r.started_at) as seconds
    from public.week_results r
    where r.instance_id = any (week_figures.instances)
      and (r.finished_at is null and r.created_at < week_figures.until
        or r.finished_at >= week_figures.since and r.finished_at < week_figures.until)
  ),
  states as (
    select s.instance_id, jsonb_object_agg(s.state, s.weeks) as weeks_by_state from (
      select w.instance_id, w.state, count(*) as weeks from weeks w
      group by grouping sets ((w.instance_id, w.state), (w.state))) s
    group by s.instance_id
  ),
  figures as (
    select w.instance_id,
      (count(*) filter (where w.status = 'completed'))::integer as completed,
      (count(*) filter (where w.status = 'failed'))::integer as failed,
      (count(*) filter (where w.status = 'completed' and w.is_untracked))::integer as completed_untracked,
      percentile_cont(array[0.5, 0.95]) within group (order by w.seconds) filter (where w.status = 'completed')
        as seconds
    from weeks w group by grouping sets ((w.instance_id), ())
  )
  select f.instance_id, coalesce(s.weeks_by_state, '{}'), f.completed, f.failed, f.completed_untracked,
    round(f.seconds[1]::numeric, 3), round(f.seconds[2]::numeric, 3)
  from figures f left join states s on s.instance_id is not distinct from f.instance_id;
$function$
;
comment on function amc_history.week_figures(text[],timestamp with time zone,timestamp with time zone) is
  'The weeks of instances in a period, as public.tracking_figures answers them; the row of all has no instance.';

CREATE OR REPLACE FUNCTION amc_history.weeks_beside(asked amc_history.weeks_request, collection report_data_collections,
    first_day date, last_day date)
 RETURNS integer
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  settled record;
begin
  collection.end_date := greatest(collection.end_date, weeks_beside.last_day);
  settled := amc_history.settled_if_kept(collection, coalesce(asked.settle_days, collection.settle_days));
  return (select count(*)
    from generate_series(settled.first_day::timestamp, settled.last_day, interval '7 days') d(day)
    where d.day::date not between weeks_beside.first_day and weeks_beside.last_day
      and not exists (select from public.report_data_weeks w
        where w.collection_id = collection.id and w.week_start_date = d.day::date));
end;
$function$
;
comment on function amc_history.weeks_beside(amc_history.weeks_request,report_data_collections,date,date) is
  'How many weeks are added at once, beside those between the two days that are asked for, when a collection begins to
be kept current: those that have settled since its end.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.weeks_released(collection report_data_collections)
 RETURNS integer
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select count(*)::integer from public.report_data_weeks w
  where w.collection_id = (collection).id and case w.due_at
    when 'infinity' then ((collection).cancelled_at is not null or (collection).archived_at is not null)
      and not exists (select from public.stoppages s
        where s.kind = 'week' and s.subject = w.id::text and s.ended_at is null
          and coalesce(s.retry_at > amc_history.clock_now(), true))
    else w.due_at is not null and exists (select from public.stoppages s
      where s.kind = 'standing' and s.subject = (collection).id::text and s.ended_at is null) end;
$function$
;
comment on function amc_history.weeks_released(report_data_collections) is
  'How many weeks of a collection that wait now may begin once somebody starts it: those held while it is archived or
cancelled (amc_history.release_collection), or while nobody stands behind it.';

CREATE OR REPLACE FUNCTION amc_history.weeks_to_open(collection_id uuid, first_day date, last_day date, OUT weeks
    integer, OUT earliest date)
 RETURNS record
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select count(*), min(d.day)::date
  from generate_series(weeks_to_open.first_day::timestamp, weeks_to_open.last_day, interval '7 days') d(day)
  left join public.report_data_weeks w on w.collection_id = weeks_to_open.collection_id
    and w.week_start_date = d.day::date
  where w.id is null or w.status in ('cancelled', 'skipped');
$function$
;
comment on function amc_history.weeks_to_open(uuid,date,date) is
  'How many weeks between two days a collection does not have, or has as cancelled or skipped, and the first day of the
earliest of them. collection_id: null for a collection that is not there yet.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.weeks_to_restate(collection_id uuid)
 RETURNS SETOF report_data_weeks
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select w.* from public.report_data_collections c
  cross join amc_history.allowances() l
  cross join lateral (
    select n.* from public.report_data_weeks n
    where n.collection_id = c.id and n.status = 'completed'
    order by n.week_start_date desc limit c.restate_weeks
  ) w
  where c.id = weeks_to_restate.collection_id and c.paused_at is null and c.cancelled_at is null
    and not amc_history.is_held_up('standing', c.id::text)
    and w.week_end_date >= (amc_history.clock_now() at time zone c.time_zone)::date - l.restate_days
    and w.due_at is null
    -- A period after the intent of the last attempt, whatever its outcome.
    and not exists (select from public.week_attempts a where a.week_id = w.id
      and (a.is_live or a.intended_at > amc_history.clock_now() - make_interval(days => c.restate_every_days)));
$function$
;
comment on function amc_history.weeks_to_restate(uuid) is
  'The weeks of a collection that its policy collects again now: of the restate_weeks newest completed ones, those
that ended within restate_days (amc_history.allowances), were not tried for restate_every_days, and are neither due
nor under way.';

CREATE OR REPLACE FUNCTION amc_history.weeks_to_survey(instance_id text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  allowed constant amc_history.allowances := amc_history.allowances();
begin
  return (with few as (
      -- A few collections at a time: the listing has to go back to the oldest week of them.
      select w.collection_id from amc_history.unsurveyed_weeks(weeks_to_survey.instance_id) w
      group by w.collection_id order by min(w.created_at), w.collection_id limit 10)
    select coalesce(jsonb_agg(jsonb_build_object(
      'week_id', w.id, 'collection_id', c.id, 'workflow_id', c.workflow_id, 'time_zone', c.time_zone,
      'time_window_start', w.time_window_start,
      'time_window_end', w.time_window_end,
      'intended_at', coalesce(
        (select max(a.intended_at) from public.week_attempts a where a.week_id = w.id),
        least(w.created_at, greatest(w.created_at - allowed.survey_reach,
          (w.week_end_date + 1)::timestamp at time zone c.time_zone))))
      order by c.created_at, c.id, w.week_start_date), '[]')
    from amc_history.unsurveyed_weeks(weeks_to_survey.instance_id) w
    join public.report_data_collections c on c.id = w.collection_id
    where c.id in (select few.collection_id from few));
end;
$function$
;
comment on function amc_history.weeks_to_survey(text) is
  'The weeks of the instance that a listing is to look for, since AMC may have run them already: those that were never
looked for, of ten collections at a time. Answers an array of {week_id, collection_id, workflow_id, time_zone,
time_window_start, time_window_end (local, as sent to AMC), intended_at (from when on AMC may have run it unknown to
the database: since its last attempt; without one, since it was over, at most survey_reach of amc_history.allowances
before it was added)}.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.weeks_without_id(instance_id text)
 RETURNS SETOF report_data_weeks
 LANGUAGE sql
 STABLE ROWS 100
 SET search_path TO ''
AS $function$
  select w.* from public.report_data_weeks w
  where w.instance_id = weeks_without_id.instance_id and w.execution_id is null and w.finished_at is not null
    and amc_history.lacks_execution_id(w);
$function$
;
comment on function amc_history.weeks_without_id(text) is
  'The weeks of an instance that lack their execution''s id (amc_history.lacks_execution_id).';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.weigh_refusal(attempt week_attempts, week report_data_weeks, message text)
 RETURNS text
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  allowed constant amc_history.allowances := amc_history.allowances();
  now_at constant timestamptz := amc_history.clock_now();
  was_held boolean := exists (select from public.stoppages s where s.kind = 'collection'
    and s.subject = week.collection_id::text and s.ended_at is null);
  refused integer := (select count(*) from public.report_data_weeks w
    where w.collection_id = week.collection_id and w.id <> week.id and w.refused_at is not null);
begin
  perform amc_history.end_attempt(attempt.id, 'refused');
  update public.report_data_weeks w set error_code = 'amc_refused', error_message = left(weigh_refusal.message, 2000)
  where w.id = week.id and w.status in ('pending', 'running', 'completed');
  if was_held or refused + 1 >= allowed.refusals_in_row then
    update public.report_data_weeks w set refused_at = null, due_at = now_at
    where w.collection_id = week.collection_id and w.refused_at is not null;
    perform amc_history.reschedule_week(week, now_at);
    perform amc_history.hold_up(attempt, week, 'collection', week.collection_id::text, 'amc_refused', message);
    return 'collection_held';
  end if;
  if not amc_history.may_still_tell(week) then
    perform amc_history.fail_refused_weeks(week.collection_id);
    perform amc_history.fail_week(week, 'amc_refused', message);
    return null;
  end if;
  perform amc_history.reschedule_week(week, now_at + allowed.refusal_wait);
  update public.report_data_weeks w set refused_at = now_at where w.id = week.id and w.due_at < 'infinity';
  return null;
end;
$function$
;
comment on function amc_history.weigh_refusal(week_attempts,report_data_weeks,text) is
  'Decides whom AMC''s refusal of a create concerns. If AMC refused refusals_in_row weeks of the collection and took
none in between, the collection is held up, and its weeks stay due: answers collection_held. A refusal of this week
alone fails it: once another week is taken (amc_history.record_acceptance), or at once if no other may tell. Until then
it waits (refused_at). The caller holds the locks of collection, week and attempt.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.weigh_request(asked amc_history.weeks_request, plan amc_history.weeks_plan, OUT
    collection report_data_collections, OUT weeks integer, OUT settled integer, OUT changes_keeping boolean, OUT
    refusals jsonb)
 RETURNS record
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  opening record;
  check_of text;
  code text;
  message text;
  hint text;
begin
  refusals := '[]';
  collection := amc_history.collection_as_planned(asked, plan);
  opening := amc_history.weeks_to_open(collection.id, plan.first_day, plan.last_day);
  weeks := opening.weeks;
  changes_keeping := coalesce(asked.keep_current <> collection.keep_current, false)
    or coalesce(asked.settle_days <> collection.settle_days, false);
  settled := case when changes_keeping and coalesce(asked.keep_current, collection.keep_current)
    then amc_history.weeks_beside(asked, collection, plan.first_day, plan.last_day) else 0 end;
  foreach check_of in array array['weeks', 'limits', 'keep_current'] loop
    begin
      perform amc_history.check_effect(check_of, asked, plan, collection, opening.earliest, weeks + settled);
    exception when others then
      get stacked diagnostics code = pg_exception_detail, message = message_text, hint = pg_exception_hint;
      refusals := refusals || amc_history.describe_refusal(case check_of when 'weeks'
        then amc_history.field_of_range(asked, code) when 'keep_current' then check_of end, sqlstate, code, message,
        hint);
    end;
  end loop;
end;
$function$
;
comment on function amc_history.weigh_request(amc_history.weeks_request,amc_history.weeks_plan) is
  'What a planned request would change, reading only: the collection (without an id if it is to be made); how many
weeks it adds or opens; how many it adds beside them since the collection begins to be kept current (settled); whether
it changes that (changes_keeping). refusals: of amc_history.check_effect, as amc_history.describe_refusal
tells them.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.why_none_begins(instance amc_instances, OUT code text, OUT words text)
 RETURNS record
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  most_results constant integer := (amc_history.allowances()).results_waiting;
begin
  if exists (select from amc_history.free_slots(instance))
      -- What AMC's list has of a new collection takes a slot, too.
      or not (amc_history.has_claimable_week((instance).id)
        or exists (select from amc_history.unsurveyed_weeks((instance).id)))
      -- What cannot be read, or is refused, is told itself.
      or exists (select from public.stoppages s where s.kind = 'listing' and s.subject = (instance).id
        and s.ended_at is null) then
    return;
  end if;
  if amc_history.count_waiting_results((instance).id) >= most_results then
    code := 'results_waiting';
    words := format('%s results or more wait to be loaded; no week begins until there are fewer.', most_results);
  elsif exists (select from amc_history.taken_slots((instance).id)) then
    -- What runs, or may run, for us moves, or is told itself.
    return;
  elsif (instance).running_elsewhere >= (instance).max_parallel then
    code := 'running_elsewhere';
    words := format('Executions that were not begun here take all %s slots of the instance.', (instance).max_parallel);
  else
    code := 'daily_limit';
    words := format('The instance began the %s executions of its daily limit within 24 hours.', (instance).daily_limit);
  end if;
end;
$function$
;
comment on function amc_history.why_none_begins(amc_instances) is
  'Why none of an instance''s due weeks may begin, or be adopted, though each could: results_waiting, running_elsewhere
or daily_limit, with words; nulls if one may, none is due, or executions of ours hold its slots.';

CREATE OR REPLACE FUNCTION amc_history.window_key(workflow_id text, time_window_start text, time_zone text,
    parameters_hash text)
 RETURNS text
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
begin
  return concat_ws('|', workflow_id, time_window_start, time_zone, parameters_hash);
end;
$function$
;
comment on function amc_history.window_key(text,text,text,text) is
  'Equal for two attempts that would ask AMC for the same.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.withdraw_invitation(invitation_id uuid)
 RETURNS control_report
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  invitation public.invitations;
begin
  select * into invitation from public.invitations v
  where v.id = withdraw_invitation.invitation_id and amc_history.administers(v.instance_id);
  if not found then
    perform amc_history.refuse('invitation_not_found', format('No invitation %s to an instance of which you are admin.',
      coalesce(withdraw_invitation.invitation_id::text, 'null')), 'Check the id.', 'PT404');
  end if;
  update public.invitations v set withdrawn_at = amc_history.clock_now()
  where v.id = invitation.id and v.withdrawn_at is null and v.accepted_at is null;
  if found then
    perform amc_history.record_action('invitation_withdrawn', invitation.instance_id,
      detail => jsonb_build_object('invitation', invitation.id));
    return row('applied', null, 0)::public.control_report;
  elsif (select v.accepted_at from public.invitations v where v.id = invitation.id) is not null then
    perform amc_history.refuse('invitation_used', 'This invitation was accepted before.',
      'Call remove_member if its member is to go.', 'PT409');
  end if;
  return row('already_applied', null, 0)::public.control_report;
end;
$function$
;
comment on function amc_history.withdraw_invitation(uuid) is
  'See public.withdraw_invitation. Definer: users may not write invitations.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.withdraw_of_former_admins()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  update public.invitations v set withdrawn_at = amc_history.clock_now()
  from old_members o
  where v.instance_id = o.instance_id and v.invited_by = o.user_id
    and v.accepted_at is null and v.withdrawn_at is null
    and not exists (select from public.amc_instance_members m
      where m.instance_id = v.instance_id and m.user_id = v.invited_by and m.role = 'admin');
  return null;
end;
$function$
;
comment on function amc_history.withdraw_of_former_admins() is
  'Withdraws what members invited who are no admins any more: nobody comes back by a link of one''s own. Definer: see
amc_history.follow_memberships.';

CREATE OR REPLACE FUNCTION amc_history.workflow_subject(instance_id text, workflow_id text)
 RETURNS text
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
begin
  return workflow_subject.instance_id || '/' || workflow_subject.workflow_id;
end;
$function$
;
comment on function amc_history.workflow_subject(text,text) is
  'The subject of a stoppage of a workflow version (workflow_check, workflow_save).';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.workflow_to_start(asked amc_history.weeks_request)
 RETURNS amc_workflows
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  workflow public.amc_workflows;
begin
  select * into workflow from public.amc_workflows w
  where w.instance_id = (asked).instance_id and w.id = (asked).workflow_id;
  if not found then
    perform amc_history.refuse('workflow_not_found', format('Instance %s has no workflow %s.',
      (asked).instance_id, coalesce(quote_literal(left((asked).workflow_id, 200)), 'null')),
      'Save it with save_workflow, which answers its id.', 'PT404');
  end if;
  return workflow;
end;
$function$
;
comment on function amc_history.workflow_to_start(amc_history.weeks_request) is
  'The workflow version whose weeks are asked for. Refuses one that the instance does not have (workflow_not_found).';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.write_canonical_status()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  new.status := amc_history.canonical_status(new.status);
  return new;
end;
$function$
;
comment on function amc_history.write_canonical_status() is
  'Stores a status in one form, so that everything may compare it as it stands.';

CREATE OR REPLACE FUNCTION amc_history.write_week(week report_data_weeks, status text, data jsonb, execution_id text)
 RETURNS report_data_weeks
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  reported public.report_data_weeks;
begin
  -- Execution and status change in one statement, so that no reader sees one without the other.
  update public.report_data_weeks w set
    status = write_week.status,
    data = coalesce(write_week.data, w.data),
    execution_id = coalesce(write_week.execution_id, w.execution_id),
    error_code = case when write_week.status = 'completed' then null else w.error_code end,
    error_message = case when write_week.status = 'completed' then null else w.error_message end,
    due_at = case when write_week.status = 'pending' then w.due_at end
  where w.id = (week).id
  returning w.* into reported;
  return reported;
end;
$function$
;
comment on function amc_history.write_week(report_data_weeks,text,jsonb,text) is
  'Stores a week''s status and, where they are not null, its data and its execution. Answers the week as it now is.
The caller holds its lock.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.write_week_with_execution(week report_data_weeks, status text, data jsonb,
    execution_id text)
 RETURNS text
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  now_at timestamptz := amc_history.clock_now();
  brought constant text := write_week_with_execution.execution_id;
  untracked text;
begin
  if not amc_history.is_execution_id(brought) then
    untracked := 'malformed_execution_id';
  else
    begin
      insert into public.workflow_executions (id, week_id) values (brought, (week).id) on conflict (id) do nothing;
      if found then
        insert into public.week_attempts
          (week_id, instance_id, number, kind, state, outcome, intended_at, execution_id, ended_at)
        values ((week).id, (week).instance_id,
          1 + coalesce((select max(a.number) from public.week_attempts a where a.week_id = (week).id), 0),
          'external', 'ended', 'external', now_at, brought, now_at);
      elsif exists (select from public.workflow_executions e where e.id = brought and e.week_id <> (week).id) then
        untracked := 'execution_of_another_week';
      end if;
      if untracked is null then
        perform amc_history.write_week(week, write_week_with_execution.status, write_week_with_execution.data,
          brought);
        return null;
      end if;
    exception
      -- Tracking must never stop a collection. Only errors that the value itself caused are caught (classes 22 and
      -- 23): a deadlock, a cancellation or a full disk is raised, and the caller tries again.
      when data_exception or integrity_constraint_violation then
        untracked := 'refused_by_database: ' || sqlstate || ' ' || sqlerrm;
    end;
  end if;
  perform amc_history.write_week(week, write_week_with_execution.status, write_week_with_execution.data, null);
  return untracked;
end;
$function$
;
comment on function amc_history.write_week_with_execution(report_data_weeks,text,jsonb,text) is
  'Like write_week, with an execution that the caller brings: adds its row, and an attempt of kind external (rule
8). If the execution cannot be the week''s, status and data are stored all the same. Answers null, or why it is
untracked: malformed_execution_id, execution_of_another_week, or refused_by_database with the error.';
-- service_role: execute

CREATE OR REPLACE FUNCTION amc_history.zone_as_known(time_zone text)
 RETURNS text
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  return amc_history.normal_time_zone(zone_as_known.time_zone);
exception when invalid_parameter_value then
  return null;
end;
$function$
;
comment on function amc_history.zone_as_known(text) is
  'The normal form of a zone''s name, as amc_history.normal_time_zone answers it; null where it refuses.';
-- service_role: execute

CREATE OR REPLACE FUNCTION public.archive_collection(collection_id uuid)
 RETURNS control_report
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select amc_history.archive_collection(archive_collection.collection_id); $function$
;
comment on function archive_collection(uuid) is
  'Puts a collection away: it starts no more weeks, and is shown as archived. Executions under way at AMC continue, and
their results are collected; what is collected stays readable. resume_collection or start_collection brings it back.
Answers {outcome, reason, weeks}: applied (weeks: how many are held), already_applied. Refuses with
collection_not_found, role_too_low. For analysts and admins.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION public.backfill_execution_ids(collection_id uuid DEFAULT NULL::uuid, instance_id text DEFAULT
    NULL::text, since date DEFAULT NULL::date, dry_run boolean DEFAULT false)
 RETURNS id_backfill_report
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select amc_history.backfill_execution_ids(backfill_execution_ids.collection_id, backfill_execution_ids.instance_id,
    backfill_execution_ids.since, coalesce(backfill_execution_ids.dry_run, false));
$function$
;
comment on function backfill_execution_ids(uuid,text,date,boolean) is
  'Looks in AMC''s list for the executions of weeks that have no execution id, of a collection or of an instance: weeks
that another system reported. since: only weeks that begin on that day or later; null: those whose data AMC keeps
(retention_months of amc_history.allowances). dry_run: says what that would take, and changes nothing.

The worker reads the list in its ticks, a few pages each minute, beside collecting; id_backfill_states shows how far it
is, id_backfill_weeks what came of each week. Only what is certain is stored, and no id is ever replaced. Answers an
id_backfill_report: applied; planned (dry_run); already_applied (the same search is under way, or reason
no_week_lacks_an_id); rejected with backfill_in_progress (another search of the instance; backfill_id says which).
Refuses with backfill_scope_not_valid, since_not_valid, collection_not_found, instance_not_found, role_too_low. For
analysts and admins.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION public.cancel_collection(collection_id uuid)
 RETURNS control_report
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select amc_history.cancel_collection(cancel_collection.collection_id); $function$
;
comment on function cancel_collection(uuid) is
  'Ends a collection: weeks that are not finished become cancelled, and AMC is asked to cancel what runs,
also where its id is not known yet. Finished weeks keep what they show. Only asking for its weeks again, with
start_collection, brings it back. Answers {outcome, reason, weeks}: applied
(weeks: how many became cancelled) or already_applied. Refuses with collection_not_found. For analysts and admins.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION public.cancel_id_backfill(backfill_id uuid)
 RETURNS control_report
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select amc_history.cancel_id_backfill(cancel_id_backfill.backfill_id); $function$
;
comment on function cancel_id_backfill(uuid) is
  'Ends a search for lost execution ids, so that another one can begin. What it has found stays. Answers {outcome,
reason, weeks}: applied (weeks: how many were not searched any more) or already_applied. Refuses with
search_not_found, role_too_low. For analysts and admins.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION public.check_workflow_again(instance_id text, workflow_id text, with_first_week boolean
    DEFAULT false)
 RETURNS control_report
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select amc_history.check_workflow_again(check_workflow_again.instance_id, check_workflow_again.workflow_id,
    check_workflow_again.with_first_week);
$function$
;
comment on function check_workflow_again(text,text,boolean) is
  'Asks AMC again whether it takes the query of a workflow version, also one that it refused, or before there is any
collection of it: by a dry run, or, with_first_week, by letting one week go alone, where dry runs are of no use. What
held the version up ends; of one that is checked, no more than that is done. For analysts and admins of
the instance; refuses viewers with role_too_low, anybody else with workflow_not_found. Answers applied, or
already_applied if the version is checked and not held up.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION public.choose_execution(week_id uuid, execution_id text)
 RETURNS control_report
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select amc_history.choose_execution(choose_execution.week_id, choose_execution.execution_id); $function$
;
comment on function choose_execution(uuid,text) is
  'Gives a week without an execution id one of the executions that backfill_execution_ids found for it and did not
choose between (id_backfill_candidates). Answers {outcome, reason, weeks}: applied, already_applied, or rejected with
week_has_an_execution, not_a_candidate, week_is_open (it was opened again) or execution_of_another_week. Refuses with
week_not_found, role_too_low. For analysts and admins.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION public.claim_cancellations(max_executions integer DEFAULT 10, again_seconds integer DEFAULT
    NULL::integer)
 RETURNS TABLE(execution_id text, week_id uuid, collection_id uuid, instance_id text, entity_id text, marketplace_id
    text, region text, credential_name text)
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
begin
  return query
  with due as (
    select e.id from public.workflow_executions e
    where e.id in (select amc_history.executions_to_cancel(coalesce(
      make_interval(secs => claim_cancellations.again_seconds), (amc_history.allowances()).cancel_again)))
    order by e.cancel_requested_at
    limit claim_cancellations.max_executions
    for no key update skip locked
  ),
  taken as (
    update public.workflow_executions e set cancel_tried_at = amc_history.clock_now()
    from due d where d.id = e.id returning e.id, e.week_id
  )
  select t.id, w.id, w.collection_id, i.id, i.entity_id, i.marketplace_id, i.region, i.credential_name
  from taken t
  join public.report_data_weeks w on w.id = t.week_id
  join public.amc_instances i on i.id = w.instance_id;
end;
$function$
;
comment on function claim_cancellations(integer,integer) is
  'Takes executions for which a cancellation at AMC is requested, at most max_executions. Each is taken again after
again_seconds (by default the allowance cancel_again), until AMC shows that it ended. For service_role.';
-- service_role: execute

CREATE OR REPLACE FUNCTION public.claim_credentials(max_credentials integer DEFAULT 5, lease_seconds integer DEFAULT 60)
 RETURNS TABLE(instance_id text, credential_name text, credential_version integer, region text)
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  now_at constant timestamptz := amc_history.clock_now();
  claimed public.amc_instances;
  taken integer := 0;
begin
  for claimed in
    select i.* from public.amc_instances i where i.credential_try_at <= now_at
      and not amc_history.is_token_held_up(i.credential_name)
    order by i.credential_try_at, i.id for no key update skip locked
  loop
    exit when taken >= claim_credentials.max_credentials;
    -- Its other instances, and this one: a credential is tried once for all of them.
    update public.amc_instances i
    set credential_try_at = now_at + make_interval(secs => claim_credentials.lease_seconds)
    where i.id in (select s.id from public.amc_instances s where s.credential_name = claimed.credential_name
      and s.credential_try_at <= now_at order by s.id for no key update skip locked);
    continue when not found;
    taken := taken + 1;
    instance_id := claimed.id;
    credential_name := claimed.credential_name;
    credential_version := claimed.credential_version;
    region := claimed.region;
    return next;
  end loop;
end;
$function$
;
comment on function claim_credentials(integer,integer) is
  'Takes credentials that are to be tried by a token request: each once, though several instances use it. Without a
report it may be taken again after lease_seconds. For service_role.';
-- service_role: execute

CREATE OR REPLACE FUNCTION public.claim_deliveries(max_webhooks integer DEFAULT 5)
 RETURNS TABLE(webhook_id uuid, name text, form text, lease uuid, items jsonb)
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  now_at constant timestamptz := amc_history.clock_now();
  allowed constant amc_history.allowances := amc_history.allowances();
  hook public.webhooks;
  due bigint[];
  given_up integer;
begin
  for hook in
    select w.* from public.webhooks w where w.id in (select amc_history.webhooks_to_tell())
    order by w.id for no key update skip locked
  loop
    -- Another worker may have taken them since.
    continue when hook.id not in (select amc_history.webhooks_to_tell());
    update public.webhook_deliveries d set state = 'given_up', ended_at = now_at, lease = null, leased_until = null
    where d.webhook_id = hook.id and d.state = 'queued' and d.tries > 0
      and d.due_at < now_at - allowed.delivery_given_up;
    get diagnostics given_up = row_count;
    perform amc_history.record_stoppage('webhook', hook.id::text, 'given_up', 'webhook', format('The webhook %s did '
      'not take what it was told for %s (so many things: %s), and is told that no more; webhook_deliveries has it. %s',
      quote_literal(hook.name), allowed.delivery_given_up, given_up, (select d.last_words
        from public.webhook_deliveries d
        where d.webhook_id = hook.id order by d.ended_at desc nulls last, d.id desc limit 1)), hook.instance_id)
    where given_up > 0;
    due := array(select d.id from public.webhook_deliveries d
      where d.webhook_id = hook.id and d.state = 'queued' and d.due_at <= now_at
      -- What was not taken twice may have been too much at once.
      order by d.id limit greatest(1, allowed.deliveries_at_once >> least(5, coalesce((select max(t.tries)
        from public.webhook_deliveries t where t.webhook_id = hook.id and t.state = 'queued'), 0) / 2))
      for update skip locked);
    continue when cardinality(due) = 0;
    webhook_id := hook.id;
    name := hook.name;
    form := hook.form;
    lease := gen_random_uuid();
    update public.webhook_deliveries d set lease = claim_deliveries.lease, tries = d.tries + 1,
      leased_until = now_at + allowed.delivery_lease
    where d.id = any (due);
    items := (select jsonb_agg(jsonb_build_object('id', d.id, 'kind', d.kind) || d.item order by d.id)
      from public.webhook_deliveries d where d.id = any (due));
    return next;
    max_webhooks := max_webhooks - 1;
    exit when max_webhooks <= 0;
  end loop;
end;
$function$
;
comment on function claim_deliveries(integer) is
  'Takes what is due for at most so many webhooks: for each one at most deliveries_at_once (amc_history.allowances), to
be delivered as one. items: an array of objects with id, kind, code, message, next_step, instance_id, collection_id,
week_id, raised_at, resolved_at, times. Without a report they may be taken again after delivery_lease. Gives up what was
tried and not accepted for delivery_given_up. For service_role.';
-- service_role: execute

CREATE OR REPLACE FUNCTION public.claim_due_weeks(max_weeks integer DEFAULT 10, lease_seconds integer DEFAULT
    NULL::integer)
 RETURNS TABLE(attempt_id uuid, fence integer, week_id uuid, collection_id uuid, instance_id text, entity_id text,
    marketplace_id text, region text, credential_name text, workflow_id text, workflow_saved boolean, time_window_start
    text, time_window_end text, time_zone text, has_parameters boolean, fingerprint integer, post_within_seconds
    integer)
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  allowed constant amc_history.allowances := amc_history.allowances();
  lease constant interval := coalesce(make_interval(secs => claim_due_weeks.lease_seconds), allowed.create_lease);
  instance public.amc_instances;
  now_at timestamptz := amc_history.clock_now();
  left_to_claim integer := claim_due_weeks.max_weeks;
  claimed uuid[];
begin
  for instance in
    select i.* from public.amc_instances i
    where coalesce(i.paused_until <= now_at, true)
      -- The cheap questions first: most instances have nothing due, or are full.
      and case when (select min(w.due_at) from public.report_data_weeks w where w.instance_id = i.id) <= now_at
          and (select count(*) from amc_history.taken_slots(i.id)) < i.max_parallel - i.running_elsewhere
        then exists (select from amc_history.free_slots(i)) and amc_history.has_claimable_week(i.id) end
    order by i.last_claimed_at nulls first, i.id
    limit claim_due_weeks.max_weeks
    for no key update skip locked
  loop
    exit when left_to_claim < 1;
    claimed := '{}';
    begin
      claimed := array(select a.id from amc_history.insert_intents(instance, left_to_claim, lease) a);
      update public.amc_instances i set last_claimed_at = amc_history.clock_now(),
        list_due_at = least(i.list_due_at, amc_history.clock_now() + make_interval(secs => i.poll_seconds))
      where i.id = instance.id;
      perform amc_history.end_stoppage('job', 'claim_due_weeks/' || instance.id);
    exception when others then
      -- What fails of one instance stops no other.
      perform amc_history.record_stoppage('job', 'claim_due_weeks/' || instance.id, sqlstate, 'postgres', sqlerrm,
        instance.id);
      continue;
    end;
    left_to_claim := left_to_claim - cardinality(claimed);
    return query
    select a.id, a.fence, a.week_id, c.id, instance.id, instance.entity_id, instance.marketplace_id, instance.region,
      instance.credential_name, f.id, f.saved_at is not null, w.time_window_start, w.time_window_end, c.time_zone,
      c.parameters_hash <> md5('{}'), a.fingerprint, extract(epoch from allowed.post_window)::integer
    from public.week_attempts a
    join public.report_data_weeks w on w.id = a.week_id
    join public.report_data_collections c on c.id = w.collection_id
    join public.amc_workflows f on f.instance_id = c.instance_id and f.id = c.workflow_id
    where a.id = any (claimed)
    order by w.week_start_date;
  end loop;
end;
$function$
;
comment on function claim_due_weeks(integer,integer) is
  'Takes due weeks into free slots: commits, for each, an attempt with its intent, slot and fingerprint, and answers
what the create needs. What may be large it leaves out: a workflow that is not saved yet (workflow_saved) is read with
workflow_definition, and parameters, if there are any (has_parameters), with collection_parameters. Only the caller
that this answer reached may POST for an attempt: once, and within post_within_seconds of having called, on a clock
that does not jump.

max_weeks: at most so many. lease_seconds: how long the attempts are the caller''s alone (by default the allowance
create_lease); after that an attempt without a report counts as unknown. Instances that are paused or full are
skipped, the one served longest ago comes first, collections take turns (amc_history.due_collections), and workers skip
what another has locked. For service_role.';
-- service_role: execute

CREATE OR REPLACE FUNCTION public.claim_id_backfill(lease_seconds integer DEFAULT 60)
 RETURNS TABLE(backfill_id uuid, instance_id text, entity_id text, marketplace_id text, region text, credential_name
    text, fence bigint, pages integer, list_from timestamp with time zone, list_until timestamp with time zone,
    next_token text, list_ended boolean)
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  allowed constant amc_history.allowances := amc_history.allowances();
  now_at constant timestamptz := amc_history.clock_now();
  claimed public.id_backfills;
begin
  select b.* into claimed from amc_history.due_id_backfills() b
  order by b.due_at, b.id limit 1;
  if not found then
    return;
  end if;
  update public.id_backfills b set fence = b.fence + 1, due_at = now_at + allowed.backfill_every,
    leased_until = now_at + make_interval(secs => claim_id_backfill.lease_seconds)
  where b.id = claimed.id and b.fence = claimed.fence returning * into claimed;
  return query select claimed.id, i.id, i.entity_id, i.marketplace_id, i.region, i.credential_name, claimed.fence,
    allowed.backfill_pages, claimed.list_from, claimed.list_until, claimed.next_token,
    claimed.list_ended_at is not null
  from public.amc_instances i where i.id = claimed.instance_id;
end;
$function$
;
comment on function claim_id_backfill(integer) is
  'Takes the search whose turn is next, if one is: it may then read so many pages of AMC''s list, newest first, from
list_until back to list_from, those of next_token on if there is one. list_ended: there are none left, and weeks are to
be decided (decide_id_backfill). fence: for the reports. For service_role.';
-- service_role: execute

CREATE OR REPLACE FUNCTION public.claim_listing(max_instances integer DEFAULT 5, lease_seconds integer DEFAULT
    NULL::integer)
 RETURNS TABLE(instance_id text, entity_id text, marketplace_id text, region text, credential_name text, fence bigint,
    began_at timestamp with time zone, list_from timestamp with time zone, attempts jsonb, surveys jsonb)
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  allowed constant amc_history.allowances := amc_history.allowances();
  lease constant interval := coalesce(make_interval(secs => claim_listing.lease_seconds), allowed.list_lease);
  instance public.amc_instances;
  now_at timestamptz;
begin
  for instance in
    select i.* from public.amc_instances i where amc_history.is_listing_due(i)
    order by i.list_due_at, i.id limit claim_listing.max_instances for no key update skip locked
  loop
    begin
      now_at := amc_history.clock_now();
      -- The worker died or sleeps, so whether the create left is unknown. A locked attempt is just being reported.
      update public.week_attempts a set state = 'unknown', leased_until = null
      where a.id in (select b.id from public.week_attempts b
        where b.instance_id = instance.id and b.is_live and b.state = 'intended' and b.leased_until <= now_at
        for update skip locked);
      update public.amc_instances i set list_fence = i.list_fence + 1,
        list_leased_until = now_at + lease
      where i.id = instance.id returning * into instance;
      attempts := amc_history.attempts_to_list(instance.id);
      surveys := amc_history.weeks_to_survey(instance.id);
      return query select instance.id, instance.entity_id, instance.marketplace_id, instance.region,
        instance.credential_name, instance.list_fence, now_at,
        coalesce((select min((a.value ->> 'intended_at')::timestamptz)
          from jsonb_array_elements(attempts || surveys) a
          where a.value ->> 'state' is distinct from 'let_go'), now_at) - allowed.list_overlap,
        attempts, surveys;
    exception when others then
      perform amc_history.record_stoppage('listing', instance.id, 'not_claimed', 'postgres', sqlerrm, instance.id);
    end;
  end loop;
end;
$function$
;
comment on function claim_listing(integer,integer) is
  'Takes instances whose listing is due, at most max_instances. Attempts without a report whose lease is over
become unknown. lease_seconds: how long nobody else lists the instance (by default the allowance list_lease).

Answers, per instance: list_from: list executions created since then, cancelled ones too, all pages. attempts: those
that the listing is for, an array as amc_history.attempts_to_list describes it. surveys: the weeks to look for, an
array as amc_history.weeks_to_survey describes it. fence: for record_listing and mark_surveyed. began_at: for
settle_attempt, on the database''s clock. For service_role.';
-- service_role: execute

CREATE OR REPLACE FUNCTION public.claim_loads(max_loads integer DEFAULT 2, lease_seconds integer DEFAULT NULL::integer)
 RETURNS TABLE(attempt_id uuid, fence integer, week_id uuid, collection_id uuid, execution_id text, instance_id text,
    entity_id text, marketplace_id text, region text, credential_name text, workflow_id text, output_format jsonb,
    summary jsonb)
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
begin
  return query
  with turns as materialized (
    select id, place from amc_history.loads_in_turn(claim_loads.max_loads * 4) with ordinality as t(id, place)
  ),
  ready as (
    -- One that another worker claims meanwhile is passed over, and so is one that it has just claimed.
    select a.id from public.week_attempts a
    join turns t on t.id = a.id
    where a.is_live and coalesce(a.leased_until <= amc_history.clock_now(), true)
    order by t.place
    limit claim_loads.max_loads
    for update of a skip locked
  ),
  taken as (
    update public.week_attempts a set fence = a.fence + 1,
      leased_until = amc_history.clock_now()
        + coalesce(make_interval(secs => claim_loads.lease_seconds), (amc_history.allowances()).load_lease)
    from ready r where r.id = a.id
    returning a.*
  ),
  turned as materialized (
    select amc_history.record_load_turns(array(select w.collection_id
      from taken t join public.report_data_weeks w on w.id = t.week_id)) as collections
  )
  select t.id, t.fence, w.id, c.id, t.execution_id, i.id, i.entity_id, i.marketplace_id, i.region,
    i.credential_name, f.id, f.output_format,
    (select l.summary from public.result_loads l where l.execution_id = t.execution_id and l.complete)
  from taken t
  join turned on turned.collections > 0
  join public.report_data_weeks w on w.id = t.week_id
  join public.report_data_collections c on c.id = w.collection_id
  join public.amc_workflows f on f.instance_id = c.instance_id and f.id = c.workflow_id
  join public.amc_instances i on i.id = c.instance_id
  order by t.intended_at;
end;
$function$
;
comment on function claim_loads(integer,integer) is
  'Takes attempts whose execution succeeded, so that one worker alone loads each.

fence: for the functions that load, and fail_load. summary: not null if the load is complete already and only
the week is to be completed. lease_seconds: how long nobody else takes it. For service_role.';
-- service_role: execute

CREATE OR REPLACE FUNCTION public.claim_workflow_checks(max_checks integer DEFAULT 5, lease_seconds integer DEFAULT
    NULL::integer)
 RETURNS TABLE(check_id uuid, instance_id text, entity_id text, marketplace_id text, region text, credential_name text,
    workflow_id text, workflow_saved boolean, workflow_definition jsonb, time_window_start text, time_window_end text,
    time_zone text, parameter_values jsonb, timeout_seconds integer, execution_id text, is_overdue boolean, is_cancelled
    boolean, dry_runs_known boolean, post_within_seconds integer)
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  allowed constant amc_history.allowances := amc_history.allowances();
  lease constant interval := coalesce(make_interval(secs => claim_workflow_checks.lease_seconds),
    allowed.create_lease);
  claimed uuid[];
begin
  perform amc_history.lose_dry_runs();
  perform amc_history.end_first_weeks();
  with followed as (
    update public.workflow_checks k set leased_until = amc_history.clock_now() + lease
    where k.id in (select c.id from public.workflow_checks c
      where c.id in (select f.id from amc_history.dry_runs_to_follow() f)
      order by c.due_at limit claim_workflow_checks.max_checks for update skip locked)
    returning k.id
  )
  select array_agg(f.id) into claimed from followed f;
  claimed := claimed || array(select amc_history.open_checks(claim_workflow_checks.max_checks, lease));
  return query
  select k.id, i.id, i.entity_id, i.marketplace_id, i.region, i.credential_name, f.id, f.saved_at is not null,
    case when k.state = 'intended' and f.saved_at is null then jsonb_build_object('sql_query', f.sql_query,
      'parameters', f.parameters, 'output_format', f.output_format) end,
    k.time_window_start, k.time_window_end, k.time_zone,
    case when k.state = 'intended' then coalesce(c.parameter_values, '{}') end, k.timeout_seconds, k.execution_id,
    amc_history.is_overdue(k), k.cancel_requested_at is not null, i.dry_runs <> 'unknown',
    extract(epoch from allowed.post_window)::integer
  from public.workflow_checks k
  join public.amc_workflows f on f.instance_id = k.instance_id and f.id = k.workflow_id
  join public.amc_instances i on i.id = k.instance_id
  left join public.report_data_collections c on c.id = k.collection_id
  where k.id = any (claimed)
  order by k.intended_at;
end;
$function$
;
comment on function claim_workflow_checks(integer,integer) is
  'Takes checks of workflow versions: commits the intents of dry runs that are to be asked for (execution_id is null),
and leases those about which AMC is to be asked again. Only the caller that this answer reached may POST a dry run,
within post_within_seconds of having called. Where dry runs do not work, a week is let go alone, for which nothing is
claimed.

parameter_values: of the collection that waits, for a dry run that is to be asked for. max_checks: at most so many of
each. lease_seconds: how long they are the caller''s alone (by default the allowance
create_lease); a dry run without a report is then asked again. is_overdue: it takes longer than a dry run does
(dry_run_runs, dry_run_queued). is_cancelled: AMC has been asked to cancel it. dry_runs_known: whether it is known what
AMC makes of dry runs here. For service_role.';
-- service_role: execute

CREATE OR REPLACE FUNCTION public.collection_parameters(collection_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select c.parameter_values from public.report_data_collections c where c.id = collection_parameters.collection_id;
$function$
;
comment on function collection_parameters(uuid) is
  'The parameter values of a collection, by name; null if there is no such collection. For service_role.';
-- service_role: execute

CREATE OR REPLACE FUNCTION public.compare_executions(execution_a text, execution_b text, max_rows integer DEFAULT 100)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  most constant integer := 1000;
  a public.result_loads := amc_history.retained_load(compare_executions.execution_a);
  b public.result_loads := amc_history.retained_load(compare_executions.execution_b);
  weeks text[] := array(select distinct format('week %s of collection %s', w.week_start_date, w.collection_id)
    from public.workflow_executions e join public.report_data_weeks w on w.id = e.week_id
    where e.id in (a.execution_id, b.execution_id));
  key text[] := coalesce(amc_history.key_columns(b), amc_history.key_columns(a));
  found record;
begin
  if compare_executions.max_rows is null or compare_executions.max_rows not between 0 and most then
    perform amc_history.refuse('rows_out_of_range', format('Expected 0 to %s rows of each kind, got %s.', most,
      coalesce(compare_executions.max_rows::text, 'null')), 'The counts are of all rows, however many are shown.');
  elsif cardinality(weeks) > 1 then
    perform amc_history.refuse('executions_of_different_weeks',
      format('Expected two executions of one week; got one of %s and one of %s.', weeks[1], weeks[2]),
      'Take two that week_versions lists for one week.');
  end if;
  if not (amc_history.is_unique(a, key) and amc_history.is_unique(b, key)) then
    key := null;
  end if;
  found := amc_history.compare_loads(a, b, key, compare_executions.max_rows);
  return jsonb_build_object('execution_a', a.execution_id, 'execution_b', b.execution_id, 'key', key,
    'added', found.added, 'removed', found.removed, 'changed', found.changed, 'unchanged', found.unchanged,
    'rows', jsonb_build_object(
      'added', (select coalesce(jsonb_agg(r.cells order by r.line), '[]')
        from amc_history.rows_at(b, found.added_lines) r),
      'removed', (select coalesce(jsonb_agg(r.cells order by r.line), '[]')
        from amc_history.rows_at(a, found.removed_lines) r),
      'changed', (select coalesce(jsonb_agg(jsonb_build_object('before', old.cells, 'after', new.cells,
          'columns', (select jsonb_agg(c.name) from jsonb_each(old.cells) as c(name, cell)
            where c.name <> 'line' and new.cells -> c.name is distinct from c.cell)) order by new.line), '[]')
        from unnest(found.changed_from, found.changed_lines) as p(old_line, new_line)
        join amc_history.rows_at(a, found.changed_from) old on old.line = p.old_line
        join amc_history.rows_at(b, found.changed_lines) new on new.line = p.new_line)));
end;
$function$
;
comment on function compare_executions(text,text,integer) is
  'Says what a restatement changed: rows that execution_b added to those of execution_a, removed from them or changed.

execution_a, execution_b: two executions of one week whose results are kept. max_rows: how many rows of each kind
are shown, 0 to 1000. Rows are paired by their dimensions (key), if AMC told which columns those are and no two
rows of one result have the same; else (key null) by all their cells, equal rows counted, and none is changed.
Cells are compared as AMC''s text and shown as week_rows shows them. Answers {execution_a, execution_b, key, added,
removed, changed, unchanged, rows: {added, removed, changed: [{before, after, columns}]}}. Refuses with
execution_not_found, result_not_kept, executions_of_different_weeks, rows_out_of_range. For members.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION public.confirm_execution(attempt_id uuid, execution_id text)
 RETURNS control_report
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select amc_history.confirm_execution(confirm_execution.attempt_id, confirm_execution.execution_id);
    $function$
;
comment on function confirm_execution(uuid,text) is
  'Says which AMC execution a create made whose answer was lost (state unknown).

The worker looks the execution up in AMC with the next listing. If its workflow, window, zone and parameters do not
contradict, the attempt takes it, as if the list had shown it; else an alert execution_not_confirmed says why not.
Answers {outcome, reason, weeks}: applied, already_applied, or rejected with malformed_execution_id, attempt_ended,
attempt_has_another_execution, execution_of_another_attempt, or "unsettled until …" while the create may be under way
or AMC''s list may lag. Refuses with attempt_not_found. For analysts and admins.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION public.confirm_no_execution(attempt_id uuid)
 RETURNS control_report
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select amc_history.confirm_no_execution(confirm_no_execution.attempt_id); $function$
;
comment on function confirm_no_execution(uuid) is
  'Says that AMC has no execution of a create whose answer was lost (state unknown). Look in AMC before you say so.

The attempt is abandoned, and its week is due again; for 48 hours (the allowance watch) AMC''s list is still searched
for the execution. Answers {outcome, reason, weeks}: applied, already_applied, or rejected with attempt_ended,
execution_is_known, or "unsettled until …" while the create may be under way or AMC''s list may lag. Refuses with
attempt_not_found. For analysts and admins.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION public.continue_with(collection_id uuid, workflow_id text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select amc_history.continue_with(continue_with.collection_id, continue_with.workflow_id); $function$
;
comment on function continue_with(uuid,text) is
  'Moves a collection on to another version of its query: that version''s collection of the same weekday, zone and
parameters is kept current from the week after the old one''s last, and the old one no longer: never both. Answers
{collection_id, weeks}: the new version''s collection, and how many weeks were added at once. Refuses with
collection_not_found, role_too_low, workflow_not_found, version_is_the_same,
version_of_another_query, collection_has_ended, imported_is_not_kept, collection_not_kept_current, what the
parameters of the new version do not take, as start-collection does, and more weeks at once than the limits of
amc_history.check_start_limits. For analysts and admins.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION public.decide_id_backfill(backfill_id uuid, fence bigint)
 RETURNS text
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  backfill constant public.id_backfills := amc_history.lock_id_backfill(decide_id_backfill.backfill_id,
    decide_id_backfill.fence);
begin
  if backfill.id is null then
    return 'stale';
  end if;
  return case when amc_history.decide_weeks(backfill, (amc_history.allowances()).backfill_weeks_at_once)
    then 'ended' else 'list_ended' end;
end;
$function$
;
comment on function decide_id_backfill(uuid,bigint) is
  'Decides further weeks of a search whose list has ended. Answers list_ended (call it again), ended or stale. For
service_role.';
-- service_role: execute

CREATE OR REPLACE FUNCTION public.delete_webhook(webhook_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select amc_history.delete_webhook(delete_webhook.webhook_id); $function$
;
comment on function delete_webhook(uuid) is
  'Deletes a webhook, its deliveries, and its secret, unless an operator named one. For those who may set it up.
Refuses with webhook_not_found.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION public.end_stoppage(kind text, subject text)
 RETURNS boolean
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select amc_history.end_stoppage(end_stoppage.kind, end_stoppage.subject); $function$
;
comment on function end_stoppage(text,text) is
  'Records that something moves again: amc_history.end_stoppage, for the worker. For service_role.';
-- service_role: execute

CREATE OR REPLACE FUNCTION public.execution_rows(execution_id text, max_rows integer DEFAULT 1000, after_line bigint
    DEFAULT 0)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select amc_history.load_rows((amc_history.retained_load(execution_rows.execution_id)).id,
    execution_rows.max_rows, execution_rows.after_line);
$function$
;
comment on function execution_rows(text,integer,bigint) is
  'The rows that an execution produced, shown or superseded, while they are kept: as week_rows answers them.

max_rows, after_line: as for week_rows. Refuses with execution_not_found, result_not_kept, rows_out_of_range.
For members.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION public.fail_load(attempt_id uuid, fence integer, code text, message text, permanent boolean)
 RETURNS tracking_report
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  allowed constant amc_history.allowances := amc_history.allowances();
  most_errors integer := allowed.load_errors;
  attempt public.week_attempts;
  week public.report_data_weeks;
  ended_at timestamptz;
  waits interval;
begin
  select * into week from public.report_data_weeks w
    where w.id = (select a.week_id from public.week_attempts a where a.id = fail_load.attempt_id) for no key update;
  if not found then
    return row('not_found', 'no_such_attempt', null, null)::public.tracking_report;
  end if;
  select * into attempt from public.week_attempts a where a.id = fail_load.attempt_id for update;
  -- Without a lease the failure was reported already: a repeated report counts no second error.
  if attempt.state <> 'created' or attempt.fence <> fail_load.fence or attempt.leased_until is null then
    return row('stale', 'attempt_taken_up_or_ended', week.status, week.execution_id)::public.tracking_report;
  end if;
  if fail_load.code in ('not_ready', 'not_found') then
    select coalesce(e.amc_updated_at, e.updated_at) into ended_at
      from public.workflow_executions e where e.id = attempt.execution_id;
    -- How long AMC keeps a result is not known; so long after the execution's end it will not become ready any more.
    if ended_at < amc_history.clock_now() - allowed.result_gone then
      fail_load.code := 'result_gone';
      fail_load.message := format(
        'AMC no longer keeps the result of execution %s, which ended on %s. Retry the week to run it again. '
        'AMC said: %s',
        attempt.execution_id, to_char(ended_at at time zone 'UTC', 'YYYY-MM-DD'), fail_load.message);
      most_errors := allowed.result_gone_errors;
    else
      -- AMC's guide says to wait and ask again (guide, M): no error, and ever longer pauses.
      waits := least(allowed.result_wait_longest,
        greatest(allowed.result_wait_least, (amc_history.clock_now() - ended_at) / 4));
    end if;
  end if;
  if fail_load.permanent or waits is null and week.error_count + 1 >= most_errors then
    perform amc_history.end_attempt(attempt.id, 'failed');
    perform amc_history.fail_week(week, fail_load.code, fail_load.message);
    if fail_load.code = 'result_gone' then
      perform amc_history.raise_alert('result_gone', fail_load.message, week.instance_id,
        subject => amc_history.workflow_subject(week.instance_id, (select c.workflow_id
          from public.report_data_collections c where c.id = week.collection_id)));
    end if;
  else
    perform amc_history.reschedule_load(attempt, week, fail_load.code, fail_load.message, waits);
  end if;
  perform amc_history.record_event('load_failed', attempt, week, attempt.execution_id,
    jsonb_build_object('code', fail_load.code, 'message', left(fail_load.message, 500),
      'permanent', fail_load.permanent));
  select * into week from public.report_data_weeks w where w.id = week.id;
  return row('applied', null, week.status, week.execution_id)::public.tracking_report;
end;
$function$
;
comment on function fail_load(uuid,integer,text,text,boolean) is
  'Reports that a load did not succeed.

code, message: why; the week shows them. permanent: the week fails at once; otherwise the load is tried again later, at
most eight times in all. not_ready and not_found, within a day of the execution''s end, mean waiting and count as no
error; later they mean result_gone, of which
an alert tells, one per workflow. fence: from claim_loads; an earlier one is stale. Answers {outcome: applied, stale
or not_found, …}. For service_role.';
-- service_role: execute

CREATE OR REPLACE FUNCTION public.finished_attempts(max_attempts integer DEFAULT 20)
 RETURNS TABLE(attempt_id uuid, week_id uuid, collection_id uuid, instance_id text, execution_id text, execution_status
    text, status_reason text)
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
#variable_conflict use_column
begin
  return query
  select a.id, w.id, w.collection_id, w.instance_id, e.id, e.status, e.status_reason
  from public.week_attempts a
  join public.workflow_executions e on e.id = a.execution_id
  join public.report_data_weeks w on w.id = a.week_id
  where a.is_live and a.cancel_requested_at is null and e.has_ended and e.status <> 'SUCCEEDED'
    and not amc_history.is_held_up('week', w.id::text)
  order by a.intended_at
  limit finished_attempts.max_attempts;
end;
$function$
;
comment on function finished_attempts(integer) is
  'Live attempts whose execution ended at AMC without a result, at most max_attempts: the caller reports each with
update_week_status. Those whose week is set aside (stoppage week) wait for their next try. For service_role.';
-- service_role: execute

CREATE OR REPLACE FUNCTION public.health_report()
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select amc_history.health_report();
$function$
;
comment on function health_report() is
  'Whether the whole moves: {status, reasons: [{code, words}]}, status ok or unavailable. A reason is not_watched (no
amc_history.watch for watch_longest of the allowances), or the kind of a stoppage of the schedule, its wake-ups, the
worker or a webhook of all instances that has lasted long enough to be told. Nobody''s ids and no secrets are in it. For
service_role.';
-- service_role: execute

CREATE OR REPLACE FUNCTION public.invite(instance_ids text[], role text, email text DEFAULT NULL::text, valid_days
    integer DEFAULT 7)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select amc_history.invite(invite.instance_ids, invite.role, invite.email, invite.valid_days); $function$
;
comment on function invite(text[],text,text,integer) is
  'Invites one person to one or more instances (1 to 100). role: admin, analyst or viewer. email: the confirmed address
of who may accept; null for any user with the link. valid_days: 1 to 30. Answers {token, expires_at, invitations: [{id,
instance_id}]}: the token is answered here alone. Handing it over is the caller''s. Refuses with instance_not_found,
role_too_low, instances_out_of_range, role_unknown, email_malformed, valid_days_out_of_range, and too_many_invitations
(429). For admins of each of the instances.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION public.leave_instance(instance_id text)
 RETURNS control_report
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select amc_history.leave_instance(leave_instance.instance_id); $function$
;
comment on function leave_instance(text) is
  'Ends the caller''s membership of an instance. Answers {outcome, reason, weeks}: applied. Refuses with
instance_not_found, last_admin. For every member.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION public.let_go_of_execution(execution_id text, reason text, try_again boolean DEFAULT false)
 RETURNS control_report
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select amc_history.let_go_of_execution(let_go_of_execution.execution_id, let_go_of_execution.reason,
    let_go_of_execution.try_again);
$function$
;
comment on function let_go_of_execution(text,text,boolean) is
  'Gives up an execution that does not end at AMC, once it is past AMC''s own deadline. Look in AMC before you do.

Its attempt ends and its slot is free. The week fails with the reason, or is due again if try_again is true; of a
cancelled week nothing changes, and a completed week keeps its result. The execution stays recorded; for 48 hours (the
allowance watch) AMC is still asked for it, and its end is told by the alert let_go_execution_ended.
reason: why, in 1 to 500 characters. Answers {outcome, reason, weeks}: applied, already_applied, or rejected with
attempt_ended, execution_ended, malformed_reason, or "may run until …". Refuses with execution_not_found.
For analysts and admins.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION public.list_members(instance_id text)
 RETURNS TABLE(user_id uuid, email text, role text, added_at timestamp with time zone)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$ select * from amc_history.list_members(list_members.instance_id); $function$
;
comment on function list_members(text) is
  'The members of an instance, admins first: their id, address, role and since when they are. Refuses with
instance_not_found. For every member.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION public.mark_surveyed(instance_id text, fence bigint, week_ids uuid[])
 RETURNS integer
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  instance public.amc_instances;
  marked integer;
begin
  select * into instance from public.amc_instances i where i.id = mark_surveyed.instance_id for no key update;
  if not found or instance.list_fence <> mark_surveyed.fence then
    return 0;
  end if;
  update public.report_data_weeks w set surveyed_at = amc_history.clock_now()
  where w.id = any (mark_surveyed.week_ids) and w.instance_id = instance.id and w.surveyed_at is null;
  get diagnostics marked = row_count;
  perform amc_history.end_stoppage(s.kind, s.subject) from public.stoppages s
  where s.kind = 'week' and s.ended_at is null and s.retry_at is not null
    and s.subject = any (mark_surveyed.week_ids::text[]);
  return marked;
end;
$function$
;
comment on function mark_surveyed(text,bigint,uuid[]) is
  'Lets weeks begin that were looked for in a complete listing, and of which AMC has nothing that they wait for.

fence: from claim_listing; with that of an earlier listing nothing is changed. Answers how many weeks were marked. For
service_role.';
-- service_role: execute

CREATE OR REPLACE FUNCTION public.mark_workflow_saved(instance_id text, workflow_id text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  held constant text := mark_workflow_saved.instance_id || '/' || mark_workflow_saved.workflow_id;
begin
  update public.amc_workflows f set saved_at = amc_history.clock_now()
  where f.instance_id = mark_workflow_saved.instance_id and f.id = mark_workflow_saved.workflow_id
    and f.saved_at is null;
  -- That AMC sees it, only a create shows.
  if not exists (select from public.stoppages s where s.kind = 'workflow_save' and s.subject = held
      and s.ended_at is null and s.code = 'workflow_not_visible') then
    perform amc_history.end_stoppage('workflow_save', held);
  end if;
end;
$function$
;
comment on function mark_workflow_saved(text,text) is
  'Records that a workflow is saved at AMC, so that no later create saves it again, and that saving it is held up no
more. For service_role.';
-- service_role: execute

CREATE OR REPLACE FUNCTION public.metrics_report(token_hash text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select amc_history.metrics_report(metrics_report.token_hash);
$function$
;
comment on function metrics_report(text) is
  'What the edge function metrics shows: figures (public.tracking_figures of each instance, for the last 24 hours),
states (of each instance), how many stoppages of each kind and alerts of each code are open, and the seconds since each
heartbeat. token_hash: the SHA-256 of a token of amc_history.create_metrics_token, in hexadecimal digits; null for
another. For service_role.';
-- service_role: execute

CREATE OR REPLACE FUNCTION public.pause_collection(collection_id uuid)
 RETURNS control_report
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select amc_history.pause_collection(pause_collection.collection_id); $function$
;
comment on function pause_collection(uuid) is
  'Starts no more weeks of a collection until it is resumed. Executions under way at AMC continue, and their results
are collected. Answers {outcome, reason, weeks}: applied (weeks: how many are held), already_applied, or rejected with
collection_is_cancelled. Refuses with collection_not_found. For analysts and admins.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION public.pause_instance(instance_id text, reason text, retry_after_seconds numeric DEFAULT
    NULL::numeric, words text DEFAULT NULL::text, request_id text DEFAULT NULL::text, held_up text DEFAULT
    'instance'::text)
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  allowed constant amc_history.allowances := amc_history.allowances();
  instance public.amc_instances;
  wait interval;
begin
  select * into instance from public.amc_instances i where i.id = pause_instance.instance_id for no key update;
  if not found then
    return null;
  end if;
  -- AMC's own wait if it gave one, else exponential with full jitter: its limits are not published (guide, H).
  wait := case
    when pause_instance.retry_after_seconds is not null then least(allowed.retry_after_longest,
      make_interval(secs => least(greatest(pause_instance.retry_after_seconds, 1), 1e9)::double precision))
    else interval '1 second'
      + random() * least(allowed.pause_longest, allowed.pause_base * 2 ^ least(instance.throttles_in_row, 10))
  end;
  update public.amc_instances i set
    paused_until = greatest(i.paused_until, amc_history.clock_now() + wait),
    pause_reason = pause_instance.reason,
    throttles_in_row = i.throttles_in_row + case when i.paused_until > amc_history.clock_now() then 0 else 1 end
  where i.id = instance.id
  returning * into instance;
  insert into public.tracking_events (event, instance_id, detail) values ('instance_paused', instance.id,
    jsonb_build_object('reason', pause_instance.reason, 'until', instance.paused_until));
  perform amc_history.record_stoppage(pause_instance.held_up, instance.id, pause_instance.reason,
    case pause_instance.reason when 'token_unavailable' then 'amazon_login' else 'amc' end,
    coalesce(pause_instance.words, pause_instance.reason), instance.id, request_id => pause_instance.request_id);
  update public.stoppages s set retry_at = instance.paused_until
  where s.kind = pause_instance.held_up and s.subject = instance.id and s.ended_at is null;
  return instance.paused_until;
end;
$function$
;
comment on function pause_instance(text,text,numeric,text,text,text) is
  'Keeps every worker from calling AMC for an instance: for retry_after_seconds if AMC said so (at most the allowance
retry_after_longest), else for an exponential backoff with full jitter (pause_base, pause_longest). reason: a stable
code; words: why; request_id: of AMC''s answer. held_up: the kind of stoppage that it is, instance (the next complete
listing ends it) or creates (the next execution that AMC creates does). The pause ends by itself. Answers until when;
null if there is no such instance. For service_role.';
-- service_role: execute

CREATE OR REPLACE FUNCTION public.preview_collection(instance_id text, workflow_id text, weeks integer DEFAULT
    NULL::integer, start_date date DEFAULT NULL::date, end_date date DEFAULT NULL::date, week_starts_on text DEFAULT
    NULL::text, time_zone text DEFAULT 'UTC'::text, parameter_values jsonb DEFAULT '{}'::jsonb, name text DEFAULT
    NULL::text, keep_current boolean DEFAULT NULL::boolean, settle_days integer DEFAULT NULL::integer, requested_by uuid
    DEFAULT NULL::uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select amc_history.preview_collection(row(preview_collection.requested_by, preview_collection.instance_id,
    preview_collection.workflow_id, preview_collection.weeks, preview_collection.start_date,
    preview_collection.end_date, preview_collection.week_starts_on, preview_collection.time_zone,
    preview_collection.parameter_values, preview_collection.name, preview_collection.keep_current,
    preview_collection.settle_days)::amc_history.weeks_request);
$function$
;
comment on function preview_collection(text,text,integer,date,date,text,text,jsonb,text,boolean,integer,uuid) is
  'What start_collection would do with the same arguments, and what that costs; changes and locks nothing. For any
member of the instance; requested_by: for whom, if the caller acts for all users, else it is the caller.

Answers {accepted, refusals, plan}. refusals: everything that start_collection would refuse by, in its order, each
{field, code, message, hint, status}: field is the wrong argument, or null (role_too_low, limits). plan: null while an
argument is wrong, else {collection_id, created, extended, reopened, settled, released, paused, weeks, first_day,
last_day, week_starts_on, time_zone, keep_current, settle_days, executions, not_kept, asked_before, pace}.
collection_id: null for one that would be made. weeks: each week that is asked for: {week_start_date, week_end_date,
status, becomes, is_kept, executions, restatements, of_others}: its status now (not_asked between the collection''s
dates; null beyond); what becomes of it (added, stays; due, followed or loaded if it is opened again); whether AMC
keeps its data; how many executions it has had, in any collection of the query''s versions with these parameters, how
many of them were restatements, and how many are of other collections. executions: how many it costs. released: how
many weeks that were held (it was archived, or nobody stood behind it) may begin then. paused: whether somebody has
paused it; it stays so, and pace.seconds is null. not_kept: weeks to be made or opened whose data AMC keeps no longer.
asked_before: weeks that have had an execution. pace: how long it takes, and by what that is said
(amc_history.pace_of). Refuses who is no member (instance_not_found).';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION public.record_dry_run(check_id uuid, execution_id text, request_id text DEFAULT NULL::text)
 RETURNS text
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  check_row public.workflow_checks;
begin
  select * into check_row from public.workflow_checks k where k.id = record_dry_run.check_id for update;
  if not found then
    return 'not_found';
  elsif check_row.execution_id is not distinct from record_dry_run.execution_id then
    return 'already_recorded';
  elsif check_row.execution_id is not null or not amc_history.is_execution_id(record_dry_run.execution_id)
      or exists (select from public.workflow_checks k where k.execution_id = record_dry_run.execution_id)
      or exists (select from public.workflow_executions e where e.id = record_dry_run.execution_id) then
    return 'rejected';
  end if;
  -- One that came late is kept all the same: so it is known as a dry run, and never taken for a week's.
  update public.workflow_checks k set execution_id = record_dry_run.execution_id,
    request_id = coalesce(record_dry_run.request_id, k.request_id),
    state = case k.state when 'intended' then 'created' else k.state end,
    due_at = case k.state when 'intended' then amc_history.clock_now() end
  where k.id = check_row.id;
  return case check_row.state when 'ended' then 'stale' else 'recorded' end;
end;
$function$
;
comment on function record_dry_run(uuid,text,text) is
  'Stores AMC''s id of a dry run, before anything else is asked about it. Answers recorded, already_recorded, stale (the
check has ended; the id is kept), rejected (no id, or one that is taken) or not_found. For service_role.';
-- service_role: execute

CREATE OR REPLACE FUNCTION public.record_execution(attempt_id uuid, execution_id text, details jsonb DEFAULT
    NULL::jsonb, adopted boolean DEFAULT false)
 RETURNS tracking_report
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  attempt public.week_attempts;
  week public.report_data_weeks;
  new_id constant text := record_execution.execution_id;
  holder uuid;
  matcher_failed boolean;
begin
  select * into attempt from public.week_attempts a where a.id = record_execution.attempt_id;
  if not found then
    return row('not_found', 'no_such_attempt', null, null)::public.tracking_report;
  end if;
  -- Instance and collection before week: the order in which everything locks.
  matcher_failed := amc_history.record_echo(attempt.instance_id,
    (record_execution.details ->> 'matcher_proved')::boolean,
    (record_execution.details ->> 'window_proved')::boolean);
  perform amc_history.lock_collection_of(attempt.week_id);
  select * into week from public.report_data_weeks w where w.id = attempt.week_id for no key update;
  select * into attempt from public.week_attempts a where a.id = attempt.id for update;
  select e.week_id into holder from public.workflow_executions e where e.id = new_id;
  if matcher_failed then
    perform amc_history.raise_matcher_alert(week.instance_id, new_id,
      (record_execution.details ->> 'window_proved')::boolean);
  end if;
  if not attempt.is_live then
    perform amc_history.report_late_execution(attempt, week, new_id, record_execution.details, holder is not null);
    return row('stale', 'attempt_ended', week.status, week.execution_id)::public.tracking_report;
  end if;
  if attempt.execution_id = new_id then
    return row('already_recorded', null, week.status, week.execution_id)::public.tracking_report;
  end if;
  if attempt.execution_id is not null or holder is not null or new_id is null
      or not amc_history.is_execution_id(new_id) then
    return amc_history.refuse_execution(attempt, week, new_id, record_execution.details);
  end if;
  if amc_history.insert_execution(new_id, week.id, record_execution.details, record_execution.adopted) is null then
    return amc_history.refuse_execution(attempt, week, new_id, record_execution.details);
  end if;
  update public.workflow_executions e set cancel_requested_at = attempt.cancel_requested_at
  where e.id = new_id and attempt.cancel_requested_at is not null;
  update public.week_attempts a set state = 'created', execution_id = new_id, leased_until = null,
    amc_answer = jsonb_strip_nulls(jsonb_build_object('request_id', record_execution.details ->> 'request_id'))
  where a.id = attempt.id;
  -- A week that shows a result keeps showing it: a restatement switches only once its own is in.
  update public.report_data_weeks w set failed_creates = 0,
    execution_id = case when w.status = 'completed' then w.execution_id else new_id end
  where w.id = week.id returning * into week;
  perform amc_history.record_acceptance(attempt, week, record_execution.adopted);
  perform amc_history.record_event(
    case when record_execution.adopted then 'execution_adopted' else 'execution_recorded' end, attempt, week, new_id,
    jsonb_strip_nulls(jsonb_build_object('request_id', record_execution.details ->> 'request_id',
      'unread', record_execution.details -> 'unread')));
  return row('recorded', null, week.status, week.execution_id)::public.tracking_report;
end;
$function$
;
comment on function record_execution(uuid,text,jsonb,boolean) is
  'Stores the execution id that AMC gave for an attempt, before anything else is asked about that execution.

attempt_id: the fence: an attempt that has ended takes nothing more (stale; the id is kept in an event and an
alert). execution_id: AMC''s workflowExecutionId. details: an amc_history.execution_observation as JSON; its
matcher_proved false takes back what earlier creates proved, with an alert. adopted: the id was found in AMC''s list,
or named by a person and looked up there. Answers {outcome, reason, status, execution_id}: recorded,
already_recorded, stale, rejected (attempt_has_another_execution, execution_of_another_attempt,
malformed_execution_id), not_found. For service_role.';
-- service_role: execute

CREATE OR REPLACE FUNCTION public.record_id_backfill_page(backfill_id uuid, fence bigint, entries jsonb, next_token text
    DEFAULT NULL::text, ended boolean DEFAULT false, read_to timestamp with time zone DEFAULT NULL::timestamp with time
    zone, unread integer DEFAULT 0)
 RETURNS text
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  now_at constant timestamptz := amc_history.clock_now();
  backfill public.id_backfills := amc_history.lock_id_backfill(record_id_backfill_page.backfill_id,
    record_id_backfill_page.fence);
  newest constant timestamptz := least(backfill.read_to, backfill.list_until);
  token constant text := nullif(record_id_backfill_page.next_token, '');
  page record;
  oldest timestamptz;
  is_over boolean;
  is_stuck boolean;
begin
  if backfill.id is null or backfill.list_ended_at is not null then
    return 'stale';
  end if;
  select * into page from amc_history.put_in_order(record_id_backfill_page.entries, backfill.list_from, newest);
  perform amc_history.hash_queries(backfill.id);
  perform amc_history.keep_candidates(backfill.id, page.entries_in_order);
  oldest := least(backfill.read_to, record_id_backfill_page.read_to, page.oldest);
  is_over := coalesce(record_id_backfill_page.ended, false) or page.is_below;
  is_stuck := token is null and not is_over and coalesce(oldest + interval '1 second' >= backfill.list_until, true);
  update public.id_backfills b set calls = b.calls + 1, read_to = oldest, next_token = token,
    -- Without a token to go on with, from the oldest entry on: those of the same second are read again.
    list_until = case when token is not null then b.list_until
      else least(coalesce(date_trunc('second', oldest) + interval '1 second', b.list_until),
        b.list_until - interval '1 second') end,
    unread = b.unread + case when record_id_backfill_page.unread > 0
        then tstzmultirange(tstzrange(least(oldest, newest), newest, '[]')) else '{}' end
      + case when is_stuck
        then tstzmultirange(tstzrange(b.list_until - interval '1 second', b.list_until, '[]')) else '{}' end,
    queries_seen = b.queries_seen or record_id_backfill_page.entries @? '$[*].sql_query ? (@ != null)',
    is_read = is_over, list_ended_at = case when is_over or b.calls + 1 >= b.most_calls then now_at end
  where b.id = backfill.id returning * into backfill;
  perform amc_history.end_stoppage('id_backfill', backfill.id::text);
  return case when amc_history.decide_weeks(backfill, (amc_history.allowances()).backfill_weeks_at_once) then 'ended'
    when backfill.list_ended_at is not null then 'list_ended' else 'recorded' end;
end;
$function$
;
comment on function record_id_backfill_page(uuid,bigint,jsonb,text,boolean,timestamp with time zone,integer) is
  'Reports one page of AMC''s list, or that the list could not be gone on with, and decides weeks that are read past.

fence: from claim_id_backfill. entries: execution observations as JSON, newest first, with sql_query and dry_run where
AMC gave them. next_token: AMC''s; ended: there is none, and that was the last page. Neither: the token is refused, or a
stretch could not be read (unread: 1); the list is then read on from the last entry in order, or from read_to. Answers
recorded (more pages), list_ended (decide_id_backfill), ended (all is decided) or stale (nothing was recorded). For
service_role.';
-- service_role: execute

CREATE OR REPLACE FUNCTION public.record_late_execution(attempt_id uuid, execution_id text, details jsonb DEFAULT
    NULL::jsonb)
 RETURNS tracking_report
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  attempt public.week_attempts;
  week public.report_data_weeks;
  instance public.amc_instances;
  outcome text := 'duplicate';
begin
  select * into attempt from public.week_attempts a where a.id = record_late_execution.attempt_id;
  if not found then
    return row('not_found', 'no_such_attempt', null, null)::public.tracking_report;
  end if;
  select * into instance from public.amc_instances i where i.id = attempt.instance_id for no key update;
  select * into week from public.report_data_weeks w where w.id = attempt.week_id for no key update;
  select * into attempt from public.week_attempts a where a.id = attempt.id for update;
  if exists (select from public.workflow_executions e where e.id = record_late_execution.execution_id) then
    return row('already_recorded', null, week.status, week.execution_id)::public.tracking_report;
  end if;
  if attempt.outcome = 'abandoned' then
    outcome := amc_history.adopt_execution(week, instance, record_late_execution.execution_id,
      record_late_execution.details, 'late_execution_adopted');
  end if;
  if outcome in ('no_slot', 'window_taken', 'already_recorded') then
    return row(outcome, null, week.status, week.execution_id)::public.tracking_report;
  end if;
  update public.week_attempts a set watch_until = null where a.id = attempt.id;
  if outcome = 'adopted' then
    select * into week from public.report_data_weeks w where w.id = week.id;
    return row('adopted', null, week.status, week.execution_id)::public.tracking_report;
  end if;
  if amc_history.insert_execution(record_late_execution.execution_id, week.id, record_late_execution.details, true)
      is null then
    return row('already_recorded', null, week.status, week.execution_id)::public.tracking_report;
  end if;
  update public.workflow_executions e set cancel_requested_at = amc_history.clock_now()
  where e.id = record_late_execution.execution_id
    and not e.has_ended;
  perform amc_history.record_event('duplicate_execution', attempt, week, record_late_execution.execution_id,
    record_late_execution.details);
  perform amc_history.raise_alert('duplicate_execution', format(
    'AMC ran execution %s for the week of %s beside another one. Its fingerprint proves that it was asked for '
    'from here; if it still runs it is cancelled.',
    record_late_execution.execution_id, week.week_start_date), week.instance_id, week.id);
  return row('duplicate', null, week.status, week.execution_id)::public.tracking_report;
end;
$function$
;
comment on function record_late_execution(uuid,text,jsonb) is
  'Reports an execution that an attempt asked for, by its fingerprint, and that the attempt cannot take: it was
abandoned, or it has another one. If the attempt was abandoned and its week still waits, the week takes it. Otherwise
it is kept as a duplicate, with an alert, and cancelled at AMC if it still runs. details: an
amc_history.execution_observation as JSON. Answers adopted, no_slot or
window_taken (to be reported again), duplicate, already_recorded or not_found. For service_role.';
-- service_role: execute

CREATE OR REPLACE FUNCTION public.record_listing(instance_id text, fence bigint, executions jsonb, complete boolean,
    skipped text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  instance public.amc_instances;
  known text[];
  elsewhere integer;
begin
  select * into instance from public.amc_instances i where i.id = record_listing.instance_id for no key update;
  if not found or instance.list_fence <> record_listing.fence then
    return jsonb_build_object('outcome', 'stale', 'known_execution_ids', '[]'::jsonb);
  end if;
  perform amc_history.update_executions(instance.id, record_listing.executions);
  select coalesce(array_agg(e.id), '{}') into known from public.workflow_executions e
  where e.id in (select o ->> 'id' from jsonb_array_elements(record_listing.executions) o);
  perform amc_history.end_cancelled_attempts(instance.id);
  perform amc_history.end_stoppage('listing', instance.id);
  if record_listing.skipped is null then
    perform amc_history.end_stoppage('list_entry', instance.id || '/skipped');
  else
    perform amc_history.record_stoppage('list_entry', instance.id || '/skipped', 'entry_not_read', 'amc_history',
      record_listing.skipped, instance.id);
  end if;
  if record_listing.complete then
    perform amc_history.end_stoppage('instance', instance.id);
    elsewhere := amc_history.count_running_elsewhere(instance.id, record_listing.executions, known);
    update public.amc_instances i set running_elsewhere = least(elsewhere, 100), list_leased_until = null,
      -- That the list is answered says nothing of creates: only one that AMC takes ends their backoff.
      throttles_in_row = case when exists (select from public.stoppages s
        where s.kind = 'creates' and s.subject = i.id and s.ended_at is null) then i.throttles_in_row else 0 end,
      list_due_at = amc_history.clock_now() + case
        when exists (select from public.week_attempts a where a.instance_id = i.id and a.is_live)
          or elsewhere > 0 then make_interval(secs => i.poll_seconds)
        -- Nothing is under way: only abandoned attempts are looked for.
        else greatest(make_interval(secs => i.poll_seconds), (amc_history.allowances()).idle_poll) end
    where i.id = instance.id;
    perform amc_history.refresh_overdue_alerts(instance.id);
  end if;
  return jsonb_build_object('outcome', 'recorded', 'known_execution_ids', to_jsonb(known));
end;
$function$
;
comment on function record_listing(text,bigint,jsonb,boolean,text) is
  'Reports what AMC''s list, or one of its answers, says of an instance''s executions.

fence: from claim_listing; a report of an earlier listing is stale. executions: an array of
amc_history.execution_observation as JSON. complete: all pages were read; then the next listing is due after
poll_seconds, and what runs elsewhere is counted. skipped: why entries could not be read, and were skipped (stoppage
list_entry, <instance>/skipped); null: all could. Answers {outcome: recorded or stale,
known_execution_ids}: those that are known here, which no unknown attempt may adopt. For service_role.';
-- service_role: execute

CREATE OR REPLACE FUNCTION public.record_observation(execution_id text, observation jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  instance_id text;
begin
  select w.instance_id into instance_id from public.workflow_executions e
    join public.report_data_weeks w on w.id = e.week_id where e.id = record_observation.execution_id;
  perform amc_history.update_executions(instance_id, jsonb_build_array(record_observation.observation));
  perform amc_history.end_cancelled_attempts(instance_id);
end;
$function$
;
comment on function record_observation(text,jsonb) is
  'Reports what AMC says of an execution that it was asked for, or asked to cancel, and ends its attempt if the
execution is cancelled here and has ended. observation: an amc_history.execution_observation as JSON. For
service_role.';
-- service_role: execute

CREATE OR REPLACE FUNCTION public.record_stoppage(kind text, subject text, code text, source text, words text,
    instance_id text, collection_id uuid DEFAULT NULL::uuid, week_id uuid DEFAULT NULL::uuid, request_id text DEFAULT
    NULL::text, waits_for_person boolean DEFAULT false)
 RETURNS timestamp with time zone
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select amc_history.record_stoppage(record_stoppage.kind, record_stoppage.subject, record_stoppage.code,
    record_stoppage.source, record_stoppage.words, record_stoppage.instance_id, record_stoppage.collection_id,
    record_stoppage.week_id, record_stoppage.request_id, record_stoppage.waits_for_person);
$function$
;
comment on function record_stoppage(text,text,text,text,text,text,uuid,uuid,text,boolean) is
  'Records that something is held up: amc_history.record_stoppage, for the worker. For service_role.';
-- service_role: execute

CREATE OR REPLACE FUNCTION public.record_tick(succeeded text[], failed jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  step text;
  words text;
begin
  perform amc_history.beat('tick');
  -- In the order in which watch() locks them.
  perform amc_history.end_stoppage('wake_up', 'collect');
  perform amc_history.end_stoppage('tick', 'collect');
  foreach step in array record_tick.succeeded loop
    perform amc_history.end_stoppage('step', step);
  end loop;
  for step, words in select f.key, f.value from jsonb_each_text(record_tick.failed) f loop
    perform amc_history.record_stoppage('step', step, 'step_failed', 'amc_history', words, null);
  end loop;
end;
$function$
;
comment on function record_tick(text[],jsonb) is
  'Records that a worker ended a tick. succeeded: its steps that ran; failed: an object of those that failed as a
whole, each with its error''s message, which becomes the stoppage step. For service_role.';
-- service_role: execute

CREATE OR REPLACE FUNCTION public.refute_confirmation(attempt_id uuid, execution_id text, message text)
 RETURNS tracking_report
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  attempt public.week_attempts;
  week public.report_data_weeks;
begin
  select w.* into week from public.report_data_weeks w join public.week_attempts a on a.week_id = w.id
    where a.id = refute_confirmation.attempt_id for no key update of w;
  if not found then
    return row('not_found', 'no_such_attempt', null, null)::public.tracking_report;
  end if;
  select * into attempt from public.week_attempts a where a.id = refute_confirmation.attempt_id for update;
  if attempt.state <> 'unknown' or attempt.confirmed_execution_id is distinct from refute_confirmation.execution_id then
    return row('stale', 'not_to_be_confirmed', week.status, week.execution_id)::public.tracking_report;
  end if;
  update public.week_attempts a set confirmed_execution_id = null where a.id = attempt.id;
  perform amc_history.record_event('execution_not_confirmed', attempt, week, refute_confirmation.execution_id,
    jsonb_build_object('message', left(refute_confirmation.message, 500)));
  -- It says more than that the outcome is not known, and takes its place.
  update public.tracking_alerts t set resolved_at = amc_history.clock_now()
  where t.week_id = week.id and t.code = 'unknown_outcome' and t.resolved_at is null;
  perform amc_history.raise_alert('execution_not_confirmed', format(
    'AMC''s execution %s was named for attempt %s, and cannot be its: %s Look again in AMC, window of week %s.',
    refute_confirmation.execution_id, attempt.id, left(refute_confirmation.message, 500), week.week_start_date),
    week.instance_id, week.id, jsonb_build_object('attempt_id', attempt.id));
  return row('applied', null, week.status, week.execution_id)::public.tracking_report;
end;
$function$
;
comment on function refute_confirmation(uuid,text,text) is
  'Reports that the execution that a person named for an attempt cannot be the attempt''s: AMC does not know it, or it
asks for something else. The attempt waits for a person again, with an alert.

execution_id: the one that was looked up; stale if the person has named another since, or the attempt is settled.
message: what was expected and what came. Answers {outcome, reason, status, execution_id}: applied, stale, not_found.
For service_role.';
-- service_role: execute

CREATE OR REPLACE FUNCTION public.remove_member(instance_id text, user_id uuid)
 RETURNS control_report
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select amc_history.remove_member(remove_member.instance_id, remove_member.user_id); $function$
;
comment on function remove_member(text,uuid) is
  'Removes a member from an instance, who sees nothing of it from that moment. Answers {outcome, reason, weeks}:
applied. Refuses with instance_not_found, member_not_found, role_too_low, last_admin. For admins.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION public.rename_collection(collection_id uuid, name text)
 RETURNS control_report
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select amc_history.rename_collection(rename_collection.collection_id, rename_collection.name); $function$
;
comment on function rename_collection(uuid,text) is
  'Gives a collection a name of 1 to 200 characters; null for none. Answers {outcome, reason, weeks}: applied,
already_applied. Refuses with name_out_of_range, collection_not_found, role_too_low. For analysts and admins.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION public.report_create(attempt_id uuid, verdict text, http_status integer DEFAULT
    NULL::integer, message text DEFAULT NULL::text, request_id text DEFAULT NULL::text, retry_after_seconds numeric
    DEFAULT NULL::numeric)
 RETURNS tracking_report
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  verdicts constant text[] := array['not_sent', 'refused', 'quota', 'workflow_not_visible', 'throttled',
    'unauthorized', 'unknown'];
  attempt public.week_attempts;
  week public.report_data_weeks;
  answer jsonb;
  paused_until timestamptz;
  held text;
begin
  if report_create.verdict is null or report_create.verdict <> all (verdicts) then
    raise exception 'Unknown verdict %: expected one of %.', coalesce(quote_literal(report_create.verdict), 'null'),
      array_to_string(verdicts, ', ') using errcode = '22023', detail = 'unknown_verdict';
  end if;
  select * into attempt from public.week_attempts a where a.id = report_create.attempt_id;
  if not found then
    return row('not_found', 'no_such_attempt', null, null)::public.tracking_report;
  end if;
  -- Whatever became of the create: an AMC that is out of order and says for how long is waited for.
  if attempt.is_live and (report_create.verdict in ('quota', 'throttled', 'unauthorized')
      or report_create.verdict = 'unknown' and report_create.http_status = 503
        and report_create.retry_after_seconds is not null) then
    paused_until := public.pause_instance(attempt.instance_id,
      case report_create.verdict when 'unknown' then 'unavailable' else report_create.verdict end,
      report_create.retry_after_seconds, report_create.message, report_create.request_id,
      case report_create.verdict when 'unauthorized' then 'instance' else 'creates' end);
  end if;
  if report_create.verdict = 'refused' then
    perform amc_history.lock_collection_of(attempt.week_id);
  end if;
  select * into week from public.report_data_weeks w where w.id = attempt.week_id for no key update;
  select * into attempt from public.week_attempts a where a.id = attempt.id for update;
  if attempt.state not in ('intended', 'unknown') then
    perform amc_history.record_event('late_report', attempt, week, null,
      jsonb_build_object('verdict', report_create.verdict));
    return row('stale', case attempt.state when 'ended' then 'attempt_ended' else 'execution_is_known' end,
      week.status, week.execution_id)::public.tracking_report;
  end if;
  answer := jsonb_build_object('http_status', report_create.http_status, 'request_id', report_create.request_id);
  update public.week_attempts a set amc_answer = jsonb_strip_nulls(answer || jsonb_build_object(
    'verdict', report_create.verdict, 'message', left(report_create.message, 2000)))
  where a.id = attempt.id;
  held := amc_history.apply_create_verdict(attempt, week, report_create.verdict, report_create.message, paused_until);
  perform amc_history.record_event('create_' || report_create.verdict, attempt, week, null,
    jsonb_strip_nulls(answer || jsonb_build_object('message', left(report_create.message, 500))));
  select * into week from public.report_data_weeks w where w.id = week.id;
  return row('applied', held, week.status, week.execution_id)::public.tracking_report;
end;
$function$
;
comment on function report_create(uuid,text,integer,text,text,numeric) is
  'Reports a create that brought no execution id. verdict: not_sent (it never left), refused (with AMC''s words; see
amc_history.weigh_refusal), quota (AMC''s limit: wait), workflow_not_visible (AMC does not see a workflow that was
saved), throttled, unauthorized, or unknown (anything else: AMC''s list decides; a 503 with a wait pauses the instance).

http_status, message, request_id: AMC''s answer. retry_after_seconds: AMC''s Retry-After. Fenced by the attempt: stale
if it has ended or has an execution. An unknown verdict raises 22023. Answers {outcome, reason, status,
execution_id}; where more than the week is held up, the reason of applied is collection_held or workflow_held. For
service_role.';
-- service_role: execute

CREATE OR REPLACE FUNCTION public.report_credential_accepted(credential_name text, credential_version integer)
 RETURNS integer
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  accepted integer;
begin
  update public.amc_instances i set credential_outcome = 'accepted', credential_tried_at = amc_history.clock_now(),
    credential_refused_at = null, credential_try_at = null,
    paused_until = case when i.credential_refused_at is null or i.pause_reason is distinct from i.credential_outcome
      then i.paused_until end
  where i.id in (select s.id from public.amc_instances s
    where s.credential_name = report_credential_accepted.credential_name
      and s.credential_version = report_credential_accepted.credential_version
      and coalesce(s.paused_until < 'infinity', true)
    order by s.id for no key update);
  get diagnostics accepted = row_count;
  perform amc_history.end_stoppage('instance', s.subject) from public.stoppages s
  join public.amc_instances i on i.id = s.subject
  where s.kind = 'instance' and s.ended_at is null and s.source <> 'amc'
    and i.credential_name = report_credential_accepted.credential_name
    and i.credential_version = report_credential_accepted.credential_version;
  return accepted;
end;
$function$
;
comment on function report_credential_accepted(text,integer) is
  'Reports that Amazon gave a token for a credential: records it, and ends the pause after a first refusal.
credential_version: as for report_credential_failure; a report about an earlier credential changes nothing. Answers how
many instances use it. For service_role.';
-- service_role: execute

CREATE OR REPLACE FUNCTION public.report_credential_failure(credential_name text, credential_version integer, code text,
    message text)
 RETURNS integer
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  now_at constant timestamptz := amc_history.clock_now();
  again constant interval := (amc_history.allowances()).refused_again;
  instance public.amc_instances;
  stopped integer := 0;
begin
  for instance in
    select i.* from public.amc_instances i
    where i.credential_name = report_credential_failure.credential_name
      -- A person may have connected the instance anew since the worker read the credential.
      and i.credential_version = report_credential_failure.credential_version
    order by i.id for no key update
  loop
    if now_at < coalesce(instance.credential_refused_at, now_at) + again then
      -- A right one is refused at first where Amazon has not heard of it everywhere: it is tried once more.
      update public.amc_instances i set credential_refused_at = coalesce(i.credential_refused_at, now_at),
        credential_outcome = report_credential_failure.code, credential_tried_at = now_at,
        credential_try_at = coalesce(i.credential_refused_at, now_at) + again,
        pause_reason = report_credential_failure.code,
        paused_until = greatest(i.paused_until, coalesce(i.credential_refused_at, now_at) + again)
      where i.id = instance.id;
      continue;
    end if;
    update public.amc_instances i set paused_until = 'infinity', pause_reason = report_credential_failure.code,
      credential_outcome = report_credential_failure.code, credential_tried_at = now_at, credential_try_at = null
    where i.id = instance.id;
    perform amc_history.raise_alert('reconnect_needed', format(
      'Amazon refused the credential %s twice: %s. Sign in with Amazon again, then store the new credential with '
      'amc_history.connect_instance.',
      report_credential_failure.credential_name, left(report_credential_failure.message, 500)), instance.id);
    stopped := stopped + 1;
  end loop;
  return stopped;
end;
$function$
;
comment on function report_credential_failure(text,integer,text,text) is
  'Reports that Amazon refused a credential (invalid_grant, invalid_client: docs, H). The first time its instances
pause for refused_again (amc_history.allowances), and it is tried once more; refused then as well, all their
work stops and a person is alerted.

credential_version: of amc_instances, as it was when the credential was read: a report about an earlier credential
is stale and stops nothing. code, message: Amazon''s. Answers how many instances were stopped. For service_role.';
-- service_role: execute

CREATE OR REPLACE FUNCTION public.report_delivery(lease uuid, accepted boolean, words text, status integer DEFAULT
    NULL::integer, code text DEFAULT NULL::text)
 RETURNS text
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  now_at constant timestamptz := amc_history.clock_now();
  hook public.webhooks;
begin
  select w.* into hook from public.webhooks w where w.id = (select d.webhook_id from public.webhook_deliveries d
    where d.lease = report_delivery.lease limit 1) for no key update;
  update public.webhook_deliveries d set lease = null, leased_until = null, last_status = report_delivery.status,
    last_words = left(report_delivery.words, 500),
    state = case when report_delivery.accepted then 'sent' else d.state end,
    ended_at = case when report_delivery.accepted then now_at end
  where d.lease = report_delivery.lease;
  if not found then
    return 'stale';
  elsif report_delivery.accepted then
    perform amc_history.end_stoppage('webhook', hook.id::text);
    return 'sent';
  end if;
  perform amc_history.record_stoppage('webhook', hook.id::text, report_delivery.code, 'webhook', format(
    'The webhook %s did not take what it was told: %s', quote_literal(hook.name), left(report_delivery.words, 500)),
    hook.instance_id);
  return 'queued';
end;
$function$
;
comment on function report_delivery(uuid,boolean,text,integer,text) is
  'Reports what became of a delivery. lease: of claim_deliveries. accepted: the webhook took it. words: what came of
it, without the address; if it was not accepted they become the stoppage webhook, after whose pause it is tried again.
status: of HTTP, if there was an answer. code: why it was not accepted, a stable code. Answers sent, queued, or stale:
another worker has taken it, or it is gone. For service_role.';
-- service_role: execute

CREATE OR REPLACE FUNCTION public.report_workflow_check(check_id uuid, verdict text, status text DEFAULT NULL::text,
    message text DEFAULT NULL::text, request_id text DEFAULT NULL::text, honoured boolean DEFAULT NULL::boolean,
    cancelling boolean DEFAULT false)
 RETURNS text
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  verdicts constant text[] := array['pending', 'accepted', 'refused', 'ignored', 'unsupported', 'not_sent', 'lost',
    'failed', 'held_up', 'workflow_not_visible'];
  check_row public.workflow_checks;
  shown constant text := case when report_workflow_check.verdict = 'unsupported' then 'refused'
    when not report_workflow_check.honoured then 'ignored' when report_workflow_check.honoured then 'honoured' end;
begin
  if report_workflow_check.verdict is null or report_workflow_check.verdict <> all (verdicts) then
    raise exception 'Unknown verdict %: expected one of %.', coalesce(quote_literal(report_workflow_check.verdict),
      'null'), array_to_string(verdicts, ', ') using errcode = '22023', detail = 'unknown_verdict';
  end if;
  -- Instance before all else: the order in which everything locks.
  perform from public.amc_instances i where i.id = (select k.instance_id from public.workflow_checks k
    where k.id = report_workflow_check.check_id) for no key update;
  select * into check_row from public.workflow_checks k where k.id = report_workflow_check.check_id for update;
  if not found then
    return 'not_found';
  elsif check_row.state = 'ended' then
    return 'stale';
  end if;
  if shown is not null then
    perform amc_history.record_dry_runs(check_row, shown, report_workflow_check.message);
  end if;
  if report_workflow_check.verdict = 'held_up' then
    perform amc_history.hold_up_dry_run(check_row, report_workflow_check.status, report_workflow_check.message,
      report_workflow_check.request_id);
  end if;
  if report_workflow_check.verdict in ('pending', 'held_up') then
    perform amc_history.follow_dry_run(check_row, report_workflow_check.status, report_workflow_check.request_id,
      report_workflow_check.cancelling);
    return 'applied';
  end if;
  if report_workflow_check.verdict = 'workflow_not_visible' then
    -- Saved long ago, and AMC does not have it: it is to be saved again.
    update public.amc_workflows f set saved_at = null
    where f.instance_id = check_row.instance_id and f.id = check_row.workflow_id
      and f.saved_at <= amc_history.clock_now() - (amc_history.allowances()).workflow_visible;
  end if;
  perform amc_history.end_dry_run(check_row,
    case report_workflow_check.verdict when 'workflow_not_visible' then 'failed' else report_workflow_check.verdict end,
    report_workflow_check.status, report_workflow_check.message, report_workflow_check.request_id);
  return 'applied';
end;
$function$
;
comment on function report_workflow_check(uuid,text,text,text,text,boolean,boolean) is
  'Reports what AMC said of a dry run. verdict: pending (it has not ended: asked again after
dry_run_poll, or the instance''s poll_seconds), held_up (AMC does not show it, or does not end it: set aside with AMC''s
words, and given up once it is overdue), accepted,
refused (AMC does not take the query: it is held, with AMC''s words), ignored (AMC ran it, and it was ended),
unsupported (AMC refuses dry runs), not_sent (it never left, or AMC turned it away for now), workflow_not_visible,
lost (no answer), failed (AMC could not tell).

status, message, request_id: AMC''s. honoured: whether AMC ran it as a dry run, where its answer shows that; remembered
with the instance. cancelling: AMC is being asked to cancel it. An unknown verdict raises 22023. Answers applied, stale
(it had ended) or not_found. For service_role.';
-- service_role: execute

CREATE OR REPLACE FUNCTION public.resolve_alert(alert_id bigint)
 RETURNS control_report
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select amc_history.resolve_alert(resolve_alert.alert_id); $function$
;
comment on function resolve_alert(bigint) is
  'Resolves an alert that somebody has looked at. If its cause comes again, a new one opens.

The system itself resolves alerts when it sees that their cause is gone: unknown_outcome and execution_not_confirmed
(the outcome is known), reconnect_needed (connected again), execution_overdue and unknown_status (the execution''s
status changed), matcher_failed (proved again), schedule_not_configured (the schedule could call), worker_unreachable
(a worker ended a tick), held_up (it moves again). Answers {outcome, reason, weeks}: applied, already_applied, or
rejected with cause_persists (reconnect_needed of an instance that is still stopped; unknown_outcome of an attempt
that is still unknown; schedule_not_configured, worker_unreachable and held_up of what is still held up). For analysts
and admins; refuses viewers with role_too_low.
Refuses what the caller cannot read (alert_not_found).';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION public.restate_week(week_id uuid)
 RETURNS control_report
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select amc_history.restate_week(restate_week.week_id); $function$
;
comment on function restate_week(uuid) is
  'Collects a completed week once more. It stays completed and shows what it shows until the new result is in; if
that fails, the week keeps showing the old one. Answers {outcome, reason, weeks}: applied, already_applied (it is
due or under way), or rejected with collection_is_cancelled, week_is_not_completed. Refuses with week_not_found.
For analysts and admins.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION public.resume_collection(collection_id uuid)
 RETURNS control_report
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select amc_history.resume_collection(resume_collection.collection_id); $function$
;
comment on function resume_collection(uuid) is
  'Lets the weeks of a paused or archived collection start again. If AMC holds up the collection or its workflow, one
week tries at once whether it still does. Answers {outcome, reason, weeks}: applied (weeks: how many are due),
already_applied, or rejected with collection_is_cancelled. Refuses with collection_not_found. For analysts and
admins.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION public.retry_failed_execution(attempt_id uuid)
 RETURNS tracking_report
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  attempt public.week_attempts;
  week public.report_data_weeks;
  execution public.workflow_executions;
  allowances constant amc_history.allowances := amc_history.allowances();
  allowed integer;
begin
  select w.* into week from public.report_data_weeks w join public.week_attempts a on a.week_id = w.id
    where a.id = retry_failed_execution.attempt_id for no key update of w;
  if not found then
    return row('not_found', 'no_such_attempt', null, null)::public.tracking_report;
  end if;
  select * into attempt from public.week_attempts a where a.id = retry_failed_execution.attempt_id for update;
  if not attempt.is_live then
    return row('stale', 'attempt_ended', week.status, week.execution_id)::public.tracking_report;
  end if;
  select * into execution from public.workflow_executions e where e.id = attempt.execution_id;
  if execution.status = 'CANCELLED' and execution.cancel_tried_at is not null then
    -- AMC was asked to cancel it before the week was reopened: that is no failure.
    perform amc_history.end_attempt(attempt.id, 'cancelled');
    perform amc_history.reschedule_week(week, amc_history.next_due_at(week.collection_id));
    perform amc_history.record_event('cancelled_execution_retried', attempt, week, attempt.execution_id);
    return row('applied', null, week.status, week.execution_id)::public.tracking_report;
  end if;
  select c.failed_retries into allowed from public.report_data_collections c where c.id = week.collection_id;
  if week.status not in ('running', 'completed') or week.error_count >= allowed
      or execution.status is distinct from 'FAILED' then
    return row('rejected', 'no_retry_left', week.status, week.execution_id)::public.tracking_report;
  end if;
  perform amc_history.end_attempt(attempt.id, 'failed');
  update public.report_data_weeks w set error_count = w.error_count + 1, error_code = 'amc_failed',
    error_message = execution.status_reason
  where w.id = week.id;
  perform amc_history.reschedule_week(week, amc_history.clock_now() + allowances.failed_retry_least
    + random() * least(allowances.failed_retry_longest,
      allowances.failed_retry_base * 2 ^ least(week.error_count, 20)));
  perform amc_history.record_event('failed_execution_retried', attempt, week, attempt.execution_id);
  return row('applied', null, week.status, week.execution_id)::public.tracking_report;
end;
$function$
;
comment on function retry_failed_execution(uuid) is
  'Ends an attempt whose execution ended at AMC as FAILED and makes its week due again, if its collection''s
failed_retries allow one more: counts an error; the pauses grow with the errors. One that ended as CANCELLED, since AMC
was asked to cancel it before its week was reopened, is tried again at once and counts no error. Answers applied,
rejected (no_retry_left: report the week as failed), stale or not_found. For service_role.';
-- service_role: execute

CREATE OR REPLACE FUNCTION public.retry_failed_weeks(collection_id uuid)
 RETURNS control_report
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select amc_history.retry_failed_weeks(retry_failed_weeks.collection_id); $function$
;
comment on function retry_failed_weeks(uuid) is
  'Tries all weeks of a collection again that failed or are held. Answers {outcome, reason, weeks}: applied (weeks: how
many), already_applied (there is none), or rejected with the first reason as for retry_week. Refuses with
collection_not_found. For analysts and admins.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION public.retry_week(week_id uuid)
 RETURNS control_report
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select amc_history.retry_week(retry_week.week_id); $function$
;
comment on function retry_week(uuid) is
  'Tries a week again that failed, was skipped, was cancelled or is held up; the result of a cancelled execution that
SUCCEEDED at AMC all the same is loaded. Answers {outcome, reason, weeks}: applied,
already_applied (it is waiting or running), or rejected with week_is_completed (use restate_week),
collection_is_cancelled, execution_in_progress (its last execution has not ended at AMC), "unsettled until …" while
its last create may still be under way, or outcome_unknown if AMC''s list is not proved to show its execution (call
confirm_execution or confirm_no_execution). Refuses with week_not_found. For analysts and admins.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION public.save_workflow(instance_id text, name text, sql_query text, parameters jsonb DEFAULT
    '[]'::jsonb)
 RETURNS saved_workflow
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  saved public.saved_workflow;
begin
  if not exists (select from public.amc_instances i where i.id = save_workflow.instance_id) then
    perform amc_history.refuse('instance_not_found',
      format('No instance %s that you may use.',
        coalesce(quote_literal(left(save_workflow.instance_id, 200)), 'null')),
      'Check the id, or ask whoever runs this project to make you a member of the instance.', 'PT404');
  end if;
  perform amc_history.require_role(save_workflow.instance_id, 'analyst');
  insert into public.amc_workflows as f (instance_id, name, sql_query, parameters)
  values (save_workflow.instance_id, save_workflow.name, save_workflow.sql_query, save_workflow.parameters)
  on conflict do nothing
  returning f.id, true, f.results_view, f.raw_view, f.series_view, f.sql_query into saved;
  if not found then
    select f.id, false, f.results_view, f.raw_view, f.series_view, f.sql_query into saved
    from public.amc_workflows f
    where f.instance_id = save_workflow.instance_id
      and f.sql_query = (select q.sent from amc_history.prepare_query(save_workflow.sql_query) q)
      and f.parameters::text = save_workflow.parameters::text
      and f.output_format = amc_history.usual_output_format();
  end if;
  return saved;
end;
$function$
;
comment on function save_workflow(text,text,text,jsonb) is
  'Saves an AMC query as a workflow version of an instance.

name: 1 to 100 characters; the first one stays. sql_query: AMC SQL of at most 100,000 characters by default (the
allowance query_characters); it reads parameters with CUSTOM_PARAMETER(''name''). Sent to AMC without a semicolon at its
end and with blanks for its comments; what was written stays in amc_workflows.sql_written. parameters: declared
inputParameters (SPEC, H). What is sent decides the version: the same query and parameters are the same one, also under
another name or with other comments. Answers
{workflow_id, created, results_view, raw_view, series_view, sql_query}, the last as it is sent. For analysts and admins
of the instance; refuses viewers with role_too_low, anybody else with instance_not_found; and with
workflow_name_invalid, query_empty, query_too_long, query_unterminated, parameters_invalid, parameter_not_declared.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION public.set_keep_current(collection_id uuid, keep_current boolean, settle_days integer DEFAULT
    NULL::integer)
 RETURNS control_report
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select amc_history.set_keep_current(set_keep_current.collection_id, set_keep_current.keep_current,
    set_keep_current.settle_days);
$function$
;
comment on function set_keep_current(uuid,boolean,integer) is
  'Keeps a collection current, or no longer: each week is added once it ended settle_days (2 to 60; as it is, at first
14) ago in the collection''s zone. Those that have settled already are added at once. Answers {outcome, reason, weeks}:
applied (weeks: how many were added), already_applied, or rejected with collection_is_cancelled. Refuses with
collection_not_found, settle_days_out_of_range, role_too_low, imported_is_not_kept, catch_up_too_long,
another_version_kept_current (continue_with moves on from one version to another), and more weeks at once than the
limits of amc_history.check_start_limits. For analysts and admins.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION public.set_keep_versions(collection_id uuid, keep_versions integer)
 RETURNS control_report
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select amc_history.set_keep_versions(set_keep_versions.collection_id, set_keep_versions.keep_versions);
    $function$
;
comment on function set_keep_versions(uuid,integer) is
  'Sets how many results are kept of each week of a collection, the shown one counted: 1 to 100. Older ones are
pruned within the hour. Refuses with keep_versions_out_of_range, collection_not_found. For analysts and admins.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION public.set_restatement_policy(collection_id uuid, restate_weeks integer, restate_every_days
    integer DEFAULT 7)
 RETURNS control_report
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select amc_history.set_restatement_policy(set_restatement_policy.collection_id, set_restatement_policy.restate_weeks,
    set_restatement_policy.restate_every_days);
$function$
;
comment on function set_restatement_policy(uuid,integer,integer) is
  'Has the newest completed weeks of a collection collected again on a schedule. For analysts and admins.

restate_weeks: how many, 0 to 12; 0 turns it off. restate_every_days: how many days between two collections of a
week, 1 to 90. A week that ended more than 90 days ago is not collected again. Takes effect within the hour, and does
not stop what is due or under way already. Answers {outcome, reason, weeks}: applied, already_applied, or rejected
with collection_is_cancelled. Refuses with restatement_out_of_range, collection_not_found.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION public.set_retention(instance_id text, workflow_id text, months integer)
 RETURNS control_report
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select amc_history.set_retention(set_retention.instance_id, set_retention.workflow_id, set_retention.months);
$function$
;
comment on function set_retention(text,text,integer) is
  'Says how many months back AMC keeps the data that a workflow reads: 1 to 120, or null for the usual 13
(docs, M; the allowance retention_months). New collections may not reach further back. Answers {outcome, reason, weeks}:
applied, already_applied. Refuses with workflow_not_found, retention_out_of_range, role_too_low. For analysts and
admins of the instance.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION public.set_role(instance_id text, user_id uuid, role text)
 RETURNS control_report
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select amc_history.set_role(set_role.instance_id, set_role.user_id, set_role.role); $function$
;
comment on function set_role(text,uuid,text) is
  'Gives a member of an instance another role: admin, analyst or viewer. Answers {outcome, reason, weeks}: applied,
already_applied. Refuses with instance_not_found, member_not_found, role_unknown, role_too_low, and last_admin (409): an
instance keeps an admin. For admins.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION public.set_webhook(name text, form text, url text DEFAULT NULL::text, signing_key text
    DEFAULT NULL::text, instance_id text DEFAULT NULL::text, tells text[] DEFAULT
    '{alerts,resolved_alerts,failed_weeks,finished_collections,duplicates}'::text[], secret_name text DEFAULT
    NULL::text, last_resort boolean DEFAULT false, enabled boolean DEFAULT true)
 RETURNS uuid
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select amc_history.set_webhook(set_webhook.name, set_webhook.form, set_webhook.url, set_webhook.signing_key,
    set_webhook.instance_id, set_webhook.tells, set_webhook.secret_name, set_webhook.last_resort, set_webhook.enabled);
$function$
;
comment on function set_webhook(text,text,text,text,text,text[],text,boolean,boolean) is
  'Sets up a webhook, or changes the one of that name. For admins of the instance; without one (null: all instances,
and what belongs to none) for whoever runs the project.

name: 1 to 100 characters. form: json (signed, see docs/MONITORING.md) or slack. url: https; a secret, which goes to
Vault. signing_key: 16 to 200 characters, needed for json. Of one that is there url and signing_key may be left out.
tells: what it is told, as the column webhooks.tells says. secret_name: in place of both, the name of a secret in
Vault that holds {url, signing_key} as JSON; operators only. last_resort: the database itself tells it that the worker
cannot be reached; operators only, and only one: it takes that from the one that had it. enabled: false stops it.
A change has one that failed tried again at once. Answers its id. Refuses with instance_not_found, webhook_malformed,
webhook_url_malformed, signing_key_malformed, webhook_secret_refused, too_many_webhooks.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION public.settle_attempt(attempt_id uuid, listing_began_at timestamp with time zone,
    similar_runs boolean DEFAULT NULL::boolean)
 RETURNS tracking_report
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  attempt public.week_attempts;
  week public.report_data_weeks;
  instance public.amc_instances;
begin
  select * into attempt from public.week_attempts a where a.id = settle_attempt.attempt_id;
  if not found then
    return row('not_found', 'no_such_attempt', null, null)::public.tracking_report;
  end if;
  select * into instance from public.amc_instances i where i.id = attempt.instance_id;
  select * into week from public.report_data_weeks w where w.id = attempt.week_id for no key update;
  select * into attempt from public.week_attempts a where a.id = attempt.id for update;
  if attempt.state <> 'unknown' then
    return row('stale', 'attempt_is_' || attempt.state, week.status, week.execution_id)::public.tracking_report;
  end if;
  if attempt.confirmed_execution_id is not null then
    -- A person named an execution while the list was read: it is looked up first.
    return row('waiting', 'execution_to_be_confirmed', week.status, week.execution_id)::public.tracking_report;
  end if;
  if settle_attempt.listing_began_at is null or settle_attempt.listing_began_at < attempt.settle_after
      or settle_attempt.listing_began_at > amc_history.clock_now() then
    return row('waiting', 'listing_may_lag', week.status, week.execution_id)::public.tracking_report;
  end if;
  if not amc_history.proves_absence(instance, attempt, settle_attempt.similar_runs) then
    -- Not while it is told already that what a person said of it cannot be.
    perform amc_history.raise_alert('unknown_outcome', format('It is not known whether AMC created an execution for '
      'attempt %s, and what AMC''s list of instance %s shows does not tell. Look for it in AMC: window of week %s, '
      'timeout %s s. Then call confirm_execution with its id, or confirm_no_execution if there is none.', attempt.id,
      attempt.instance_id, week.week_start_date, attempt.fingerprint), attempt.instance_id, week.id,
      jsonb_build_object('attempt_id', attempt.id))
    where not exists (select from public.tracking_alerts t where t.week_id = week.id
      and t.code = 'execution_not_confirmed' and t.resolved_at is null);
    return row('waiting', 'matcher_not_proved', week.status, week.execution_id)::public.tracking_report;
  end if;
  perform amc_history.end_attempt(attempt.id, 'abandoned', amc_history.clock_now() + (amc_history.allowances()).watch);
  perform amc_history.reschedule_week(week, amc_history.clock_now());
  perform amc_history.record_event('attempt_abandoned', attempt, week, null,
    jsonb_build_object('listing_began_at', settle_attempt.listing_began_at));
  return row('abandoned', null, week.status, week.execution_id)::public.tracking_report;
end;
$function$
;
comment on function settle_attempt(uuid,timestamp with time zone,boolean) is
  'Reports that a complete listing, which began at listing_began_at, shows no execution of an unknown attempt.
similar_runs: whether it shows, or may show, a run of the attempt''s workflow, window and zone since its intent that
belongs to no attempt, whatever its timeout; null: not looked for.

The attempt is abandoned, and its week may be tried again, only if the listing began after every allowance
(settle_after) and proves that there is none (amc_history.proves_absence). Answers waiting (listing_may_lag,
matcher_not_proved, or execution_to_be_confirmed: a person named one), abandoned, stale or not_found. For
service_role.';
-- service_role: execute

CREATE OR REPLACE FUNCTION public.start_collection(requested_by uuid, instance_id text, workflow_id text, weeks integer
    DEFAULT NULL::integer, start_date date DEFAULT NULL::date, end_date date DEFAULT NULL::date, week_starts_on text
    DEFAULT NULL::text, time_zone text DEFAULT 'UTC'::text, parameter_values jsonb DEFAULT '{}'::jsonb, idempotency_key
    text DEFAULT NULL::text, name text DEFAULT NULL::text, keep_current boolean DEFAULT NULL::boolean, settle_days
    integer DEFAULT NULL::integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  asked constant amc_history.weeks_request := row(start_collection.requested_by, start_collection.instance_id,
    start_collection.workflow_id, start_collection.weeks, start_collection.start_date, start_collection.end_date,
    start_collection.week_starts_on, start_collection.time_zone, start_collection.parameter_values,
    start_collection.name, start_collection.keep_current, start_collection.settle_days);
  plan constant amc_history.weeks_plan := amc_history.plan_weeks(asked);
  hash constant text := encode(sha256(convert_to((to_jsonb(asked) - 'requested_by'
    || jsonb_build_object('time_zone', plan.zone))::text, 'UTF8')), 'hex');
  request public.collection_requests;
begin
  perform amc_history.refuse_first(plan.refusals);
  perform amc_history.lock_starts(asked.requested_by);
  request := amc_history.find_repeated_request(asked.requested_by, start_collection.idempotency_key, hash);
  if request.id is not null then
    return amc_history.describe_request(request);
  end if;
  request.instance_id := asked.instance_id;
  request.requested_by := asked.requested_by;
  request.idempotency_key := start_collection.idempotency_key;
  request.request_hash := hash;
  request.first_day := plan.first_day;
  request.last_day := plan.last_day;
  return amc_history.start_weeks(request, asked, plan);
end;
$function$
;
comment on function start_collection(uuid,text,text,integer,date,date,text,text,jsonb,text,text,boolean,integer) is
  'Asks for weeks of a query, for one person. The history of a query is one collection, and asking for it is
idempotent: the first request makes it; a later one, by whichever analyst, adds the weeks that it does not have, and
opens those again that were cancelled or skipped. A cancelled or archived collection comes back; a paused one stays
paused. Weeks that are completed stay, and failed ones wait for retry_week. New weeks are due at once, oldest first.

requested_by: for whom; an analyst or admin of the instance. weeks: 1 to 60 (52 if neither weeks nor dates are given),
ending with the newest week that has settled; or start_date and end_date (inclusive). week_starts_on: a weekday in
English. time_zone: a name of the tz database, in any case. parameter_values: texts and lists of texts, by name.
name: for a collection that has none yet. idempotency_key: the same request with it again is answered the same, and
does nothing. keep_current, settle_days: as of set_keep_current, in the same transaction; what is left out stays as it
is, for a new collection not kept current and 14 days. How many weeks, and when a week has settled:
amc_history.allowances (most_weeks, settle_days). Answers {collection_id, created, extended, reopened, settled, weeks}:
whether it made the collection, how many weeks it added to one that was there, how many it opened again, how many it
added beside those asked for since they have settled and the collection is kept current now, and the weeks that were
asked for. Refuses weeks that AMC keeps no longer, and more than the limits of amc_history.check_start_limits. Leaves
events collection_started, collection_extended, collection_reopened, week_reopened and keep_current_set with
requested_by as their actor. Refuses with a stable code in detail; of several refusals the first, preview_collection
answers all. For service_role.';
-- service_role: execute

CREATE OR REPLACE FUNCTION public.take_over_collection(collection_id uuid)
 RETURNS control_report
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select amc_history.take_over_collection(take_over_collection.collection_id); $function$
;
comment on function take_over_collection(uuid) is
  'Makes the signed-in user one who stands behind a collection: it goes on while that user is an analyst or admin of
the instance, whoever else leaves. A person''s pause stays. Answers {outcome, reason, weeks}: applied, already_applied,
or rejected with collection_is_cancelled. Refuses with collection_not_found, role_too_low, user_needed. For analysts and
admins.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION public.test_webhook(webhook_id uuid)
 RETURNS bigint
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select amc_history.test_webhook(test_webhook.webhook_id); $function$
;
comment on function test_webhook(uuid) is
  'Queues a test for a webhook, which the next worker delivers, also if the webhook failed before. For those who may
set it up. Answers the id of the row of webhook_deliveries that says what became of it. Refuses with webhook_not_found,
webhook_disabled.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION public.tracking_figures(since timestamp with time zone, until timestamp with time zone,
    instance text DEFAULT NULL::text)
 RETURNS TABLE(instance_id text, weeks_by_state jsonb, completed integer, failed integer, success_rate numeric,
    completed_untracked integer, null_rate numeric, tracking_failures jsonb, adopted_executions integer,
    duplicate_executions integer, throttles integer, paused_seconds numeric, oldest_due_seconds numeric, seconds_p50
    numeric, seconds_p95 numeric, slots integer, slots_taken integer, slots_elsewhere integer)
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select * from amc_history.tracking_figures(tracking_figures.since, tracking_figures.until, tracking_figures.instance);
$function$
;
comment on function tracking_figures(timestamp with time zone,timestamp with time zone,text) is
  'What collecting came to from since (inclusive) to until (exclusive): a row for each instance of the caller''s, and
one of all without an instance_id; or one for instance alone. Operators see all instances.

weeks_by_state: weeks by the state of public.week_results: those that finished in the period, and those open now that
were made before its end. completed, failed: those that finished so; success_rate: completed and tracked of both;
completed_untracked: completed without an execution id; null_rate: of the completed. tracking_failures, by reason: why
an id that came was not stored, execution_refused, late_execution, create_unknown (the answer was lost; AMC''s list
settles it). adopted_executions: found in AMC''s list. throttles: pauses because AMC throttled; paused_seconds: pauses
for whatever AMC said. seconds_p50, seconds_p95: from a week''s start to its result. Now, whatever the period:
oldest_due_seconds, how long the oldest week that may be tried has been due; slots, slots_taken by live attempts,
slots_elsewhere by others. Rates are null where nothing finished. Refuses with period_not_valid, instance_not_found.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION public.update_week_status(collection_id uuid, week_id uuid, status text, data jsonb DEFAULT
    NULL::jsonb, execution_id text DEFAULT NULL::text)
 RETURNS tracking_report
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  valid constant text[] := array['pending', 'running', 'completed', 'failed', 'skipped', 'cancelled'];
  week public.report_data_weeks;
  live public.week_attempts;
  new_data jsonb := nullif(update_week_status.data, 'null'::jsonb);
  new_id text := update_week_status.execution_id;
begin
  -- 1
  if update_week_status.status is null or update_week_status.status <> all (valid) then
    raise exception 'Unknown week status %: expected one of %.',
      coalesce(quote_literal(update_week_status.status), 'null'), array_to_string(valid, ', ')
      using errcode = '22023', detail = 'unknown_status';
  end if;
  -- 2
  select * into week from public.report_data_weeks w
    where w.id = update_week_status.week_id and w.collection_id = update_week_status.collection_id
    for no key update;
  if not found then
    return row('not_found', 'no_such_week_in_collection', null, null)::public.tracking_report;
  end if;
  -- 3. The attempt of an execution that a caller brought has ended from the start; while the week still names that
  -- execution, its caller is not late.
  if exists (select from public.week_attempts a
      where a.week_id = week.id and a.execution_id = new_id and not a.is_live
        and not (a.kind = 'external' and new_id = week.execution_id)) then
    perform amc_history.record_event('stale_report', null, week, new_id,
      jsonb_build_object('status', update_week_status.status));
    return row('stale', 'attempt_ended', week.status, week.execution_id)::public.tracking_report;
  end if;
  -- 4
  select * into live from public.week_attempts a where a.week_id = week.id and a.is_live;
  if found and (new_id is null or new_id is distinct from live.execution_id) then
    return row('rejected', 'attempt_in_progress', week.status, week.execution_id)::public.tracking_report;
  end if;
  -- 5
  if not amc_history.is_legal_transition(week, live, update_week_status.status, new_data, new_id) then
    return row('rejected', 'illegal_transition', week.status, week.execution_id)::public.tracking_report;
  end if;
  -- 6
  if live.id is not null and update_week_status.status = 'completed' and not exists (
      select from public.result_loads l where l.execution_id = new_id and l.complete) then
    return row('rejected', 'load_incomplete', week.status, week.execution_id)::public.tracking_report;
  end if;
  -- 7
  if week.status = update_week_status.status and live.kind is distinct from 'restated'
      and (new_data is null or new_data is not distinct from week.data)
      and (new_id is null or new_id is not distinct from week.execution_id) then
    return row('already_applied', null, week.status, week.execution_id)::public.tracking_report;
  end if;
  -- 8 and 9
  return amc_history.apply_report(week, live, update_week_status.status, new_data, new_id);
end;
$function$
;
comment on function update_week_status(uuid,uuid,text,jsonb,text) is
  'Reports a week''s status, and with it, if given, its data and the AMC execution that produced it.

collection_id, week_id: the week. status: pending, running, completed, failed, skipped or cancelled.
data: summary of the result; null and ''null'' leave the stored one. execution_id: AMC''s workflowExecutionId;
null leaves the stored one. Answers {outcome, reason, status, execution_id}:
applied; already_applied (nothing new); applied_untracked (status and data are in, the id was not stored:
reason says why, an alert is open); stale (the id belongs to an attempt that has ended; nothing changed);
rejected (attempt_in_progress, illegal_transition or load_incomplete; nothing changed); not_found.
An unknown status raises 22023. Its nine rules stand at the head of its migration. For service_role. One transaction;
locks the week.';
-- service_role: execute

CREATE OR REPLACE FUNCTION public.week_rows(week_id uuid, max_rows integer DEFAULT 1000, after_line bigint DEFAULT 0)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  week public.report_data_weeks;
begin
  select * into week from public.report_data_weeks w where w.id = week_rows.week_id;
  if not found then
    perform amc_history.refuse('week_not_found',
      format('No week %s that you may see.', coalesce(week_rows.week_id::text, 'null')), 'Check the id.', 'PT404');
  end if;
  return amc_history.load_rows((select l.id from public.result_loads l
    where l.execution_id = week.execution_id and l.complete and week.status = 'completed'),
    week_rows.max_rows, week_rows.after_line);
end;
$function$
;
comment on function week_rows(uuid,integer,bigint) is
  'The rows that a week shows, in the order of AMC''s file: an array of objects {line, execution_id, …columns}.

max_rows: 1 to 10000. after_line: only rows with a higher line; for the next page, the line of the last row. All rows
of one answer are of one execution; execution_rows reads the next page of the same one though the week was restated
meanwhile. Cells have the types of the workflow''s view; a number that JavaScript would round (beyond 2^53, or
with more than 15 significant digits) is a string. [] for a week that shows no result: see week_results.
Refuses with week_not_found, rows_out_of_range. For members.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION public.withdraw_invitation(invitation_id uuid)
 RETURNS control_report
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select amc_history.withdraw_invitation(withdraw_invitation.invitation_id); $function$
;
comment on function withdraw_invitation(uuid) is
  'Withdraws an invitation to an instance. Answers {outcome, reason, weeks}: applied, already_applied.
Refuses with invitation_not_found, and with invitation_used (409) if it was accepted. For admins of the instance.';
-- authenticated: execute
-- service_role: execute

CREATE OR REPLACE FUNCTION public.workflow_definition(instance_id text, workflow_id text)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select jsonb_build_object('sql_query', f.sql_query, 'parameters', f.parameters, 'output_format', f.output_format)
  from public.amc_workflows f
  where f.instance_id = workflow_definition.instance_id and f.id = workflow_definition.workflow_id;
$function$
;
comment on function workflow_definition(text,text) is
  'What AMC is to save of a workflow: {sql_query, parameters, output_format}; null if there is no such workflow. For
service_role.';
-- service_role: execute

-- jobs

select cron.schedule('amc-history-check', '* * * * *', 'select amc_history.check_cells()');

select cron.schedule('amc-history-collect', '* * * * *', 'select amc_history.dispatch_collect()');

select cron.schedule('amc-history-delete', '* * * * *', 'select amc_history.delete_dropped_rows()');

select cron.schedule('amc-history-keep', '7 * * * *', 'select amc_history.keep_collections_current()');

select cron.schedule('amc-history-prune', '41 * * * *', 'select amc_history.prune_versions()');

select cron.schedule('amc-history-purge', '17 * * * *', 'select amc_history.purge_history()');

select cron.schedule('amc-history-restate', '23 * * * *', 'select amc_history.open_restatements()');

select cron.schedule('amc-history-watch', '* * * * *', 'select amc_history.watch()');
