-- Allowances: how long everything may take, how often it is tried, how much it may be. One row.

create table amc_history.allowances (
  only_row boolean primary key default true
    constraint allowances_has_one_row check (only_row),

  -- A create: how long it may be on its way to AMC, and on its way back.
  post_window interval not null default '20 seconds',
  create_timeout interval not null default '30 seconds',
  create_lease interval not null default '60 seconds',
  create_in_flight interval not null default '520 seconds',
  workflow_visible interval not null default '10 minutes',
  refusal_wait interval not null default '10 minutes',
  refusals_in_row integer not null default 3,
  create_tries integer not null default 10,

  -- A dry run.
  dry_run_poll interval not null default '10 seconds',
  dry_run_runs interval not null default '2 minutes',
  dry_run_queued interval not null default '1 hour',

  -- AMC's list, and what it may leave out for a while.
  list_lag interval not null default '5 minutes',
  list_overlap interval not null default '1 hour',
  list_lease interval not null default '60 seconds',
  idle_poll interval not null default '15 minutes',
  survey_reach interval not null default '35 days',
  restore_gap interval not null default '5 minutes',
  watch interval not null default '48 hours',
  unknown_status interval not null default '6 hours',
  queued_longest interval not null default '24 hours',

  -- Pauses and repetitions.
  pause_base interval not null default '15 seconds',
  pause_longest interval not null default '15 minutes',
  retry_after_longest interval not null default '24 hours',
  failed_retry_least interval not null default '1 minute',
  failed_retry_base interval not null default '5 minutes',
  failed_retry_longest interval not null default '1 hour',
  cancel_again interval not null default '60 seconds',
  refused_again interval not null default '1 minute',
  stoppage_pause_base interval not null default '1 minute',
  stoppage_pause_longest interval not null default '1 hour',

  -- Loads.
  load_lease interval not null default '150 seconds',
  load_retry_least interval not null default '5 seconds',
  load_retry_base interval not null default '10 seconds',
  load_retry_longest interval not null default '15 minutes',
  load_errors integer not null default 8,
  result_wait_least interval not null default '15 seconds',
  result_wait_longest interval not null default '5 minutes',
  result_gone interval not null default '24 hours',
  result_gone_errors integer not null default 3,
  results_waiting integer not null default 200,

  -- Collections.
  default_weeks integer not null default 52,
  most_weeks integer not null default 60,
  settle_days integer not null default 14,
  retention_ends interval not null default '7 days',
  restate_days integer not null default 90,
  empty_weeks integer not null default 3,
  retention_months integer not null default 13,
  open_weeks_of_member integer not null default 20000,
  open_weeks_of_instance integer not null default 50000,
  daily_collections_of_member integer not null default 500,
  daily_collections_of_instance integer not null default 2000,
  workflows_of_member integer not null default 2000,
  workflows_of_instance integer not null default 5000,
  invitations_of_instance integer not null default 100,
  query_characters integer not null default 100000
    constraint query_characters_are_sane check (query_characters between 1000 and 1000000),
  declared_parameters integer not null default 100
    constraint declared_parameters_are_sane check (declared_parameters between 1 and 1000),
  parameter_name_characters integer not null default 128
    constraint parameter_name_characters_are_sane check (parameter_name_characters between 1 and 255),
  parameter_text_characters integer not null default 4000
    constraint parameter_text_characters_are_sane check (parameter_text_characters between 255 and 100000),

  -- The schedule.
  wake_ups integer not null default 3,
  actionable_per_wake_up integer not null default 10,
  wake_up_timeout interval not null default '5 seconds',
  rows_at_once integer not null default 200000,
  bytes_at_once bigint not null default 134217728,
  wake_up_answer interval not null default '2 minutes',
  tick_longest interval not null default '10 minutes',
  watch_longest interval not null default '5 minutes',
  keep_job_runs interval not null default '7 days',
  keep_events interval not null default '400 days',

  -- Webhooks.
  delivery_lease interval not null default '60 seconds',
  delivery_period interval not null default '1 hour',
  delivery_given_up interval not null default '1 day',
  deliveries_at_once integer not null default 50
    constraint a_digest_fits_slack check (deliveries_at_once <= 50),
  webhooks_of_instance integer not null default 20,
  keep_deliveries interval not null default '30 days',

  constraint all_are_positive check (least(post_window, create_timeout, create_lease, create_in_flight,
      workflow_visible, refusal_wait, dry_run_poll, dry_run_runs, dry_run_queued,
      list_lag, list_overlap, list_lease, idle_poll, survey_reach, restore_gap, watch, unknown_status, queued_longest,
      pause_base, pause_longest, retry_after_longest, failed_retry_least, failed_retry_base, failed_retry_longest,
      cancel_again, refused_again, stoppage_pause_base, stoppage_pause_longest,
      load_lease, load_retry_least, load_retry_base, load_retry_longest, result_wait_least, result_wait_longest,
      result_gone, retention_ends, wake_up_timeout, wake_up_answer, tick_longest,
      watch_longest, keep_job_runs, keep_events, delivery_lease, delivery_period, delivery_given_up,
      keep_deliveries) > interval '0'
    and least(load_errors, result_gone_errors, results_waiting, default_weeks, most_weeks, settle_days, restate_days,
      retention_months, empty_weeks, open_weeks_of_member, open_weeks_of_instance, daily_collections_of_member,
      daily_collections_of_instance, workflows_of_member, workflows_of_instance, wake_ups,
      actionable_per_wake_up, rows_at_once, bytes_at_once, refusals_in_row, create_tries,
      deliveries_at_once, webhooks_of_instance, invitations_of_instance) > 0),
  -- Whoever POSTs has AMC's answer, or has given up, before anybody may take the create for lost ...
  constraint answer_comes_within_the_lease check (post_window + create_timeout <= create_lease),
  -- ... and the create itself is over, whatever became of its worker, before AMC's list may say that there is none.
  constraint lease_ends_within_the_flight check (create_lease < create_in_flight),
  constraint dry_runs_may_wait check (dry_run_poll <= dry_run_runs and dry_run_runs <= dry_run_queued),
  constraint abandoned_is_watched_beyond_the_lag check (list_lag < watch),
  constraint pauses_grow check (pause_base <= pause_longest and pause_longest <= retry_after_longest),
  constraint stoppage_pauses_grow check (stoppage_pause_base <= stoppage_pause_longest),
  constraint failed_retries_grow check (failed_retry_base <= failed_retry_longest),
  constraint load_retries_grow check (load_retry_base <= load_retry_longest),
  constraint result_waits_grow check (result_wait_least <= result_wait_longest and result_wait_longest < result_gone),
  constraint gone_results_are_given_up_sooner check (result_gone_errors <= load_errors),
  constraint deliveries_outlast_the_period check (delivery_period < keep_deliveries),
  constraint default_weeks_are_allowed check (default_weeks <= most_weeks)
);

