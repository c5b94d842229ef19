-- Stoppages: what is held up, alone, while everything beside it goes on. One shape for whatever is set aside: in whose
-- words, since when, how often in a row, and when it is tried again. The success that ends it clears it. Once one has
-- lasted as long as its kind says, a person is alerted.

create table amc_history.stoppage_kinds (
  kind text primary key,
  subject_is text not null,
  tell_after interval not null constraint tell_after_is_not_negative check (tell_after >= interval '0'),
  alert_code text not null default 'held_up' references amc_history.alert_codes (code),
  told_by text not null default 'subject'
    constraint told_by_is_known check (told_by in ('subject', 'code', 'alert_code')),
  next_step text not null
);

comment on table amc_history.stoppage_kinds is
  $$The kinds of what can be held up. The operator changes tell_after with an UPDATE as postgres.$$;
comment on column amc_history.stoppage_kinds.subject_is is 'Whose id the subject of such a stoppage is.';
comment on column amc_history.stoppage_kinds.tell_after is
  $$How long it lasts before an alert tells it. What waits for a person is told at once.$$;
comment on column amc_history.stoppage_kinds.alert_code is 'The code of that alert.';
comment on column amc_history.stoppage_kinds.told_by is
  $$Which of them one alert tells together: subject, none; code, those of one instance with the same code, which have
one cause; alert_code, those of the same subject whose alert has the same code.$$;
comment on column amc_history.stoppage_kinds.next_step is 'What a person can do about it.';

create index stoppage_kinds_alert_code_idx on amc_history.stoppage_kinds (alert_code);

alter table amc_history.stoppage_kinds enable row level security;

insert into amc_history.stoppage_kinds (kind, subject_is, tell_after, alert_code, next_step) values
  ('instance', 'an instance', '15 minutes', 'held_up',
    'See whether AMC''s console works with this account; compare entity_id and marketplace_id of the instance.'),
  ('admins', 'an instance', '0', 'held_up',
    'The operator makes a member its admin: select amc_history.add_member(instance_id, address).'),
  ('creates', 'an instance', '2 hours', 'held_up',
    'None while others use up what AMC allows; a lower max_parallel or a daily_limit keeps within it.'),
  ('slots', 'an instance', '6 hours', 'held_up',
    'See in AMC what else runs. The instance''s max_parallel and daily_limit set limits; loads end waiting results.'),
  ('listing', 'an instance', '5 minutes', 'held_up',
    'Compare entity_id, marketplace_id and region of the instance with AMC''s console, and accept AMC''s terms there.'),
  ('list_entry', '<instance>/<execution>, or <instance>/skipped for those without an id', '30 minutes', 'held_up',
    'Look at the execution in AMC. Nothing of ours waits for an entry of somebody else''s.'),
  ('execution', 'an execution (AMC''s GET of it)', '30 minutes', 'held_up',
    'Look at the execution in AMC; let_go_of_execution gives it up.'),
  ('cancel', 'an execution', '30 minutes', 'held_up', 'Cancel the execution in AMC''s console.'),
  ('still_running', 'an execution', '30 minutes', 'held_up',
    'Cancel the execution in AMC''s console: it may take a slot, and counts against what AMC allows.'),
  ('workflow_save', '<instance>/<workflow>', '15 minutes', 'held_up',
    'Read AMC''s words about the query; save it again once they are answered.'),
  ('workflow_check', '<instance>/<workflow> (its dry run)', '3 minutes', 'held_up',
    'Save the corrected query and start a collection of it, or call check_workflow_again.'),
  ('workflow_header', '<instance>/<workflow>', '0', 'held_up',
    'Compare both headers; accept_header takes the new one.'),
  ('collection', 'a collection', '3 minutes', 'held_up', 'Answer AMC''s words, then call resume_collection.'),
  ('standing', 'a collection', '0', 'held_up', 'An analyst or admin of the instance calls take_over_collection.'),
  ('week', 'a week', '3 minutes', 'held_up', 'Look for its execution in AMC, then call retry_week.'),
  ('retention', 'a collection', '1 day', 'held_up',
    'See what keeps it waiting (collection_states). If AMC keeps more of what its query reads, call set_retention.'),
  ('id_backfill', 'a search for lost execution ids', '1 hour', 'held_up',
    'None while it is tried again; if it stays, read the words, and cancel_id_backfill ends the search.'),
  ('result', 'an execution (the load of its result)', '15 minutes', 'held_up',
    'None while it is tried again; if it stays, look at the words.'),
  ('job', 'a job, or <job>/<row>', '15 minutes', 'held_up',
    'Read Postgres'' words; the next run that succeeds ends this.'),
  ('schedule', 'a job of pg_cron', '0', 'held_up',
    'Schedule it again: select cron.schedule(name, schedule, command) from amc_history.jobs.'),
  ('schedule_secrets', 'collect', '0', 'schedule_not_configured',
    'Store both secrets in Vault: amc_history_project_url (https://<ref>.supabase.co) and amc_history_cron_key.'),
  ('wake_up', 'collect', '3 minutes', 'worker_unreachable',
    'Compare amc_history_project_url and amc_history_cron_key in Vault with the project, and deploy collect.'),
  ('tick', 'collect', '0', 'worker_unreachable', 'Read the logs of the edge function collect.'),
  ('step', 'a step of the worker', '5 minutes', 'held_up', 'Read the logs of the edge function collect.'),
  ('webhook', 'a webhook', '30 minutes', 'held_up', 'See whether its address answers, then call test_webhook.');
