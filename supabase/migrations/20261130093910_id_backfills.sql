-- Id backfills: weeks whose execution is not known, since another system reported them without its id, are looked for
-- in AMC's list. One search reads the list of one instance from its newest entry back to the first day of the earliest
-- week, page by page; what it found is decided week by week, and never guessed.

set local lock_timeout = '5s';

alter table amc_history.allowances
  add column backfill_every interval not null default '1 minute',
  add column backfill_pages integer not null default 5,
  add column backfill_calls integer not null default 3000,
  add column backfill_weeks_at_once integer not null default 50,
  add column first_day_parameters text[] not null default '{startDate,start_date}',
  add column last_day_parameters text[] not null default '{endDate,end_date}',
  add constraint backfills_are_positive check (backfill_every > interval '0'
    and least(backfill_pages, backfill_calls, backfill_weeks_at_once) > 0);
comment on column amc_history.allowances.backfill_every is
  'How often a search for lost execution ids has its turn.';
comment on column amc_history.allowances.backfill_pages is
  'How many calls of AMC such a turn may make: pages of its list.';
comment on column amc_history.allowances.backfill_calls is
  'How many calls of AMC one search may make in all. A page has 100 executions (SPEC, H).';
comment on column amc_history.allowances.backfill_weeks_at_once is
  'How many weeks one transaction of a search decides at most.';
comment on column amc_history.allowances.first_day_parameters is
  'Names of the parameters in which queries of another system read the first day of their week.';
comment on column amc_history.allowances.last_day_parameters is 'The same of its last day.';

create index report_data_weeks_without_id_idx on public.report_data_weeks (instance_id, week_start_date)
  where execution_id is null and finished_at is not null;
create index week_attempts_without_execution_idx on public.week_attempts (instance_id)
  where execution_id is null and (is_live or outcome = 'abandoned' or outcome = 'let_go');

create table public.id_backfills (
  id uuid primary key default gen_random_uuid(),
  instance_id text not null references public.amc_instances (id) on delete cascade,
  collection_id uuid references public.report_data_collections (id) on delete cascade,
  since date not null,
  asked_since date,
  actor text not null,
  list_from timestamptz not null,
  list_until timestamptz not null,
  next_token text constraint next_token_is_short check (length(next_token) between 1 and 10000),
  read_to timestamptz,
  list_ended_at timestamptz,
  is_read boolean not null default false,
  calls integer not null default 0 constraint calls_are_not_negative check (calls >= 0),
  most_calls integer not null,
  unread tstzmultirange not null default '{}',
  queries_seen boolean not null default false,
  queries jsonb not null default '{}',
  fence bigint not null default 0,
  leased_until timestamptz,
  due_at timestamptz not null default amc_history.clock_now(),
  created_at timestamptz not null default amc_history.clock_now(),
  ended_at timestamptz,
  constraint calls_are_bounded check (calls <= most_calls),
  constraint list_ends_first check (ended_at is null or list_ended_at is not null),
  constraint what_is_read_has_ended check (not is_read or list_ended_at is not null)
);

create unique index one_open_id_backfill_of_an_instance on public.id_backfills (instance_id) where ended_at is null;
create index id_backfills_instance_id_idx on public.id_backfills (instance_id, created_at);
create index id_backfills_collection_id_idx on public.id_backfills (collection_id);

comment on table public.id_backfills is
  $$Searches of AMC's list for the executions of weeks that have no id. One open search of an instance. Its state is
all here, so that whichever worker comes next goes on.$$;
comment on column public.id_backfills.collection_id is
  'The collection whose weeks are searched; null: all of the instance.';
comment on column public.id_backfills.since is 'Weeks that begin earlier are not searched.';
comment on column public.id_backfills.asked_since is 'since as it was asked for; null: it was left out.';
comment on column public.id_backfills.actor is 'Who asked for it, as amc_history.actor says: the actor of its events.';
comment on column public.id_backfills.list_from is
  'Where the list may end: the first moment of the earliest week. What was created before cannot have its data.';
comment on column public.id_backfills.list_until is 'The newest creation time that next_token goes with.';
comment on column public.id_backfills.next_token is
  'AMC''s token of the next page; null: the page of the newest entries up to list_until.';
comment on column public.id_backfills.read_to is
  'The creation time of the last entry that was read. An entry out of order does not move it.';
