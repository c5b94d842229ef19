begin;
\ir ../../_shared/three_weeks.psql
select plan(14);

-- The list is not proved to tell. AMC's answer to the first week's create was lost, an hour ago.
select pg_temp.lose_create(1);
set local amc_history.clock = '2025-03-03T13:00:00Z';
create function pg_temp.attempt() returns uuid language sql as
  $$ select id from week_attempts where week_id = pg_temp.week(1) order by number limit 1 $$;
do $$
begin
  perform settle_attempt(pg_temp.attempt(), amc_history.clock_now());
  perform amc_history.raise_alert('duplicate_execution', 'Of a week', 'amcpgtap1', pg_temp.week(1));
  perform amc_history.raise_alert('late_execution', 'Of the instance', 'amcpgtap1');
  perform amc_history.raise_alert('no_instance', 'Of no instance', null);
  perform report_credential_failure(credential_name, credential_version, 'invalid_grant', 'Revoked')
  from amc_instances where id = 'amcpgtap1';
  -- Another member of the instance owns no collection.
  insert into amc_instance_members (instance_id, user_id) values ('amcpgtap1', pg_temp.user_id('other'));
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
select is(pg_temp.resolve('duplicate_execution'), 'PT404 alert_not_found', 'a member cannot put aside what he cannot read');
select is(pg_temp.resolve('no_instance'), 'PT404 alert_not_found', 'nor what is nobody''s');
reset role;
delete from amc_instance_members where user_id = 'a0000000-0000-4000-8000-000000000002';
set local role authenticated;
select is(pg_temp.resolve('late_execution'), 'PT404 alert_not_found', 'and who is no member nothing at all');
select pg_temp.sign_in('owner');
select is(pg_temp.resolve('duplicate_execution'), 'applied', 'the owner may: of a week');
select is(pg_temp.resolve('duplicate_execution'), 'already_applied', 'again is no change');
select is(pg_temp.resolve('late_execution'), 'applied', 'of the instance');
select is(pg_temp.resolve('unknown_outcome'), 'rejected cause_persists', 'but not what is still to be said');
select is(pg_temp.resolve('reconnect_needed'), 'rejected cause_persists', 'nor what still stops the instance');
select throws_ok('select resolve_alert(null)', 'PT404', null, 'no alert is not found');
reset role;
select is((select array_agg(detail ->> 'code' order by id) from tracking_events where event = 'alert_resolved'
    and instance_id = 'amcpgtap1' and detail ->> 'by' = 'a0000000-0000-4000-8000-000000000001'),
  array['duplicate_execution', 'late_execution'], 'events say who did it, once each');
do $$
begin
  perform set_config('request.jwt.claims', '{"role": "service_role"}', true);
  perform amc_history.raise_alert('late_execution', 'Once more', 'amcpgtap1');
end;
$$;
set local role service_role;
select is(pg_temp.resolve('no_instance'), 'applied', 'with the secret key all may be put aside');
reset role;
select is(pg_temp.open_alerts(), array['late_execution', 'reconnect_needed', 'unknown_outcome'],
  'what happens again opens anew');
do $$
begin
  perform confirm_no_execution(pg_temp.attempt());
  perform amc_history.connect_instance('amcpgtap1', 'ENTITYPGTAP', 'ATVPDKIKX0DER', 'NA',
    '{"client_id": "c", "client_secret": "s", "refresh_token": "r"}');
end;
$$;
select is(pg_temp.open_alerts(), array['late_execution'], 'a cause that is gone resolves its alert');
do $$
begin
  -- By hand, while somebody raises one late.
  perform amc_history.raise_alert('unknown_outcome', 'Late', 'amcpgtap1', pg_temp.week(1));
  insert into ids select 'late', id from tracking_alerts where code = 'unknown_outcome' and resolved_at is null;
end;
$$;
select is(pg_temp.resolve('late'), 'applied', 'and one that is gone may be put aside');

select * from finish();
rollback;
