-- The tables of the older service's names, where they may be: in public, or in legacy once they have moved.
-- $1: their names as a JSON list.
select c.oid::text, n.nspname::text as schema, c.relname::text as name, c.relkind::text as kind,
       pg_catalog.pg_get_userbyid(c.relowner)::text as owner,
       pg_catalog.pg_has_role(c.relowner, 'usage') as is_owner,
       c.reltuples::bigint::text as estimate,
       (select coalesce(pg_catalog.jsonb_object_agg(a.attname, case
                  when a.atttypid in ('text'::regtype, 'varchar'::regtype, 'bpchar'::regtype) then 'text'
                  else pg_catalog.format_type(a.atttypid, null) end), '{}')
          from pg_catalog.pg_attribute a
         where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
 where n.nspname in ('public', 'legacy') and c.relkind in ('r', 'p', 'v', 'm', 'f')
   and c.relname in (select v #>> '{}' from pg_catalog.jsonb_array_elements(($1::text)::jsonb) v)
 order by n.nspname, c.relname;
