-- What undo --drop-ours runs: all of our tables locked, then looked at, then dropped, in one transaction.

drop function if exists legacy_adoption.drop_ours(jsonb, jsonb);

create or replace function legacy_adoption.our_tables(names jsonb) returns setof oid
language sql set search_path = '' as $$
  select c.oid
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
   where c.relkind in ('r', 'p') and (n.nspname in ('amc_results', 'amc_history') or n.nspname = 'public'
     and c.relname in (select o ->> 'name' from pg_catalog.jsonb_array_elements(our_tables.names) o))
     and pg_catalog.to_regnamespace('amc_history') is not null
     -- Where an older table stands in public, what has our names there need not be ours.
     and not exists (
       select from legacy_adoption.doors d
       join pg_catalog.pg_class t on t.oid = d.relation and t.relnamespace = 'public'::regnamespace
       where d.moves)
   order by n.nspname desc, c.relname desc;
$$;
comment on function legacy_adoption.our_tables(jsonb) is
  'Our tables, none while an older table stands in public. names: [{kind, name}] of what our migrations make there.';

create or replace function legacy_adoption.what_ours_hold(names jsonb) returns setof text
language plpgsql set search_path = '' as $$
declare
  imported constant text := 'select c.id from public.report_data_collections c where c.imported_from is not null';
  kept record;
  rows bigint;
