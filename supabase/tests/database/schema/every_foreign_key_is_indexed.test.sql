-- Every foreign key has an index, and every constraint is validated.
begin;
\ir ../../_shared/setup.psql
select plan(3);

create temporary view foreign_keys as
select c.conrelid, c.conname, c.conkey from pg_constraint c join pg_namespace n on n.oid = c.connamespace
where c.contype = 'f' and n.nspname in ('public', 'amc_history', 'amc_results');

-- A partial index serves if it leaves out nothing but null; a unique one, if it has no other columns than the key's.
select is((select array_agg(format('%s of %s', f.conname, f.conrelid::regclass) order by f.conname) from foreign_keys f
  where not exists (select from pg_index i where i.indrelid = f.conrelid and i.indisvalid
    and ((i.indkey::int2[])[0:cardinality(f.conkey) - 1] @> f.conkey
      or i.indisunique and i.indkey::int2[] <@ f.conkey and i.indpred is null)
    and (i.indpred is null or pg_get_expr(i.indpred, i.indrelid) = format('(%s IS NOT NULL)',
    (select attname from pg_attribute
      where attrelid = f.conrelid and attnum = f.conkey[1]))))), null, 'every foreign key begins an index');
select cmp_ok((select count(*) from foreign_keys), '>=', 12::bigint, 'there are foreign keys to look at');
select is((select array_agg(conname) from pg_constraint c join pg_namespace n on n.oid = c.connamespace
  where n.nspname in ('public', 'amc_history', 'amc_results') and not convalidated), null,
  'every constraint is validated');

select * from finish();
rollback;