comment on column public.id_backfills.list_ended_at is 'When the list was read to its end, or its calls were used up.';
comment on column public.id_backfills.is_read is 'Whether the list was read to its end.';
comment on column public.id_backfills.calls is 'Calls of AMC so far: pages of its list.';
comment on column public.id_backfills.most_calls is 'The most that it may make: the allowance backfill_calls.';
comment on column public.id_backfills.unread is
  $$Stretches of the list, by creation time, that could not be read. Where one meets the time in which a week's
execution was created, nothing is proved of that week.$$;
comment on column public.id_backfills.queries_seen is 'Whether an entry carried its SQL (includeWorkflow; SPEC, H).';
comment on column public.id_backfills.queries is
  'Hashes of the queries of the instance''s collections (amc_history.comparable_query), by workflow.';
comment on column public.id_backfills.fence is 'Raised by each claim; a report with an earlier one is stale.';
comment on column public.id_backfills.due_at is 'When its next turn is.';

create table public.id_backfill_weeks (
  backfill_id uuid not null references public.id_backfills (id) on delete cascade,
  week_id uuid not null references public.report_data_weeks (id) on delete cascade,
  instance_id text not null,
  is_wanted boolean not null,
  begins_at timestamptz not null,
  ends_at timestamptz not null,
  outcome text not null default 'searching'
    constraint outcome_is_known check (outcome in
      ('searching', 'matched', 'ambiguous', 'not_provable', 'not_listed', 'not_needed', 'not_searched')),
  reason text constraint reason_is_short check (length(reason) <= 500),
  decided_at timestamptz,
  primary key (backfill_id, week_id),
  constraint decided_at_matches_outcome check ((decided_at is null) = (outcome = 'searching'))
);

create index id_backfill_weeks_week_id_idx on public.id_backfill_weeks (week_id);
create index id_backfill_weeks_open_idx on public.id_backfill_weeks (backfill_id, begins_at)
  where outcome = 'searching';

comment on table public.id_backfill_weeks is 'The weeks of a search, and what it found of each.';
comment on column public.id_backfill_weeks.is_wanted is
  $$Whether the week gets its id. The others are of the instance's other collections: an execution that fits one of them
too is not this week's for certain.$$;
comment on column public.id_backfill_weeks.begins_at is 'The first moment of the week.';
comment on column public.id_backfill_weeks.ends_at is 'The first moment after it.';
comment on column public.id_backfill_weeks.outcome is
  $$searching; matched (it has its execution); ambiguous (several fit, or one fits several weeks: choose_execution);
not_provable (AMC does not say enough of those that may be its); not_listed (AMC's list has none any more);
not_needed (it got an id, or is open again); not_searched (the calls were used up, or the search was cancelled).$$;
comment on column public.id_backfill_weeks.reason is
  $$matched: what it was matched by. ambiguous: several_fit or fits_several_weeks. not_provable: what AMC did not say,
list_not_read (part of the list), execution_of_another_week (which it became meanwhile), or Postgres' words. not_needed:
has_an_id or is_open. not_listed: by_workflow_id_alone where AMC's list gave no SQL to
compare.$$;

create table public.id_backfill_candidates (
  backfill_id uuid not null,
  week_id uuid not null,
  execution_id text not null
    constraint execution_id_is_well_formed check (amc_history.is_execution_id(execution_id)),
  instance_id text not null,
  is_proved boolean not null,
  reason text not null,
  details jsonb not null,
  primary key (backfill_id, week_id, execution_id),
  foreign key (backfill_id, week_id) references public.id_backfill_weeks (backfill_id, week_id) on delete cascade
);

create index id_backfill_candidates_execution_id_idx on public.id_backfill_candidates (backfill_id, execution_id);

comment on table public.id_backfill_candidates is
  'Executions of AMC''s list that are a week''s, or may be.';
comment on column public.id_backfill_candidates.is_proved is
  'Whether all that is compared is there and fits; else reason says what AMC did not say.';
comment on column public.id_backfill_candidates.reason is
  $$Of one that is proved: what it fits by (workflow_id or query; window, window_to_last_second or parameters). Of the
others: what AMC did not say of it.$$;
comment on column public.id_backfill_candidates.details is
  'What AMC''s list said: an amc_history.execution_observation as JSON.';

alter table public.id_backfills enable row level security;
alter table public.id_backfill_weeks enable row level security;
alter table public.id_backfill_candidates enable row level security;
