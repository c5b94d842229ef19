begin;
\ir ../../_shared/three_weeks.psql
select plan(5);

create temporary table abandoned (id uuid) on commit drop;
grant all on abandoned to service_role;
set local role service_role;
-- The create of week 1 got no answer, and its attempt was abandoned an hour later.
select pg_temp.prove_matcher();
select pg_temp.lose_create(1);
set local amc_history.clock = '2025-03-03T13:00:00Z';
do $$ begin perform settle_attempt(pg_temp.attempt(1), amc_history.clock_now()); end $$;
do $$ begin insert into abandoned select pg_temp.attempt(1); end $$;

select is(record_late_execution((select id from abandoned), 'exec-late', '{"status": "RUNNING"}'),
  row('adopted', null, 'running', 'exec-late')::tracking_report, 'the week takes it');
select results_eq('select number, state, execution_id from week_attempts where id = pg_temp.attempt(1)',
  $$ values (2, 'created', 'exec-late') $$,
  'as another attempt that nobody POSTs');
select is((select count(*) from claim_due_weeks(10) where week_id = pg_temp.week(1)), 0::bigint,
  'it is not created again');
select is((select watch_until from week_attempts where id = (select id from abandoned)), null,
  'nobody looks for it any more');
select is(record_late_execution((select id from abandoned), 'exec-late'),
  row('already_recorded', null, 'running', 'exec-late')::tracking_report, 'the same again is no change');

select * from finish();
rollback;
