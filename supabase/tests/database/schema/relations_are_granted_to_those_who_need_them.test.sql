-- Each role has the privileges on tables and views that it needs, and no others.
begin;
\ir ../../_shared/catalogue.psql
select plan(7);

create temporary view privileges as
select r.name, r.relkind, g.grantee, p.privilege from relations r,
  unnest(array['anon', 'authenticated', 'service_role']) g(grantee),
  unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) p(privilege)
where has_table_privilege(g.grantee, r.oid, p.privilege);

select is((select array_agg(name || ' ' || privilege) from privileges where grantee = 'anon'), null,
  'anon has no privilege on any relation');
select is((select array_agg(format('%s.%s', r.name, a.attname)) from relations r
  join pg_attribute a on a.attrelid = r.oid and a.attnum > 0
  and not a.attisdropped where has_column_privilege('anon', r.oid, a.attnum, 'SELECT, INSERT, UPDATE, REFERENCES')),
  null, 'nor on any column');
select is((select array_agg(name || ' ' || privilege) from privileges where grantee = 'authenticated'
  and privilege <> 'SELECT'), null,
  'a signed-in user only reads');
select is((select array_agg(format('%s.%s', r.name, a.attname) order by a.attnum) from relations r
  join pg_attribute a on a.attrelid = r.oid
  and a.attnum > 0 and not a.attisdropped where has_column_privilege('authenticated', r.oid, a.attnum,
  'INSERT, UPDATE, REFERENCES')),
  array['public.amc_workflows.instance_id', 'public.amc_workflows.name', 'public.amc_workflows.sql_query',
  'public.amc_workflows.parameters'],
  'except the columns of a workflow that they save');
select is((select array_agg(name || ' ' || privilege) from privileges where grantee in ('authenticated', 'service_role')
  and name like 'amc_history.%'), null, 'no API role has a privilege in amc_history');
select is((select array_agg(distinct privilege) from privileges where grantee = 'service_role'
  and name like 'amc_results.%'), array['SELECT'],
  'service_role reads results and does not write them');
select is((select array_agg(name || ' ' || privilege) from privileges where grantee = 'service_role'
  and privilege in ('TRUNCATE', 'REFERENCES', 'TRIGGER')), null, 'nor does it truncate anything');

select * from finish();
rollback;
