-- Memberships: who belongs to an instance with which role, how that changes, and that an admin is always left.
--
-- Whoever changes memberships locks the rows that are there first, then their instances: the order in which the
-- deletion of an account goes too.

create function amc_history.lock_membership(instance_ids text[], user_id uuid) returns void
language plpgsql set search_path = ''
as $$
begin
  perform from public.amc_instance_members m
  where m.instance_id = any (lock_membership.instance_ids) and m.user_id = lock_membership.user_id
  order by m.instance_id for update;
  perform from public.amc_instances i where i.id = any (lock_membership.instance_ids) order by i.id for no key update;
end;
$$;
comment on function amc_history.lock_membership(text[], uuid) is
  $$Locks a user's memberships of instances, and then these instances: of two changes of a team, the second sees what
the first one made.$$;

create function amc_history.has_admin(instance_id text) returns boolean
language plpgsql volatile set search_path = ''
as $$
begin
  return exists (select from public.amc_instance_members m
    where m.instance_id = has_admin.instance_id and m.role = 'admin');
end;
$$;
comment on function amc_history.has_admin(text) is 'Whether an instance has an admin.';

create function amc_history.refuse_last_admin(instance_id text) returns void
language plpgsql set search_path = ''
as $$
begin
  perform amc_history.refuse('last_admin', format('Expected that instance %s keeps an admin, and this is its last one.',
    refuse_last_admin.instance_id), 'Make another member an admin first.', 'PT409');
end;
$$;
comment on function amc_history.refuse_last_admin(text) is
  'Refuses with last_admin, HTTP status 409: an instance would have no admin any more.';

create function amc_history.follow_memberships() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  instances text[];
begin
  case tg_op
    when 'INSERT' then
      instances := array(select distinct n.instance_id from new_members n);
    when 'DELETE' then
      instances := array(select distinct o.instance_id from old_members o);
    else
      instances := array(select o.instance_id from old_members o union select n.instance_id from new_members n);
  end case;
  perform from public.amc_instances i where i.id = any (instances) order by i.id for no key update;
  if tg_op = 'INSERT' then
    perform amc_history.record_action('member_added', n.instance_id,
      detail => jsonb_build_object('member', n.user_id, 'role', n.role))
    from new_members n;
  elsif tg_op = 'DELETE' then
    perform amc_history.record_action(case when o.user_id = auth.uid() then 'member_left' else 'member_removed' end,
      o.instance_id, detail => jsonb_build_object('member', o.user_id, 'role', o.role))
    from old_members o join public.amc_instances i on i.id = o.instance_id;
  else
    perform amc_history.record_action('member_role_set', n.instance_id,
      detail => jsonb_build_object('member', n.user_id, 'role', n.role, 'before', o.role))
    from new_members n join old_members o on o.instance_id = n.instance_id and o.user_id = n.user_id
    where o.role <> n.role;
  end if;
  perform amc_history.end_stoppage('admins', i.id) from unnest(instances) i(id) where amc_history.has_admin(i.id);
  return null;
end;
$$;
comment on function amc_history.follow_memberships() is
  $$Locks the instances whose memberships changed, whoever changed them, until the transaction's end; leaves an event
for each (member_added, member_role_set, member_left, member_removed, which the deletion of an account leaves too); and
ends the stoppage of an instance that has an admin again. Definer: whoever deletes an account may not write here.$$;
create trigger follow_added_memberships after insert on public.amc_instance_members
  referencing new table as new_members for each statement execute function amc_history.follow_memberships();
create trigger follow_changed_memberships after update on public.amc_instance_members
  referencing old table as old_members new table as new_members
  for each statement execute function amc_history.follow_memberships();
create trigger follow_removed_memberships after delete on public.amc_instance_members
  referencing old table as old_members for each statement execute function amc_history.follow_memberships();

