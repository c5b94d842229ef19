-- An analyst or admin resolves alerts, except those whose cause still stands.
begin;
\ir ../../_shared/lost_create.psql
select plan(14);

do $$
begin
  perform settle_attempt(pg_temp.lost_attempt(), amc_history.clock_now());
  perform amc_history.raise_alert('duplicate_execution', 'Of a week', 'amcpgtap1', pg_temp.week(1));
  perform amc_history.raise_alert('late_execution', 'Of the instance', 'amcpgtap1');
  perform amc_history.raise_alert('execution_refused', 'Of no instance', null);
  -- The credential was refused a minute ago already.
  update amc_instances set credential_refused_at = amc_history.clock_now() - interval '1 minute';
  perform report_credential_failure(credential_name, credential_version, 'invalid_grant', 'Revoked')
  from amc_instances where id = 'amcpgtap1';
  insert into amc_instance_members (instance_id, user_id, role) values
    ('amcpgtap1', pg_temp.user_id('other'), 'viewer');
end;
$$;
create temporary table ids as select code, id from tracking_alerts;
grant select on ids to public;
create function pg_temp.resolve(code text) returns text language plpgsql as $$
declare
  refusal text;
begin
  return (select concat_ws(' ', r.outcome, r.reason) from ids i, resolve_alert(i.id) r where i.code = resolve.code);
exception
  when others then
    get stacked diagnostics refusal = pg_exception_detail;
    return concat_ws(' ', sqlstate, refusal);
end;
$$;
select pg_temp.sign_in('other');
select is(pg_temp.resolve('duplicate_execution'), 'PT403 role_too_low', 'a viewer resolves none');
select is(pg_temp.resolve('execution_refused'), 'PT404 alert_not_found', 'nor one without an instance');
reset role;
delete from amc_instance_members where user_id = 'a0000000-0000-4000-8000-000000000002';
set local role authenticated;
select is(pg_temp.resolve('late_execution'), 'PT404 alert_not_found', 'a user who is no member can resolve none');
select pg_temp.sign_in('owner');
select is(pg_temp.resolve('duplicate_execution'), 'applied', 'an admin resolves an alert of a week');
select is(pg_temp.resolve('duplicate_execution'), 'already_applied', 'a second call changes nothing');
select is(pg_temp.resolve('late_execution'), 'applied', 'and one of the instance');
select is(pg_temp.resolve('unknown_outcome'), 'rejected cause_persists',
  'but not that of an outcome that is still unknown');
select is(pg_temp.resolve('reconnect_needed'), 'rejected cause_persists',
  'nor that of a credential that still stops the instance');
select throws_ok('select resolve_alert(null)', 'PT404', null, 'a null id is not found');
reset role;
select is((select array_agg(detail ->> 'code' order by id) from tracking_events where event = 'alert_resolved'
    and instance_id = 'amcpgtap1' and actor = 'a0000000-0000-4000-8000-000000000001'),
  array['duplicate_execution', 'late_execution'], 'events record who did it, once each');
do $$
begin
  perform set_config('request.jwt.claims', '{"role": "service_role"}', true);
  perform amc_history.raise_alert('late_execution', 'Once more', 'amcpgtap1');
end;
$$;
set local role service_role;
select is(pg_temp.resolve('execution_refused'), 'applied', 'the secret key resolves every alert');
reset role;
select is(pg_temp.open_alerts(), array['late_execution', 'reconnect_needed', 'unknown_outcome'],
  'what happens again opens a new alert');
do $$
begin
  perform confirm_no_execution(pg_temp.lost_attempt());
  perform amc_history.connect_instance('amcpgtap1', 'ENTITYPGTAP', 'ATVPDKIKX0DER', 'NA',
    '{"client_id": "c", "client_secret": "s", "refresh_token": "r"}');
end;
$$;
select is(pg_temp.open_alerts(), array['late_execution'], 'a cause that is gone resolves its alert');
do $$
begin
  -- An alert that was raised late, after its cause had gone.
  perform amc_history.raise_alert('unknown_outcome', 'Late', 'amcpgtap1', pg_temp.week(1));
  insert into ids select 'late', id from tracking_alerts where code = 'unknown_outcome' and resolved_at is null;
end;
$$;
select is(pg_temp.resolve('late'), 'applied', 'and an alert whose cause is gone can be resolved');

select * from finish();
rollback;
