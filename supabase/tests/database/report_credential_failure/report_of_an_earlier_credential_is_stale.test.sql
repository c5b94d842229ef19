-- A failure of a credential that was renewed since stops nothing.
begin;
\ir ../../_shared/setup.psql
select plan(9);

-- Two instances, of which the second uses the credential of the first.
select pg_temp.connect_instance('amcpgtap1');
select pg_temp.connect_instance('amcpgtap2');
do $$ begin update amc_instances set credential_name = 'amc_credential_amcpgtap1' where id = 'amcpgtap2'; end $$;
create function pg_temp.version(instance text) returns integer language sql as
  $$ select credential_version from amc_instances where id = instance $$;
-- The version that a worker read with the credential.
create temporary table old as select pg_temp.version('amcpgtap1') as version;

-- It was refused a minute ago already.
do $$ begin perform report_credential_failure('amc_credential_amcpgtap1', (select version from old), 'invalid_grant',
  'Revoked'); end $$;
set local amc_history.clock = '2025-03-03T12:01:00Z';
select is(report_credential_failure('amc_credential_amcpgtap1', (select version from old), 'invalid_grant', 'Revoked'),
  2,
  'both instances are stopped');
do $$
begin
  perform amc_history.connect_instance('amcpgtap1', 'ENTITYPGTAP', 'ATVPDKIKX0DER', 'NA',
    '{"client_id": "c", "client_secret": "s", "refresh_token": "new"}');
end;
$$;
select results_eq($$ select id, paused_until from amc_instances where id like 'amcpgtap_' order by id $$,
  $$ values ('amcpgtap1', null::timestamptz), ('amcpgtap2', null) $$, 'a new credential ends both pauses');
select is((select count(*) from tracking_alerts where instance_id like 'amcpgtap_' and resolved_at is null), 0::bigint,
  'and resolves the alerts of both');
select is(report_credential_failure('amc_credential_amcpgtap1', (select version from old), 'invalid_grant', 'Revoked'),
  0,
  'a worker that still used the old one stops nothing');
select is((select count(*) from amc_instances where id like 'amcpgtap_' and paused_until is not null), 0::bigint,
  'so that neither is paused');
select is((select count(*) from tracking_alerts where instance_id like 'amcpgtap_' and resolved_at is null), 0::bigint,
  'and no alert is raised');
select is(report_credential_failure('amc_credential_amcpgtap1', null, 'invalid_grant', 'Revoked'), 0,
  'nor does one that does not name the credential it used');
select is(pg_temp.version('amcpgtap1'), pg_temp.version('amcpgtap2'), 'one credential has one version');
do $$ begin perform report_credential_failure('amc_credential_amcpgtap1', pg_temp.version('amcpgtap1'),
  'invalid_grant', 'Revoked'); end $$;
set local amc_history.clock = '2025-03-03T12:02:00Z';
select is(report_credential_failure('amc_credential_amcpgtap1', pg_temp.version('amcpgtap1'), 'invalid_grant',
  'Revoked'), 2,
  'if the new one is refused as well, both are stopped');

select * from finish();
rollback;
