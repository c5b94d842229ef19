-- Resuming lets one week try at once whether a collection and its workflow still are held up.
begin;
\ir ../../_shared/three_weeks.psql
select plan(9);

select amc_history.record_stoppage('collection', pg_temp.collection()::text, 'amc_refused', 'amc', 'Not today',
  'amcpgtap1', pg_temp.collection());
select pg_temp.sign_in('owner');
select is(resume_collection(pg_temp.collection()), row('applied', null, 0)::control_report, 'it is applied');
select is(resume_collection(pg_temp.collection()), row('already_applied', null, 0)::control_report, 'once');
reset role;
set local amc_history.clock = '2025-03-03T12:00:01Z';
select is((select count(*) from claim_due_weeks(10)), 1::bigint, 'one week tries');
do $$ begin perform report_create(a.id, 'refused', 400, 'Not now') from week_attempts a where is_live; end $$;
select results_eq('select words, times, ended_at from stoppages', $$ values ('Not now', 2, null::timestamptz) $$,
  'refused again, it is held up as before');
select amc_history.record_stoppage('workflow_save', 'amcpgtap1/' || workflow_id, 'refused', 'amc', 'Bad SQL',
  'amcpgtap1', waits_for_person => true) from report_data_collections where id = pg_temp.collection();
select pg_temp.sign_in('owner');
select is(pause_collection(pg_temp.collection()), row('applied', null, 3)::control_report, 'a pause');
select is(resume_collection(pg_temp.collection()), row('applied', null, 3)::control_report, 'and its end');
reset role;
set local amc_history.clock = '2025-03-03T12:00:02Z';
select is((select count(*) from claim_due_weeks(10)), 1::bigint, 'let one week try both');
select pg_temp.sign_in('owner');
select is(cancel_collection(pg_temp.collection()), row('applied', null, 3)::control_report, 'cancelling');
reset role;
select is((select array_agg(kind) from stoppages where ended_at is null), array['workflow_save'],
  'ends what holds up the collection');

select * from finish();
rollback;
