-- week_states says how each week stands, and in whose words.
begin;
\ir ../../_shared/three_weeks.psql
select plan(13);

create function pg_temp.state(n integer) returns text language sql as $$
  select concat_ws(' ', state, code, source, to_char(since at time zone 'UTC', 'HH24:MI'),
    'until', coalesce(to_char(retry_at at time zone 'UTC', 'HH24:MI'), 'never'))
  from week_states where week_id = pg_temp.week(n) $$;
create function pg_temp.at(at time) returns text language sql as
  $$ select set_config('amc_history.clock', format('2025-03-03T%sZ', at), true) $$;

select pg_temp.sign_in('owner');
select is(pg_temp.state(1), 'waiting 12:00 until never', 'waiting');
reset role;
do $$ begin perform pg_temp.at('12:10'), pg_temp.run_week(1, 'exec-1'),
  pause_instance('amcpgtap1', 'throttled', 60); end $$;
select pg_temp.sign_in('owner');
select is(pg_temp.state(1), 'running 12:10 until never', 'running: what slows the instance does not slow it');
select is(pg_temp.state(2), 'waiting throttled amc 12:00 until 12:11', 'waiting, for what its collection waits for');
reset role;
delete from stoppages;
update amc_instances set paused_until = null;
do $$ begin perform record_stoppage('execution', 'exec-1', 'forbidden', 'amc', 'No.', 'amcpgtap1',
  pg_temp.collection(), pg_temp.week(1)); end $$;
update stoppages set retry_at = '2025-03-03T12:20Z';
update report_data_weeks set due_at = '2025-03-03T12:40Z' where id = pg_temp.week(3);
select pg_temp.sign_in('owner');
select is(pg_temp.state(1), 'running forbidden amc 12:10 until 12:20', 'running: AMC does not show its execution');
select is(pg_temp.state(3), 'waiting 12:00 until 12:40', 'waiting for its time');
reset role;
do $$ begin perform end_stoppage('execution', 'exec-1'), record_stoppage('workflow_header', 'amcpgtap1/' || id,
  'header_to_accept', 'amc_history', 'Other columns.', 'amcpgtap1', waits_for_person => true)
  from amc_workflows; end $$;
select pg_temp.sign_in('owner');
select is(pg_temp.state(1), 'running 12:10 until never', 'an execution that runs has no columns yet');
reset role;
update workflow_executions set status = 'SUCCEEDED';
select pg_temp.sign_in('owner');
select is(pg_temp.state(1), 'held header_to_accept amc_history 12:10 until never', 'held: other columns');
select is((select next_step from week_states where week_id = pg_temp.week(1)),
  (amc_history.stoppage_kind('workflow_header')).next_step, 'and what to do');
reset role;
do $$ begin
  perform end_stoppage('workflow_header', subject) from stoppages where ended_at is null;
  perform pg_temp.lose_create(2), amc_history.raise_alert('unknown_outcome', 'Look.', 'amcpgtap1', pg_temp.week(2));
end $$;
select pg_temp.sign_in('owner');
select is(pg_temp.state(2), 'held unknown_outcome amc_history 12:10 until never', 'held: its outcome is unknown');
reset role;
do $$ begin perform pg_temp.at('12:30'), record_stoppage('week', pg_temp.week(3)::text, 'creates_in_vain',
  'amc_history', 'Ten.', 'amcpgtap1', pg_temp.collection(), pg_temp.week(3), waits_for_person => true); end $$;
select pg_temp.sign_in('owner');
select is(pg_temp.state(3), 'held creates_in_vain amc_history 12:30 until never', 'held: creates in vain');
reset role;
do $$ begin perform pg_temp.at('13:00'), update_week_status(pg_temp.collection(), pg_temp.week(1), 'failed',
  execution_id => 'exec-1'); end $$;
update report_data_weeks set error_code = 'amc_failed', error_message = 'Out of memory.' where id = pg_temp.week(1);
select pg_temp.sign_in('owner');
select is(pg_temp.state(1), 'failed amc_failed amc 13:00 until never', 'failed');
select is((select words from week_states where week_id = pg_temp.week(1)), 'Out of memory.', 'in AMC''s words');
select pg_temp.sign_in('other');
select is_empty('select * from week_states', 'another user sees none');

select * from finish();
rollback;
