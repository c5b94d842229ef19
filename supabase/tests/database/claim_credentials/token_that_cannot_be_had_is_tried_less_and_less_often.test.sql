-- Where Amazon's login does not answer, a credential is tried after pauses that grow, once for all its instances, and
-- that is told; the token that it gives in the end ends it.
begin;
\ir ../../_shared/setup.psql
select plan(9);
do $$ begin
  perform vault.create_secret('{"client_id": "c", "client_secret": "s", "refresh_token": "r"}', 'shared');
  perform amc_history.connect_instance(id, 'ENTITYPGTAP', 'ATVPDKIKX0DER', 'NA', credential_secret => 'shared')
  from unnest(array['amcpgtap1', 'amcpgtap2']) id;
end $$;

-- A worker tries what it may, and Amazon's login does not answer; how many it tried.
create function pg_temp.try(clock text) returns bigint language plpgsql as $$
declare
  tried bigint;
begin
  perform set_config('amc_history.clock', '2025-03-03T' || clock || 'Z', true);
  select count(record_stoppage('instance', c.instance_id, 'token_unavailable', 'amazon_login', 'No response',
    c.instance_id)) into tried from claim_credentials() c;
  return tried;
end;
$$;

set local role service_role;
select is(pg_temp.try('12:00:00'), 1::bigint, 'a new credential is tried at once, once for both instances');
reset role;
select is(amc_history.count_actionable(), 0, 'there is nothing more to do');
set local role service_role;
update stoppages set retry_at = '2025-03-03T12:05:00Z';
select is(pg_temp.try('12:02:00'), 0::bigint, 'it is left alone while it is set aside, by both');
reset role;
select is(amc_history.count_actionable(), 0, 'and wakes nobody');
set local role service_role;
select is(pg_temp.try('12:06:00'), 1::bigint, 'then it is tried again');
update stoppages set retry_at = '2025-03-03T12:10:00Z';
select is(pg_temp.try('12:16:00'), 1::bigint, 'and again');
select is((select array_agg(message) from tracking_alerts where resolved_at is null), array['No response'],
  'after a quarter of an hour an alert tells');
do $$ begin perform report_credential_accepted('shared', (select max(credential_version) from amc_instances)); end $$;
select is_empty('select from stoppages where ended_at is null', 'a token ends it');
select is_empty('select from tracking_alerts where resolved_at is null', 'and its alert');

select * from finish();
rollback;
