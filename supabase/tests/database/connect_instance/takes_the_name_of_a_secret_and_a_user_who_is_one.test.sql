-- The credential may be a secret that is in Vault already; a member is a user's id, or an address that exactly one user
-- has confirmed.
begin;
\ir ../../_shared/setup.psql
select plan(20);

do $$
begin
  perform vault.create_secret('{"client_id": "c", "client_secret": "s", "refresh_token": "r"}', 'agency', 'test');
  perform vault.create_secret('Atzr|secret-words', 'no_json', 'test');
  perform vault.create_secret('{"client_id": "c", "client_secret": "s"}', 'half', 'test');
  insert into auth.users (id, email, email_confirmed_at, is_sso_user) values
    ('b0000000-0000-4000-8000-000000000001', 'squatter@pgtap.test', null, false),
    ('b0000000-0000-4000-8000-000000000002', 'twice@pgtap.test', now(), false),
    ('b0000000-0000-4000-8000-000000000003', 'twice@pgtap.test', now(), true),
    ('b0000000-0000-4000-8000-000000000004', 'shared@pgtap.test', null, true),
    ('b0000000-0000-4000-8000-000000000005', 'Shared@pgtap.test', now(), false);
  insert into auth.users (id, email, email_confirmed_at, deleted_at) values
    ('b0000000-0000-4000-8000-000000000006', 'gone@pgtap.test', now(), now());
end;
$$;
create function pg_temp.connect(instance text, arguments text) returns text language sql as $$
  select pg_temp.refusal(format('select amc_history.connect_instance(%L, %L, %L, %L, %s)', instance, 'E1X',
    'ATVPDKIKX0DER', 'NA', arguments)) $$;

select is(pg_temp.connect('amcpgtap1', $$ credential_secret => 'agency' $$), null, 'the name of a secret is taken');
select is((select credential_name from amc_instances where id = 'amcpgtap1'), 'agency', 'it is the instance''s');
select is(pg_temp.connect('amcpgtap2', $$ credential_secret => 'agency' $$), null, 'another instance uses it too');
select is((select count(distinct credential_version) from amc_instances where credential_name = 'agency'), 1::bigint,
  'one credential has one version');
select is(pg_temp.connect('amcpgtap3', arguments), '22023 ' || code, arguments)
from (values
  ($$ credential_secret => 'none' $$, 'credential_secret_not_found'),
  ($$ credential_secret => '' $$, 'credential_secret_not_found'),
  ($$ credential_secret => 'no_json' $$, 'credential_incomplete'),
  ($$ credential_secret => 'half' $$, 'credential_incomplete'),
  ($$ credential => '{}', credential_secret => 'agency' $$, 'credential_ambiguous')
) as t(arguments, code);
select is(amc_history.amc_credential('no_json'), null, 'a secret that is no JSON is in no error');

select is(pg_temp.refusal(format('select amc_history.add_member(%L, %L)', 'amcpgtap1', member)), '22023 ' || code,
  member)
from (values
  ('squatter@pgtap.test', 'user_not_found'),
  ('gone@pgtap.test', 'user_not_found'),
  ('b0000000-0000-4000-8000-000000000006', 'user_not_found'),
  ('nobody@pgtap.test', 'user_not_found'),
  ('twice@pgtap.test', 'user_ambiguous')
) as t(member, code);
select is(pg_temp.refusal($$ select amc_history.add_member('amcnone', 'owner@pgtap.test') $$),
  'PT404 instance_not_found', 'no instance');
select is(amc_history.add_member('amcpgtap1', 'OWNER@pgtap.test'), pg_temp.user_id('owner'), 'an address');
select is(amc_history.add_member('amcpgtap1', 'b0000000-0000-4000-8000-000000000001'),
  'b0000000-0000-4000-8000-000000000001', 'an id, without the credential');
select is(amc_history.add_member('amcpgtap1', 'shared@pgtap.test'), 'b0000000-0000-4000-8000-000000000005',
  'an address that one of two has confirmed');
select is((select count(*) from tracking_events where event = 'member_added' and instance_id = 'amcpgtap1'), 3::bigint,
  'each leaves an event');

select * from finish();
rollback;
