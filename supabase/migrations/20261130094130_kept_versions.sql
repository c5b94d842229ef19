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
  where keep_current and imported_from is null;

create function amc_history.check_one_version(collection public.report_data_collections) returns void
language plpgsql set search_path = ''
as $$
declare
  kept public.report_data_collections;
begin
  select * into kept from public.report_data_collections c
  where c.keep_current and c.imported_from is null and c.id is distinct from (collection).id
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
  'Refuses to keep a collection current while another version of its query is (another_version_kept_current).';

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
  for each row when (new.keep_current and new.imported_from is null)
  execute function amc_history.keep_one_version();
