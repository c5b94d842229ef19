-- Pausing a collection holds its due weeks, and lets those that run finish.
begin;
\ir ../../_shared/three_weeks.psql
select plan(8);

select pg_temp.run_week(1, 'exec-1');
select pg_temp.sign_in('owner');

select is(pause_collection(pg_temp.collection()), row('applied', null, 2)::control_report, 'two weeks are held');
select is(pg_temp.weeks(), array['running', 'pending held', 'pending held'], 'the one that runs continues');
select is(pause_collection(pg_temp.collection()), row('already_applied', null, 0)::control_report,
  'a second call changes nothing');
reset role;
select is((select count(*) from claim_due_weeks(10)), 0::bigint, 'none is claimed');
do $$
begin
  perform report_create(pg_temp.attempt(1), 'unknown');
  perform amc_history.end_attempt(pg_temp.attempt(1), 'not_sent');
  perform amc_history.reschedule_week(w, amc_history.clock_now()) from report_data_weeks w where w.id = pg_temp.week(1);
end;
$$;
select is((select count(*) from claim_due_weeks(10)), 0::bigint, 'nor one that was rescheduled meanwhile');
set local role authenticated;
select is(resume_collection(pg_temp.collection()), row('applied', null, 2)::control_report,
  'those that were held are due when it is resumed; the other is due already');
select is(resume_collection(pg_temp.collection()), row('already_applied', null, 0)::control_report, 'once');
reset role;
select is((select count(*) from claim_due_weeks(10)), 3::bigint, 'and are claimed');

select * from finish();
rollback;
