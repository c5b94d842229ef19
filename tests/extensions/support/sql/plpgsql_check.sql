-- Every finding of plpgsql_check about a function of ours, warnings too. A trigger's function is read once for each
-- of its tables.
select format('%s, line %s: %s: %s', f.oid::regprocedure, c.lineno, c.level, c.message) as finding
from (
  select p.oid, coalesce(t.tgrelid, 0) as relation
  from pg_catalog.pg_proc p
  join pg_catalog.pg_language l on l.oid = p.prolang and l.lanname = 'plpgsql'
  left join pg_catalog.pg_trigger t on t.tgfoid = p.oid and not t.tgisinternal
  where p.pronamespace in ('public'::regnamespace, 'amc_history'::regnamespace)
    and not exists (select from pg_catalog.pg_depend d
      where d.classid = 'pg_catalog.pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
) f,
lateral extensions.plpgsql_check_function_tb(f.oid, f.relation, fatal_errors => false) c
order by 1;
