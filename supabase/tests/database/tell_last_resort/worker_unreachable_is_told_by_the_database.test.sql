-- While the worker cannot be reached, the database itself tells that to one webhook, once a period.
begin;
\ir ../../_shared/webhooks.psql
select plan(14);

create function pg_temp.watch() returns jsonb language plpgsql as $$
begin
  -- What was sent before is accepted.
  insert into net._http_response (id, status_code) select q.id, 200 from net.http_request_queue q
  where not exists (select from net._http_response r where r.id = q.id);
  perform amc_history.watch();
  return (select jsonb_agg(convert_from(body, 'UTF8')::jsonb order by id) from net.http_request_queue);
end;
$$;
create function pg_temp.unreachable() returns void language sql as
  $$ select record_stoppage('wake_up', 'collect', 'http_404', 'supabase', 'No <b> & co.', null,
    waits_for_person => true) $$;
do $$
begin
  delete from net.http_request_queue;
  perform pg_temp.hook('json', null, last => true), pg_temp.hook('other', null);
end;
$$;
select is(pg_temp.watch(), null, 'all is well');
do $$ begin perform pg_temp.unreachable(); end $$;
select is(pg_temp.told('json'), array['alert_raised worker_unreachable queued'], 'it is queued for the worker');
select is(pg_temp.watch() -> 0 -> 'items' -> 0 ->> 'message', 'No <b> & co.', 'the database tells it');
select is((select array[method || ' ' || url, timeout_milliseconds::text] from net.http_request_queue),
  array['POST https://hooks.test/json', '2000'], 'for two seconds');
select is((select headers ->> 'AMC-History-Signature' from net.http_request_queue),
  (select 'v1=' || amc_history.hmac_sha256('a-key-for-a-test-json', headers ->> 'AMC-History-Timestamp' || '.'
    || convert_from(body, 'UTF8')) from net.http_request_queue), 'signed');
-- RFC 4231, case 2.
select is(amc_history.hmac_sha256('Jefe', 'what do ya want for nothing?'),
  '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843', 'by HMAC');
select is(amc_history.hmac_sha256(repeat('k', 131), 'Test'),
  '06bb03d9b70c6e5d06859bedc8573416addbde9746c16eecfa53a751a679f18f', 'a key longer than a block is hashed first');
select is(pg_temp.told('json'), array['alert_raised worker_unreachable sent'], 'the worker need not');
select is(pg_temp.told('other'), array['alert_raised worker_unreachable queued'], 'but for other webhooks');
select is(jsonb_array_length(pg_temp.watch()), 1, 'once');
do $$ begin perform pg_temp.wait('1 hour'); end $$;
select is(jsonb_array_length(pg_temp.watch()), 2, 'a period');
do $$ begin perform set_webhook('slack', 'slack', 'https://hooks.test/slack', last_resort => true); end $$;
select is((select array_agg(name) from webhooks where last_resort), array['slack'], 'there is one last resort');
select is(pg_temp.watch() -> 2 ->> 'text', E'No &lt;b&gt; &amp; co.\n'
  'Compare amc_history_project_url and amc_history_cron_key in Vault with the project, and deploy collect.',
  'also in Slack''s form');
do $$ begin perform record_tick('{}', '{}'); end $$;
select is(pg_temp.told('json'), array['alert_raised worker_unreachable sent',
  'alert_resolved worker_unreachable queued'],
  'its end is told as always');

select * from finish();
rollback;
