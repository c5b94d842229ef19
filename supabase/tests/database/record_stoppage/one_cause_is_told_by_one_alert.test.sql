-- Many things with one cause are told by one alert, which the last of them to move resolves; and what AMC answers to
-- everything of an instance is told of the instance alone.
begin;
\ir ../../_shared/three_weeks.psql
select plan(17);

create function pg_temp.hold(kind text, subject text, code text default 'load_failed', source text default 'amc',
  words text default 'No.', instance text default 'amcpgtap1') returns void language sql as
  $$ select record_stoppage(kind, subject, code, source, words, instance) $$;
-- After so long: the open alerts, as "kind code".
create function pg_temp.told(span interval default '0') returns text language plpgsql as $$
begin
  perform set_config('amc_history.clock', (amc_history.clock_now() + span)::text, true);
  perform amc_history.tell_lasting_stoppages();
  return (select string_agg(cause, ', ' order by cause collate "C") from (
    select concat_ws(' ', instance_id, detail ->> 'kind', detail ->> 'code') as cause from tracking_alerts
    where resolved_at is null) t);
end;
$$;

-- Storage refuses every download.
do $$ begin perform pg_temp.connect_instance('amcpgtap2'); end $$;
do $$ begin perform pg_temp.hold('result', 'exec-' || n, 'link_refused') from generate_series(1, 3) n; end $$;
do $$ begin perform pg_temp.hold('result', 'exec-4', 'bad_csv'),
  pg_temp.hold('result', 'exec-5', 'link_refused', instance => 'amcpgtap2'); end $$;
select is(pg_temp.told('14 minutes'), null, 'nobody is told at once');
select is(pg_temp.told('1 minute'),
  'amcpgtap1 result bad_csv, amcpgtap1 result link_refused, amcpgtap2 result link_refused',
  'each cause is told once, of each instance');
select is((select message from tracking_alerts where detail ->> 'code' = 'link_refused' and instance_id = 'amcpgtap1'),
  'No. (2 more for the same reason.)',
  'with how many there are');
do $$ begin perform pg_temp.hold('result', 'exec-1', 'link_refused'); end $$;
select is((select count(*) from tracking_alerts), 3::bigint, 'what is reported again opens no other');
do $$ begin perform end_stoppage('result', 'exec-1'), end_stoppage('result', 'exec-5'); end $$;
select is(pg_temp.told(), 'amcpgtap1 result bad_csv, amcpgtap1 result link_refused',
  'one that moves ends none of others');
select is((select count(*) from tracking_alerts), 3::bigint, 'which was not ended and told anew');
update stoppages set retry_at = amc_history.clock_now() where ended_at is null;
do $$ begin perform pg_temp.hold('result', 'exec-4', 'link_refused'); end $$;
select is(pg_temp.told(), 'amcpgtap1 result link_refused', 'nor does one with another cause keep its first');
do $$ begin perform end_stoppage('result', 'exec-' || n) from generate_series(2, 3) n; end $$;
delete from stoppages where subject = 'exec-4';
select is(pg_temp.told(), null, 'the last one ends it, also if it is deleted');
do $$ begin perform pg_temp.hold('week', 'w-' || n, 'creates_in_vain') from generate_series(1, 2) n; end $$;
select is(pg_temp.told('1 hour'), 'amcpgtap1 week creates_in_vain, amcpgtap1 week creates_in_vain',
  'weeks are told each, since each waits for an answer of its own');
delete from stoppages;

-- AMC throttles every call.
do $$ begin perform pause_instance('amcpgtap1', 'throttled', 3600, 'Slow down.'),
  pause_instance('amcpgtap1', 'throttled', 3600, 'Slow down.', held_up => 'creates'),
  pg_temp.hold('execution', 'exec-1', 'throttled'), pg_temp.hold('result', 'exec-1', 'throttled'),
  pg_temp.hold('cancel', 'exec-1', 'refused'); end $$;
select is(pg_temp.told('3 hours'), 'amcpgtap1 cancel refused, amcpgtap1 instance throttled',
  'the instance tells it, and what has another reason is told itself');
do $$ begin perform end_stoppage('instance', 'amcpgtap1'); end $$;
select is(pg_temp.told(), 'amcpgtap1 cancel refused, amcpgtap1 creates throttled',
  'where AMC throttles creates alone it is told of them');
do $$ begin perform end_stoppage('creates', 'amcpgtap1'); end $$;
select is(pg_temp.told(), 'amcpgtap1 cancel refused, amcpgtap1 execution throttled, amcpgtap1 result throttled',
  'and of single things where they alone are');
delete from stoppages;

-- A refusal for one reason is not a refusal for another.
do $$ begin perform pg_temp.hold('listing', 'amcpgtap1', 'refused', words => 'Accept the terms.'),
  pg_temp.hold('execution', 'exec-1', 'refused', words => 'Accept the terms.'),
  pg_temp.hold('result', 'exec-1', 'refused', words => 'Not yours.'); end $$;
select is(pg_temp.told('3 hours'), 'amcpgtap1 listing refused, amcpgtap1 result refused',
  'their words tell them apart');
delete from stoppages;

-- Amazon refuses the credential.
do $$ begin
  perform pg_temp.hold('execution', 'exec-1', 'unauthorized'),
    pg_temp.hold('step', 'loads', 'step_failed', 'amc_history'),
    pg_temp.hold('listing', 'amcpgtap2', 'unauthorized', instance => 'amcpgtap2');
  perform report_credential_failure(credential_name, credential_version, 'invalid_grant', 'No.') from amc_instances
    where id = 'amcpgtap1';
  perform set_config('amc_history.clock', (amc_history.clock_now() + interval '2 minutes')::text, true);
  perform report_credential_failure(credential_name, credential_version, 'invalid_grant', 'No.') from amc_instances
    where id = 'amcpgtap1';
end $$;
select is((select array_agg(code) from tracking_alerts where resolved_at is null), array['reconnect_needed'],
  'that is told at once');
select is(pg_temp.told('3 hours'), 'amcpgtap1, amcpgtap1 step step_failed, amcpgtap2 listing unauthorized',
  'and nothing that AMC would answer to a credential');

select ok((select bool_and(week_id is null) from tracking_alerts), 'none is of one week');
select is((select count(*) from tracking_alerts where detail ->> 'kind' = 'cancel'), 1::bigint,
  'one that lasts through it all is told once');

select * from finish();
rollback;