comment on table amc_history.allowances is
  $$How long everything may take, and how often it is tried: one row, read by amc_history.allowances(). The operator
changes it with an UPDATE as postgres; what has begun keeps what it began with. Its CHECKs hold the order that the
allowances need among each other. What belongs to one instance (list_lag_seconds, poll_seconds, …) stands with it.$$;
comment on column amc_history.allowances.only_row is 'Always true: there is one row.';
comment on column amc_history.allowances.post_window is
  $$How long after it sent the claim a worker may POST a create, on its own monotonic clock.$$;
comment on column amc_history.allowances.create_timeout is
  $$How long a worker waits for AMC's answer to a create. The worker's own limit (CREATE_TIMEOUT_MS in
supabase/functions/_shared/amc) must be no longer.$$;
comment on column amc_history.allowances.create_lease is
  $$How long a claimed attempt is its worker's alone. After that an attempt without a report is unknown.$$;
comment on column amc_history.allowances.create_in_flight is
  $$How long after its intent a create may still reach AMC: a worker lives at most 400 s, and a gateway may hold a
request 120 s more.$$;
comment on column amc_history.allowances.workflow_visible is
  $$How long after it was saved AMC may say that a workflow does not exist.$$;
comment on column amc_history.allowances.refusal_wait is
  $$How long a week whose create was refused waits to see whether AMC refuses or takes the collection's others.$$;
comment on column amc_history.allowances.refusals_in_row is
  'When AMC refused so many weeks of a collection in a row, the collection is held and none of them fails.';
comment on column amc_history.allowances.create_tries is
  $$After so many creates in a row without an execution a week is held for a person. Those that met a limit of AMC, or
were not sent, do not count.$$;
comment on column amc_history.allowances.dry_run_poll is
  $$After how long AMC is asked again about a dry run: it takes seconds (M).$$;
