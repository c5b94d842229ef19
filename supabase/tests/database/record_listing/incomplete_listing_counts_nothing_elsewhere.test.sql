-- An incomplete listing updates statuses, but not the number of executions elsewhere.
begin;
\ir ../../_shared/three_weeks.psql
select plan(3);

set local role service_role;
select pg_temp.run_week(1, 'exec-1');
do $$ begin perform claim_listing(5, 30); end $$;

select is(record_listing('amcpgtap1', 1, '[{"id": "exec-1", "status": "RUNNING"},
    {"id": "exec-else", "status": "RUNNING"}]', false) ->> 'outcome', 'recorded', 'a page is taken');
select is((select status from workflow_executions where id = 'exec-1'), 'RUNNING', 'its statuses are');
select results_eq($$ select running_elsewhere, list_leased_until,
  list_due_at from amc_instances where id = 'amcpgtap1' $$,
  $$ values (0, '2025-03-03T12:00:30Z'::timestamptz, '-infinity'::timestamptz) $$, 'but the listing continues');

select * from finish();
rollback;
