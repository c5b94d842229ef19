-- What the migrations make, read from the catalogue: one row for each object, in the order in which supabase/schema.sql
-- shows them. section: the kind of object; name: what it sorts by within it; definition: its text in SQL.

with ours as (
  select oid, nspname from pg_namespace where nspname in ('amc_history', 'amc_results', 'public')
),
relations as (
  select c.oid, n.nspname, c.relname, c.relkind, c.relacl, c.relrowsecurity, c.reloptions,
    format('%I.%I', n.nspname, c.relname) as full_name
  from pg_class c join ours n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm', 'S', 'c')
    and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid
      and d.deptype in ('e', 'i'))
),
routines as (
  select p.oid, n.nspname, p.proname, p.proacl, p.oid::regprocedure::text as signature
  from pg_proc p join ours n on n.oid = p.pronamespace
  where not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid
    and d.deptype = 'e')
),
columns as (
  select r.oid, string_agg(format(E'\n  %I %s', a.attname, format_type(a.atttypid, a.atttypmod))
      || case when a.attgenerated <> '' then format(' generated always as (%s) stored', pg_get_expr(d.adbin, d.adrelid))
        when a.attidentity <> '' then ' generated always as identity'
        else coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '') end
      || case when a.attnotnull then ' not null' else '' end, ',' order by a.attname collate "C") as text
  from relations r
  join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
  left join pg_attrdef d on d.adrelid = r.oid and d.adnum = a.attnum
  where r.relkind in ('r', 'p', 'c')
  group by r.oid
),
comments as (
  select r.oid, string_agg(format(E'\ncomment on %s is\n  %L;',
    case when d.objsubid = 0 then case r.relkind when 'v' then 'view' when 'c' then 'type' else 'table' end || ' '
      || r.full_name
      else format('column %s.%I', r.full_name, a.attname) end, d.description), '' order by d.objsubid <> 0,
        a.attname collate "C") as text
  from relations r
  join pg_description d on d.classoid = 'pg_class'::regclass and d.objoid = r.oid
  left join pg_attribute a on a.attrelid = r.oid and a.attnum = d.objsubid and d.objsubid > 0
  group by r.oid
),
grants as (
  select g.oid, string_agg(format(E'\n-- %s: %s', g.grantee, g.rights), '' order by g.grantee collate "C") as text
  from (
    select x.oid, coalesce(r.rolname, 'public') as grantee, string_agg(lower(a.privilege_type), ', '
      order by a.privilege_type) as rights
    from (select oid, relacl as acl from relations union all select oid, proacl from routines) x
    cross join lateral aclexplode(x.acl) a
    left join pg_roles r on r.oid = a.grantee
    where r.rolname is distinct from 'postgres' and r.rolname is distinct from 'supabase_admin'
    group by x.oid, r.rolname
  ) g
  group by g.oid
),
parts as (
  select 1 as place, 'extensions' as section, e.extname::text as name,
    format('create extension %I with schema %I;', e.extname, n.nspname) as definition
  from pg_extension e join pg_namespace n on n.oid = e.extnamespace
  where e.extname in ('pg_cron', 'pg_net', 'supabase_vault')
  union all
  select 2, 'schemas', n.nspname::text, format('create schema %I;', n.nspname)
    || coalesce(format(E'\ncomment on schema %I is\n  %L;', n.nspname, obj_description(n.oid, 'pg_namespace')), '')
    || coalesce((select string_agg(format(E'\n-- %s: %s', r.rolname, lower(a.privilege_type)), ''
      order by r.rolname collate "C")
      from pg_namespace s, aclexplode(s.nspacl) a join pg_roles r on r.oid = a.grantee
      where s.oid = n.oid and r.rolname in ('anon', 'authenticated', 'service_role')), '')
  from ours n where n.nspname <> 'public'
  union all
  select 3, 'types', format('%I.%I', n.nspname, t.typname), case t.typtype
    when 'd' then format('create domain %I.%I as %s;', n.nspname, t.typname,
      format_type(t.typbasetype, t.typtypmod)
        || coalesce((select string_agg(E'\n  constraint ' || quote_ident(c.conname) || ' '
        || pg_get_constraintdef(c.oid), '' order by c.conname collate "C") from pg_constraint c
          where c.contypid = t.oid), ''))
    else format('create type %I.%I as (%s);', n.nspname, t.typname, (select string_agg(format(E'\n  %I %s', a.attname,
      format_type(a.atttypid, a.atttypmod)), ',' order by a.attnum) from pg_attribute a where a.attrelid = t.typrelid)
        || E'\n') end
    || coalesce(format(E'\ncomment on type %I.%I is\n  %L;', n.nspname, t.typname,
      obj_description(t.oid, 'pg_type')), '')
  from pg_type t join ours n on n.oid = t.typnamespace
  where t.typtype = 'd' or t.typtype = 'c' and t.typrelid in (select oid from pg_class where relkind = 'c')
  union all
  select 4, 'tables', r.full_name, format('create table %s (%s%s%s);', r.full_name, c.text,
      (select string_agg(format(E',\n  constraint %I %s', k.conname, pg_get_constraintdef(k.oid)), ''
        order by k.conname collate "C") from pg_constraint k
        where k.conrelid = r.oid and k.contype in ('c', 'f', 'p', 'u')), E'\n')
    || coalesce((select string_agg(E'\n' || pg_get_indexdef(i.indexrelid) || ';', ''
      order by i.indexrelid::regclass::text collate "C")
      from pg_index i where i.indrelid = r.oid
        and not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u'))), '')
    || coalesce((select string_agg(E'\n' || pg_get_triggerdef(t.oid) || ';', '' order by t.tgname collate "C")
      from pg_trigger t where t.tgrelid = r.oid and not t.tgisinternal), '')
    || case when r.relrowsecurity then format(E'\nalter table %s enable row level security;', r.full_name) else '' end
    || coalesce((select string_agg(format(E'\ncreate policy %I on %s for %s to %s%s%s;', p.polname, r.full_name,
        case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete'
          else 'all' end,
        (select string_agg(rolname, ', ' order by rolname) from pg_roles where oid = any (p.polroles)),
        coalesce(' using (' || pg_get_expr(p.polqual, p.polrelid) || ')', ''),
        coalesce(' with check (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')', '')), ''
          order by p.polname collate "C")
      from pg_policy p where p.polrelid = r.oid), '')
    || coalesce((select string_agg(format(E'\n-- %s: %s (%s)', x.grantee, x.privilege, x.columns), ''
        order by x.grantee collate "C", x.privilege collate "C")
      from (select g.rolname as grantee, lower(e.privilege_type) as privilege,
          string_agg(a.attname, ', ' order by a.attname collate "C") as columns
        from pg_attribute a cross join lateral aclexplode(a.attacl) e join pg_roles g on g.oid = e.grantee
        where a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped group by 1, 2) x), '')
  from relations r join columns c using (oid) where r.relkind in ('r', 'p')
  union all
  select 5, 'views', r.full_name, format(E'create view %s with (%s) as\n%s', r.full_name,
    array_to_string(r.reloptions, ', '), pg_get_viewdef(r.oid))
  from relations r where r.relkind in ('v', 'm')
  union all
  select 6, 'functions', f.signature, pg_get_functiondef(f.oid)
    || coalesce(format(E';\ncomment on function %s is\n  %L;', f.signature, obj_description(f.oid, 'pg_proc')), ';')
  from routines f
  union all
  select 7, 'jobs', j.jobname::text, format('select cron.schedule(%L, %L, %L);', j.jobname, j.schedule, j.command)
  from cron.job j where j.jobname like 'amc-history-%'
)
select p.section, p.definition || coalesce(c.text, '') || coalesce(g.text, '') as definition
from parts p
left join relations r on p.section in ('tables', 'views') and r.full_name = p.name
left join comments c on c.oid = r.oid
left join routines f on p.section = 'functions' and f.signature = p.name
left join grants g on g.oid = coalesce(r.oid, f.oid)
order by p.place, p.name collate "C";
