-- instance_states says how each instance stands: since when, in whose words, what follows by itself, what to do.
begin;
\ir ../../_shared/three_weeks.psql
select plan(19);

create function pg_temp.state() returns text language sql as $$
  select concat_ws(' ', state, code, source, coalesce(to_char(since at time zone 'UTC', 'HH24:MI'), 'no since'),
    'until', coalesce(to_char(retry_at at time zone 'UTC', 'HH24:MI'), 'never')) from instance_states $$;
create function pg_temp.words() returns text language sql as $$ select words from instance_states $$;

select pg_temp.sign_in('owner');
select is(pg_temp.state(), 'connected 12:00 until never', 'connected since Amazon took the credential');
select is(pg_temp.words(), null, 'nothing is said');

reset role;
update amc_instances set max_parallel = 3, running_elsewhere = 1;
do $$ begin perform pg_temp.run_week(1, 'exec-1'), set_config('amc_history.clock', '2025-03-03T12:10:00Z', true),
  pg_temp.claim_week(2); end $$;
select pg_temp.sign_in('colleague');
select is(pg_temp.state(), null, 'who is no member sees none');
select is((select taken from amc_history.slots_in_use('amcpgtap1')), null, 'nor is told of its slots');
reset role;
insert into amc_instance_members (instance_id, user_id) values ('amcpgtap1', pg_temp.user_id('colleague'));
select pg_temp.sign_in('colleague');
select is(pg_temp.state(), 'full slots_taken amc_history 12:10 until never', 'full: a member of no collection sees it');
select is(pg_temp.words(), 'Weeks of this project hold 2 of 3 slots, executions of others 1.', 'and whose runs');
reset role;
update amc_instances set max_parallel = 10, daily_limit = 2;
select pg_temp.sign_in('owner');
select is(pg_temp.state(), 'full daily_limit amc_history 12:10 until never', 'full by its daily limit');
reset role;
update amc_instances set daily_limit = null, running_elsewhere = 0;
do $$ begin perform pause_instance('amcpgtap1', 'quota', 300, 'No more than 3.', held_up => 'creates'); end $$;
select pg_temp.sign_in('owner');
select is(pg_temp.state(), 'full quota amc 12:10 until 12:15', 'full by AMC''s own word, until it is asked again');

reset role;
update amc_instances set paused_until = null;
delete from stoppages;
do $$ begin perform set_config('amc_history.clock', '2025-03-03T12:20:00Z', true),
  pause_instance('amcpgtap1', 'throttled', 120); end $$;
select pg_temp.sign_in('owner');
select is(pg_temp.state(), 'throttled throttled amc 12:20 until 12:22', 'throttled until then');
reset role;
update amc_instances set paused_until = null;
delete from stoppages;
do $$ begin perform pause_instance('amcpgtap1', 'unauthorized', 60, 'Unauthorized'); end $$;
select pg_temp.sign_in('owner');
select is(pg_temp.state(), 'refused unauthorized amc 12:20 until 12:21', 'AMC refuses the access token');
reset role;
update amc_instances set paused_until = null;
delete from stoppages;
do $$ begin perform pause_instance('amcpgtap1', 'token_unavailable', 60); end $$;
select pg_temp.sign_in('owner');
select is(pg_temp.state(), 'unreachable token_unavailable amazon_login 12:20 until 12:21', 'Amazon''s login is down');
reset role;
update amc_instances set paused_until = null;
delete from stoppages;
do $$ begin perform pause_instance('amcpgtap1', 'unavailable', 60); end $$;
select pg_temp.sign_in('owner');
select is(pg_temp.state(), 'unreachable unavailable amc 12:20 until 12:21', 'AMC is');
reset role;
do $$ begin perform record_stoppage('listing', 'amcpgtap1', 'forbidden', 'amc', 'Unauthorized request.',
  'amcpgtap1'); end $$;
update stoppages set retry_at = '2025-03-03T12:30:00Z';
select pg_temp.sign_in('owner');
select is(pg_temp.state(), 'refused forbidden amc 12:20 until 12:30', 'a refusal says more than an outage');
select is(pg_temp.words(), 'Unauthorized request.', 'in AMC''s words');
select is((select next_step from instance_states), (select (amc_history.stoppage_kind('listing')).next_step),
  'and what to do');
reset role;
do $$ begin perform end_stoppage('listing', 'amcpgtap1'); end $$;
update amc_instances set paused_until = null;
delete from stoppages;
do $$ begin perform record_stoppage('listing', 'amcpgtap1', 'not_claimed', 'postgres', 'Oh.', 'amcpgtap1'); end $$;
select pg_temp.sign_in('owner');
select is(pg_temp.state(), 'connected 12:00 until never', 'what Postgres refuses says nothing of the connection');

reset role;
do $$ begin
  perform report_credential_failure(credential_name, credential_version, 'invalid_grant', 'No.') from amc_instances;
end $$;
select pg_temp.sign_in('owner');
select is(pg_temp.state(), 'refused invalid_grant amazon_login 12:20 until 12:21', 'refused once, it is tried again');
reset role;
do $$ begin
  perform set_config('amc_history.clock', '2025-03-03T12:22:00Z', true);
  perform report_credential_failure(credential_name, credential_version, 'invalid_grant', 'No.') from amc_instances;
end $$;
select pg_temp.sign_in('owner');
select is(pg_temp.state(), 'reconnect_needed invalid_grant amazon_login 12:22 until never', 'refused twice, it stops');
select ok(pg_temp.words() ~ 'refused the credential .* twice: No\.' and (select next_step from instance_states)
  = (select t.next_step from tracking_alerts t where t.code = 'reconnect_needed'), 'with words and what to do');

select * from finish();
rollback;
