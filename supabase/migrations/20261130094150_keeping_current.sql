-- Keeping current: a collection goes on by itself. Each week is added once it has settled, through the same path as the
-- first weeks; a new version of the query takes over where the old one ends.

create function amc_history.end_keeping_current() returns trigger
language plpgsql set search_path = ''
as $$
begin
  new.keep_current := false;
  new.kept_until := null;
  return new;
end;
$$;
comment on function amc_history.end_keeping_current() is 'What is cancelled is kept current no longer.';
create trigger end_keeping_current before update of cancelled_at on public.report_data_collections
  for each row when (new.cancelled_at is not null and new.keep_current)
  execute function amc_history.end_keeping_current();

create function amc_history.settled_weeks(
  collection public.report_data_collections, out first_day date, out last_day date
)
language plpgsql volatile set search_path = ''
as $$
declare
  allowed constant amc_history.allowances := amc_history.allowances();
  today constant date := (amc_history.clock_now() at time zone (collection).time_zone)::date;
  months constant integer := coalesce((select f.retention_months from public.amc_workflows f
    where f.instance_id = (collection).instance_id and f.id = (collection).workflow_id), allowed.retention_months);
  kept_since constant date := (today - make_interval(months => months))::date;
begin
  first_day := coalesce((collection).kept_until, (collection).end_date) + 1;
  -- What AMC keeps no longer after a long absence is left out, and shown as not asked for.
  first_day := first_day + 7 * greatest(ceil((kept_since - first_day) / 7.0)::integer, 0);
  last_day := today - (collection).settle_days - 1;
  last_day := least(first_day + 7 * ((last_day - first_day + 1) / 7), first_day + 7 * allowed.most_weeks) - 1;
  if last_day < first_day then
    first_day := null;
    last_day := null;
  end if;
end;
$$;
comment on function amc_history.settled_weeks(public.report_data_collections) is
  $$The first and last day of the whole weeks, after those that were added before, that have settled, in the
collection's own zone, and that AMC still keeps; nulls if there is none. At most most_weeks (amc_history.allowances)
at once.$$;

create function amc_history.add_settled_weeks(collection_id uuid) returns integer
language plpgsql set search_path = ''
as $$
declare
  collection public.report_data_collections;
  settled record;
  added integer;
begin
  -- The instance first, as everywhere.
  perform from public.amc_instances i where i.id = (select c.instance_id from public.report_data_collections c
    where c.id = add_settled_weeks.collection_id) for no key update;
  select * into collection from public.report_data_collections c where c.id = add_settled_weeks.collection_id
    and c.keep_current for no key update;
  settled := amc_history.settled_weeks(collection);
  if collection.id is null or settled.last_day is null then
    return 0;
  end if;
  update public.report_data_collections c set kept_until = settled.last_day where c.id = collection.id;
  added := amc_history.add_weeks(collection.id, settled.first_day, settled.last_day, collection.kept_by);
  update public.amc_instances i set list_due_at = least(i.list_due_at, amc_history.clock_now())
  where i.id = collection.instance_id;
  perform amc_history.record_action('weeks_added', collection.instance_id, collection.id,
    detail => jsonb_build_object('from', settled.first_day, 'to', settled.last_day, 'weeks', added));
  return added;
end;
$$;
comment on function amc_history.add_settled_weeks(uuid) is
  $$Adds the weeks of a collection that have settled since its end, if it is kept current: due at once, or held while it
is paused. Each once, since it holds the collection and moves kept_until. Answers how many.$$;

create function amc_history.keep_collections_current(max_collections integer default 500) returns integer
language plpgsql set search_path = ''
as $$
declare
  job constant text := 'amc-history-keep/';
  collection public.report_data_collections;
  added integer := 0;
begin
  for collection in
    select c.* from public.report_data_collections c
    -- No zone is further ahead than a day: these may be due.
    where c.keep_current
      and coalesce(c.kept_until, c.end_date) + 7 + c.settle_days <= (amc_history.clock_now() at time zone 'UTC')::date
      and not amc_history.is_held_up('job', job || c.id)
    order by coalesce(c.kept_until, c.end_date), c.id limit keep_collections_current.max_collections
  loop
    begin
      added := added + amc_history.add_settled_weeks(collection.id);
      perform amc_history.end_stoppage('job', job || collection.id);
    exception when query_canceled or others then
      perform amc_history.record_stoppage('job', job || collection.id, sqlstate, 'postgres', sqlerrm,
        collection.instance_id, collection.id);
      -- The statement's time is over.
      exit when sqlstate = '57014';
    end;
  end loop;
  return added;
end;
$$;
comment on function amc_history.keep_collections_current(integer) is
  $$Adds to each collection that is kept current the weeks that have settled (amc_history.add_settled_weeks), at most
