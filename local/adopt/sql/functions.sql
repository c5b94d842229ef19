-- Every function whose body is text, but for those of the system, of extensions, and of amc-history.
-- $1: a pattern that the body must match.
select n.nspname::text as schema, p.oid::regprocedure::text as signature, l.lanname::text as language,
       p.prosrc as body, pg_catalog.pg_get_functiondef(p.oid) as definition,
       (select pg_catalog.substr(s, 13) from pg_catalog.unnest(p.proconfig) s where s like 'search_path=%') as path
  from pg_catalog.pg_proc p
  join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  join pg_catalog.pg_language l on l.oid = p.prolang
 where p.prokind in ('f', 'p', 'w') and p.prosqlbody is null and l.lanname not in ('c', 'internal')
   and n.nspname !~ '^pg_'
   and n.nspname not in ('information_schema', 'legacy_api', 'legacy_adoption', 'amc_history', 'auth', 'storage',
     'realtime', 'supabase_functions', 'vault', 'net', 'cron', 'graphql', 'graphql_public', 'pgbouncer', 'extensions')
   and p.prosrc ~* $1
   and not exists (select from pg_catalog.pg_depend d
     where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
 order by 1, 2;