comment on column amc_history.allowances.dry_run_runs is
  $$After how long a dry run that still runs is taken for an execution that AMC runs all the same, and cancelled.$$;
comment on column amc_history.allowances.dry_run_queued is
  $$After how long a dry run that AMC has not begun is cancelled, and asked again.$$;
comment on column amc_history.allowances.list_lag is
  $$How long AMC's list may leave out a new execution: the list_lag_seconds of an instance that is connected. Its
length is not known (L).$$;
comment on column amc_history.allowances.list_overlap is
  $$How much earlier than the oldest intent a listing begins: AMC's clock may differ from the database's.$$;
comment on column amc_history.allowances.list_lease is 'How long a claimed listing is its worker''s alone.';
comment on column amc_history.allowances.idle_poll is
  $$How long after a listing the next one is due while nothing is under way and only abandoned attempts are looked
for.$$;
comment on column amc_history.allowances.survey_reach is
  $$How long before a week was added AMC may have run it unknown to the database: as old as a backup may be that is
restored.$$;
comment on column amc_history.allowances.restore_gap is 'A longer gap in the schedule is taken for a restored backup.';
comment on column amc_history.allowances.watch is
  $$How long AMC's list is still searched for the execution of an attempt that was abandoned.$$;
comment on column amc_history.allowances.unknown_status is
  $$After how long a person is alerted to an execution with a status that is not known here.$$;
comment on column amc_history.allowances.queued_longest is
  $$How long an execution may wait in AMC's queue before it runs or ends, where AMC does not say (expireTime; captured,
H).$$;
comment on column amc_history.allowances.pause_base is
  $$What chance adds at most to a second of pause after AMC throttled without saying how long; doubled each time.$$;
comment on column amc_history.allowances.pause_longest is 'The longest such pause.';
comment on column amc_history.allowances.retry_after_longest is
  'The longest pause taken over from AMC''s Retry-After.';
comment on column amc_history.allowances.failed_retry_least is
  $$The least pause before a week is tried again whose execution ended at AMC as FAILED.$$;
comment on column amc_history.allowances.failed_retry_base is
  $$The most that chance adds to it the first time; doubled with each error of the week.$$;
comment on column amc_history.allowances.failed_retry_longest is 'The most that chance ever adds.';
comment on column amc_history.allowances.cancel_again is
  $$After how long AMC is asked again to cancel an execution that has not ended.$$;
comment on column amc_history.allowances.stoppage_pause_base is
  $$The first pause of what is set aside by itself (public.stoppages); doubled with each time that it fails again.$$;
comment on column amc_history.allowances.stoppage_pause_longest is 'The longest such pause.';
comment on column amc_history.allowances.refused_again is
  $$After how long a credential that Amazon refused once is tried again, before it stops anything.$$;
comment on column amc_history.allowances.load_lease is 'How long a claimed load is its worker''s alone.';
comment on column amc_history.allowances.load_retry_least is
  'The least pause before a load that failed is tried again.';
comment on column amc_history.allowances.load_retry_base is
  $$The most that chance adds to it the first time; doubled with each error of the week.$$;
comment on column amc_history.allowances.load_retry_longest is 'The most that chance ever adds.';
comment on column amc_history.allowances.load_errors is 'With so many errors a week fails whose result does not load.';
comment on column amc_history.allowances.result_wait_least is
  $$The least pause while AMC has no result yet of an execution that ended; it grows to a quarter of the time since.$$;
comment on column amc_history.allowances.result_wait_longest is 'The longest such pause.';
comment on column amc_history.allowances.result_gone is
  $$How long after its end an execution's result may still be about to appear. AMC does not say how long it keeps
one.$$;
comment on column amc_history.allowances.results_waiting is
  $$While so many results of an instance could be loaded, no more of its weeks begin: AMC keeps results for a time
only.$$;
comment on column amc_history.allowances.result_gone_errors is
  'With so many errors a week fails whose result is gone.';
comment on column amc_history.allowances.default_weeks is 'Weeks of a collection that names neither weeks nor dates.';
comment on column amc_history.allowances.most_weeks is 'Most weeks of a collection: AMC keeps about 13 months.';
comment on column amc_history.allowances.settle_days is
  $$How many days ago the newest week of a collection ended that names no dates: attribution has settled by then
(guide, M). One that is kept current has settle_days of its own.$$;
comment on column amc_history.allowances.retention_ends is
  'How long before AMC no longer keeps a week''s data it goes before all others.';
