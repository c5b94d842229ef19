-- update_week_status is one function with five arguments, of which two have defaults.
begin;
\ir ../../_shared/setup.psql
select plan(11);

select is((select count(*) from pg_proc where proname = 'update_week_status'), 1::bigint,
  'there is one, without overloads');
select has_function('public', 'update_week_status', array['uuid', 'uuid', 'text', 'jsonb', 'text']);
create temporary view f as select * from pg_proc where proname = 'update_week_status';
select is(proargnames, array['collection_id', 'week_id', 'status', 'data', 'execution_id'],
  'its arguments keep their names') from f;
select is(pronargdefaults, 2::smallint, 'two arguments have defaults') from f;
select is(pg_get_expr(proargdefaults, 0), 'NULL::jsonb, NULL::text', 'which are null') from f;
select is(prorettype, 'public.tracking_report'::regtype::oid, 'it answers a report') from f;
select ok(not proretset, 'one') from f;
select is(provolatile, 'v'::"char", 'it is volatile') from f;
select ok(not prosecdef, 'it runs with its caller''s rights') from f;
select is(proconfig, array['search_path=""'], 'its search_path is empty') from f;
select is((select array_agg(attname::text || ' ' || format_type(atttypid, null) order by attnum) from pg_attribute
  where attrelid = (select typrelid from pg_type where oid = 'public.tracking_report'::regtype)),
  array['outcome text', 'reason text', 'status text', 'execution_id text'],
  'a report has outcome, reason, status, execution_id');

select * from finish();
rollback;
