-- Workflows: saved AMC queries, whose versions never change.

create function amc_history.usual_output_format() returns jsonb
language sql immutable set search_path = ''
as $$ select '{"separatorCharacter": ",", "quoteCharacter": "\"", "escapeCharacter": "\""}'::jsonb; $$;
comment on function amc_history.usual_output_format() is
  'The output format of a workflow that is saved without one, as AMC takes it (SPEC, H).';

create table public.amc_workflows (
  instance_id text not null references public.amc_instances (id) on delete cascade,
  id text not null
    constraint workflow_id_is_well_formed check (id ~ '^[A-Za-z0-9._-]{1,128}$'),
  name text not null
    constraint workflow_name_is_short check (char_length(name) between 1 and 100),
  sql_query text not null
    constraint sql_query_is_not_empty check (char_length(btrim(sql_query)) > 0),
  sql_written text not null,
  parameters jsonb not null default '[]'
    constraint parameters_is_an_array check (jsonb_typeof(parameters) = 'array'),
  output_format jsonb not null default amc_history.usual_output_format(),
  output_columns jsonb,
  saved_at timestamptz,
  checked_at timestamptz,
  rows_seen_at timestamptz,
  empty_noted_at timestamptz,
  retention_months integer
    constraint retention_is_sane check (retention_months between 1 and 120),
  saved_by uuid default auth.uid(),
  check_asked_at timestamptz,
  check_kind text not null default 'dry_run'
    constraint check_kind_is_known check (check_kind in ('dry_run', 'first_week')),
  version_hash text not null,
  result_table text not null,
  series_view text not null,
  results_view text not null generated always as ('results_' || result_table) stored,
  raw_view text not null generated always as ('raw_' || result_table) stored,
  created_at timestamptz not null default amc_history.clock_now(),
  primary key (instance_id, id),
  constraint one_version_per_query unique (instance_id, version_hash),
  constraint result_table_is_of_one_version unique (result_table)
);

create index amc_workflows_saved_by_idx on public.amc_workflows (saved_by);

comment on table public.amc_workflows is
  'Saved AMC queries. A version never changes: another query is another row with another id.';
comment on column public.amc_workflows.id is
  'AMC''s workflowId: a readable stem of the first name, and the start of version_hash.';
comment on column public.amc_workflows.sql_query is 'The query as it is sent to AMC: its comments are blanks.';
comment on column public.amc_workflows.sql_written is 'The query as the person wrote it who first saved the version.';
comment on column public.amc_workflows.parameters is
  'Declared inputParameters, as AMC takes them (SPEC, H): [{name, dataType, columnType, defaultValue}].';
comment on column public.amc_workflows.output_format is
  'Sent with every save, since AMC''s defaults are not documented: so the form of a result is known.';
comment on column public.amc_workflows.output_columns is
  'AMC''s outputColumns, from the first execution that carried them; null until then.';
comment on column public.amc_workflows.retention_months is
  $$How many months back AMC keeps the data that the query reads; null for the allowance retention_months. Older windows
are not collected anew.$$;
comment on column public.amc_workflows.saved_by is
  'The user who saved it; null for whoever acts for all users. The id stays once the account is deleted.';
comment on column public.amc_workflows.version_hash is
  'SHA-256 in hex of SQL, parameters and output format: the same query under another name is the same version.';
comment on column public.amc_workflows.result_table is
  'Name of its table in amc_results, which its first result creates.';
comment on column public.amc_workflows.results_view is 'The view in public that shows its results with their types.';
comment on column public.amc_workflows.raw_view is
  'The view in public that shows its results as the text that AMC sent.';
comment on column public.amc_workflows.series_view is
  $$The view in public that unites the results of all versions that were saved under its first name.$$;
comment on column public.amc_workflows.saved_at is 'When the workflow was saved at AMC; null until then.';
comment on column public.amc_workflows.checked_at is
  $$When AMC first validated the query, in a dry run or an execution; null until then: no week of it begins, but for the
one that goes alone (public.workflow_checks).$$;
comment on column public.amc_workflows.rows_seen_at is
  'When a week was first completed with a result that has rows; null until then.';
comment on column public.amc_workflows.empty_noted_at is
  'When it was noted that all its completed weeks are empty (event all_weeks_empty); null if it was not.';