max_collections in a run. One that fails is set aside, and the others go on. Answers how many weeks. Run by pg_cron.$$;

create function amc_history.settled_if_kept(
  collection public.report_data_collections, settle_days integer, out first_day date, out last_day date
)
language plpgsql volatile set search_path = ''
as $$
begin
  collection.settle_days := settled_if_kept.settle_days;
  if not collection.keep_current then
    collection.kept_until := null;
  end if;
  select s.first_day, s.last_day into first_day, last_day from amc_history.settled_weeks(collection) s;
end;
$$;
comment on function amc_history.settled_if_kept(public.report_data_collections, integer) is
  $$The first and last day of the weeks that would be added at once if a collection were kept current with settle_days;
nulls if there is none (amc_history.settled_weeks).$$;

create function amc_history.change_keep_current(
  collection public.report_data_collections, keep_current boolean, settle_days integer, changed_by uuid
) returns integer
language plpgsql set search_path = ''
as $$
begin
  update public.report_data_collections c set keep_current = change_keep_current.keep_current,
    settle_days = change_keep_current.settle_days, kept_by = change_keep_current.changed_by,
    kept_until = case when c.keep_current and change_keep_current.keep_current then c.kept_until end
  where c.id = (collection).id;
  perform amc_history.record_action('keep_current_set', (collection).instance_id, (collection).id,
    detail => jsonb_build_object('settle_days', change_keep_current.settle_days,
      'keep_current', change_keep_current.keep_current),
    actor => coalesce(change_keep_current.changed_by::text, amc_history.actor()));
  return amc_history.add_settled_weeks((collection).id);
end;
$$;
comment on function amc_history.change_keep_current(public.report_data_collections, boolean, integer, uuid) is
  $$Sets whether a collection is kept current, and after how many days a week has settled; adds the weeks that have.
Leaves an event with whoever changed it. Answers how many weeks it added. The caller holds the locks, and has checked
what is asked.$$;

create function amc_history.set_keep_current(collection_id uuid, keep_current boolean, settle_days integer)
returns public.control_report
language plpgsql security definer set search_path = ''
as $$
declare
  collection public.report_data_collections := amc_history.lock_controlled_collection(set_keep_current.collection_id);
  days constant integer := coalesce(set_keep_current.settle_days, collection.settle_days);
  settled record;
begin
  perform amc_history.check_settle_days(days);
  if collection.cancelled_at is not null then
    return row('rejected', 'collection_is_cancelled', 0)::public.control_report;
  elsif collection.keep_current is not distinct from set_keep_current.keep_current
      and collection.settle_days = days then
    return row('already_applied', null, 0)::public.control_report;
  end if;
  if set_keep_current.keep_current then
    perform amc_history.check_catch_up(collection, days);
    settled := amc_history.settled_if_kept(collection, days);
    if settled.last_day is not null then
      perform amc_history.check_start_limits(auth.uid(), collection.instance_id,
        (settled.last_day - settled.first_day + 1) / 7);
    end if;
  end if;
  perform amc_history.stand_behind(collection.id);
  return row('applied', null, amc_history.change_keep_current(collection,
    coalesce(set_keep_current.keep_current, false), days, auth.uid()))::public.control_report;
end;
$$;
comment on function amc_history.set_keep_current(uuid, boolean, integer) is
  'See public.set_keep_current. Definer: users may not write collections.';

create function public.set_keep_current(collection_id uuid, keep_current boolean, settle_days integer default null)
returns public.control_report
language sql set search_path = ''
as $$
  select amc_history.set_keep_current(set_keep_current.collection_id, set_keep_current.keep_current,
    set_keep_current.settle_days);
$$;
comment on function public.set_keep_current(uuid, boolean, integer) is
  $$Keeps a collection current, or no longer: each week is added once it ended settle_days (2 to 60; as it is, at first
14) ago in the collection's zone. Those that have settled already are added at once. Answers {outcome, reason, weeks}:
applied (weeks: how many were added), already_applied, or rejected with collection_is_cancelled. Refuses with
collection_not_found, settle_days_out_of_range, role_too_low, imported_is_not_kept, catch_up_too_long,
another_version_kept_current (continue_with moves on from one version to another), and more weeks at once than the
limits of amc_history.check_start_limits. For analysts and admins.$$;

create function amc_history.hand_on(old public.report_data_collections, workflow_id text) returns uuid
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  -- Somebody may have asked the old one for weeks beyond.
  last_day constant date := coalesce(old.kept_until, old.end_date);
  new_id uuid;
