-- All that is due for a webhook is claimed as one, at most 50; what fails waits, alone, and is given up after a day.
begin;
\ir ../../_shared/webhooks.psql
select plan(25);

do $$
begin
  perform pg_temp.hook('a'), pg_temp.hook('b', tells => '{duplicates}');
  delete from net.http_request_queue;
  perform amc_history.raise_alert('late_execution', 'm', 'amcpgtap1', subject => n::text) from generate_series(1, 60) n;
  perform test_webhook(pg_temp.hook_id('b'));
end;
$$;
select is(amc_history.count_actionable(), 3, 'each webhook is something to do, besides the weeks');
set local role service_role;
select is((select array_agg(jsonb_array_length(items) order by name) from claim_deliveries()), array[50, 1],
  'a digest holds 50 at most');
select is(pg_temp.claim(), null, 'one webhook is told by one worker at a time');
select is(pg_temp.answer('a', true, 200), 'sent', 'it took them');
select is(pg_temp.claim() is not null, true, 'the others follow');
select is((select count(*) from webhook_deliveries where lease is not null and webhook_id = pg_temp.hook_id('a')),
  10::bigint, 'all ten');
select is(pg_temp.answer('b', false, 500), 'queued', 'another webhook fails');
select is((select array[kind, code, source, words, instance_id] from stoppages where ended_at is null), array['webhook',
  'http_500', 'webhook', 'The webhook ''b'' did not take what it was told: It answered with status 500.', 'amcpgtap1'],
  'which is a stoppage in its words');
select is((select array[tries, last_status]::text || last_words from webhook_deliveries
  where webhook_id = pg_temp.hook_id('b')), '{1,500}It answered with status 500.', 'and stands with the delivery');
select is(pg_temp.claim(), null, 'it waits');
reset role;
do $$ begin perform pg_temp.wait('61 seconds'); end $$;
set local role service_role;
select is(pg_temp.claim() is not null, true, 'then it is tried again');
select is((select array_agg(distinct tries order by tries) from webhook_deliveries where state = 'queued'), array[2],
  'as is what a worker claimed and never reported');
select is(report_delivery(gen_random_uuid(), true, 'ok'), 'stale', 'a report without a claim changes nothing');
select is(pg_temp.answer('b', false, 503), 'queued', 'it fails again');
select is(pg_temp.answer('a', true, 200), 'sent', 'the first one goes on');
select is((select times from stoppages where ended_at is null), 2, 'the second time in a row');
reset role;
do $$ begin perform test_webhook(pg_temp.hook_id('b')); end $$;
select is(pg_temp.claim(), array['b: test'], 'a test ends the pause');
do $$ begin perform pg_temp.answer('b', true, 204); end $$;
select is((select count(*) from stoppages where ended_at is null), 0::bigint, 'and its success the stoppage');

-- A webhook that fails is told to the others, never to itself.
do $$
begin
  perform test_webhook(pg_temp.hook_id('a')), pg_temp.hook('c');
  perform pg_temp.claim(), pg_temp.answer('a', false, 500), pg_temp.wait('1 hour');
  perform amc_history.tell_lasting_stoppages();
end;
$$;
select is(pg_temp.told('c'), array['alert_raised held_up queued'], 'another webhook is told that it fails');
select is((select count(*) from webhook_deliveries where webhook_id = pg_temp.hook_id('a') and state = 'queued'),
  1::bigint, 'it is not told itself');
do $$ begin perform pg_temp.wait('1 day'); end $$;
select is(pg_temp.claim(), array['c: alert_raised'], 'after a day it is given up');
select is((pg_temp.told('a'))[61], 'test test given_up', 'which is on record');
select is((select count(*) from stoppages where ended_at is null), 1::bigint, 'it still counts as failing');
do $$ begin perform test_webhook(pg_temp.hook_id('a')), pg_temp.claim(), pg_temp.answer('a', true, 200); end $$;
select is((select count(*) from stoppages where ended_at is null), 0::bigint, 'until it takes something');
do $$ begin perform pg_temp.wait('31 days'), amc_history.purge_history(); end $$;
select is((select array_agg(distinct state) from webhook_deliveries), array['queued'], 'old ones are purged');

select * from finish();
rollback;
