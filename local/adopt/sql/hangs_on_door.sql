-- What would be dropped along with the second door, and is not its own.
with own as (
  select 'pg_class'::regclass as class, c.oid, c.reltype as type
    from pg_catalog.pg_class c join legacy_adoption.doors d on d.name = c.relname
   where c.relnamespace = pg_catalog.to_regnamespace('legacy_api') and c.relkind = 'v'
  union all
  select 'pg_proc'::regclass, p.oid, null from pg_catalog.pg_proc p
   where p.pronamespace = pg_catalog.to_regnamespace('legacy_api')
     and pg_catalog.obj_description(p.oid, 'pg_proc') like '%(docs/ADOPTING.md)%'
)
select distinct pg_catalog.pg_describe_object(h.classid, h.objid, 0) as who
  from (
    select d.classid, d.objid from pg_catalog.pg_depend d
     where d.refclassid = 'pg_namespace'::regclass and d.refobjid = pg_catalog.to_regnamespace('legacy_api')
    union
    select d.classid, d.objid from pg_catalog.pg_depend d
      join own o on d.refclassid = o.class and d.refobjid = o.oid
        or d.refclassid = 'pg_type'::regclass and d.refobjid = o.type
     where d.deptype = 'n'
  ) h
  left join pg_catalog.pg_rewrite r on h.classid = 'pg_rewrite'::regclass and r.oid = h.objid
 where not exists (select from own o
   where o.class = h.classid and o.oid = h.objid or o.class = 'pg_class'::regclass and o.oid = r.ev_class)
 order by 1;
