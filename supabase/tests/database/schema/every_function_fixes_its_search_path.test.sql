begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(4);

create temporary view functions as
select p.oid, p.oid::regprocedure::text as name, n.nspname, p.proacl, p.proconfig, p.prosecdef, p.prorettype
from pg_proc p join pg_namespace n on n.oid = p.pronamespace
where n.nspname in ('public', 'private') and not exists (select from pg_depend d
  where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e');

select is((select array_agg(name order by name collate "C") from functions
  where not coalesce('search_path=""' = any (proconfig), false)), null,
  'every function of public and private has an empty search_path');
select is((select array_agg(name order by name collate "C") from functions where prosecdef),
  array['private.cancel_collection(uuid)', 'private.confirm_execution(uuid,text)',
  'private.confirm_no_execution(uuid)', 'private.count_filtered()',
  'private.delete_load_rows()', 'private.keep_shown_load()', 'private.learn_types()', 'private.let_go_of_attempt()', 'private.loads_of_caller()', 'private.own_attempt(uuid)',
  'private.own_collection(uuid)', 'private.own_week(uuid)', 'private.pause_collection(uuid)', 'private.resolve_alert(bigint)',
  'private.restate_week(uuid)', 'private.resume_collection(uuid)', 'private.retry_failed_weeks(uuid)',
  'private.retry_week(uuid)', 'private.set_keep_versions(uuid,integer)',
  'private.set_restatement_policy(uuid,integer,integer)'],
  'these alone run with their owner''s rights');
select is((select array_agg(name) from functions where prosecdef and nspname = 'public'), null,
  'none of them is in the API');
select is((select array_agg(proname order by proname) from (select proname from pg_proc
  where pronamespace = 'public'::regnamespace and not exists (select from pg_depend d
  where d.classid = 'pg_proc'::regclass
    and d.objid = pg_proc.oid and d.deptype = 'e') group by proname having count(*) > 1) overloaded), null,
  'no function of the API is overloaded');

select * from finish();
rollback;
