-- What stands in public under a name that our migrations take. $1: those names as a JSON list of {kind, name};
-- $2: oids of tables that move or are ours, as a JSON list.
with wanted as (
  select v ->> 'kind' as kind, v ->> 'name' as name from pg_catalog.jsonb_array_elements(($1::text)::jsonb) v
), known as (
  select (v #>> '{}')::oid as oid from pg_catalog.jsonb_array_elements(($2::text)::jsonb) v
)
select 'relation' as kind, c.oid::regclass::text as subject
  from wanted w
  join pg_catalog.pg_class c on c.relname = w.name and c.relnamespace = 'public'::regnamespace
 where w.kind <> 'function' and c.oid not in (select oid from known)
   -- The indexes and sequences of a table go where it goes.
   and not exists (select from pg_catalog.pg_index i
     where i.indexrelid = c.oid and i.indrelid in (select oid from known))
   and not exists (select from pg_catalog.pg_depend d
     where d.objid = c.oid and d.refobjid in (select oid from known) and d.deptype in ('a', 'i'))
union
select 'function', p.oid::regprocedure::text
  from wanted w
  join pg_catalog.pg_proc p on p.proname = w.name and p.pronamespace = 'public'::regnamespace
 where w.kind = 'function'
union
select 'type', t.oid::regtype::text
  from wanted w
  join pg_catalog.pg_type t on t.typname = w.name and t.typnamespace = 'public'::regnamespace
 where w.kind <> 'function' and t.typrelid = 0
 order by 1, 2;
