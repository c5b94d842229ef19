-- Neither public nor anon may call a function; service_role may call every function of the API. The other rights stand
-- in the matrix.
begin;
\ir ../../_shared/catalogue.psql
select plan(3);

select is((select array_agg(name order by name collate "C") from functions f
  where f.proacl is null or exists (select from aclexplode(f.proacl) a where a.grantee = 0)), null,
  'none is granted to public');
select is((select array_agg(name order by name collate "C") from functions
  where has_function_privilege('anon', oid, 'EXECUTE')), null,
  'anon may call none');
select is((select array_agg(name order by name collate "C") from functions where nspname = 'public'
  and not has_function_privilege('service_role', oid, 'EXECUTE')), null,
  'service_role may call every function of the API');

select * from finish();
rollback;
