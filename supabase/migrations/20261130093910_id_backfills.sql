-- Id backfills: weeks whose execution is not known, since another system reported them without its id, are looked for
-- in AMC's list. One search reads the list of one instance from its newest entry back to the first day of the earliest
-- week, page by page; what it found is decided week by week, and never guessed.

set local lock_timeout = '5s';

alter table amc_history.allowances
  add column backfill_every interval not null default '1 minute',
  add column backfill_pages integer not null default 5,
  add column backfill_calls integer not null default 3000,
  add column backfill_weeks_at_once integer not null default 200,
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

create table public.id_backfills (
  id uuid primary key default gen_random_uuid(),
  instance_id text not null references public.amc_instances (id) on delete cascade,
  collection_id uuid references public.report_data_collections (id) on delete cascade,
  since date not null,
  actor text not null,
  list_from timestamptz not null,
  list_until timestamptz not null,
  next_token text constraint next_token_is_short check (length(next_token) between 1 and 10000),
  read_to timestamptz,
  list_ended_at timestamptz,
  is_read boolean not null default false,
  calls integer not null default 0 constraint calls_are_not_negative check (calls >= 0),
  most_calls integer not null,
  unread integer not null default 0 constraint unread_is_not_negative check (unread >= 0),
  queries_seen boolean not null default false,
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
comment on column public.id_backfills.actor is 'Who asked for it, as amc_history.actor says: the actor of its events.';
comment on column public.id_backfills.list_from is
  'Where the list may end: the first moment of the earliest week. What was created before cannot have its data.';
comment on column public.id_backfills.list_until is 'The newest creation time that next_token goes with.';
comment on column public.id_backfills.next_token is
  'AMC''s token of the next page; null: the page of the newest entries up to list_until.';
comment on column public.id_backfills.read_to is 'The creation time of the oldest entry that was read.';
comment on column public.id_backfills.list_ended_at is 'When the list was read to its end, or its calls were used up.';
comment on column public.id_backfills.is_read is 'Whether the list was read to its end.';
comment on column public.id_backfills.calls is 'Calls of AMC so far: pages of its list.';
comment on column public.id_backfills.most_calls is 'The most that it may make: the allowance backfill_calls.';
comment on column public.id_backfills.unread is
  $$Entries, or stretches of the list, that could not be read. While there is one, nothing proves that AMC has no
execution of a week.$$;
comment on column public.id_backfills.queries_seen is 'Whether an entry carried its SQL (includeWorkflow; SPEC, H).';
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
not_needed (it got its id, or was opened again, meanwhile); not_searched (the calls were used up before).$$;
comment on column public.id_backfill_weeks.reason is
  $$matched: what it was matched by. ambiguous: several_fit or fits_several_weeks. not_provable: what AMC did not say,
list_not_read (part of the list), or Postgres' words. not_listed: by_workflow_id_alone where AMC's list gave no SQL to
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

create type public.id_backfill_report as (
  outcome text, reason text, weeks integer, backfill_id uuid, weeks_too_old integer, list_from timestamptz,
  calls_at_least integer, calls_at_most integer
);
comment on type public.id_backfill_report is
  $$What backfill_execution_ids did: outcome (applied, planned, already_applied, rejected) and reason as in
control_report; weeks: how many are searched; weeks_too_old: how many have no id and begin before since; list_from: how
far back AMC's list is read; calls_at_least, calls_at_most: how many calls of AMC that takes.$$;

create function amc_history.weeks_without_id(instance_id text) returns setof public.report_data_weeks
language sql stable rows 100 set search_path = ''
as $$
  select w.* from public.report_data_weeks w
  where w.instance_id = weeks_without_id.instance_id and w.execution_id is null and w.finished_at is not null
    and w.due_at is null
    -- One of ours that failed without an execution never had one.
    and (w.status = 'completed' or w.status = 'failed'
      and not exists (select from public.week_attempts a where a.week_id = w.id))
    and not exists (select from public.week_attempts a where a.week_id = w.id and a.is_live);
$$;
comment on function amc_history.weeks_without_id(text) is
  $$The weeks of an instance that were finished, by whoever it was, by an execution that is not known: completed ones,
and failed ones that were never tried here.$$;

create function amc_history.plan_id_backfill(instance_id text, collection_id uuid, since date)
returns public.id_backfill_report
language sql stable set search_path = ''
as $$
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
$$;
comment on function amc_history.plan_id_backfill(text, uuid, date) is
  $$What a search for the weeks of an instance, or of one collection, that begin since a day would do.$$;

create function amc_history.lock_searched_instance(collection_id uuid, instance_id text) returns text
language plpgsql security definer set search_path = ''
as $$
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
$$;
comment on function amc_history.lock_searched_instance(uuid, text) is
  $$Locks the instance that an analyst or admin has searched, named by itself or by one of its collections. Refuses with
backfill_scope_not_valid, instance_not_found, collection_not_found, role_too_low. Definer: users may not lock what they
may only read.$$;

create function amc_history.backfill_execution_ids(collection_id uuid, instance_id text, since date, dry_run boolean)
returns public.id_backfill_report
language plpgsql security definer set search_path = ''
as $$
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
      and running.since = first_day then 'already_applied' else 'rejected' end;
    plan.reason := case plan.outcome when 'rejected' then 'backfill_in_progress' end;
    return plan;
  elsif plan.weeks = 0 then
    plan.outcome := 'already_applied';
    plan.reason := 'no_week_lacks_an_id';
    return plan;
  end if;
  insert into public.id_backfills (instance_id, collection_id, since, actor, list_from, list_until, most_calls)
  values (searched, backfill_execution_ids.collection_id, first_day, amc_history.actor(), plan.list_from, now_at,
    plan.calls_at_most)
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
$$;
comment on function amc_history.backfill_execution_ids(uuid, text, date, boolean) is
  'See public.backfill_execution_ids. Definer: users may not write searches.';

create function public.backfill_execution_ids(
  collection_id uuid default null, instance_id text default null, since date default null,
  dry_run boolean default false
) returns public.id_backfill_report
language sql set search_path = ''
as $$
  select amc_history.backfill_execution_ids(backfill_execution_ids.collection_id, backfill_execution_ids.instance_id,
    backfill_execution_ids.since, coalesce(backfill_execution_ids.dry_run, false));
$$;
comment on function public.backfill_execution_ids(uuid, text, date, boolean) is
  $$Looks in AMC's list for the executions of weeks that have no execution id, of a collection or of an instance: weeks
that another system reported. since: only weeks that begin on that day or later; null: those whose data AMC keeps
(retention_months of amc_history.allowances). dry_run: says what that would take, and changes nothing.

The worker reads the list in its ticks, a few pages each minute, beside collecting; id_backfill_states shows how far it
is, id_backfill_weeks what came of each week. Only what is certain is stored, and no id is ever replaced. Answers an
id_backfill_report: applied; planned (dry_run); already_applied (the same search is under way, or reason
no_week_lacks_an_id); rejected with backfill_in_progress (another search of the instance; backfill_id says which).
Refuses with backfill_scope_not_valid, since_not_valid, collection_not_found, instance_not_found, role_too_low. For
analysts and admins.$$;
