-- Events: what happened, and who caused it. Alerts: what a person should look at.

create table public.tracking_events (
  id bigint generated always as identity primary key,
  happened_at timestamptz not null default amc_history.clock_now(),
  event text not null,
  actor text,
  instance_id text,
  collection_id uuid,
  week_id uuid,
  attempt_id uuid,
  execution_id text,
  detail jsonb,
  constraint a_persons_event_has_its_actor check (actor is not null or event not in ('instance_connected',
    'collection_started', 'collection_paused', 'collection_resumed', 'collection_cancelled',
    'week_retried', 'restatement_policy_set', 'keep_current_set', 'collection_continued', 'keep_versions_set',
    'retention_set', 'member_added', 'member_role_set', 'member_removed', 'member_left',
    'member_invited', 'invitation_accepted', 'invitation_withdrawn', 'collection_taken_over',
    'execution_confirmed', 'execution_let_go', 'alert_resolved',
    'workflow_check_requested', 'webhook_set', 'webhook_deleted', 'id_backfill_started',
    'id_backfill_cancelled', 'execution_id_restored'))
);

create index tracking_events_week_id_idx on public.tracking_events (week_id, happened_at);
create index tracking_events_happened_at_idx on public.tracking_events (happened_at);

comment on table public.tracking_events is
  $$What happened to the tracking of executions, and who caused it. Without foreign keys: events outlive their
subjects.$$;

comment on column public.tracking_events.event is 'What happened, as a stable code.';
comment on column public.tracking_events.actor is
  $$Who caused it: a user's id, or the role of whoever acts for all users (service_role, or a login role of the
database). Null for what the system did by itself or a worker reported.$$;

alter table public.tracking_events enable row level security;

create table amc_history.alert_codes (
  code text primary key,
  next_step text not null
);

comment on table amc_history.alert_codes is
  $$What a person can be alerted to. docs/OPERATIONS.md says of each code what it means, and what ends it.$$;
comment on column amc_history.alert_codes.next_step is
  'What a person can do about it, where the alert itself says nothing more exact.';

alter table amc_history.alert_codes enable row level security;

insert into amc_history.alert_codes (code, next_step) values
  ('schedule_not_configured', 'Store the project''s address and the cron key in Vault.'),
  ('worker_unreachable', 'See why collect does not answer the schedule.'),
  ('reconnect_needed', 'Get a new refresh token and call amc_history.connect_instance again.'),
  ('unknown_outcome', 'Look in AMC, then call confirm_execution or confirm_no_execution.'),
  ('execution_not_confirmed', 'Look again; the message says what was expected and what came.'),
  ('matcher_failed', 'None; the message says how lost creates are settled until an answer echoes again.'),
  ('execution_overdue', 'Look at the execution in AMC; let_go_of_execution gives it up.'),
  ('unknown_status', 'Look at the execution in AMC; it is still followed.'),
  ('duplicate_execution', 'Close the alert once you have seen it.'),
  ('late_execution', 'See in AMC whether the execution still runs.'),
  ('let_go_execution_ended', 'If it succeeded and its week failed, call retry_week.'),
  ('execution_refused', 'Look both executions up in AMC.'),
  ('execution_untracked', 'Find the execution in AMC''s list and report its id.'),
  ('types_not_applied', 'Drop what depends on the view; the next load recreates it.'),
  ('result_gone', 'Retry the weeks; accept the header first, if one held them up.'),
  ('held_up', 'See public.stoppages.');

create function amc_history.next_step_of(code text) returns text
language sql stable security definer set search_path = ''
as $$
  select k.next_step from amc_history.alert_codes k where k.code = next_step_of.code;
$$;
comment on function amc_history.next_step_of(text) is
  $$What a person can do about alerts of a code. Definer: functions that run with a worker's rights need it, and no API
role has a right on the table.$$;

create table public.tracking_alerts (
  id bigint generated always as identity primary key,
  code text not null references amc_history.alert_codes (code),
  message text not null,
  next_step text not null,
  instance_id text references public.amc_instances (id) on delete cascade,
  week_id uuid references public.report_data_weeks (id) on delete cascade,
  subject text,
  detail jsonb,
  times integer not null default 1,
  raised_at timestamptz not null default amc_history.clock_now(),
  last_raised_at timestamptz not null default amc_history.clock_now(),
  resolved_at timestamptz
);

create unique index one_open_alert_of_a_kind on public.tracking_alerts (code, instance_id, week_id, subject)
  nulls not distinct where resolved_at is null;
create index tracking_alerts_instance_id_idx on public.tracking_alerts (instance_id);
create index tracking_alerts_code_idx on public.tracking_alerts (code);
create index tracking_alerts_week_id_idx on public.tracking_alerts (week_id);
create index tracking_alerts_resolved_at_idx on public.tracking_alerts (resolved_at);