create function amc_history.keep_an_admin() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if amc_history.has_admin(old.instance_id)
    or not exists (select from public.amc_instances i where i.id = old.instance_id) then
    return null;
  elsif exists (select from auth.users u where u.id = old.user_id) then
    perform amc_history.refuse_last_admin(old.instance_id);
  end if;
  -- An account can always be deleted.
  perform amc_history.record_stoppage('admins', old.instance_id, 'no_admin', 'amc_history',
    'The account of the last admin was deleted: nobody can invite, remove or change members.', old.instance_id,
    waits_for_person => true);
  return null;
end;
$$;
comment on function amc_history.keep_an_admin() is
  $$Refuses what leaves an instance without an admin (last_admin), at the end of the transaction; but for the deletion
of the instance, and of the admin's account, which opens a stoppage that waits for the operator. Definer: see
amc_history.follow_memberships.$$;
create constraint trigger keep_an_admin after update or delete on public.amc_instance_members
  deferrable initially deferred for each row when (old.role = 'admin')
  execute function amc_history.keep_an_admin();

create function amc_history.check_role(role text) returns void
language plpgsql set search_path = ''
as $$
begin
  if not coalesce(check_role.role in ('admin', 'analyst', 'viewer'), false) then
    perform amc_history.refuse('role_unknown', format('Expected the role admin, analyst or viewer, got %s.',
      coalesce(quote_literal(left(check_role.role, 100)), 'null')), 'See the comment of amc_instance_members.role.');
  end if;
end;
$$;
comment on function amc_history.check_role(text) is 'Refuses what is no role (role_unknown).';

create function amc_history.require_admin(instance_id text) returns void
language plpgsql set search_path = ''
as $$
begin
  if not exists (select from public.amc_instances i
      where i.id = require_admin.instance_id and amc_history.role_on(i.id) is not null) then
    perform amc_history.refuse('instance_not_found', format('No instance %s that you may see.',
      coalesce(quote_literal(left(require_admin.instance_id, 100)), 'null')), 'Check the id.', 'PT404');
  end if;
  perform amc_history.require_role(require_admin.instance_id, 'admin');
end;
$$;
comment on function amc_history.require_admin(text) is
  'Refuses whoever is no member of an instance (instance_not_found), or no admin of it (role_too_low).';

create function amc_history.change_membership(instance_id text, user_id uuid, role text) returns public.control_report
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  former text;
begin
  perform amc_history.lock_membership(array[change_membership.instance_id], change_membership.user_id);
  if change_membership.role is not null or change_membership.user_id is distinct from auth.uid() then
    -- Again, under the lock: an admin who was removed or demoted meanwhile changes nobody.
    perform amc_history.require_admin(change_membership.instance_id);
  end if;
  select m.role into former from public.amc_instance_members m
  where m.instance_id = change_membership.instance_id and m.user_id = change_membership.user_id;
  if not found then
    perform amc_history.refuse('member_not_found', format('Instance %s has no member %s.',
      change_membership.instance_id, coalesce(change_membership.user_id::text, 'null')),
      'list_members answers the ids.', 'PT404');
  elsif former = change_membership.role then
    return row('already_applied', null, 0)::public.control_report;
  end if;
  if change_membership.role is null then
    delete from public.amc_instance_members m
    where m.instance_id = change_membership.instance_id and m.user_id = change_membership.user_id;
  else
    update public.amc_instance_members m set role = change_membership.role
    where m.instance_id = change_membership.instance_id and m.user_id = change_membership.user_id;
  end if;
  if former = 'admin' and not amc_history.has_admin(change_membership.instance_id) then
    perform amc_history.refuse_last_admin(change_membership.instance_id);
  end if;
  return row('applied', null, 0)::public.control_report;
end;
$$;
comment on function amc_history.change_membership(text, uuid, text) is
  $$Gives a member of an instance another role, or removes the member (role: null). For admins, and for who leaves.
Refuses with member_not_found, last_admin, and as amc_history.require_admin does.$$;
