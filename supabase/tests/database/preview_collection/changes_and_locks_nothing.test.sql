-- A preview changes no row, and holds no lock that anybody waits for.
begin;
\ir ../../_shared/three_weeks.psql
select plan(7);

do $$ begin perform cancel_collection(pg_temp.collection()); end $$;
create temporary table target on commit drop as select workflow_id as workflow from report_data_collections;
grant select on target to authenticated;
create function pg_temp.preview(arguments text default '') returns jsonb language plpgsql as $$
declare
  answer jsonb;
begin
  execute format('select preview_collection(%L, %L%s)', 'amcpgtap1', (select workflow from target), arguments)
  into answer;
  return answer;
end;
$$;
-- The same previews beforehand, so that all they load is loaded.
select pg_temp.sign_in('owner');
select is(pg_temp.preview(', weeks => 9') #>> '{plan,reopened}', '3', 'a preview of weeks to add and to open again');
reset role;
create temporary view locks as select locktype, relation::regclass::text, mode from pg_locks
where pid = pg_backend_pid() and (locktype = 'advisory' or locktype = 'transactionid' or mode not in
  ('AccessShareLock', 'ExclusiveLock')) and coalesce(relation::regclass::text, '') not like 'pg_temp%';
create temporary table held on commit drop as select * from locks;
select is((select provolatile::text from pg_proc where proname = 'preview_collection'
  and pronamespace = 'public'::regnamespace), 's', 'it is stable, so that the API calls it in a read-only transaction');

savepoint read_only;
set transaction read only;
select pg_temp.sign_in('owner');
select is((pg_temp.preview(arguments) ->> 'accepted')::boolean, accepted,
  format('in a transaction that can write and lock nothing: %s', arguments))
from (values (', weeks => 9', true), (', weeks => 9, keep_current => true, settle_days => 2', true),
  (', time_zone => ''Mars''', false), (', weeks => 60', false)) t(arguments, accepted);
rollback to savepoint read_only;
select pg_temp.sign_in('owner');
do $$ begin perform pg_temp.preview(', weeks => 9'); end $$;
reset role;
select is((select count(*) from (select * from locks except all select * from held) l), 0::bigint,
  'nor does it take a lock elsewhere');

select * from finish();
rollback;
