-- An instance keeps an admin, by whatever statement a membership ends; but it and each account can be deleted.
begin;
\ir ../../_shared/three_weeks.psql
select plan(16);

-- What comes of a statement at the end of its transaction. Its effect stays if it is taken.
create function pg_temp.commit(statement text) returns text language plpgsql as $$
declare
  code text;
begin
  execute statement;
  set constraints all immediate;
  set constraints all deferred;
  return 'taken';
exception
  when others then
    get stacked diagnostics code = pg_exception_detail;
    return code;
end;
$$;
create function pg_temp.held() returns text[] language sql as $$
  select array_agg(concat_ws(' ', s.kind, s.code, s.retry_at, a.message is not null) order by s.kind)
  from stoppages s left join tracking_alerts a on a.resolved_at is null and a.subject = s.kind || ' ' || s.subject
  where s.ended_at is null $$;

select is(pg_temp.commit(statement), 'last_admin', statement)
from unnest(array[
  'delete from amc_instance_members',
  'update amc_instance_members set role = ''viewer''',
  format('update amc_instance_members set user_id = %L, role = ''analyst''', pg_temp.user_id('other'))]) statement;
select is(pg_temp.commit(format('update amc_instance_members set user_id = %L', pg_temp.user_id('other'))), 'taken',
  'who is admin may change');
select is(pg_temp.commit(format($s$with gone as (delete from amc_instance_members returning *)
  insert into amc_instance_members select instance_id, %L, 'admin' from gone$s$, pg_temp.user_id('owner'))), 'taken',
  'in one statement too');
select is(pg_temp.held(), null, 'nothing is held up');

-- The last admin's account is deleted.
insert into amc_instance_members (instance_id, user_id, role) values
  ('amcpgtap1', pg_temp.user_id('colleague'), 'analyst');
select is(pg_temp.commit(format('delete from auth.users where id = %L', pg_temp.user_id('owner'))), 'taken',
  'an account can always be deleted');
select is((select count(*) from amc_instances), 1::bigint, 'the instance stays');
select ok('admins no_admin t' = any (pg_temp.held()), 'a person is alerted, and nothing but a person ends it');
select is((select created_by from report_data_collections), pg_temp.user_id('owner'),
  'and so does what was collected, with the id of who asked');
select is((select count(*) from tracking_events where event = 'member_removed' and actor is not null), 2::bigint,
  'with an event each');
select is(pg_temp.commit($$ delete from amc_instance_members where role = 'analyst' $$), 'taken',
  'members can go on leaving');
select is(amc_history.add_member('amcpgtap1', 'colleague@pgtap.test', 'viewer'), pg_temp.user_id('colleague'),
  'a viewer does not mend it');
select ok('admins no_admin t' = any (pg_temp.held()), 'it still has no admin');
do $$ begin perform amc_history.add_member('amcpgtap1', 'colleague@pgtap.test'); end $$;
select ok(not 'admins no_admin t' = any (coalesce(pg_temp.held(), '{}')), 'add_member with the role admin does');

delete from report_data_collections;
delete from amc_workflows;
select is(pg_temp.commit('delete from amc_instances'), 'taken', 'the instance can be deleted with its last admin');

select * from finish();
rollback;
