-- Teams: what people do with memberships. The rules are those of amc_history.change_membership.

create function amc_history.set_role(instance_id text, user_id uuid, role text) returns public.control_report
language plpgsql security definer set search_path = ''
as $$
begin
  perform amc_history.require_admin(set_role.instance_id);
  perform amc_history.check_role(set_role.role);
  return amc_history.change_membership(set_role.instance_id, set_role.user_id, set_role.role);
end;
$$;
comment on function amc_history.set_role(text, uuid, text) is
  'See public.set_role. Definer: users may not write memberships.';

create function amc_history.remove_member(instance_id text, user_id uuid) returns public.control_report
language plpgsql security definer set search_path = ''
as $$
begin
  perform amc_history.require_admin(remove_member.instance_id);
  return amc_history.change_membership(remove_member.instance_id, remove_member.user_id, null);
end;
$$;
comment on function amc_history.remove_member(text, uuid) is
  'See public.remove_member. Definer: users may not write memberships.';

create function amc_history.leave_instance(instance_id text) returns public.control_report
language plpgsql security definer set search_path = ''
as $$
begin
  if not exists (select from public.amc_instance_members m
      where m.instance_id = leave_instance.instance_id and m.user_id = auth.uid()) then
    perform amc_history.refuse('instance_not_found', format('No instance %s of which you are a member.',
      coalesce(quote_literal(left(leave_instance.instance_id, 100)), 'null')), 'Check the id.', 'PT404');
  end if;
  return amc_history.change_membership(leave_instance.instance_id, auth.uid(), null);
end;
$$;
comment on function amc_history.leave_instance(text) is
  'See public.leave_instance. Definer: users may not write memberships.';

create function amc_history.list_members(instance_id text)
returns table (user_id uuid, email text, role text, added_at timestamptz)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
begin
  if not exists (select from public.amc_instances i
      where i.id = list_members.instance_id and amc_history.role_on(i.id) is not null) then
    perform amc_history.refuse('instance_not_found', format('No instance %s that you may see.',
      coalesce(quote_literal(left(list_members.instance_id, 100)), 'null')), 'Check the id.', 'PT404');
  end if;
  return query
  select m.user_id, u.email::text, m.role, m.added_at
  from public.amc_instance_members m join auth.users u on u.id = m.user_id
  where m.instance_id = list_members.instance_id
  order by array_position(array['admin', 'analyst', 'viewer'], m.role), u.email, m.user_id;
end;
$$;
comment on function amc_history.list_members(text) is
  'See public.list_members. Definer: the addresses are in auth.users, on which no API role has a right.';

create function public.set_role(instance_id text, user_id uuid, role text) returns public.control_report
language sql set search_path = ''
as $$ select amc_history.set_role(set_role.instance_id, set_role.user_id, set_role.role); $$;
comment on function public.set_role(text, uuid, text) is
  $$Gives a member of an instance another role: admin, analyst or viewer. Answers {outcome, reason, weeks}: applied,
already_applied. Refuses with instance_not_found, member_not_found, role_unknown, role_too_low, and last_admin (409): an
instance keeps an admin. For admins.$$;

create function public.remove_member(instance_id text, user_id uuid) returns public.control_report
language sql set search_path = ''
as $$ select amc_history.remove_member(remove_member.instance_id, remove_member.user_id); $$;
comment on function public.remove_member(text, uuid) is
  $$Removes a member from an instance, who sees nothing of it from that moment. Answers {outcome, reason, weeks}:
applied. Refuses with instance_not_found, member_not_found, role_too_low, last_admin. For admins.$$;

create function public.leave_instance(instance_id text) returns public.control_report
language sql set search_path = ''
as $$ select amc_history.leave_instance(leave_instance.instance_id); $$;
comment on function public.leave_instance(text) is
  $$Ends the caller's membership of an instance. Answers {outcome, reason, weeks}: applied. Refuses with
instance_not_found, last_admin. For every member.$$;

create function public.list_members(instance_id text)
returns table (user_id uuid, email text, role text, added_at timestamptz)
language sql stable set search_path = ''
as $$ select * from amc_history.list_members(list_members.instance_id); $$;
comment on function public.list_members(text) is
  $$The members of an instance, admins first: their id, address, role and since when they are. Refuses with
instance_not_found. For every member.$$;
