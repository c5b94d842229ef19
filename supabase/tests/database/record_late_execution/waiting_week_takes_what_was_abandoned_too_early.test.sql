-- A waiting week takes the execution of an attempt that was abandoned too early.
begin;
\ir ../../_shared/three_weeks.psql
select plan(5);

create temporary table abandoned (id uuid) on commit drop;
grant all on abandoned to service_role;
set local role service_role;
select pg_temp.abandon_create(1);
do $$ begin insert into abandoned select pg_temp.attempt(1); end $$;

select is(record_late_execution((select id from abandoned), 'exec-late', '{"status": "RUNNING"}'),
  row('adopted', null, 'running', 'exec-late')::tracking_report, 'the week adopts it');
select results_eq('select number, state, execution_id from week_attempts where id = pg_temp.attempt(1)',
  $$ values (2, 'created', 'exec-late') $$,
  'as another attempt without a create');
select is((select count(*) from claim_due_weeks(10) where week_id = pg_temp.week(1)), 0::bigint,
  'it is not created again');
select is((select watch_until from week_attempts where id = (select id from abandoned)), null,
  'it is looked for no more');
select is(record_late_execution((select id from abandoned), 'exec-late'),
  row('already_recorded', null, 'running', 'exec-late')::tracking_report, 'the same again changes nothing');

select * from finish();
rollback;
