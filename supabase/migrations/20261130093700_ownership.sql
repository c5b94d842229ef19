-- Ownership: who may change a collection, and the locks with which a person's request begins.

create function amc_history.may_control(collection_id uuid) returns boolean
language sql stable set search_path = ''
as $$
  select exists (select from public.report_data_collections c where c.id = may_control.collection_id
    and (c.owner_id = auth.uid() and c.instance_id in (select amc_history.instances_of_caller())
      or amc_history.is_operator()));
$$;
comment on function amc_history.may_control(uuid) is
  $$Whether the caller may change a collection: its owner, as long as a member of its instance, or whoever acts for all
users. False for a collection that does not exist. Asked by functions with their owner's rights.$$;

create function amc_history.lock_own_collection(collection_id uuid) returns public.report_data_collections
language plpgsql security definer set search_path = ''
as $$
declare
  collection public.report_data_collections;
begin
  -- The instance first, as everywhere: a claim or listing under way ends before a person's request begins.
  perform from public.amc_instances i where i.id = (select c.instance_id from public.report_data_collections c
      where c.id = lock_own_collection.collection_id and amc_history.may_control(c.id))
    for no key update;
  if found then
    select * into collection from public.report_data_collections c
      where c.id = lock_own_collection.collection_id for no key update;
  end if;
  if collection.id is null then
    perform amc_history.refuse('collection_not_found', format('No collection %s of yours.',
      coalesce(lock_own_collection.collection_id::text, 'null')), 'Check the id.', 'PT404');
  end if;
  return collection;
end;
$$;
comment on function amc_history.lock_own_collection(uuid) is
  $$Locks a collection and its instance for a request of somebody who may control it; refuses anybody else
(collection_not_found). Definer: users may not lock what they may only read.$$;

create function amc_history.lock_own_week(week_id uuid) returns public.report_data_weeks
language plpgsql security definer set search_path = ''
as $$
declare
  week public.report_data_weeks;
begin
  select * into week from public.report_data_weeks w
    where w.id = lock_own_week.week_id and amc_history.may_control(w.collection_id);
  if not found then
    perform amc_history.refuse('week_not_found', format('No week %s of yours.',
      coalesce(lock_own_week.week_id::text, 'null')), 'Check the id.', 'PT404');
  end if;
  perform amc_history.lock_own_collection(week.collection_id);
  select * into week from public.report_data_weeks w where w.id = lock_own_week.week_id for no key update;
  return week;
end;
$$;
comment on function amc_history.lock_own_week(uuid) is
  $$Locks a week for a request of its owner; refuses anybody else (week_not_found). Definer: see
amc_history.lock_own_collection.$$;
