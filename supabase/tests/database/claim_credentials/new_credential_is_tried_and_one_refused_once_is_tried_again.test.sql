-- A new credential is tried though nothing is due; one that was refused once is tried again before it stops anything.
begin;
\ir ../../_shared/setup.psql
select plan(20);

do $$
begin
  perform vault.create_secret('{"client_id": "c", "client_secret": "s", "refresh_token": "r"}', 'agency', 'test');
  perform amc_history.connect_instance(id, 'E1X', 'ATVPDKIKX0DER', 'NA', credential_secret => 'agency')
  from unnest(array['amcpgtap1', 'amcpgtap2']) id;
end;
$$;
create function pg_temp.claimed() returns text[] language sql as
  $$ select array_agg(credential_name || ' ' || credential_version) from claim_credentials() $$;
create function pg_temp.state() returns text[] language sql as $$
  select array_agg(concat_ws(' ', coalesce(credential_outcome, 'untried'), 'try',
    coalesce(to_char(credential_try_at at time zone 'UTC', 'HH24:MI:SS'), 'never'), 'pause',
    coalesce(case when paused_until = 'infinity' then 'for good' end,
      to_char(paused_until at time zone 'UTC', 'HH24:MI:SS'), 'none')) order by id) from amc_instances $$;
create function pg_temp.refuse() returns integer language sql as
  $$ select report_credential_failure('agency', 3, 'invalid_grant', 'Not granted') $$;

select is(pg_temp.state(), array_fill('untried try 12:00:00 pause none'::text, array[2]), 'a new one is to be tried');
select is(amc_history.count_actionable(), 1, 'which alone wakes a worker, once for all its instances');
set local role service_role;
select is(pg_temp.claimed(), array['agency 3'], 'it is claimed once for all its instances');
select is(pg_temp.claimed(), null, 'and is then its worker''s');
set local amc_history.clock = '2025-03-03T12:01:00Z';
select is(pg_temp.claimed(), array['agency 3'], 'until the lease ends');

select is(report_credential_accepted('agency', 2), 0, 'a report about an earlier one changes nothing');
select is(report_credential_accepted('agency', 3), 2, 'Amazon gives a token');
select is(pg_temp.state(), array_fill('accepted try never pause none'::text, array[2]), 'which is recorded');

select is(pg_temp.refuse(), 0, 'refused once, it stops nothing');
select is(pg_temp.state(), array_fill('invalid_grant try 12:02:00 pause 12:02:00'::text, array[2]),
  'its instances pause, and it is tried again');
select is((select count(*) from tracking_alerts), 0::bigint, 'nobody is alerted');
set local amc_history.clock = '2025-03-03T12:01:59Z';
select is(pg_temp.refuse(), 0, 'another worker that was refused at the same time is no second try');
select is(pg_temp.claimed(), null, 'nor is it tried before the pause is over');
set local amc_history.clock = '2025-03-03T12:02:00Z';
select is(pg_temp.claimed(), array['agency 3'], 'then it is');
select is(report_credential_accepted('agency', 3), 2, 'if Amazon gives a token now');
select is(pg_temp.state(), array_fill('accepted try never pause none'::text, array[2]), 'all goes on');

select is(pg_temp.refuse(), 0, 'a refusal after that is the first one again');
set local amc_history.clock = '2025-03-03T12:03:00Z';
select is(pg_temp.refuse(), 2, 'refused twice, it stops all its instances');
select is(pg_temp.state(), array_fill('invalid_grant try never pause for good'::text, array[2]), 'for good');
select is((select array_agg(code) from tracking_alerts), array['reconnect_needed', 'reconnect_needed'],
  'and a person is alerted');

select * from finish();
rollback;
