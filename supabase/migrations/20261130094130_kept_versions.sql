-- Versions of one query: their collections know each other by the view that unites them, and one of them is kept
-- current.

comment on column public.report_data_collections.series_view is
  'The workflow''s series_view, copied: versions of one query share it, and one of them is kept current.';

create function amc_history.copy_series_view() returns trigger
language plpgsql set search_path = ''
as $$
begin
  select f.series_view into new.series_view from public.amc_workflows f
  where f.instance_id = new.instance_id and f.id = new.workflow_id;
  return new;
end;
$$;
comment on function amc_history.copy_series_view() is 'Copies the series_view of a collection''s workflow to it.';
create trigger copy_series_view before insert or update of instance_id, workflow_id, series_view
  on public.report_data_collections for each row execute function amc_history.copy_series_view();

-- Two would collect the same weeks twice.
create unique index one_version_kept_current
  on public.report_data_collections (instance_id, series_view, week_starts_on, time_zone, parameters_hash)
  where keep_current;

create function amc_history.check_one_version(collection public.report_data_collections) returns void
language plpgsql set search_path = ''
as $$
declare
  kept public.report_data_collections;
begin
  if (collection).imported_from is not null then
    perform amc_history.refuse('imported_is_not_kept',
      'Expected a collection that was started here, this one came from another system.',
      'Start a collection of its query, and keep that one current.', 'PT409');
  end if;
  select * into kept from public.report_data_collections c
  where c.keep_current and c.id is distinct from (collection).id
    and c.instance_id = (collection).instance_id and c.series_view = (collection).series_view
    and c.week_starts_on = (collection).week_starts_on and c.time_zone = (collection).time_zone
    -- In a row that is being written, what is generated is not there yet.
    and c.parameters_hash = md5((collection).parameter_values::text);
  if found then
    perform amc_history.refuse('another_version_kept_current', format(
      'Expected one version of a query to be kept current, and collection %s, of workflow %s, is.', kept.id,
      kept.workflow_id), format('Move it on to this version: continue_with(''%s'', ''%s''). Or end it first: '
      'set_keep_current(''%s'', false).', kept.id, (collection).workflow_id, kept.id), 'PT409');
  end if;
end;
$$;
comment on function amc_history.check_one_version(public.report_data_collections) is
  $$Refuses to keep a collection current that came from another system (imported_is_not_kept), or while another version
of its query is kept current (another_version_kept_current).$$;

create function amc_history.check_settle_days(settle_days integer) returns void
language plpgsql set search_path = ''
as $$
begin
  if check_settle_days.settle_days not between 2 and 60 then
    perform amc_history.refuse('settle_days_out_of_range',
      format('Expected 2 to 60 days, got %s.', check_settle_days.settle_days),
      'Attribution settles for 14 days: fewer give numbers that still rise.');
  end if;
end;
$$;
comment on function amc_history.check_settle_days(integer) is
  'Refuses a collection''s settle_days that are out of range (settle_days_out_of_range). Null leaves them as they are.';

create function amc_history.check_catch_up(collection public.report_data_collections, settle_days integer)
returns void
language plpgsql set search_path = ''
as $$
declare
  most_weeks constant integer := (amc_history.allowances()).most_weeks;
  settled record;
begin
  settled := amc_history.settled_if_kept(collection, check_catch_up.settle_days);
  collection.keep_current := true;
  collection.kept_until := settled.last_day;
  if settled.last_day is not null
      and (amc_history.settled_if_kept(collection, check_catch_up.settle_days)).last_day is not null then
    perform amc_history.refuse('catch_up_too_long', format(
      'Expected at most %s settled weeks since the end of the collection, there are more from %s on.', most_weeks,
      settled.first_day), format('Ask for those weeks first, at most %s at once.', most_weeks));
  end if;
end;
$$;
comment on function amc_history.check_catch_up(public.report_data_collections, integer) is
  $$Refuses to keep a collection current from settle_days on if more weeks have settled than are added at once
(catch_up_too_long): the rest would be added beyond the limits of whoever asks.$$;

create function amc_history.keep_one_version() returns trigger
language plpgsql set search_path = ''
as $$
begin
  perform amc_history.check_one_version(new);
  return new;
end;
$$;
comment on function amc_history.keep_one_version() is
  $$Says what the index one_version_kept_current holds, before it does (amc_history.check_one_version).$$;
-- Behind copy_series_view.
create trigger keep_one_version before insert or update of keep_current on public.report_data_collections
  for each row when (new.keep_current)
  execute function amc_history.keep_one_version();
