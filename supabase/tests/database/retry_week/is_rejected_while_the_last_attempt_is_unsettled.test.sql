-- A failed week is not retried while AMC may have an execution of its last attempt.
begin;
\ir ../../_shared/three_weeks.psql
select plan(3);

select pg_temp.claim_week(1);
do $$
begin
  perform report_create(pg_temp.attempt(1), 'unknown');
  update report_data_weeks set status = 'failed' where id = pg_temp.week(1);
end;
$$;
select pg_temp.sign_in('owner');

select is(retry_week(pg_temp.week(1)), row('rejected', 'unsettled until 2025-03-03T12:13:40Z', 0)::control_report,
  'AMC may have it');
select is(retry_failed_weeks(pg_temp.collection()),
  row('rejected', 'unsettled until 2025-03-03T12:13:40Z', 0)::control_report, 'also if all are asked for');
select is(pg_temp.weeks(), array['failed', 'pending due', 'pending due'], 'nothing changed');

select * from finish();
rollback;