update amc_history.stoppage_kinds k set told_by = 'code'
where k.kind in ('list_entry', 'execution', 'cancel', 'still_running', 'result', 'standing');
update amc_history.stoppage_kinds k set told_by = 'alert_code' where k.alert_code = 'worker_unreachable';

create function amc_history.stoppage_kind(kind text) returns amc_history.stoppage_kinds
language sql stable security definer set search_path = ''
as $$
  select k from amc_history.stoppage_kinds k where k.kind = stoppage_kind.kind;
$$;
comment on function amc_history.stoppage_kind(text) is
  $$A kind of stoppage. Definer: functions that run with a worker's rights need it, and no API role has a right on the
table.$$;

create table public.stoppages (
  id bigint generated always as identity primary key,
  kind text not null references amc_history.stoppage_kinds (kind),
  subject text not null constraint subject_is_short check (length(subject) between 1 and 600),
  instance_id text references public.amc_instances (id) on delete cascade,
  collection_id uuid references public.report_data_collections (id) on delete cascade,
  week_id uuid references public.report_data_weeks (id) on delete cascade,
  code text not null,
  source text not null
    constraint source_is_known check (source in ('amc', 'amazon_login', 'postgres', 'supabase', 'webhook',
      'amc_history')),
  words text not null constraint words_are_short check (length(words) <= 2000),
  request_id text,
  times integer not null default 1 constraint times_is_positive check (times > 0),
  since timestamptz not null default amc_history.clock_now(),
  last_at timestamptz not null default amc_history.clock_now(),
  retry_at timestamptz,
  ended_at timestamptz
);

create unique index one_open_stoppage_of_a_subject on public.stoppages (kind, subject) where ended_at is null;
create index stoppages_instance_id_idx on public.stoppages (instance_id);
create index stoppages_collection_id_idx on public.stoppages (collection_id);
create index stoppages_week_id_idx on public.stoppages (week_id);
create index stoppages_ended_at_idx on public.stoppages (ended_at);
create index stoppages_kind_idx on public.stoppages (kind);

comment on table public.stoppages is
  $$What is held up, or was. Only its subject is: the rows beside it go on. One open row for each subject of a kind.$$;
comment on column public.stoppages.kind is
  'What does not move. amc_history.stoppage_kinds says whose id its subject is.';
comment on column public.stoppages.subject is 'The id of what is held up, as its kind says.';
comment on column public.stoppages.code is 'Why, as a stable code.';
comment on column public.stoppages.source is
  $$In whose words: those of AMC, of Amazon's login, of Postgres, of Supabase, of a webhook, or our own.$$;
comment on column public.stoppages.words is 'Why, in the words of source.';
comment on column public.stoppages.request_id is 'AMC''s request id of the last answer, for its support.';
comment on column public.stoppages.times is
  'How often it was tried in a row without success. What is reported while it waits does not count.';
comment on column public.stoppages.since is 'When it was first held up.';
comment on column public.stoppages.last_at is 'When it was last reported.';
comment on column public.stoppages.retry_at is 'When it is tried again by itself; null if it waits for a person.';
comment on column public.stoppages.ended_at is 'When a success, or a person, ended it; null while it lasts.';

alter table public.stoppages enable row level security;

create function amc_history.stoppage_pause(times integer) returns interval
language plpgsql volatile set search_path = ''
as $$
declare
  allowed constant amc_history.allowances := amc_history.allowances();
begin
  return least(allowed.stoppage_pause_longest,
    allowed.stoppage_pause_base * 2 ^ least(greatest(stoppage_pause.times, 1) - 1, 20)) * (0.5 + random() / 2);
end;
$$;
comment on function amc_history.stoppage_pause(integer) is
  $$How long something waits that failed so many times in a row: stoppage_pause_base, doubled with each time, at most
stoppage_pause_longest, of which chance takes up to half.$$;
