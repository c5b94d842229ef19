-- Neither the address nor the key of a webhook stands where the API reads; a disabled or deleted one is told nothing.
begin;
\ir ../../_shared/webhooks.psql
select plan(13);

do $$ begin perform pg_temp.hook('w'), test_webhook(pg_temp.hook_id('w')); end $$;
select is(amc_history.webhook_secret(pg_temp.hook_id('w')),
  '{"url": "https://hooks.test/w", "signing_key": "a-key-for-a-test-w"}', 'Vault has both');
select is((select array_agg(distinct t) from (
    select to_jsonb(w)::text from webhooks w union all select to_jsonb(d)::text from webhook_deliveries d
    union all select to_jsonb(e)::text from tracking_events e union all select to_jsonb(s)::text from stoppages s) x(t)
  where t ~ 'hooks.test|a-key-for'), null, 'no table has either');
select is((select has_function_privilege(role, 'amc_history.webhook_secret(uuid)', 'execute')), false,
  role || ' may not read it') from unnest(array['anon', 'authenticated', 'service_role']) role;
do $$ begin perform set_webhook('w', 'json', 'https://hooks.test/new', instance_id => 'amcpgtap1'); end $$;
select is(amc_history.webhook_secret(pg_temp.hook_id('w')),
  '{"url": "https://hooks.test/new", "signing_key": "a-key-for-a-test-w"}', 'a change keeps what it leaves out');

do $$ begin perform vault.create_secret('{"url": "http://127.0.0.1:9/x"}', 'ours'); end $$;
select is(pg_temp.refusal($$ select set_webhook('all', 'slack', secret_name => 'ours') $$), null,
  'an operator names a secret');
select is(pg_temp.refusal($$ select set_webhook('all', 'slack', secret_name => 'none') $$),
  '22023 webhook_url_malformed', 'one that is there');

do $$ begin perform set_webhook('w', 'json', instance_id => 'amcpgtap1', enabled => false); end $$;
do $$ begin perform amc_history.raise_alert('held_up', 'm', 'amcpgtap1'); end $$;
select is(pg_temp.told('w'), array['test test dropped'], 'a disabled one is told nothing');
select is(pg_temp.refusal('select test_webhook(pg_temp.hook_id(''w''))'), 'PT409 webhook_disabled', 'not even a test');
do $$ begin perform delete_webhook(pg_temp.hook_id('w')), delete_webhook(pg_temp.hook_id('all')); end $$;
select is((select count(*) from webhooks), 0::bigint, 'a deleted one is gone');
select is((select array_agg(name) from vault.secrets where name like 'amc_webhook_%' or name = 'ours'), array['ours'],
  'and its secret, but for one that an operator named');
select is((select array_agg(event || ' ' || actor order by id) from tracking_events where event like 'webhook_%'),
  array_cat(array_fill('webhook_set postgres'::text, array[4]), array_fill('webhook_deleted postgres'::text, array[2])),
  'and who did what is on record');

select * from finish();
rollback;
