-- What the second door is to show: tables and views of public that are no extension's, with columns and grants.
select c.oid::text, c.relname::text as name, c.relkind::text as kind,
       pg_catalog.pg_get_userbyid(c.relowner)::text as owner,
       (select pg_catalog.jsonb_agg(a.attname order by a.attnum)
          from pg_catalog.pg_attribute a
         where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
       coalesce((select pg_catalog.jsonb_agg(a.attname order by a.attnum)
          from pg_catalog.pg_class v
          join pg_catalog.pg_attribute a on a.attrelid = v.oid and a.attnum > 0 and not a.attisdropped
         where v.relname = c.relname and v.relnamespace = pg_catalog.to_regnamespace('legacy_api')), '[]') as shown,
       coalesce((select pg_catalog.jsonb_agg(distinct pg_catalog.jsonb_build_object('grantee', coalesce(g.rolname, ''),
                   'privilege', x.privilege_type, 'columns', x.columns))
          from (
            select a.grantee, a.privilege_type, '' as columns from pg_catalog.aclexplode(c.relacl) a
            union all
            select a.grantee, a.privilege_type, pg_catalog.quote_ident(t.attname)
              from pg_catalog.pg_attribute t cross join pg_catalog.aclexplode(t.attacl) a
             where t.attrelid = c.oid and t.attnum > 0 and not t.attisdropped
          ) x
          left join pg_catalog.pg_roles g on g.oid = x.grantee
         where x.grantee <> c.relowner
           and x.privilege_type in ('SELECT', 'INSERT', 'UPDATE', 'DELETE', 'REFERENCES')), '[]') as grants
  from pg_catalog.pg_class c
 where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition
   and not exists (select from pg_catalog.pg_depend d
     where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
 order by c.relname;
