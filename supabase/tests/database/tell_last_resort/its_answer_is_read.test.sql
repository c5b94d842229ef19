-- What the webhook of last resort answers to the database is read: one that does not accept is held up, tried again,
-- and what it was told is queued for the worker.
begin;
\ir ../../_shared/webhooks.psql
select plan(12);

create function pg_temp.watch(span interval default '1 minute') returns text language plpgsql as $$
begin
  perform pg_temp.wait(span);
  perform amc_history.watch();
  return (select s.code from stoppages s where s.kind = 'webhook' and s.ended_at is null);
end;
$$;
-- pg_net sends what waits, and has this answer.
create function pg_temp.sent(status integer, error text default null) returns void language sql as $$
  with sent as (delete from net.http_request_queue returning id)
  insert into net._http_response (id, status_code, timed_out, error_msg, content)
  select id, status, error = 'timeout', error, 'https://hooks.test/json is a secret' from sent $$;
do $$
begin
  delete from net.http_request_queue;
  perform pg_temp.hook('json', null, last => true);
  perform record_stoppage('wake_up', 'collect', 'http_404', 'supabase', 'No.', null, waits_for_person => true);
end;
$$;

select is(pg_temp.watch(), null, 'the database tells it');
select is(pg_temp.told('json'), array['alert_raised worker_unreachable sent'], 'and takes it for told');
do $$ begin perform pg_temp.sent(500); end $$;
select is(pg_temp.watch(), 'http_500', 'one that answers otherwise is held up');
select is((select words from stoppages where kind = 'webhook'), 'The database told the webhook ''json'' that the '
  'worker cannot be reached, and was answered with status 500.', 'without words that may hold the address');
select is(pg_temp.told('json'), array['alert_raised worker_unreachable queued'], 'it is to be told still');
do $$ begin perform pg_temp.watch('2 minutes'), pg_temp.sent(null, 'timeout'); end $$;
select is(pg_temp.watch(), 'not_reached', 'after a pause it is tried again');
do $$ begin perform pg_temp.watch('5 minutes'); end $$;
delete from net.http_request_queue;
select is(pg_temp.watch('3 minutes'), 'not_sent', 'what pg_net never sends is told, too');
do $$ begin perform pg_temp.watch('30 minutes'), pg_temp.sent(500); end $$;
select is(health_report() -> 'reasons' -> 0 ->> 'code', 'wake_up', 'an uptime monitor is told why');
select is(health_report() -> 'reasons' -> 1 ->> 'code', 'webhook', 'and that nobody may have heard it');
do $$ begin perform pg_temp.watch(), pg_temp.watch('1 hour'), pg_temp.sent(204); end $$;
select is(pg_temp.watch(), null, 'the first that is accepted ends it');
select is(pg_temp.told('json'), array['alert_raised worker_unreachable sent'], 'and is told');
select is((select count(*) from net.http_request_queue), 0::bigint, 'once');

select * from finish();
rollback;
