-- Connecting an instance stores its credential in Vault and nowhere else.
begin;
\ir ../../_shared/workflow.psql
select plan(14);

select is((select credential_name from amc_instances where id = 'amcpgtap1'), 'amc_credential_amcpgtap1',
  'the instance has the secret''s name');
select is(amc_history.amc_credential('amc_credential_amcpgtap1'),
  '{"client_id": "c", "client_secret": "s", "refresh_token": "r"}'::jsonb,
  'Vault has the secret');
select is(amc_history.amc_credential('no_such'), null, 'an unknown name has none');
select results_eq($$ select user_id from amc_instance_members where instance_id = 'amcpgtap1' $$,
  array['a0000000-0000-4000-8000-000000000001'::uuid], 'the member may collect');
select is(pg_temp.refusal($$ select amc_history.connect_instance('amcpgtap2', 'E1X', 'ATVPDKIKX0DER', 'NA',
  '{"client_id": "c"}') $$),
  '22023 credential_incomplete', 'an incomplete credential is refused');
select is(pg_temp.refusal($$ select amc_history.connect_instance('amcpgtap2', 'E1X', 'ATVPDKIKX0DER', 'NA',
  '{"client_id": "c", "client_secret": "s", "refresh_token": "r"}', 'nobody@pgtap.test') $$), '22023 user_not_found',
  'an unknown user is refused');
select lives_ok($$ select amc_history.connect_instance('amcpgtap1', 'ENTITYNEW', 'A1PA6795UKMFR9', 'EU',
  '{"client_id": "c2", "client_secret": "s2", "refresh_token": "r2"}', 'OTHER@pgtap.test') $$,
  'it may be connected again');
select results_eq($$ select entity_id, marketplace_id, region from amc_instances where id = 'amcpgtap1' $$,
  $$ values ('ENTITYNEW', 'A1PA6795UKMFR9', 'EU') $$, 'which renews it');
select is(amc_history.amc_credential('amc_credential_amcpgtap1') ->> 'refresh_token', 'r2', 'and its credential');
select is((select count(*) from amc_instance_members where instance_id = 'amcpgtap1'), 2::bigint, 'and adds a member');
select throws_ok(format('select amc_history.connect_instance(%s)', arguments), '23514', null, what || ' is refused')
from (values
  ($$ 'amc 1', 'E1X', 'ATVPDKIKX0DER', 'NA', '{"client_id": "c", "client_secret": "s", "refresh_token": "r"}' $$,
  'a malformed instance id'),
  ($$ 'amcpgtap3', 'E-1', 'ATVPDKIKX0DER', 'NA', '{"client_id": "c", "client_secret": "s", "refresh_token": "r"}' $$,
  'a malformed entity id'),
  ($$ 'amcpgtap3', 'E1X', 'us', 'NA', '{"client_id": "c", "client_secret": "s", "refresh_token": "r"}' $$,
  'a malformed marketplace'),
  ($$ 'amcpgtap3', 'E1X', 'ATVPDKIKX0DER', 'US', '{"client_id": "c", "client_secret": "s", "refresh_token": "r"}' $$,
  'an unknown region')
) as t(arguments, what);

select * from finish();
rollback;
