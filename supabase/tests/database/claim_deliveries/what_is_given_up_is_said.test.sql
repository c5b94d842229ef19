-- What a webhook is told no more is said where a person looks: the stoppage of the webhook, and what health answers.
begin;
\ir ../../_shared/webhooks.psql
select plan(7);

do $$ begin perform pg_temp.hook('all', null), pg_temp.hook('one'),
  record_stoppage('execution', 'exec-1', 'refused', 'amc', 'No.', 'amcpgtap1', waits_for_person => true); end $$;
-- A worker tells what is due, and neither takes it.
create function pg_temp.fail(span interval) returns void language plpgsql as $$
begin
  perform pg_temp.wait(span), pg_temp.claim();
  perform pg_temp.answer(name, false, 500) from webhooks w where exists (select from webhook_deliveries d
    where d.webhook_id = w.id and d.lease is not null);
end;
$$;
create function pg_temp.held() returns text[] language sql as $$
  select array_agg(concat_ws(' ', w.name, s.code) order by w.name) from stoppages s join webhooks w
  on w.id::text = s.subject where s.kind = 'webhook' and s.ended_at is null $$;

do $$ begin perform pg_temp.fail('1 minute'); end $$;
select is(pg_temp.held(), array['all http_500', 'one http_500'], 'neither takes it');
select is((health_report() ->> 'reasons') ~ 'webhook', false, 'for some minutes that is nothing to tell');
do $$ begin perform amc_history.beat('watch'), pg_temp.fail('1 hour'), pg_temp.fail('2 hours'); end $$;
select is((select count(*) from tracking_alerts where detail ->> 'kind' = 'webhook' and resolved_at is null), 2::bigint,
  'then there are alerts, of which the other webhook is told');
select is((select jsonb_agg(r -> 'code') from jsonb_array_elements(health_report() -> 'reasons') r) ? 'webhook', true,
  'and an uptime monitor is told of the one of all instances');
delete from webhook_deliveries where item ->> 'code' = 'held_up' and item ->> 'message' ~ 'webhook';
do $$ begin perform pg_temp.wait('25 hours'), pg_temp.claim(); end $$;
select is(pg_temp.held(), array['all given_up', 'one given_up'], 'a day on it is given up, and that is said');
select matches((select words from stoppages s where s.kind = 'webhook' and s.subject = pg_temp.hook_id('one')::text),
  '^The webhook ''one'' did not take what it was told for 1 day \(so many things: 1\).* has it\. It answered',
  'with how much, and the webhook''s words');
do $$ begin perform test_webhook(pg_temp.hook_id('all')), pg_temp.claim(), pg_temp.answer('all', true); end $$;
select is(pg_temp.held(), array['one given_up'], 'until it takes something');

select * from finish();
rollback;
