-- Headers: which header a result of a workflow version may have. The first result's is the version's; one of another
-- order or case is matched by name; any other waits for a person's word, and with it the loads of its workflow alone.

create table amc_history.result_headers (
  instance_id text not null,
  workflow_id text not null,
  header_key text not null,
  header text[] not null,
  difference text not null,
  execution_id text references public.workflow_executions (id) on delete set null,
  seen_at timestamptz not null default amc_history.clock_now(),
  accepted_at timestamptz,
  accepted_by text,
  primary key (instance_id, workflow_id, header_key),
  foreign key (instance_id, workflow_id) references public.amc_workflows (instance_id, id) on delete cascade,
  constraint accepted_by_somebody check ((accepted_at is null) = (accepted_by is null))
);
create index result_headers_execution_id_idx on amc_history.result_headers (execution_id);

comment on table amc_history.result_headers is
  'Headers that differ from what was expected of their workflow version, and whether a person accepted them.';
comment on column amc_history.result_headers.header_key is 'What amc_history.header_key answers for the header.';
comment on column amc_history.result_headers.header is 'Column names as in the file.';
comment on column amc_history.result_headers.difference is 'How it differs, in words.';
comment on column amc_history.result_headers.execution_id is 'The execution whose result brought it last.';
comment on column amc_history.result_headers.accepted_by is 'Who accepted it, as events name an actor.';

alter table amc_history.result_headers enable row level security;

create function amc_history.header_key(header text[]) returns text
language plpgsql immutable set search_path = ''
as $$
begin
  return (select encode(sha256(convert_to(
      array_to_json(array_agg(lower(btrim(name)) order by lower(btrim(name))))::text, 'UTF8')), 'hex')
    from unnest(header_key.header) as t(name));
end;
$$;
comment on function amc_history.header_key(text[]) is
  'The same for two headers of the same names, whatever their order and case.';

create function amc_history.is_same_header(expected text[], got text[]) returns boolean
language sql immutable set search_path = ''
as $$
  select amc_history.header_key(is_same_header.expected) = amc_history.header_key(is_same_header.got);
$$;
comment on function amc_history.is_same_header(text[], text[]) is
  'Whether two headers have the same names, whatever their order and case; null where one is null.';

create function amc_history.check_header(header text[]) returns void
language plpgsql stable set search_path = ''
as $$
declare
  longest constant integer := 1000;
  most constant integer := 1000;
  long record;
begin
  if cardinality(check_header.header) > most then
    raise exception 'Expected at most % columns, got %.', most, cardinality(check_header.header)
      using errcode = 'AH002', detail = 'too_many_columns', hint = 'Save a query with fewer columns.';
  end if;
  select i, length(name) as length into long from unnest(check_header.header) with ordinality as t(name, i)
    where length(name) > longest order by i limit 1;
  if found then
    raise exception 'Expected names of columns of at most % characters; that of column % has %.', longest, long.i,
      long.length using errcode = 'AH002', detail = 'column_name_too_long', hint = 'Give the column a shorter name.';
  end if;
end;
$$;
comment on function amc_history.check_header(text[]) is
  'Refuses a header (AH002) with more than 1000 columns, or with a name of more than 1000 characters.';

create function amc_history.hold_header(
  workflow public.amc_workflows, attempt public.week_attempts, header text[], expected text[], whose text
) returns void
language plpgsql set search_path = ''
as $$
declare
  difference constant text := amc_history.describe_header_change(hold_header.expected, hold_header.header);
  week public.report_data_weeks;
begin
  insert into amc_history.result_headers as h (instance_id, workflow_id, header_key, header, difference, execution_id)
  values ((workflow).instance_id, (workflow).id, amc_history.header_key(hold_header.header), hold_header.header,
    difference, (attempt).execution_id)
  on conflict (instance_id, workflow_id, header_key) do update set header = excluded.header,
    difference = excluded.difference, execution_id = excluded.execution_id, seen_at = amc_history.clock_now();
  perform amc_history.record_stoppage('workflow_header', (workflow).instance_id || '/' || (workflow).id,
    'header_to_accept', 'amc_history', format('The result of execution %s has not the columns of %s: %s. Results of '
      'workflow %s wait, and no more of its weeks begin; AMC may not keep them longer than %s hours. If '
      'these columns are right, accept_header(%L, %L) takes them; if not, cancel its '
      'collections and save another query.', (attempt).execution_id, hold_header.whose, difference,
      (workflow).id, floor(extract(epoch from (amc_history.allowances()).result_gone) / 3600), (workflow).instance_id,
      (workflow).id),
    (workflow).instance_id, waits_for_person => true);
  select * into week from public.report_data_weeks w where w.id = (attempt).week_id;
  perform amc_history.record_event('header_held', attempt, week, (attempt).execution_id,
    jsonb_build_object('difference', difference));
  update public.week_attempts a set leased_until = null, due_at = null where a.id = (attempt).id;