comment on column public.amc_workflows.check_asked_at is
  $$When a person last asked for the check of a version that is not checked.$$;
comment on column public.amc_workflows.check_kind is
  'How it is checked: by a dry_run, or, where a person said so, by a first_week that goes alone.';

alter table public.amc_workflows enable row level security;

create function amc_history.set_workflow_version() returns trigger
language plpgsql set search_path = ''
as $$
declare
  stem text := btrim(left(regexp_replace(lower(new.name), '[^a-z0-9]+', '-', 'g'), 40), '-');
  reads text[];
begin
  perform amc_history.check_query(new.name, new.sql_query);
  new.sql_written := new.sql_query;
  select q.sent, q.reads into new.sql_query, reads from amc_history.prepare_query(new.sql_written) q;
  perform amc_history.check_query(new.name, new.sql_query);
  perform amc_history.check_declaration(new.parameters, reads);
  new.version_hash := encode(sha256(convert_to(
    jsonb_build_array(new.sql_query, new.parameters, new.output_format)::text, 'UTF8')), 'hex');
  stem := coalesce(nullif(stem, ''), 'workflow');
  new.id := stem || '-' || left(new.version_hash, 12);
  -- The instance in words, for people, and in the hash, since its words may be cut. At most 54 characters: with the
  -- longest prefix, results_, 62 of the 63 that Postgres keeps of a name.
  new.result_table := concat_ws('_', rtrim(replace(left(stem, 20), '-', '_'), '_'),
    left(regexp_replace(lower(new.instance_id), '[^a-z0-9]+', '_', 'g'), 20),
    left(encode(sha256(convert_to(new.instance_id || ' ' || new.version_hash, 'UTF8')), 'hex'), 12));
  new.series_view := concat_ws('_', 'series', rtrim(replace(left(stem, 20), '-', '_'), '_'),
    left(regexp_replace(lower(new.instance_id), '[^a-z0-9]+', '_', 'g'), 20),
    left(encode(sha256(convert_to(new.instance_id || ' ' || new.name, 'UTF8')), 'hex'), 12));
  return new;
end;
$$;
comment on function amc_history.set_workflow_version() is
  $$Keeps a new workflow version's query as it was written beside what is sent to AMC of it
(amc_history.prepare_query), and refuses one that AMC would not take (amc_history.check_query, check_declaration).
Gives it the hash of what decides its result (the SQL that is sent, parameters, output format), its id at AMC (a
readable stem and that hash), the name of its results table (the stem, the instance, and a hash of both) and that of
the view that unites the versions of its name.$$;
create trigger set_workflow_version before insert on public.amc_workflows
  for each row execute function amc_history.set_workflow_version();

create function amc_history.forbid_workflow_version_change() returns trigger
language plpgsql set search_path = ''
as $$
begin
  raise exception 'A workflow version never changes: expected % to stay as it is.', old.id
    using errcode = '23514', hint = 'Save the changed query as a new version with save_workflow.';
end;
$$;
comment on function amc_history.forbid_workflow_version_change() is
  $$Refuses a change of what decides a workflow's result.$$;
create trigger forbid_workflow_version_change before update on public.amc_workflows
  for each row
  when ((old.instance_id, old.id, old.sql_query, old.parameters, old.output_format, old.version_hash, old.result_table,
      old.series_view)
    is distinct from
    (new.instance_id, new.id, new.sql_query, new.parameters, new.output_format, new.version_hash, new.result_table,
      new.series_view))
  execute function amc_history.forbid_workflow_version_change();

create index amc_workflows_not_checked_idx on public.amc_workflows (instance_id) where checked_at is null;

create type public.saved_workflow as (
  workflow_id text, created boolean, results_view text, raw_view text, series_view text, sql_query text
);
comment on type public.saved_workflow is
  $$A workflow version as save_workflow answers it: its id, which is AMC's workflowId; whether it was created by this
call; and the views in public that show its results, once there is one: with types, as the text that AMC sent, and
together with those of the other versions of its name; sql_query: the query as it is sent to AMC.$$;

