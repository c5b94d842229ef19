-- What hangs on tables, each as a kind, a subject and a detail. $1: the tables' oids as a JSON list.
with moving as (
  select (v #>> '{}')::oid as oid from pg_catalog.jsonb_array_elements(($1::text)::jsonb) v
)
select 'view' as kind, v.oid::regclass::text as subject, 'reads ' || d.refobjid::regclass as detail
  from moving m
  join pg_catalog.pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = m.oid
    and d.classid = 'pg_rewrite'::regclass
  join pg_catalog.pg_rewrite r on r.oid = d.objid
  join pg_catalog.pg_class v on v.oid = r.ev_class and v.oid <> m.oid
  join pg_catalog.pg_namespace n on n.oid = v.relnamespace and n.nspname <> 'legacy_api'
 group by v.oid, d.refobjid
union all
select case when k.conrelid in (select oid from moving) then 'foreign key' else 'foreign key of a table that stays' end,
       k.conrelid::regclass::text, k.conname || ' → ' || k.confrelid::regclass
  from pg_catalog.pg_constraint k
 where k.contype = 'f' and k.conparentid = 0
   and (k.conrelid in (select oid from moving) or k.confrelid in (select oid from moving))
union all
select 'trigger', t.tgrelid::regclass::text, t.tgname || ' calls ' || t.tgfoid::regproc
  from pg_catalog.pg_trigger t join moving m on m.oid = t.tgrelid
 where not t.tgisinternal and t.tgfoid::regproc::text <> 'legacy_adoption.count_public_write'
union all
select 'policy', p.polrelid::regclass::text, p.polname::text
  from pg_catalog.pg_policy p join moving m on m.oid = p.polrelid
union all
select 'policy of a table that stays', p.polrelid::regclass::text, p.polname || ' reads ' || m.oid::regclass
  from moving m
  join pg_catalog.pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = m.oid
    and d.classid = 'pg_policy'::regclass
  join pg_catalog.pg_policy p on p.oid = d.objid and p.polrelid <> m.oid
 group by p.polrelid, p.polname, m.oid
union all
select 'publication', r.prrelid::regclass::text, p.pubname::text
  from pg_catalog.pg_publication_rel r
  join pg_catalog.pg_publication p on p.oid = r.prpubid
  join moving m on m.oid = r.prrelid
union all
select 'publication of a schema', p.pubname::text, m.oid::regclass::text
  from pg_catalog.pg_publication_namespace s
  join pg_catalog.pg_publication p on p.oid = s.pnpubid
  join pg_catalog.pg_class c on c.relnamespace = s.pnnspid
  join moving m on m.oid = c.oid
 where not exists (select from pg_catalog.pg_publication_rel r where r.prpubid = p.oid and r.prrelid = m.oid)
union all
select 'subscription', m.oid::regclass::text, s.srsubid::text
  from pg_catalog.pg_subscription_rel s join moving m on m.oid = s.srrelid
union all
select 'sequence', s.oid::regclass::text, 'belongs to ' || m.oid::regclass
  from moving m
  join pg_catalog.pg_depend d on d.refobjid = m.oid and d.refclassid = 'pg_class'::regclass
    and d.classid = 'pg_class'::regclass and d.deptype in ('a', 'i')
  join pg_catalog.pg_class s on s.oid = d.objid and s.relkind = 'S'
union all
select 'default', m.oid::regclass::text, a.attname || ' default ' || pg_catalog.pg_get_expr(f.adbin, f.adrelid)
  from moving m
  join pg_catalog.pg_attrdef f on f.adrelid = m.oid
  join pg_catalog.pg_attribute a on a.attrelid = m.oid and a.attnum = f.adnum
union all
select 'partition or heir', i.inhrelid::regclass::text, 'of ' || m.oid::regclass
  from pg_catalog.pg_inherits i join moving m on m.oid = i.inhparent
union all
select 'function bound to it', p.oid::regprocedure::text, 'follows ' || m.oid::regclass
  from moving m
  join pg_catalog.pg_depend d
    on d.refobjid in (m.oid, (select c.reltype from pg_catalog.pg_class c where c.oid = m.oid))
    and d.refclassid in ('pg_class'::regclass, 'pg_type'::regclass) and d.classid = 'pg_proc'::regclass
  join pg_catalog.pg_proc p on p.oid = d.objid
 group by p.oid, m.oid
union all
select 'grant', m.oid::regclass::text,
       coalesce(g.rolname, 'everyone') || ': '
         || pg_catalog.string_agg(a.privilege_type, ', ' order by a.privilege_type)
  from moving m
  join pg_catalog.pg_class c on c.oid = m.oid
  cross join pg_catalog.aclexplode(c.relacl) a
  left join pg_catalog.pg_roles g on g.oid = a.grantee
 where a.grantee <> c.relowner
 group by m.oid, g.rolname
 order by 1, 2, 3;