end;
$$;
comment on function amc_history.hold_header(public.amc_workflows, public.week_attempts, text[], text[], text) is
  $$Lets the loads of a workflow version wait until a person accepts a header (accept_header): fails nothing.

attempt: the one whose result has it; the caller holds its lock. expected: the header that it was compared with.
whose: whose header that is, in words.$$;

create function amc_history.extend_result_table(target amc_history.result_tables, header text[], output_columns jsonb)
returns amc_history.result_tables
language plpgsql set search_path = '' set lock_timeout = '5s'
as $$
declare
  added text[] := array(
    select t.name from unnest(extend_result_table.header,
      amc_history.match_header(target.header, extend_result_table.header)) with ordinality as t(name, place, i)
    where t.place is null order by t.i);
  extended amc_history.result_tables;
begin
  if cardinality(added) = 0 then
    return target;
  end if;
  perform amc_history.check_header(target.header || added);
  update amc_history.result_tables t set
    header = t.header || added,
    columns = amc_history.column_names(t.header || added),
    -- Null while no type is known: null || array would be the array.
    types = case when t.types is not null then t.types
      || coalesce(amc_history.column_types(added, extend_result_table.output_columns),
        array_fill('text'::text, array[cardinality(added)])) end
  where t.table_name = target.table_name
  returning t.* into extended;
  execute format('alter table amc_results.%I %s', target.table_name,
    (select string_agg(format('add column %I text', name), ', ' order by i)
      from unnest(extended.columns) with ordinality as t(name, i) where i > cardinality(target.columns)));
  perform amc_history.create_result_views(extended);
  return extended;
end;
$$;
comment on function amc_history.extend_result_table(amc_history.result_tables, text[], jsonb) is
  $$Gives a results table and its views the columns of a header that they lack, behind the others: null in the results
that are there. output_columns: AMC's, for their types. Answers the table's row as it is then. Waits for loads into the
table at most 5 s.$$;

create function amc_history.drop_unproved_table(target amc_history.result_tables, execution_id text) returns text
language plpgsql set search_path = '' set lock_timeout = '5s'
as $$
begin
  if exists (select from public.result_loads l where l.table_name = (target).table_name and l.complete) then
    return 'proved';
  elsif exists (select from public.result_loads l join public.week_attempts a on a.execution_id = l.execution_id
      where l.table_name = (target).table_name and a.is_live
        and l.execution_id <> drop_unproved_table.execution_id) then
    return 'in_use';
  end if;
  delete from public.result_loads l where l.table_name = (target).table_name;
  delete from amc_history.dropped_loads d where d.table_name = (target).table_name;
  delete from amc_history.result_tables t where t.table_name = (target).table_name;
  return 'dropped';
exception
  -- Somebody has built upon its view: it stays.
  when dependent_objects_still_exist then
    return 'proved';
end;
$$;
comment on function amc_history.drop_unproved_table(amc_history.result_tables, text) is
  $$Drops a results table that no complete load vouches for: whatever file came first was no result. Answers dropped;
in_use, if another execution than this one is being loaded into it; or proved.$$;

create function amc_history.prepare_result_table(
  workflow public.amc_workflows, attempt public.week_attempts, header text[]
) returns amc_history.result_tables
language plpgsql set search_path = ''
as $$
declare
  told jsonb := coalesce((select e.output_columns from public.workflow_executions e
    where e.id = (attempt).execution_id), (workflow).output_columns);
  key constant text := amc_history.header_key(prepare_result_table.header);
  -- By a person, or by a result that has it.
  accepted boolean := exists (select from amc_history.result_headers h
      where h.instance_id = (workflow).instance_id and h.workflow_id = (workflow).id and h.accepted_at is not null
        and h.header_key = key)
    or exists (select from public.result_loads l
      where l.table_name = (workflow).result_table and l.complete and amc_history.header_key(l.header) = key);
  target amc_history.result_tables;
  becomes text := 'dropped';