create function public.save_workflow(
  instance_id text, name text, sql_query text, parameters jsonb default '[]'
) returns public.saved_workflow
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  saved public.saved_workflow;
begin
  if not exists (select from public.amc_instances i where i.id = save_workflow.instance_id) then
    perform amc_history.refuse('instance_not_found',
      format('No instance %s that you may use.',
        coalesce(quote_literal(left(save_workflow.instance_id, 200)), 'null')),
      'Check the id, or ask whoever runs this project to make you a member of the instance.', 'PT404');
  end if;
  perform amc_history.require_role(save_workflow.instance_id, 'analyst');
  insert into public.amc_workflows as f (instance_id, name, sql_query, parameters)
  values (save_workflow.instance_id, save_workflow.name, save_workflow.sql_query, save_workflow.parameters)
  on conflict do nothing
  returning f.id, true, f.results_view, f.raw_view, f.series_view, f.sql_query into saved;
  if not found then
    select f.id, false, f.results_view, f.raw_view, f.series_view, f.sql_query into saved
    from public.amc_workflows f
    where f.instance_id = save_workflow.instance_id
      and f.sql_query = (select q.sent from amc_history.prepare_query(save_workflow.sql_query) q)
      and f.parameters::text = save_workflow.parameters::text
      and f.output_format = amc_history.usual_output_format();
  end if;
  return saved;
end;
$$;
comment on function public.save_workflow(text, text, text, jsonb) is
  $$Saves an AMC query as a workflow version of an instance.

name: 1 to 100 characters; the first one stays. sql_query: AMC SQL of at most 100,000 characters by default (the
allowance query_characters); it reads parameters with CUSTOM_PARAMETER('name'). Sent to AMC without a semicolon at its
end and with blanks for its comments; what was written stays in amc_workflows.sql_written. parameters: declared
inputParameters (SPEC, H). What is sent decides the version: the same query and parameters are the same one, also under
another name or with other comments. Answers
{workflow_id, created, results_view, raw_view, series_view, sql_query}, the last as it is sent. For analysts and admins
of the instance; refuses viewers with role_too_low, anybody else with instance_not_found; and with
workflow_name_invalid, query_empty, query_too_long, query_unterminated, parameters_invalid, parameter_not_declared.$$;

create function public.mark_workflow_saved(instance_id text, workflow_id text) returns void
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  held constant text := mark_workflow_saved.instance_id || '/' || mark_workflow_saved.workflow_id;
begin
  update public.amc_workflows f set saved_at = amc_history.clock_now()
  where f.instance_id = mark_workflow_saved.instance_id and f.id = mark_workflow_saved.workflow_id
    and f.saved_at is null;
  -- That AMC sees it, only a create shows.
  if not exists (select from public.stoppages s where s.kind = 'workflow_save' and s.subject = held
      and s.ended_at is null and s.code = 'workflow_not_visible') then
    perform amc_history.end_stoppage('workflow_save', held);
  end if;
end;
$$;
comment on function public.mark_workflow_saved(text, text) is
  $$Records that a workflow is saved at AMC, so that no later create saves it again, and that saving it is held up no
more. For service_role.$$;

create function amc_history.series_words(week_starts_on text, time_zone text, parameter_values jsonb) returns text
language sql immutable set search_path = ''
as $$
  -- What could be read in two ways stands as JSON; what is long is told apart by its hash.
  select case when char_length(words) > 300 then left(words, 280) || '… ' || left(md5(words), 12) else words end
  from (
    select concat_ws(', ', 'weeks from ' || series_words.week_starts_on, series_words.time_zone,
      string_agg(format('%s=%s', case when p.key ~ '^[A-Za-z0-9_.-]+$' then p.key else to_json(p.key)::text end,
        case when jsonb_typeof(p.value) = 'string' and p.value #>> '{}' ~ '^[A-Za-z0-9_.:/-]+( [A-Za-z0-9_.:/-]+)*$'
          then p.value #>> '{}' else p.value::text end), ', ' order by p.key collate "C")) as words
    from jsonb_each(case jsonb_typeof(series_words.parameter_values) when 'object' then series_words.parameter_values
      else '{}' end) p
  ) s;
$$;
comment on function amc_history.series_words(text, text, jsonb) is
  $$What tells the series of a workflow apart, in words: first weekday, zone, parameter values, such as
weeks from sunday, America/New_York, brand=Acme. Different series have different words, cut at 300 characters.$$;
