-- Every table, view, function and schema has a comment.
begin;
\ir ../../_shared/catalogue.psql
select plan(4);

select is((select array_agg(name order by name collate "C") from relations
  where coalesce(btrim(obj_description(oid, 'pg_class')), '') = ''), null,
  'every table and view has a comment');
select is((select array_agg(name order by name collate "C") from functions
  where coalesce(btrim(obj_description(oid, 'pg_proc')), '') = ''), null,
  'every function has a comment');
select is((select array_agg(nspname) from pg_namespace where nspname in ('amc_history', 'amc_results')
  and obj_description(oid, 'pg_namespace') is null), null, 'every schema of ours has a comment');
select cmp_ok((select count(*) from functions), '>=', 50::bigint, 'there are functions to look at');

select * from finish();
rollback;
