-- collection_states says how each collection stands, and what holds or slows it.
begin;
\ir ../../_shared/three_weeks.psql
select plan(19);

create function pg_temp.state() returns text language sql as $$
  select concat_ws(' ', state, code, source, to_char(since at time zone 'UTC', 'HH24:MI'),
    'until', coalesce(to_char(retry_at at time zone 'UTC', 'HH24:MI'), 'never')) from collection_states $$;
create function pg_temp.at(at time) returns text language sql as
  $$ select set_config('amc_history.clock', format('2025-03-03T%sZ', at), true) $$;

select pg_temp.sign_in('owner');
select is(pg_temp.state(), 'waiting 12:00 until never', 'no week has begun');
reset role;
update report_data_weeks set surveyed_at = null;
select pg_temp.sign_in('owner');
select is(pg_temp.state(), 'waiting not_surveyed amc_history 12:00 until never', 'AMC''s list is read first');
reset role;
update report_data_weeks set surveyed_at = amc_history.clock_now();
update amc_workflows set checked_at = null;
select pg_temp.sign_in('owner');
select is(pg_temp.state(), 'checking 12:00 until never', 'AMC compiles the query first');
reset role;
do $$ begin perform pg_temp.at('12:05'), record_stoppage('workflow_check', 'amcpgtap1/' || id, 'dry_run_lost',
  'amc_history', 'Lost.', 'amcpgtap1') from amc_workflows; end $$;
update stoppages set retry_at = '2025-03-03T12:10Z';
select pg_temp.sign_in('owner');
select is(pg_temp.state(), 'checking dry_run_lost amc_history 12:00 until 12:10', 'a check that is tried again');
reset role;
update stoppages set retry_at = null, code = 'query_refused', source = 'amc', words = 'Column x not found.';
select pg_temp.sign_in('owner');
select is(pg_temp.state(), 'held query_refused amc 12:05 until never', 'AMC refused the query: a person is needed');
select is((select array[words, next_step] from collection_states), array['Column x not found.',
  (amc_history.stoppage_kind('workflow_check')).next_step], 'with AMC''s words and what to do');
reset role;
do $$ begin perform end_stoppage('workflow_check', subject) from stoppages where ended_at is null;
  perform pg_temp.check_workflows(), pg_temp.at('12:20'), pg_temp.run_week(1, 'exec-1'); end $$;
select pg_temp.sign_in('owner');
select is(pg_temp.state(), 'running 12:20 until never', 'a week has begun');
reset role;
do $$ begin perform pause_instance('amcpgtap1', 'throttled', 60); end $$;
select pg_temp.sign_in('owner');
select is(pg_temp.state(), 'running throttled amc 12:20 until 12:21', 'what slows its instance slows it');
reset role;
do $$ begin perform record_stoppage('collection', pg_temp.collection()::text, 'amc_refused', 'amc', 'No.', 'amcpgtap1',
  pg_temp.collection()); end $$;
update stoppages set retry_at = '2025-03-03T12:40Z' where kind = 'collection';
delete from stoppages where kind = 'instance';
select pg_temp.sign_in('owner');
select is(pg_temp.state(), 'held amc_refused amc 12:20 until 12:40', 'refusals in a row hold it, whatever slows it');
reset role;
do $$ begin perform end_stoppage('collection', subject) from stoppages where kind = 'collection'; end $$;
update amc_instances set paused_until = 'infinity', pause_reason = 'invalid_grant';
select pg_temp.sign_in('owner');
select is(split_part(pg_temp.state(), ' ', 1) || ' ' || split_part(pg_temp.state(), ' ', 2), 'held invalid_grant',
  'so does a credential that Amazon refuses');
reset role;
update amc_instances set paused_until = null;
do $$ begin perform pg_temp.at('12:30'), record_stoppage('week', w.id::text, 'creates_in_vain', 'amc_history', 'Ten.',
  'amcpgtap1', w.collection_id, w.id, waits_for_person => true)
  from report_data_weeks w where w.id in (pg_temp.week(1), pg_temp.week(2)); end $$;
select pg_temp.sign_in('owner');
select is(pg_temp.state(), 'running creates_in_vain amc_history 12:20 until never', 'two of three weeks are held');
reset role;
do $$ begin perform record_stoppage('week', pg_temp.week(3)::text, 'creates_in_vain', 'amc_history', 'Ten.',
  'amcpgtap1', pg_temp.collection(), pg_temp.week(3), waits_for_person => true); end $$;
select pg_temp.sign_in('owner');
select is(pg_temp.state(), 'held creates_in_vain amc_history 12:30 until never', 'all of them are');
reset role;
do $$ begin perform end_stoppage('week', subject) from stoppages where kind = 'week'; end $$;
select pg_temp.sign_in('owner');
do $$ begin perform pg_temp.at('12:50'), pause_collection(pg_temp.collection()); end $$;
select is(pg_temp.state(), 'paused 12:50 until never', 'paused');
select is((select next_step from collection_states), 'Call resume_collection.', 'and how it goes on');
do $$ begin perform resume_collection(pg_temp.collection()); end $$;
reset role;
do $$ begin
  perform pg_temp.at('13:00'), pg_temp.complete_load('exec-1');
  perform update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', '{"rows": 1}', 'exec-1');
  perform update_week_status(pg_temp.collection(), pg_temp.week(2), 'skipped');
  perform update_week_status(pg_temp.collection(), pg_temp.week(3), 'failed');
end $$;
select pg_temp.sign_in('owner');
select is(pg_temp.state(), 'completed_with_failures 13:00 until never', 'completed with failures');
reset role;
delete from report_data_weeks where id = pg_temp.week(3);
select pg_temp.sign_in('owner');
select is(pg_temp.state(), 'completed 13:00 until never', 'completed');
reset role;
update report_data_collections set cancelled_at = '2025-03-03T13:10Z';
select pg_temp.sign_in('owner');
select is(pg_temp.state(), 'cancelled 13:10 until never', 'cancelled');
select pg_temp.sign_in('other');
select is_empty('select * from collection_states', 'another user sees none');
select pg_temp.sign_in('owner');
reset role;
delete from amc_instance_members;
select pg_temp.sign_in('owner');
select is_empty('select * from collection_states', 'whoever made it and is no member any more sees none');

select * from finish();
rollback;
