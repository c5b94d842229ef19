-- Functions of public that the API can call, and how one of the same name in legacy_api hands a call on to it.
-- Functions with arguments that have no name, take any type, or are variadic cannot be handed on.
-- is_own: whether the one in legacy_api is the door's own; null where there is none.
select p.oid::regprocedure::text as signature, p.proname::text as name,
       pg_catalog.pg_get_function_arguments(p.oid) as arguments,
       pg_catalog.pg_get_function_identity_arguments(p.oid) as identity,
       pg_catalog.pg_get_function_result(p.oid) as result,
       p.provolatile::text as volatility,
       p.proretset or t.typtype = 'c' or coalesce(p.proargmodes && '{o,b,t}'::"char"[], false) as has_rows,
       coalesce((select pg_catalog.jsonb_agg(a.name order by a.i)
          from pg_catalog.unnest(p.proargnames[1:p.pronargs]) with ordinality as a(name, i)), '[]') as inputs,
       p.provariadic = 0 and coalesce(pg_catalog.array_length(p.proargnames, 1), 0) >= p.pronargs
         and not coalesce('' = any (p.proargnames[1:p.pronargs]), false)
         and not coalesce(p.proargmodes && '{o,b}'::"char"[], false)
         and not exists (select from pg_catalog.unnest(p.proargtypes) x
           join pg_catalog.pg_type y on y.oid = x where y.typtype = 'p')
         and (t.typtype <> 'p' or t.typname = 'void'
           or t.typname = 'record' and coalesce(p.proargmodes && '{t}'::"char"[], false)) as can_be_handed_on,
       (select pg_catalog.jsonb_agg(distinct coalesce(g.rolname, ''))
          from pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) a
          left join pg_catalog.pg_roles g on g.oid = a.grantee
         where a.grantee <> p.proowner) as grantees,
       (select coalesce(pg_catalog.obj_description(d.oid, 'pg_proc') like '%(docs/ADOPTING.md)%', false)
          from pg_catalog.pg_proc d
         where d.pronamespace = pg_catalog.to_regnamespace('legacy_api')
           and d.proname = p.proname and d.proargtypes = p.proargtypes) as is_own
  from pg_catalog.pg_proc p
  join pg_catalog.pg_type t on t.oid = p.prorettype
 where p.pronamespace = 'public'::regnamespace and p.prokind = 'f'
   and p.prorettype not in ('trigger'::regtype, 'event_trigger'::regtype)
   and (pg_catalog.has_function_privilege('service_role', p.oid, 'execute')
     or pg_catalog.has_function_privilege('anon', p.oid, 'execute')
     or pg_catalog.has_function_privilege('authenticated', p.oid, 'execute'))
   and not exists (select from pg_catalog.pg_depend d
     where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
 order by 1;
