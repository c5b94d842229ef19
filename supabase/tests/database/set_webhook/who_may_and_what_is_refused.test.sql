-- Admins of an instance set up its webhooks, operators those of all; what cannot be right is refused.
begin;
\ir ../../_shared/webhooks.psql
select plan(27);

insert into amc_instance_members (instance_id, user_id, role)
values ('amcpgtap1', pg_temp.user_id('colleague'), 'viewer');
create function pg_temp.set(url text default 'https://hooks.test/x', key text default 'a-key-for-a-test', more text
  default '') returns text language sql as $$
  select pg_temp.refusal(format('select set_webhook(%L, %L, %L, %L, %L %s)', 'w', 'json', url, key, 'amcpgtap1', more))
$$;

select pg_temp.sign_in('other');
select is(pg_temp.set(), 'PT404 instance_not_found', 'a stranger sets up none');
select pg_temp.sign_in('colleague');
select is(pg_temp.set(), 'PT404 instance_not_found', 'a member who is no admin neither');
select pg_temp.sign_in('owner');
select is(pg_temp.set(), null, 'an admin does');
select is(pg_temp.refusal($$ select set_webhook('all', 'slack', 'https://hooks.test/x') $$), 'PT404 instance_not_found',
  'but none of all instances');
select is(pg_temp.set(more => $$, secret_name => 'amc_history_cron_key'$$), '22023 webhook_secret_refused',
  'nor by the name of somebody''s secret');
select is(pg_temp.set(null, null, $$, secret_name => 'amc_history_cron_key'$$), '22023 webhook_secret_refused',
  'which nobody else learns to be there');
select is(array_agg(distinct pg_temp.set(url)), array['22023 webhook_url_malformed'],
  'refused: ' || left(replace(url, E'\n', ' '), 40)) from unnest(array[
  'http://hooks.test/x', 'ftp://hooks.test/x', 'https://user:pass@hooks.test/x', 'https://hooks.test/a b', 'hooks.test',
  'https://', E'https://hooks.test/\nx', 'https://hooks.test/' || repeat('x', 2000)]) url group by url;
select is(pg_temp.set(key => 'short'), '22023 signing_key_malformed', 'a short key is refused');
select is(pg_temp.set(key => 'with blanks in it, so to say'), '22023 signing_key_malformed', 'or one with blanks');
select is(pg_temp.set(more => $$, tells => '{everything}'$$), '22023 webhook_malformed', 'what is not told is refused');
select is(pg_temp.set(more => $$, tells => '{resolved_alerts}'$$), '22023 webhook_malformed',
  'and the end of what was not told');
select is(pg_temp.set(more => $$, last_resort => true$$), '22023 webhook_malformed',
  'a last resort is of no instance');
reset role;
update amc_history.allowances set webhooks_of_instance = 1;
select pg_temp.sign_in('owner');
select is(pg_temp.set(null, null), null, 'a change is none more, and keeps address and key');
select is(pg_temp.refusal($$ select set_webhook('x', 'slack', 'https://hooks.test/x', null, 'amcpgtap1') $$),
  'PT429 too_many_webhooks', 'one too many is refused');

select is((select array_agg(w.name) from webhooks w), array['w'], 'an admin reads it');
select isnt((select test_webhook(id) from webhooks), null, 'and tests it');
select is((select count(*) from webhook_deliveries), 1::bigint, 'and reads what it is told');
select pg_temp.sign_in('colleague');
select is((select count(*) from webhooks), 0::bigint, 'others do not read it');
select is((select count(*) from webhook_deliveries), 0::bigint, 'nor what it is told');
select is(pg_temp.refusal(format('select test_webhook(%L)', gen_random_uuid())), 'PT404 webhook_not_found',
  'nor test or delete it');

select * from finish();
rollback;
