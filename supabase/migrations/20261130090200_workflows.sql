-- Workflows: saved AMC queries, whose versions never change.

create table public.amc_workflows (
  instance_id text not null references public.amc_instances (id) on delete cascade,
  id text not null
    constraint workflow_id_is_well_formed check (id ~ '^[A-Za-z0-9._-]{1,128}$'),
  name text not null
    constraint workflow_name_is_short check (char_length(name) between 1 and 100),
  sql_query text not null
    constraint sql_query_is_not_empty check (char_length(btrim(sql_query)) > 0),
  parameters jsonb not null default '[]'
    constraint parameters_is_an_array check (jsonb_typeof(parameters) = 'array'),
  output_format jsonb not null
    default '{"separatorCharacter": ",", "quoteCharacter": "\"", "escapeCharacter": "\""}',
  output_columns jsonb,
  saved_at timestamptz,
  created_at timestamptz not null default amc_history.clock_now(),
  primary key (instance_id, id)
);

comment on table public.amc_workflows is
  'Saved AMC queries. A version never changes: another text is another row with another id.';
comment on column public.amc_workflows.id is
  'AMC''s workflowId: the name, and a hash of everything that decides the result.';
comment on column public.amc_workflows.parameters is
  'Declared inputParameters, as AMC takes them (SPEC, H): [{name, dataType, columnType, defaultValue}].';
comment on column public.amc_workflows.output_format is
  'Always sent to AMC, whose defaults are not documented, so that the form of a result is known.';
comment on column public.amc_workflows.output_columns is 'AMC''s outputColumns, once an execution told them.';
comment on column public.amc_workflows.saved_at is 'When the workflow was saved at AMC; null until then.';

alter table public.amc_workflows enable row level security;

create function amc_history.set_workflow_version_id() returns trigger
language plpgsql set search_path = ''
as $$
declare
  stem text := btrim(left(regexp_replace(lower(new.name), '[^a-z0-9]+', '-', 'g'), 40), '-');
  digest text := encode(sha256(convert_to(
    jsonb_build_array(new.sql_query, new.parameters, new.output_format)::text, 'UTF8')), 'hex');
begin
  new.id := coalesce(nullif(stem, ''), 'workflow') || '-' || left(digest, 12);
  return new;
end;
$$;
comment on function amc_history.set_workflow_version_id() is
  $$Gives a workflow its AMC id: a readable stem and a hash of SQL, parameters and output format, so that one id always
means one result.$$;
create trigger set_workflow_version_id before insert on public.amc_workflows
  for each row execute function amc_history.set_workflow_version_id();

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
  when ((old.instance_id, old.id, old.sql_query, old.parameters, old.output_format)
    is distinct from (new.instance_id, new.id, new.sql_query, new.parameters, new.output_format))
  execute function amc_history.forbid_workflow_version_change();

create function public.save_workflow(
  instance_id text, name text, sql_query text, parameters jsonb default '[]'
) returns text
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  saved text;
begin
  if not exists (select from public.amc_instances i where i.id = save_workflow.instance_id) then
    perform amc_history.refuse('instance_not_found',
      format('No instance %s that you may use.', quote_literal(save_workflow.instance_id)),
      'Check the id, or ask for membership of the instance.', 'PT404');
  end if;
  insert into public.amc_workflows (instance_id, name, sql_query, parameters)
  values (save_workflow.instance_id, save_workflow.name, save_workflow.sql_query, save_workflow.parameters)
  on conflict do nothing
  returning id into saved;
  if saved is null then
    select w.id into saved from public.amc_workflows w
    where w.instance_id = save_workflow.instance_id and w.sql_query = save_workflow.sql_query
      and w.parameters = save_workflow.parameters
    order by w.name = save_workflow.name desc, w.created_at
    limit 1;
  end if;
  return saved;
end;
$$;
comment on function public.save_workflow(text, text, text, jsonb) is
  $$Keeps an AMC query as a workflow and answers its id, which is also its workflowId at AMC.

name: 1 to 100 characters. sql_query: AMC SQL; parameters are read with CUSTOM_PARAMETER('name').
parameters: declared inputParameters (SPEC, H). The same query again answers the same id; a changed one is
a new version. For members of the instance; refuses with detail instance_not_found.$$;

create function public.mark_workflow_saved(instance_id text, workflow_id text) returns void
language sql set search_path = ''
as $$
  update public.amc_workflows f set saved_at = amc_history.clock_now()
  where f.instance_id = mark_workflow_saved.instance_id and f.id = mark_workflow_saved.workflow_id and f.saved_at is null;
$$;
comment on function public.mark_workflow_saved(text, text) is
  'Notes that a workflow is saved at AMC, so that it is not saved before each create. For service_role.';
