-- A failed week, a finished collection and a duplicate are told, each once.
begin;
\ir ../../_shared/webhooks.psql
select plan(12);

create function pg_temp.fail(n integer) returns void language sql as
  $$ select amc_history.fail_week(w, 'amc_refused', 'No.') from report_data_weeks w where id = pg_temp.week(n) $$;
do $$
begin
  perform pg_temp.hook('w'), pg_temp.hook('alerts', tells => '{alerts}');
  perform pg_temp.fail(1), pg_temp.fail(2);
end;
$$;
select is(pg_temp.told('w'), array['week_failed amc_refused queued'], 'two failed weeks are told as one');
select is((select array[item ->> 'message', item ->> 'times'] from webhook_deliveries),
  array['The week of 2025-01-13 failed: No.', '2'], 'in the words of the second');
select is((select item ->> 'week_id' from webhook_deliveries), pg_temp.week(2)::text, 'with its week');
select is((select count(*) from tracking_events where event = 'collection_finished'), 0::bigint,
  'while a week is open the collection has not finished');
do $$ begin perform pg_temp.complete_week(3, 'exec-3'); end $$;
select is(pg_temp.told('w'), array['week_failed amc_refused queued',
  'collection_finished completed_with_failures queued'], 'the last one finishes it');
select is((select item ->> 'message' from webhook_deliveries where kind = 'collection_finished'),
  'The collection of the weeks from 2025-01-06 to 2025-01-26 has finished: 1 completed, 2 failed, 0 others.',
  'and how is told');
select is(pg_temp.claim(), array['w: week_failed, collection_finished'], 'both are one digest');
do $$
begin
  perform pg_temp.answer('w', true, 200), pg_temp.wait('1 second'), retry_failed_weeks(pg_temp.collection());
  set constraints all deferred;
  perform pg_temp.wait('1 second'), pg_temp.fail(1), pg_temp.fail(2);
  set constraints all immediate;
end;
$$;
select is((pg_temp.told('w'))[3:], array['week_failed amc_refused queued later',
  'collection_finished completed_with_failures queued later'], 'what comes again waits for the end of the period');
select is((select count(*) from tracking_events where event = 'collection_finished'), 2::bigint,
  'two last weeks of one transaction finish it once');
do $$ begin
  perform retry_failed_weeks(pg_temp.collection()), cancel_collection(pg_temp.collection());
end $$;
select is((select count(*) from tracking_events where event = 'collection_finished'), 2::bigint,
  'a cancelled collection does not finish');

delete from webhook_deliveries;
do $$
begin
  perform record_late_execution(pg_temp.attempt(3), 'exec-4', '{"status": "RUNNING"}');
end;
$$;
select is(pg_temp.told('w'), array['duplicate_execution duplicate_execution queued'], 'a duplicate is told once');
select is(pg_temp.told('alerts'), array['alert_raised duplicate_execution queued'],
  'as an alert where duplicates are not told');

select * from finish();
rollback;
