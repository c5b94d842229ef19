-- Every table has row level security, and every view reads with its caller's rights.
begin;
\ir ../../_shared/catalogue.psql
select plan(5);

select is((select array_agg(name order by name collate "C") from relations where relkind in ('r', 'p')
  and not relrowsecurity), null,
  'every table of public, amc_history and amc_results has row level security');
select cmp_ok((select count(*) from relations where relkind = 'r'), '>=', 12::bigint, 'which are at least a dozen');
select is((select array_agg(name order by name collate "C") from relations where relkind = 'v'
  and not coalesce('security_invoker=true' = any (reloptions), false)), null,
  'every view reads with its caller''s rights');
select is((select array_agg(name order by name collate "C") from relations r where relkind = 'r'
  and not exists (select from pg_policy p where p.polrelid = r.oid)), null, 'every table has a policy');
select is((select array_agg(format('%s on %s', p.polname, p.polrelid::regclass)) from pg_policy p
  join relations r on r.oid = p.polrelid
  where pg_get_expr(p.polqual, p.polrelid) || coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '') ~ 'auth\.uid\(\)'
  and pg_get_expr(p.polqual, p.polrelid) !~ 'SELECT auth\.uid\(\)'), null, 'no policy asks for the user row by row');

select * from finish();
rollback;
