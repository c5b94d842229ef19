-- Standing: a collection goes on while somebody stands behind it: a current analyst or admin of its instance who asked
-- for something of it, or took it over. Else nothing of it begins until somebody does.

create table public.collection_backers (
  collection_id uuid not null references public.report_data_collections (id) on delete cascade,
  user_id uuid not null,
  since timestamptz not null default amc_history.clock_now(),
  primary key (collection_id, user_id)
);

create index collection_backers_user_id_idx on public.collection_backers (user_id);

comment on table public.collection_backers is
  $$Who asked for a collection or for something of it, or took it over. It goes on while one of them is an analyst or
admin of its instance. Rows of former members stay: who has the role again stands behind it again.$$;

alter table public.collection_backers enable row level security;

create function amc_history.has_open_work(collection public.report_data_collections) returns boolean
language plpgsql volatile set search_path = ''
as $$
begin
  return (collection).cancelled_at is null and ((collection).restate_weeks > 0 or (collection).keep_current
    or exists (select from public.report_data_weeks w where w.collection_id = (collection).id
      and (w.finished_at is null or w.due_at is not null)));
end;
$$;
comment on function amc_history.has_open_work(public.report_data_collections) is
  'Whether something of a collection is still to begin: by its weeks, by its policy, or since it is kept current.';

create function amc_history.is_backed(collection public.report_data_collections) returns boolean
language plpgsql volatile set search_path = ''
as $$
begin
  return exists (select from public.collection_backers b
    join public.amc_instance_members m on m.user_id = b.user_id and m.instance_id = (collection).instance_id
    where b.collection_id = (collection).id and m.role in ('analyst', 'admin'));
end;
$$;
comment on function amc_history.is_backed(public.report_data_collections) is
  'Whether a current analyst or admin of its instance stands behind a collection.';

create function amc_history.settle_standing(collection_ids uuid[]) returns void
language plpgsql set search_path = ''
as $$
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
$$;
comment on function amc_history.settle_standing(uuid[]) is
  $$Holds up each of these collections behind which nobody stands and of which something is still to begin, and lets the
others go on. What runs at AMC is collected all the same; a person's pause stays one. A collection that cannot be
settled is settled by the next look of the watch (a stoppage of kind job); the others are.$$;

create function amc_history.watch_standing() returns void
language sql volatile set search_path = ''
as $$
  select amc_history.settle_standing(array(select s.collection_id from public.stoppages s
    where s.ended_at is null and (s.kind = 'standing' or s.kind = 'job' and starts_with(s.subject, 'settle_standing/')
      and s.retry_at <= amc_history.clock_now())));
$$;
comment on function amc_history.watch_standing() is
  $$Settles again what could not be settled, and ends the stoppage of a collection of which nothing is left to begin.$$;

create function amc_history.follow_standing() returns trigger
language plpgsql security definer set search_path = ''
as $$
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
$$;
comment on function amc_history.follow_standing() is
  $$Settles the collections of those whose membership changed, as it ends with their account, and those behind which
somebody stands newly or no longer. Definer: whoever changes a team or deletes an account may not write stoppages.$$;
create trigger settle_standing_of_added after insert on public.amc_instance_members
  referencing new table as new_rows for each statement execute function amc_history.follow_standing();
create trigger settle_standing_of_changed after update on public.amc_instance_members
  referencing old table as old_rows for each statement execute function amc_history.follow_standing();
create trigger settle_standing_of_removed after delete on public.amc_instance_members
  referencing old table as old_rows for each statement execute function amc_history.follow_standing();
create trigger settle_standing after insert on public.collection_backers
  referencing new table as new_rows for each statement execute function amc_history.follow_standing();
create trigger settle_standing_without after delete on public.collection_backers
  referencing old table as old_rows for each statement execute function amc_history.follow_standing();

create function amc_history.back_own_collection() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into public.collection_backers (collection_id, user_id) values (new.id, new.created_by) on conflict do nothing;
  return null;
end;
$$;
comment on function amc_history.back_own_collection() is
  $$Whoever starts a collection stands behind it. Definer: as amc_history.follow_standing.$$;
create trigger back_own_collection after insert on public.report_data_collections
  for each row when (new.created_by is not null) execute function amc_history.back_own_collection();

create function amc_history.stand_behind(collection_id uuid) returns boolean
language plpgsql set search_path = ''
as $$
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
$$;
comment on function amc_history.stand_behind(uuid) is
  $$Records that the signed-in user, an analyst or admin, stands behind a collection, as whoever asks for something of
it does. Answers whether that lets it go on. Of an operator nothing is recorded, and false answered.$$;

create function amc_history.take_over_collection(collection_id uuid) returns public.control_report
language plpgsql security definer set search_path = ''
as $$
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
$$;
comment on function amc_history.take_over_collection(uuid) is
  $$See public.take_over_collection. Definer: users may not write who stands behind a collection.$$;

create function public.take_over_collection(collection_id uuid) returns public.control_report
language sql set search_path = ''
as $$ select amc_history.take_over_collection(take_over_collection.collection_id); $$;
comment on function public.take_over_collection(uuid) is
  $$Makes the signed-in user one who stands behind a collection: it goes on while that user is an analyst or admin of
the instance, whoever else leaves. A person's pause stays. Answers {outcome, reason, weeks}: applied, already_applied,
or rejected with collection_is_cancelled. Refuses with collection_not_found, role_too_low, user_needed. For analysts and
admins.$$;
