-- After ten creates in a row that brought no execution a week is held for a person: nothing is asked for ever.
begin;
\ir ../../_shared/three_weeks.psql
select plan(13);

select pg_temp.prove_matcher();
-- A create of week 1 is lost, throttled or refused, and settled an hour later.
create function pg_temp.try(verdict text, times integer default 1) returns void language plpgsql as $$
begin
  for n in 1 .. times loop
    perform set_config('amc_history.clock', (amc_history.clock_now() + interval '1 hour')::text, true);
    update report_data_weeks set due_at = '2025-01-01' where id = pg_temp.week(1) and due_at < 'infinity';
    perform pg_temp.claim_week(1);
    perform report_create(pg_temp.attempt(1), verdict, 500, 'Oops');
    perform set_config('amc_history.clock', (amc_history.clock_now() + interval '1 hour')::text, true);
    perform settle_attempt(pg_temp.attempt(1), amc_history.clock_now());
    update amc_instances set paused_until = null;
  end loop;
end;
$$;
create function pg_temp.failed_creates() returns integer language sql as
  $$ select failed_creates from report_data_weeks where id = pg_temp.week(1) $$;

select pg_temp.try('unknown', 9);
select is(pg_temp.failed_creates(), 9, 'lost creates count');
select pg_temp.try(verdict) from unnest(array['throttled', 'quota', 'not_sent']) verdict;
select is(pg_temp.failed_creates(), 9, 'limits of AMC do not, nor what was not sent');
do $$ begin perform end_stoppage('creates', 'amcpgtap1'); end $$;
select pg_temp.try('unknown');
select is((pg_temp.weeks())[1], 'running held', 'with the tenth the week is held');
select results_eq('select kind, subject, code, source, retry_at, week_id from stoppages where kind = ''week''',
  $$ values ('week', pg_temp.week(1)::text, 'creates_in_vain', 'amc_history', null::timestamptz, pg_temp.week(1)) $$,
  'for a person');
select is((select words from stoppages where kind = 'week'),
  '10 creates in a row brought no execution for the week of 2025-01-06. '
  'AMC''s last words: Oops Look into AMC, then call retry_week.', 'who hears what to do');
select is(pg_temp.open_alerts(), array['held_up'], 'by an alert');
select pg_temp.sign_in('owner');
select is(pause_collection(pg_temp.collection()), row('applied', null, 3)::control_report, 'a pause');
select is(resume_collection(pg_temp.collection()), row('applied', null, 2)::control_report, 'and its end');
select is((pg_temp.weeks())[1], 'running held', 'leave it held');
select is(retry_week(pg_temp.week(1)), row('applied', null, 1)::control_report, 'a person lets it be tried again');
reset role;
select results_eq('select status, due_at <= amc_history.clock_now(), failed_creates from report_data_weeks
    where id = pg_temp.week(1)', $$ values ('pending', true, 0) $$, 'as if for the first time');
select is((select count(*) from stoppages where ended_at is null), 0::bigint, 'it is held up no more');
select pg_temp.try('unknown', 3);
select pg_temp.make_due(1);
select pg_temp.run_week(1, 'exec-1');
select is(pg_temp.failed_creates(), 0, 'an execution ends the row');

select * from finish();
rollback;