comment on column amc_history.allowances.restate_days is
  $$How many days after its end a week is still collected again by a policy: attribution has settled within 28
(guides, M), and AMC refuses a query that ran too often over the same days (guide, M).$$;
comment on column amc_history.allowances.empty_weeks is
  'When so many weeks of a workflow version are completed, and none ever had a row, that is noted, once.';
comment on column amc_history.allowances.retention_months is
  $$How many months of data AMC keeps for a workflow that does not say otherwise (amc_workflows.retention_months): 13 by
default, and for custom or paid sources more (docs, M).$$;
comment on column amc_history.allowances.open_weeks_of_member is
  'Most weeks that one person asked for and that are not finished: what would make more is refused.';
comment on column amc_history.allowances.open_weeks_of_instance is 'Most such weeks of one instance.';
comment on column amc_history.allowances.daily_collections_of_member is
  'Most requests of one person in any 24 hours that make or reopen weeks.';
comment on column amc_history.allowances.daily_collections_of_instance is
  'Most such requests for one instance in any 24 hours.';
comment on column amc_history.allowances.workflows_of_member is 'Most workflow versions that one person saves.';
comment on column amc_history.allowances.workflows_of_instance is 'Most workflow versions of one instance.';
comment on column amc_history.allowances.query_characters is
  'Most characters of a query. AMC''s own limit is not known (L).';
comment on column amc_history.allowances.declared_parameters is 'Most parameters that a query declares.';
comment on column amc_history.allowances.parameter_name_characters is 'Most characters of a parameter''s name.';
comment on column amc_history.allowances.parameter_text_characters is
  'Most characters of each text with which a parameter is declared, its default value among them.';
comment on column amc_history.allowances.wake_ups is 'Most workers that the schedule wakes at once.';
comment on column amc_history.allowances.actionable_per_wake_up is 'For so many things to do one worker is woken.';
comment on column amc_history.allowances.wake_up_timeout is 'How long pg_net waits for the answer to a wake-up.';
comment on column amc_history.allowances.wake_up_answer is
  'How long after a wake-up was queued pg_net has its answer, or is taken to have stopped.';
comment on column amc_history.allowances.tick_longest is
  $$How long after a wake-up was accepted the worker has ended a tick, or is taken to have failed: a tick takes 90 s.$$;
comment on column amc_history.allowances.watch_longest is
  $$How long the database may not have looked whether anything moves (amc_history.watch, each minute) before the edge
function health says so.$$;
comment on column amc_history.allowances.rows_at_once is
  $$Most rows that one run of a job checks or deletes: Postgres ends its statement after two minutes, and the next run
goes on from there.$$;
comment on column amc_history.allowances.bytes_at_once is
  'Most bytes of a result whose rows one run of a job checks or deletes, as the result''s files had them.';
comment on column amc_history.allowances.keep_job_runs is 'How long pg_cron''s record of runs is kept.';
comment on column amc_history.allowances.keep_events is
  'How long tracking events, ended stoppages and checks, and resolved alerts are kept.';
comment on column amc_history.allowances.delivery_lease is
  $$How long what was claimed for a webhook is its worker's alone: a POST takes 10 s.$$;
comment on column amc_history.allowances.delivery_period is
  'How long after a webhook was told of a cause it is not told of the same again.';
comment on column amc_history.allowances.delivery_given_up is
  'How long it is tried to tell a webhook something that it does not accept.';
comment on column amc_history.allowances.deliveries_at_once is
  'Most things that a webhook is told at once. Slack takes 50 blocks in a message.';
comment on column amc_history.allowances.webhooks_of_instance is
  'Most webhooks of one instance, and of those of all instances.';
comment on column amc_history.allowances.keep_deliveries is
  'How long what was told to webhooks, given up or dropped is kept.';

comment on column amc_history.allowances.invitations_of_instance is 'Most open invitations to one instance.';
alter table amc_history.allowances enable row level security;
insert into amc_history.allowances default values;

create function amc_history.allowances() returns amc_history.allowances
language plpgsql stable security definer set search_path = ''
as $$
declare
  found_row amc_history.allowances;
begin
  select * into strict found_row from amc_history.allowances;
  return found_row;
end;
$$;
comment on function amc_history.allowances() is
  $$The allowances. Raises if their row was deleted: without it every wait would be null. Definer: functions that run
with a worker's or a signed-in user's rights need them, and no API role has a right on the table.$$;
