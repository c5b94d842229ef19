-- Stoppages: what is held up, alone, while everything beside it goes on. One shape for whatever is set aside: in whose
-- words, since when, how often in a row, and when it is tried again. The success that ends it clears it.

create table public.stoppages (
  id bigint generated always as identity primary key,
  kind text not null
    constraint kind_is_known check (kind in ('listing', 'list_entry', 'execution', 'cancel', 'workflow_save',
      'workflow_check', 'workflow_header', 'collection', 'week', 'result', 'job')),
  subject text not null constraint subject_is_short check (length(subject) between 1 and 600),
  instance_id text references public.amc_instances (id) on delete cascade,
  collection_id uuid references public.report_data_collections (id) on delete cascade,
  week_id uuid references public.report_data_weeks (id) on delete cascade,
  code text not null,
  source text not null
    constraint source_is_known check (source in ('amc', 'amazon_login', 'postgres', 'amc_history')),
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

comment on table public.stoppages is
  $$What is held up, or was. Only its subject is: the rows beside it go on. One open row for each subject of a kind.$$;
comment on column public.stoppages.kind is
  $$What does not move. The subject is the id of: listing, an instance; list_entry, <instance>/<execution>, or
<instance>/skipped for those without an id; execution (AMC's GET of it), cancel, result (its load), an execution;
workflow_save, workflow_check (the dry run), workflow_header, <instance>/<workflow>; collection, a collection; week, a
week; job, a job's name, or <name>/<row>.$$;
comment on column public.stoppages.subject is 'The id of what is held up, as its kind says.';
comment on column public.stoppages.code is 'Why, as a stable code.';
comment on column public.stoppages.source is
  $$In whose words: those of AMC, of Amazon's login, of Postgres, or our own.$$;
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

create function amc_history.record_stoppage(
  kind text, subject text, code text, source text, words text, instance_id text,
  collection_id uuid default null, week_id uuid default null, request_id text default null,
  waits_for_person boolean default false
) returns timestamptz
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  allowed constant amc_history.allowances := amc_history.allowances();
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
  if stoppage.retry_at is null or stoppage.times >= allowed.stoppage_alert_times then
    perform amc_history.raise_alert('held_up', stoppage.words, stoppage.instance_id, stoppage.week_id,
      jsonb_strip_nulls(jsonb_build_object('kind', stoppage.kind, 'subject', stoppage.subject, 'code', stoppage.code,
        'source', stoppage.source, 'collection_id', stoppage.collection_id, 'request_id', stoppage.request_id)),
      amc_history.stoppage_alert_subject(stoppage.kind, stoppage.subject));
  end if;
  return stoppage.retry_at;
end;
$$;
comment on function
  amc_history.record_stoppage(text, text, text, text, text, text, uuid, uuid, text, boolean) is
  $$Records that something is held up, or counts it up if it is already.

kind, subject: what; see the columns of public.stoppages. code: why, a stable code. source, words: in whose words;
cut to 2000 characters. instance_id, collection_id, week_id: what it belongs to, by which people see it; null where it
belongs to none. request_id: of AMC's answer. waits_for_person: it is not tried again by itself.
Opens the alert held_up if it waits for a person, or was tried stoppage_alert_times in a row (amc_history.allowances).
Answers when it may be tried again; null: when a person ends it.$$;

create function amc_history.stoppage_alert_subject(kind text, subject text) returns text
language sql immutable set search_path = ''
as $$
  select stoppage_alert_subject.kind || ' ' || stoppage_alert_subject.subject;
$$;
comment on function amc_history.stoppage_alert_subject(text, text) is 'What the alert about a stoppage is about.';

create function amc_history.end_stoppage(kind text, subject text) returns boolean
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
begin
  update public.stoppages s set ended_at = amc_history.clock_now()
  where s.kind = end_stoppage.kind and s.subject = end_stoppage.subject and s.ended_at is null;
  if not found then
    return false;
  end if;
  update public.tracking_alerts t set resolved_at = amc_history.clock_now()
  where t.code = 'held_up' and t.resolved_at is null
    and t.subject = amc_history.stoppage_alert_subject(end_stoppage.kind, end_stoppage.subject);
  return true;
end;
$$;
comment on function amc_history.end_stoppage(text, text) is
  $$Records that something moves again: ends its stoppage and resolves the alert about it. Answers whether it was held
up. Whoever succeeds calls it, whether or not anything was held up.$$;

create function amc_history.is_held_up(kind text, subject text) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
  return exists (select from public.stoppages s
    where s.kind = is_held_up.kind and s.subject = is_held_up.subject and s.ended_at is null
      and coalesce(s.retry_at > amc_history.clock_now(), true));
end;
$$;
comment on function amc_history.is_held_up(text, text) is
  $$Whether a subject of a kind is to be left alone now: it waits for its next try, or for a person.$$;

create function public.record_stoppage(
  kind text, subject text, code text, source text, words text, instance_id text,
  collection_id uuid default null, week_id uuid default null, request_id text default null,
  waits_for_person boolean default false
) returns timestamptz
language sql set search_path = ''
as $$
  select amc_history.record_stoppage(record_stoppage.kind, record_stoppage.subject, record_stoppage.code,
    record_stoppage.source, record_stoppage.words, record_stoppage.instance_id, record_stoppage.collection_id,
    record_stoppage.week_id, record_stoppage.request_id, record_stoppage.waits_for_person);
$$;
comment on function public.record_stoppage(text, text, text, text, text, text, uuid, uuid, text, boolean) is
  'Records that something is held up: amc_history.record_stoppage, for the worker. For service_role.';

create function public.end_stoppage(kind text, subject text) returns boolean
language sql set search_path = ''
as $$ select amc_history.end_stoppage(end_stoppage.kind, end_stoppage.subject); $$;
comment on function public.end_stoppage(text, text) is
  'Records that something moves again: amc_history.end_stoppage, for the worker. For service_role.';