begin
  for kept in
    select t.oid::regclass::text as name, case t.oid::regclass::text
        -- What migrations or our jobs write by themselves, and the log of what has rows of its own.
        when 'amc_history.alert_codes' then 'true' when 'amc_history.stoppage_kinds' then 'true'
        when 'amc_history.jobs' then 'true' when 'amc_history.heartbeats' then 'true'
        when 'amc_history.wake_ups' then 'true' when 'amc_history.locks' then 'true'
        when 'amc_history.load_turns' then 'true' when 'public.tracking_events' then 'true'
        when 'public.tracking_alerts' then 'true' when 'public.stoppages' then 'true'
        when 'amc_history.allowances' then (
          select pg_catalog.string_agg(pg_catalog.format('r.%I is not distinct from %s', a.attname,
              coalesce(pg_catalog.pg_get_expr(f.adbin, f.adrelid), 'null')), ' and ')
            from pg_catalog.pg_attribute a
            left join pg_catalog.pg_attrdef f on f.adrelid = a.attrelid and f.adnum = a.attnum
           where a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped)
        when 'public.report_data_collections' then 'r.imported_from is not null'
        when 'public.report_data_weeks' then pg_catalog.format('r.collection_id in (%s)', imported)
        when 'public.workflow_executions' then pg_catalog.format(
          'r.week_id in (select w.id from public.report_data_weeks w where w.collection_id in (%s))', imported)
        when 'public.amc_instances' then pg_catalog.format(
          'r.id in (select i.instance_id from public.report_data_collections i where i.id in (%s))', imported)
        when 'public.amc_workflows' then pg_catalog.format('(r.instance_id, r.id) in
          (select i.instance_id, i.workflow_id from public.report_data_collections i where i.id in (%s))', imported)
        else 'false' end as passes
      from legacy_adoption.our_tables(what_ours_hold.names) t(oid)
     order by 1
  loop
    execute pg_catalog.format('select count(*) from %s r where (%s) is not true', kept.name, kept.passes) into rows;
    if rows > 0 then
      return next pg_catalog.format('%s (%s)', kept.name, rows);
    end if;
  end loop;
end;
$$;
comment on function legacy_adoption.what_ours_hold(jsonb) is
  $$Each of our tables with rows that neither came from the older service nor are made without a person, and how many.
An imported collection's rows pass, with the instance and the workflow that it stands on.$$;

create or replace function legacy_adoption.what_hangs_on_ours(names jsonb) returns setof text
language sql set search_path = '' as $$
  with named as (
    select o ->> 'kind' as kind, o ->> 'name' as name
      from pg_catalog.jsonb_array_elements(what_hangs_on_ours.names) o
  ), ours as (
    select 'pg_class'::regclass as class, c.oid from pg_catalog.pg_class c
     where c.relnamespace in (pg_catalog.to_regnamespace('amc_history'), pg_catalog.to_regnamespace('amc_results'))
        or c.relnamespace = 'public'::regnamespace and c.relname in (select name from named where kind = 'relation')
    union all
    select 'pg_proc'::regclass, p.oid from pg_catalog.pg_proc p
     where p.pronamespace in (pg_catalog.to_regnamespace('amc_history'), pg_catalog.to_regnamespace('amc_results'))
        or p.pronamespace = 'public'::regnamespace and p.proname in (select name from named where kind = 'function')
    union all
    select 'pg_type'::regclass, t.oid from pg_catalog.pg_type t
     where t.typnamespace in (pg_catalog.to_regnamespace('amc_history'), pg_catalog.to_regnamespace('amc_results'))
        or t.typnamespace = 'public'::regnamespace
          and t.typname in (select name from named where kind in ('relation', 'type'))
  ), hanging as (
    select distinct d.classid, d.objid from pg_catalog.pg_depend d
    join ours o on o.class = d.refclassid and o.oid = d.refobjid
  )
  select pg_catalog.pg_describe_object(h.classid, h.objid, 0)
    from hanging h
    left join pg_catalog.pg_rewrite r on h.classid = 'pg_rewrite'::regclass and r.oid = h.objid
    left join pg_catalog.pg_constraint k on h.classid = 'pg_constraint'::regclass and k.oid = h.objid
    left join pg_catalog.pg_policy p on h.classid = 'pg_policy'::regclass and p.oid = h.objid
    left join pg_catalog.pg_trigger t on h.classid = 'pg_trigger'::regclass and t.oid = h.objid
    left join pg_catalog.pg_attrdef f on h.classid = 'pg_attrdef'::regclass and f.oid = h.objid
   where case when h.classid = 'pg_proc'::regclass
       then not exists (select from ours o where o.class = h.classid and o.oid = h.objid)
     else coalesce(r.ev_class, nullif(k.conrelid, 0), p.polrelid, t.tgrelid, f.adrelid)
       not in (select o.oid from ours o where o.class = 'pg_class'::regclass) end
   order by 1;
$$;
comment on function legacy_adoption.what_hangs_on_ours(jsonb) is
  'Views, functions, foreign keys, policies, triggers and defaults of others that a drop of ours would take along.';

create or replace function legacy_adoption.drops_of_ours(names jsonb) returns setof text
language sql set search_path = '' as $$
  select d.statement from (
    select 1 as place, pg_catalog.format('drop schema %I cascade', n.nspname) as statement
      from pg_catalog.pg_namespace n where n.nspname in ('amc_results', 'amc_history')
    union all
    select 2, pg_catalog.format('drop %s if exists public.%I cascade',
        case c.relkind when 'v' then 'view' when 'm' then 'materialized view' else 'table' end, c.relname)
      from pg_catalog.jsonb_array_elements(drops_of_ours.names) o
      join pg_catalog.pg_class c on c.relname = o ->> 'name' and c.relnamespace = 'public'::regnamespace
        and c.relkind in ('r', 'p', 'v', 'm')
     where o ->> 'kind' = 'relation'
    union all
    select 3, pg_catalog.format('drop routine if exists %s cascade', p.oid::regprocedure)
      from pg_catalog.jsonb_array_elements(drops_of_ours.names) o
      join pg_catalog.pg_proc p on p.proname = o ->> 'name' and p.pronamespace = 'public'::regnamespace
     where o ->> 'kind' = 'function'
    union all
    select 4, pg_catalog.format('drop type if exists public.%I cascade', o ->> 'name')
      from pg_catalog.jsonb_array_elements(drops_of_ours.names) o where o ->> 'kind' = 'type'
  ) d order by d.place;
$$;
comment on function legacy_adoption.drops_of_ours(jsonb) is
  'The statements that drop what our migrations made. names: [{kind, name}] of what they make in public.';

create or replace function legacy_adoption.drop_ours(names jsonb, versions jsonb, patience integer) returns void
language plpgsql set search_path = '' as $$
declare
  began constant timestamptz := pg_catalog.clock_timestamp();
  ours constant oid[] := array(select legacy_adoption.our_tables(drop_ours.names));
  found text;
  relation oid;
  statement text;
begin
  if ours = '{}' then
    return;
  end if;
  -- Who is about to start something has committed before we look, or finds nothing afterwards.
  foreach relation in array ours loop
    perform legacy_adoption.wait_at_most(drop_ours.patience, began);
    execute pg_catalog.format('lock table only %s in access exclusive mode', relation::regclass);
  end loop;
  found := (select pg_catalog.string_agg(w, ', ') from legacy_adoption.what_ours_hold(drop_ours.names) w);
  if found is not null then
    raise exception 'Rows stand here that the older service does not have: %.', found using errcode = 'LA002';
  end if;
  found := (select pg_catalog.string_agg(w, ', ') from legacy_adoption.what_hangs_on_ours(drop_ours.names) w);
  if found is not null then
    raise exception 'What is not ours hangs on ours: %. Drop it yourself if nothing needs it.', found
      using errcode = 'LA002';
  end if;
  if pg_catalog.to_regclass('cron.job') is not null then
    execute $job$select cron.unschedule(j.jobid) from cron.job j where j.command ~* '\mamc_history\.'$job$;
  end if;
  for statement in select legacy_adoption.drops_of_ours(drop_ours.names) loop
    perform legacy_adoption.wait_at_most(drop_ours.patience, began);
    execute statement;
  end loop;
  if pg_catalog.to_regclass('supabase_migrations.schema_migrations') is not null then
    execute 'delete from supabase_migrations.schema_migrations m where m.version in (
      select v from pg_catalog.jsonb_array_elements_text($1) v)' using drop_ours.versions;
  end if;
end;
$$;
comment on function legacy_adoption.drop_ours(jsonb, jsonb, integer) is
  $$Drops what our migrations made, as if they had not been applied; nothing while an older table stands in public.
names: [{kind, name}] of what they make in public; versions: theirs; patience: how long it waits for locks in all, in
milliseconds. Extensions, roles and secrets stay. Errors: LA002 if ours hold what the older service does not have, or
what is not ours hangs on them; 55P03 where it did not get its locks.$$;
