-- Control of a collection: who may change it, and the locks with which a person's request begins.

create function amc_history.lock_controlled_collection(collection_id uuid) returns public.report_data_collections
language plpgsql security definer set search_path = ''
as $$
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
$$;
comment on function amc_history.lock_controlled_collection(uuid) is
  $$Locks a collection and its instance for a request of an analyst or admin of the instance, or of whoever acts for all
users. Refuses who may not see it (collection_not_found) and who may only read (role_too_low). Definer: users may not
lock what they may only read.$$;

create function amc_history.lock_controlled_week(week_id uuid) returns public.report_data_weeks
language plpgsql security definer set search_path = ''
as $$
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
$$;
comment on function amc_history.lock_controlled_week(uuid) is
  $$Locks a week for a request of an analyst or admin; refuses who may not see it (week_not_found), and as
amc_history.lock_controlled_collection does. Definer: see there.$$;
