-- The statements that drop the door's own views and functions, all of a kind at once, and nothing along with them.
with own as (
  select 'pg_class'::regclass as class, c.oid, c.reltype as type
    from pg_catalog.pg_class c join legacy_adoption.doors d on d.name = c.relname
   where c.relnamespace = pg_catalog.to_regnamespace('legacy_api') and c.relkind = 'v'
  union all
  select 'pg_proc'::regclass, p.oid, null from pg_catalog.pg_proc p
   where p.pronamespace = pg_catalog.to_regnamespace('legacy_api')
     and pg_catalog.obj_description(p.oid, 'pg_proc') like '%(docs/ADOPTING.md)%'
)
select pg_catalog.format('drop %s %s', case o.class when 'pg_class'::regclass then 'view' else 'function' end,
         pg_catalog.string_agg(case o.class when 'pg_class'::regclass then o.oid::regclass::text
           else o.oid::regprocedure::text end, ', ')) as statement
  from own o group by o.class order by o.class;
