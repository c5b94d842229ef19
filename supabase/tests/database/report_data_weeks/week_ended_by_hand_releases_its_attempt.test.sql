-- A week that is ended by hand releases its attempt, and its execution is cancelled at AMC.
begin;
\ir ../../_shared/three_weeks.psql
select plan(5);

do $$ begin perform claim_due_weeks(3); end $$;
create function pg_temp.attempt_row(n integer) returns week_attempts language sql as
  $$ select a from week_attempts a where id = pg_temp.attempt(n) $$;
do $$ begin
  perform record_execution(pg_temp.attempt(1), 'exec-1');
  perform record_execution(pg_temp.attempt(2), 'exec-2');
  update workflow_executions set status = 'FAILED' where id = 'exec-2';
end $$;

set local role service_role;
update report_data_weeks set status = 'skipped' where instance_id = 'amcpgtap1';
set constraints all immediate;

select isnt((select cancel_requested_at from workflow_executions where id = 'exec-1'), null,
  'an execution under way is to be cancelled at AMC');
select is((pg_temp.attempt_row(1)).state, 'created', 'its attempt holds the slot until AMC shows its end');
select is((pg_temp.attempt_row(2)).outcome, 'cancelled', 'an attempt whose execution has ended ends');
select isnt((pg_temp.attempt_row(3)).cancel_requested_at, null,
  'where the execution is not known yet, the cancellation is remembered');
select is((select count(*) from finished_attempts()), 0::bigint, 'nothing is left to be reported');

select * from finish();
rollback;