begin
  perform amc_history.check_header(prepare_result_table.header);
  select * into target from amc_history.result_tables t
    where t.instance_id = (workflow).instance_id and t.workflow_id = (workflow).id;
  if found then
    if amc_history.is_same_header(target.header, prepare_result_table.header) then
      return target;
    end if;
    becomes := amc_history.drop_unproved_table(target, (attempt).execution_id);
  end if;
  if becomes = 'in_use' then
    update public.week_attempts a set leased_until = null,
      due_at = amc_history.clock_now() + (amc_history.allowances()).result_wait_least
    where a.id = (attempt).id;
    return null;
  elsif becomes = 'proved' then
    if accepted then
      return amc_history.extend_result_table(target, prepare_result_table.header, told);
    end if;
    perform amc_history.hold_header(workflow, attempt, prepare_result_table.header, target.header,
      'its earlier results');
    return null;
  elsif accepted
    or coalesce(amc_history.is_same_header(amc_history.told_names(told), prepare_result_table.header), true) then
    return amc_history.create_result_table(workflow, prepare_result_table.header);
  end if;
  perform amc_history.hold_header(workflow, attempt, prepare_result_table.header, amc_history.told_names(told),
    'AMC''s outputColumns');
  return null;
end;
$$;
comment on function amc_history.prepare_result_table(public.amc_workflows, public.week_attempts, text[]) is
  $$Finds or makes the results table that takes a result with this header, or lets the load wait and answers null.

The same names as the table's, in any order or case, are taken. A first header is compared with AMC's outputColumns, if
AMC told them; that files have exactly these names is not verified (L), so what differs waits for a person
(amc_history.hold_header). A header that no complete load vouches for yields to the next one; while a load with it is
under way, this one waits a moment. The caller holds the locks of the workflow's table and of the attempt. Refuses with
too_many_columns, column_name_too_long (AH002).$$;

create function amc_history.accept_header(instance_id text, workflow_id text) returns public.control_report
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  subject constant text := concat_ws('/', accept_header.instance_id, accept_header.workflow_id);
  accepted amc_history.result_headers;
begin
  if not exists (select from public.amc_workflows f
      where f.instance_id = accept_header.instance_id and f.id = accept_header.workflow_id
        and amc_history.role_on(f.instance_id) is not null) then
    perform amc_history.refuse('workflow_not_found', format('No workflow %s on an instance %s that you may use.',
      coalesce(quote_literal(left(accept_header.workflow_id, 200)), 'null'),
      coalesce(quote_literal(left(accept_header.instance_id, 200)), 'null')), 'Check both ids.', 'PT404');
  end if;
  perform amc_history.require_role(accept_header.instance_id, 'analyst');
  -- The newest is the one that the stoppage describes.
  update amc_history.result_headers h set accepted_at = amc_history.clock_now(), accepted_by = amc_history.actor()
    where h.accepted_at is null and (h.instance_id, h.workflow_id, h.header_key) = (
      select n.instance_id, n.workflow_id, n.header_key from amc_history.result_headers n
      where n.instance_id = accept_header.instance_id and n.workflow_id = accept_header.workflow_id
      order by n.seen_at desc, n.header_key limit 1)
    returning h.* into accepted;
  if not found then
    return row('already_applied', null, 0)::public.control_report;
  end if;
  perform amc_history.end_stoppage('workflow_header', subject);
  perform amc_history.record_action('header_accepted', accept_header.instance_id,
    execution_id => accepted.execution_id, detail => jsonb_build_object('workflow_id', accept_header.workflow_id,
      'difference', accepted.difference));
  return row('applied', null, (select count(*) from public.week_attempts a
    join public.workflow_executions e on e.id = a.execution_id
    join public.report_data_weeks w on w.id = a.week_id
    join public.report_data_collections c on c.id = w.collection_id
    where a.is_live and e.status = 'SUCCEEDED' and c.instance_id = accept_header.instance_id
      and c.workflow_id = accept_header.workflow_id))::public.control_report;
end;
$$;
comment on function amc_history.accept_header(text, text) is
  $$See public.accept_header. Definer: users may not write headers. It checks first that the caller is a member.$$;

create function public.accept_header(instance_id text, workflow_id text) returns public.control_report
language sql set search_path = ''
as $$ select amc_history.accept_header(accept_header.instance_id, accept_header.workflow_id); $$;
comment on function public.accept_header(text, text) is
  $$Accepts the columns of the result that holds up a workflow version (stoppage workflow_header), after which its
loads go on. The views then show the columns of both, null where a result has none.

Answers {outcome, reason, weeks}: applied with the weeks whose results can be loaded now, or already_applied. Refuses
with workflow_not_found. For analysts and admins; refuses viewers with
role_too_low.$$;