begin
  select c.id into new_id from public.report_data_collections c
  where c.instance_id = old.instance_id and c.workflow_id = hand_on.workflow_id
    and c.week_starts_on = old.week_starts_on and c.time_zone = old.time_zone
    and c.parameters_hash = old.parameters_hash and c.imported_from is null
  for no key update;
  if not found then
    insert into public.report_data_collections (created_by, instance_id, workflow_id, start_date, end_date,
      week_starts_on, time_zone, parameter_values, restate_weeks, restate_every_days, keep_versions, failed_retries)
    values (auth.uid(), old.instance_id, hand_on.workflow_id, last_day + 1, last_day,
      old.week_starts_on, old.time_zone, old.parameter_values, old.restate_weeks, old.restate_every_days,
      old.keep_versions, old.failed_retries)
    returning id into new_id;
  else
    -- It may be archived, paused or cancelled.
    perform amc_history.release_collection(c) from public.report_data_collections c where c.id = new_id;
  end if;
  update public.report_data_collections c set keep_current = false, kept_until = null where c.id = old.id;
  update public.report_data_collections c set keep_current = true, settle_days = old.settle_days,
    kept_by = auth.uid(), end_date = greatest(c.end_date, last_day), kept_until = last_day
  where c.id = new_id;
  -- Whoever stood behind the old one stands behind this one.
  insert into public.collection_backers (collection_id, user_id)
  select new_id, b.user_id from public.collection_backers b where b.collection_id = old.id on conflict do nothing;
  perform amc_history.stand_behind(new_id);
  return new_id;
end;
$$;
comment on function amc_history.hand_on(public.report_data_collections, text) is
  $$Keeps the collection of another version of a query current in place of an old one, from the week after the last
that was added to the old one; makes it, without weeks, if there is none. Answers its id.$$;

create function amc_history.continue_with(collection_id uuid, workflow_id text) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  old public.report_data_collections := amc_history.lock_controlled_collection(continue_with.collection_id);
  workflow public.amc_workflows;
  new_id uuid;
  settled record;
  added integer;
begin
  select * into workflow from public.amc_workflows f
  where f.instance_id = old.instance_id and f.id = continue_with.workflow_id;
  if not found then
    perform amc_history.refuse('workflow_not_found', format('Instance %s has no workflow %s.',
      old.instance_id, coalesce(quote_literal(left(continue_with.workflow_id, 200)), 'null')),
      'Save the new version with save_workflow, which answers its id.', 'PT404');
  elsif workflow.id = old.workflow_id then
    perform amc_history.refuse('version_is_the_same', 'Expected another version of the query, got the present one.',
      'Call set_keep_current to keep this one current.');
  elsif workflow.series_view <> (select f.series_view from public.amc_workflows f
      where f.instance_id = old.instance_id and f.id = old.workflow_id) then
    perform amc_history.refuse('version_of_another_query', 'Expected a version of the same query, by its name.',
      'Save the new version under the name of the query, or start a collection of the other one.');
  elsif old.cancelled_at is not null then
    perform amc_history.refuse('collection_has_ended', 'Expected a collection that goes on, this one is cancelled.',
      'Start a collection of the new version.', 'PT409');
  elsif old.imported_from is not null then
    perform amc_history.check_one_version(old);
  elsif not old.keep_current then
    perform amc_history.refuse('collection_not_kept_current', 'Expected a collection that is kept current.',
      'Call set_keep_current first. If another version goes on already, continue with that one.', 'PT409');
  end if;
  perform amc_history.check_parameters(workflow.parameters, old.parameter_values);
  new_id := amc_history.hand_on(old, workflow.id);
  perform amc_history.record_action('collection_continued', old.instance_id, old.id,
    detail => jsonb_build_object('with', new_id, 'workflow_id', workflow.id));
  select s.* into settled from public.report_data_collections c, amc_history.settled_weeks(c) s where c.id = new_id;
  if settled.last_day is not null then
    perform amc_history.check_start_limits(auth.uid(), old.instance_id,
      (settled.last_day - settled.first_day + 1) / 7);
  end if;
  added := amc_history.add_settled_weeks(new_id);
  return jsonb_build_object('collection_id', new_id, 'weeks', added);
end;
$$;
comment on function amc_history.continue_with(uuid, text) is
  'See public.continue_with. Definer: users may not write collections.';

create function public.continue_with(collection_id uuid, workflow_id text) returns jsonb
language sql set search_path = ''
as $$ select amc_history.continue_with(continue_with.collection_id, continue_with.workflow_id); $$;
comment on function public.continue_with(uuid, text) is
  $$Moves a collection on to another version of its query: that version's collection of the same weekday, zone and
parameters is kept current from the week after the old one's last, and the old one no longer: never both. Answers
{collection_id, weeks}: the new version's collection, and how many weeks were added at once. Refuses with
collection_not_found, role_too_low, workflow_not_found, version_is_the_same,
version_of_another_query, collection_has_ended, imported_is_not_kept, collection_not_kept_current, what the
parameters of the new version do not take, as start-collection does, and more weeks at once than the limits of
amc_history.check_start_limits. For analysts and admins.$$;
