-- All that the role of BI logins may do, in any schema of ours or of the platform's.
begin;
\ir ../../_shared/results.psql
select plan(4);

select pg_temp.collect(1, 'exec-1');
create function pg_temp.reads() returns setof text language sql as $$
  select format('%s.%s %s', n.nspname, regexp_replace(c.relname, '_[a-z0-9_]*amcpgtap1_[0-9a-f]+$|^weekly.*$', ''), r)
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  cross join unnest('{select,insert,update,delete,truncate,references,trigger}'::text[]) r
  where n.nspname in ('public', 'amc_history', 'amc_results', 'vault', 'auth', 'cron') and c.relkind in ('r', 'v', 'S')
    and case when r in ('select', 'insert', 'update', 'references') and c.relkind <> 'S'
      then has_any_column_privilege('amc_history_reader', c.oid, r)
      else has_table_privilege('amc_history_reader', c.oid, case c.relkind when 'S' then 'select' else r end) end
    and not exists (select from pg_depend d
      where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
  order by 1 $$;

select is(array(select pg_temp.reads()), array['amc_results. select', 'public.raw select',
  'public.report_data_collections select', 'public.report_data_weeks select', 'public.result_loads select',
  'public.results select', 'public.series select', 'public.workflow_executions select'],
  'it reads results, weeks, and what shows them');
select is(array(select n.nspname || '.' || p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname in ('public', 'amc_history') and has_function_privilege('amc_history_reader', p.oid, 'execute')
      and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid
        and d.deptype = 'e')), array['amc_history.instances_of_login'], 'of functions it has what its policies ask');
select is(array(select n from unnest(array['amc_history', 'amc_results', 'vault', 'auth', 'cron']) n
    where has_schema_privilege('amc_history_reader', n, 'usage')), '{}', 'and it names nothing outside of public');

-- Any login may take those and hold them.
select is(array(select n.nspname || '.' || p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname in ('public', 'amc_history') and p.prosrc ~ 'advisory' and not exists (select from pg_depend d
      where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')), '{}',
  'nothing of ours waits for an advisory lock');

select * from finish();
rollback;
