-- Live attempts whose execution ended without a result are listed, to be reported.
begin;
\ir ../../_shared/collection.psql
select plan(7);

select pg_temp.start_collection(weeks => 8);
set local role service_role;
do $$
begin
  perform claim_due_weeks(7);
  perform record_execution(pg_temp.attempt(1), 'exec-1', '{"status": "FAILED", "status_reason": "r1"}');
  perform record_execution(pg_temp.attempt(2), 'exec-2', '{"status": "REJECTED", "status_reason": "r2"}');
  perform record_execution(pg_temp.attempt(3), 'exec-3', '{"status": "CANCELLED", "status_reason": "r3"}');
  perform record_execution(pg_temp.attempt(4), 'exec-4', '{"status": "SUCCEEDED", "status_reason": "r4"}');
  perform record_execution(pg_temp.attempt(5), 'exec-5', '{"status": "RUNNING", "status_reason": "r5"}');
  perform record_execution(pg_temp.attempt(6), 'exec-6', '{"status": "FAILED", "status_reason": "r6"}');
  perform update_week_status(pg_temp.collection(), pg_temp.week(6), 'failed', null, 'exec-6');
end;
$$;

select set_eq('select * from finished_attempts()',
  $$ select pg_temp.attempt(n) as a, pg_temp.week(n) as w, pg_temp.collection() as c, 'amcpgtap1' as i,
  'exec-' || n as e, s,
  'r' || n as r
     from (values (1, 'FAILED'), (2, 'REJECTED'), (3, 'CANCELLED')) as t(n, s) $$,
  'failed, rejected and cancelled ones whose attempt lives');
select is((select count(*) from finished_attempts(2)), 2::bigint, 'at most as many as asked for');
select amc_history.record_stoppage('week', pg_temp.week(2)::text, 'odd', 'postgres', 'no', 'amcpgtap1');
select set_eq('select execution_id from finished_attempts()', array['exec-1', 'exec-3'],
  'one whose week is set aside waits, and the others go on');
select amc_history.end_stoppage('week', pg_temp.week(2)::text);
select is((update_week_status(collection_id, week_id, 'failed', null, execution_id)).outcome, 'applied',
  execution_id || ' can be reported')
  from finished_attempts();
select is((select count(*) from finished_attempts()), 0::bigint, 'and then none is left');

select * from finish();
rollback;