comment on table public.tracking_alerts is
  $$What a person should look at. One open row for each code, instance, week and subject.$$;
comment on column public.tracking_alerts.subject is
  'What it is about, where neither the instance nor the week says it; null where one does.';
comment on column public.tracking_alerts.next_step is 'What a person can do about it.';
comment on column public.tracking_alerts.times is 'How often it was raised since it was opened.';

alter table public.tracking_alerts enable row level security;

create function amc_history.record_event(
  event text, attempt public.week_attempts, week public.report_data_weeks,
  execution_id text default null, detail jsonb default null
) returns void
language plpgsql set search_path = ''
as $$
begin
  insert into public.tracking_events
    (event, instance_id, collection_id, week_id, attempt_id, execution_id, detail)
  values (record_event.event, (record_event.week).instance_id, (record_event.week).collection_id,
    (record_event.week).id, (record_event.attempt).id, record_event.execution_id, record_event.detail);
end;
$$;
comment on function amc_history.record_event(text, public.week_attempts, public.report_data_weeks, text, jsonb) is
  'Writes an event that no person caused, about a week and an attempt of it (or null).';

create function amc_history.record_action(
  event text, instance_id text, collection_id uuid default null, week_id uuid default null,
  attempt_id uuid default null, execution_id text default null, detail jsonb default null,
  actor text default amc_history.actor()
) returns void
language plpgsql set search_path = ''
as $$
begin
  insert into public.tracking_events
    (event, actor, instance_id, collection_id, week_id, attempt_id, execution_id, detail)
  values (record_action.event, record_action.actor, record_action.instance_id, record_action.collection_id,
    record_action.week_id, record_action.attempt_id, record_action.execution_id, record_action.detail);
end;
$$;
comment on function amc_history.record_action(text, text, uuid, uuid, uuid, text, jsonb, text) is
  $$Writes an event that a person caused. event: its code. actor: who; by default whoever makes the request. The rest:
what it was done to, and detail.$$;

create function amc_history.raise_alert(
  code text, message text, instance_id text, week_id uuid default null, detail jsonb default null,
  subject text default null, next_step text default null
) returns void
language sql set search_path = ''
as $$
  insert into public.tracking_alerts (code, message, next_step, instance_id, week_id, detail, subject)
  values (raise_alert.code, raise_alert.message,
    coalesce(raise_alert.next_step, amc_history.next_step_of(raise_alert.code)),
    raise_alert.instance_id, raise_alert.week_id, raise_alert.detail, raise_alert.subject)
  on conflict (code, instance_id, week_id, subject) where resolved_at is null
  do update set times = tracking_alerts.times + 1, message = excluded.message, next_step = excluded.next_step,
    detail = excluded.detail, last_raised_at = amc_history.clock_now();
$$;
comment on function amc_history.raise_alert(text, text, text, uuid, jsonb, text, text) is
  $$Opens an alert for a person, or counts one up that is open for the same code, instance, week and subject.
next_step: what a person can do; by default what amc_history.alert_codes says of the code.$$;

create function amc_history.resolve_unknown_outcome_alerts() returns trigger
language plpgsql set search_path = ''
as $$
begin
  update public.tracking_alerts t set resolved_at = amc_history.clock_now()
  where t.week_id = new.week_id and t.resolved_at is null and t.code in ('unknown_outcome', 'execution_not_confirmed');
  perform amc_history.end_stoppage('week', new.week_id::text);
  return null;
end;
$$;
comment on function amc_history.resolve_unknown_outcome_alerts() is
  $$Resolves the alerts about the unknown outcome of a create as soon as its attempt leaves the state unknown; and
ends a stoppage of its week then, or as soon as the attempt ends.$$;
create trigger resolve_unknown_outcome_alerts after update of state on public.week_attempts
  for each row when (old.state <> new.state and (old.state = 'unknown' or new.state = 'ended'))
  execute function amc_history.resolve_unknown_outcome_alerts();

create function amc_history.report_other_window() returns trigger
language plpgsql set search_path = ''
as $$
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
$$;
comment on function amc_history.report_other_window() is
  $$Tells once of an execution that AMC's instants of its window are not those that the database's zone data give the
week, in an event (window_differs): the zone data of one of them are of another year.$$;
create trigger report_window_of_new_execution after insert on public.workflow_executions
  for each row when (num_nonnulls(new.window_start_at, new.window_end_at) > 0)
  execute function amc_history.report_other_window();
create trigger report_other_window after update of window_start_at, window_end_at on public.workflow_executions
  for each row when ((old.window_start_at, old.window_end_at) is distinct from (new.window_start_at, new.window_end_at))
  execute function amc_history.report_other_window();
