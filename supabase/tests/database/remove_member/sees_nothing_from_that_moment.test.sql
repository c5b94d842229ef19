-- Whoever leaves an instance, or is removed, sees nothing of it from that moment; the last admin can do neither.
begin;
\ir ../../_shared/three_weeks.psql
select plan(21);

insert into amc_instance_members (instance_id, user_id, role) values
  ('amcpgtap1', pg_temp.user_id('colleague'), 'analyst');
create function pg_temp.remove(member text) returns text language sql as $$
  select coalesce(pg_temp.refusal(format('select remove_member(%L, %L)', 'amcpgtap1', pg_temp.user_id(member))),
    'taken')
$$;
create function pg_temp.leave(instance text default 'amcpgtap1') returns text language sql as $$
  select coalesce(pg_temp.refusal(format('select leave_instance(%L)', instance)), 'taken')
$$;

select pg_temp.sign_in('colleague');
select is((select count(*) from report_data_weeks), 3::bigint, 'a member sees the weeks');
select is(pg_temp.remove('owner'), 'PT403 role_too_low', 'an analyst removes nobody');
select is(pg_temp.remove('colleague'), 'PT403 role_too_low', 'and leaves by leave_instance');
select is((leave_instance('amcpgtap1')).outcome, 'applied', 'which every member may call');
select is((select count(*) from report_data_weeks), 0::bigint, 'and sees nothing any more');
select is(pg_temp.leave(), 'PT404 instance_not_found', 'of which one leaves only once');
select is(pg_temp.leave('amcnone'), 'PT404 instance_not_found', 'like one that does not exist');
select is(pg_temp.leave(null), 'PT404 instance_not_found', 'or none');
reset role;
select pg_temp.sign_in('owner');
select is(pg_temp.leave(), 'PT409 last_admin', 'the last admin cannot leave');
select is(pg_temp.remove('owner'), 'PT409 last_admin', 'nor remove oneself');
select is(pg_temp.remove('other'), 'PT404 member_not_found', 'nor is there anybody else to remove');
reset role;
insert into amc_instance_members (instance_id, user_id, role) values
  ('amcpgtap1', pg_temp.user_id('colleague'), 'admin'), ('amcpgtap1', pg_temp.user_id('other'), 'viewer');
select pg_temp.sign_in('owner');
select is((remove_member('amcpgtap1', pg_temp.user_id('other'))).outcome, 'applied', 'an admin removes a viewer');
select is(pg_temp.leave(), 'taken', 'and leaves to another admin');
reset role;
select pg_temp.sign_in('other');
select is((select count(*) from amc_instances), 0::bigint, 'whoever was removed sees no instance');
select is(pg_temp.refusal($$ select list_members('amcpgtap1') $$), 'PT404 instance_not_found', 'and no members');
reset role;
select pg_temp.sign_in('owner');
select is((select count(*) from report_data_collections), 0::bigint, 'whoever started a collection sees it no more');
select is(pg_temp.refusal(format('select pause_collection(%L)', c.id)), 'PT404 collection_not_found',
  'and does not control it') from (select pg_temp.collection() as id) c;
select is(pg_temp.remove('colleague'), 'PT404 instance_not_found', 'nor anybody');
reset role;
select is((select array_agg(concat_ws(' ', event, n.name, detail ->> 'role') order by e.id)
  from tracking_events e, unnest(array['owner', 'other', 'colleague']) n(name)
  where event in ('member_left', 'member_removed') and e.actor = pg_temp.user_id(n.name)::text),
  array['member_left colleague analyst', 'member_removed owner viewer', 'member_left owner admin'],
  'each leaves an event, with who did it');
select set_config('request.jwt.claims', '{"role": "service_role"}', true);
set local role service_role;
select is(pg_temp.leave(), 'PT404 instance_not_found', 'service_role is no member that could leave');
select is(pg_temp.remove('colleague'), 'PT409 last_admin', 'and removes the last admin as little');

select * from finish();
rollback;
