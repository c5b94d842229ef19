-- What a collection is called, and putting it away.

create function amc_history.rename_collection(collection_id uuid, name text) returns public.control_report
language plpgsql security definer set search_path = ''
as $$
declare
  collection public.report_data_collections := amc_history.lock_controlled_collection(rename_collection.collection_id);
begin
  perform amc_history.check_collection_name(rename_collection.name);
  if collection.name is not distinct from rename_collection.name then
    return row('already_applied', null, 0)::public.control_report;
  end if;
  update public.report_data_collections c set name = rename_collection.name where c.id = collection.id;
  perform amc_history.record_action('collection_renamed', collection.instance_id, collection.id,
    detail => jsonb_build_object('name', rename_collection.name, 'was', collection.name));
  return row('applied', null, 0)::public.control_report;
end;
$$;
comment on function amc_history.rename_collection(uuid, text) is
  'See public.rename_collection. Definer: users may not write collections.';

create function amc_history.archive_collection(collection_id uuid) returns public.control_report
language plpgsql security definer set search_path = ''
as $$
declare
  collection public.report_data_collections := amc_history.lock_controlled_collection(archive_collection.collection_id);
  held integer;
begin
  if collection.archived_at is not null then
    return row('already_applied', null, 0)::public.control_report;
  end if;
  update public.report_data_collections c set archived_at = amc_history.clock_now(),
    paused_at = coalesce(c.paused_at, amc_history.clock_now())
  where c.id = collection.id;
  held := amc_history.hold_weeks(collection.id);
  perform amc_history.record_action('collection_archived', collection.instance_id, collection.id,
    detail => jsonb_build_object('weeks', held));
  return row('applied', null, held)::public.control_report;
end;
$$;
comment on function amc_history.archive_collection(uuid) is
  'See public.archive_collection. Definer: users may not write collections and weeks.';

create function public.rename_collection(collection_id uuid, name text) returns public.control_report
language sql set search_path = ''
as $$ select amc_history.rename_collection(rename_collection.collection_id, rename_collection.name); $$;
comment on function public.rename_collection(uuid, text) is
  $$Gives a collection a name of 1 to 200 characters; null for none. Answers {outcome, reason, weeks}: applied,
already_applied. Refuses with name_out_of_range, collection_not_found, role_too_low. For analysts and admins.$$;

create function public.archive_collection(collection_id uuid) returns public.control_report
language sql set search_path = ''
as $$ select amc_history.archive_collection(archive_collection.collection_id); $$;
comment on function public.archive_collection(uuid) is
  $$Puts a collection away: it starts no more weeks, and is shown as archived. Executions under way at AMC continue, and
their results are collected; what is collected stays readable. resume_collection or start_collection brings it back.
Answers {outcome, reason, weeks}: applied (weeks: how many are held), already_applied. Refuses with
collection_not_found, role_too_low. For analysts and admins.$$;
