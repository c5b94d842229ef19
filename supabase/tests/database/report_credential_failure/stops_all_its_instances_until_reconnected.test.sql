-- A credential that fails stops all its instances until they are connected anew.
begin;
\ir ../../_shared/three_weeks.psql
select plan(9);

set local role service_role;
-- It was refused a minute ago already.
do $$ begin perform report_credential_failure('amc_credential_amcpgtap1',
  (select credential_version from amc_instances where id = 'amcpgtap1'), 'invalid_grant', 'Revoked.'); end $$;
set local amc_history.clock = '2025-03-03T12:01:00Z';

select is(report_credential_failure('amc_credential_amcpgtap1',
    (select credential_version from amc_instances where id = 'amcpgtap1'), 'invalid_grant', 'The token was revoked.'),
    1,
  'one instance is stopped');
select results_eq($$ select paused_until, pause_reason from amc_instances where id = 'amcpgtap1' $$,
  $$ values ('infinity'::timestamptz, 'invalid_grant') $$, 'without an end to the pause');
select is((select count(*) from claim_due_weeks(10)), 0::bigint, 'none of its weeks is taken');
select is((select code from tracking_alerts where instance_id = 'amcpgtap1' and resolved_at is null),
  'reconnect_needed',
  'an alert is raised');
select is(report_credential_failure('another', 2, 'invalid_grant', 'x'), 0, 'another credential stops nothing');
reset role;
do $$
begin
  perform amc_history.connect_instance('amcpgtap1', 'ENTITYPGTAP', 'ATVPDKIKX0DER', 'NA',
    '{"client_id": "c", "client_secret": "s", "refresh_token": "new"}');
end;
$$;
select is((select paused_until from amc_instances where id = 'amcpgtap1'), null, 'a new credential ends the pause');
select isnt((select resolved_at from tracking_alerts where instance_id = 'amcpgtap1'), null, 'and resolves the alert');
select is(amc_history.amc_credential('amc_credential_amcpgtap1') ->> 'refresh_token', 'new', 'workers get the new one');
select is((select count(*) from claim_due_weeks(10)), 3::bigint, 'the weeks are claimed again');

select * from finish();
rollback;
