-- Telling stoppages: how one is recorded, ended, and told: one cause by one alert, which the success that ends the last
-- of them resolves.

create function amc_history.stoppage_alert_subject(stoppage public.stoppages) returns text
language sql stable set search_path = ''
as $$
  select case k.told_by
    when 'code' then (stoppage).kind || ' ' || (stoppage).code
    when 'alert_code' then (stoppage).subject
    else (stoppage).kind || ' ' || (stoppage).subject end
  from amc_history.stoppage_kind((stoppage).kind) k;
$$;
comment on function amc_history.stoppage_alert_subject(public.stoppages) is
  'What the alert about a stoppage is about: the same for those that are told together.';

create function amc_history.told_with(stoppage public.stoppages) returns setof public.stoppages
language sql stable set search_path = ''
as $$
  select o.* from amc_history.stoppage_kind((stoppage).kind) k
  join public.stoppages o on o.ended_at is null and o.id <> (stoppage).id
    and o.instance_id is not distinct from (stoppage).instance_id
    and case k.told_by
      when 'code' then o.kind = (stoppage).kind and o.code = (stoppage).code
      when 'alert_code' then o.subject = (stoppage).subject
        and (amc_history.stoppage_kind(o.kind)).alert_code = k.alert_code
      else false end;
$$;
comment on function amc_history.told_with(public.stoppages) is
  'The other open stoppages that the alert about one tells, too.';

create function amc_history.is_told_of_instance(stoppage public.stoppages) returns boolean
language sql stable set search_path = ''
as $$
  select (stoppage).source in ('amc', 'amazon_login') and (stoppage).retry_at is not null and (
    exists (select from public.amc_instances i where i.id = (stoppage).instance_id and i.paused_until = 'infinity')
    or exists (select from public.stoppages o
      where o.instance_id = (stoppage).instance_id and o.ended_at is null and o.code = (stoppage).code
        and (o.kind = 'instance' and (stoppage).kind <> 'instance'
          or o.kind in ('creates', 'listing') and (stoppage).kind not in ('instance', 'creates', 'listing'))
        -- A refusal may have another reason here.
        and (o.code in ('throttled', 'quota', 'unauthorized', 'unavailable', 'token_unavailable')
          or o.words = (stoppage).words)));
$$;
comment on function amc_history.is_told_of_instance(public.stoppages) is
  $$Whether what AMC or Amazon's login answers here it answers to the whole instance: its own stoppage with the same
code tells it (an instance's before those of its creates and listing, theirs before single things'), or
reconnect_needed.$$;

create function amc_history.tell_stoppage(stoppage public.stoppages) returns void
language plpgsql set search_path = ''
as $$
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
$$;
comment on function amc_history.tell_stoppage(public.stoppages) is
  $$Alerts a person to a stoppage that waits for one, or that has lasted as long as its kind says; else, or if an alert
about its instance tells it (amc_history.is_told_of_instance), does nothing. Counts up the alert that is open already,
which may be about others with the same cause.$$;

create function amc_history.tell_lasting_stoppages() returns bigint
language sql volatile set search_path = ''
as $$
  select count(amc_history.tell_stoppage(s)::text) from public.stoppages s
  join amc_history.stoppage_kinds k on k.kind = s.kind
  where s.ended_at is null and s.since + k.tell_after <= amc_history.clock_now()
    and not exists (select from public.tracking_alerts t where t.code = k.alert_code and t.resolved_at is null
      and t.instance_id is not distinct from s.instance_id
      and t.subject = amc_history.stoppage_alert_subject(s));
$$;
comment on function amc_history.tell_lasting_stoppages() is
  $$Alerts a person to each stoppage that nobody has reported again since it became old enough to tell. Answers how
many.$$;

create function amc_history.record_stoppage(
  kind text, subject text, code text, source text, words text, instance_id text,
  collection_id uuid default null, week_id uuid default null, request_id text default null,
  waits_for_person boolean default false
) returns timestamptz
language plpgsql set search_path = ''
as $$
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
$$;
comment on function
  amc_history.record_stoppage(text, text, text, text, text, text, uuid, uuid, text, boolean) is
  $$Records that something is held up, or counts it up if it is already.

kind, subject: what; see the columns of public.stoppages. code: why, a stable code. source, words: in whose words;
cut to 2000 characters. instance_id, collection_id, week_id: what it belongs to, by which people see it; null where it
belongs to none. request_id: of AMC's answer. waits_for_person: it is not tried again by itself.
Alerts a person if it waits for one, or has lasted as long as its kind says (amc_history.stoppage_kinds).
Answers when it may be tried again; null: when a person ends it.$$;

create function amc_history.end_stoppage(kind text, subject text) returns boolean
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
begin
  update public.stoppages s set ended_at = amc_history.clock_now()
  where s.kind = end_stoppage.kind and s.subject = end_stoppage.subject and s.ended_at is null;
  return found;
end;
$$;
comment on function amc_history.end_stoppage(text, text) is
  $$Records that something moves again: ends its stoppage and resolves the alert about it. Answers whether it was held
up. Whoever succeeds calls it, whether or not anything was held up.$$;

create function amc_history.resolve_alert_of_stoppage() returns trigger
language plpgsql set search_path = ''
as $$
begin
  if not exists (select from amc_history.told_with(old)) then
    update public.tracking_alerts t set resolved_at = amc_history.clock_now()
    where t.resolved_at is null and t.code = (amc_history.stoppage_kind(old.kind)).alert_code
      and t.instance_id is not distinct from old.instance_id
      and t.subject = amc_history.stoppage_alert_subject(old);
  end if;
  return null;
end;
$$;
comment on function amc_history.resolve_alert_of_stoppage() is
  $$Resolves the alert about a stoppage that ended, has another cause now, or was deleted with what was held up; not
while others remain that it tells.$$;
create trigger resolve_alert_of_ended_stoppage after update of ended_at on public.stoppages
  for each row when (old.ended_at is null and new.ended_at is not null)
  execute function amc_history.resolve_alert_of_stoppage();
create trigger resolve_alert_of_other_cause after update of code on public.stoppages
  for each row when (old.code <> new.code and old.kind in ('list_entry', 'execution', 'cancel', 'result')
    and new.ended_at is null)
  execute function amc_history.resolve_alert_of_stoppage();
create trigger resolve_alert_of_deleted_stoppage after delete on public.stoppages
  for each row when (old.ended_at is null) execute function amc_history.resolve_alert_of_stoppage();

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
