-- Invitations: an admin hands over a link, and whoever is signed in and opens it becomes a member.
--
-- The link's token is answered once and kept as its SHA-256. Each instance has a row of its own, so that each one's
-- admins see and withdraw what concerns them; one token may name several instances.

create table public.invitations (
  id uuid primary key default gen_random_uuid(),
  instance_id text not null references public.amc_instances (id) on delete cascade,
  role text not null
    constraint invited_role_is_known check (role in ('admin', 'analyst', 'viewer')),
  email text
    constraint email_is_an_address check (email ~ '^[^@[:space:][:cntrl:]]+@[^@[:space:][:cntrl:]]+$'
      and char_length(email) <= 254),
  token_hash bytea not null,
  invited_by uuid references auth.users (id) on delete cascade,
  created_at timestamptz not null default amc_history.clock_now(),
  expires_at timestamptz not null,
  accepted_at timestamptz,
  accepted_by uuid references auth.users (id) on delete cascade,
  withdrawn_at timestamptz,
  constraint accepted_is_not_withdrawn check (accepted_at is null or withdrawn_at is null),
  constraint one_invitation_of_a_token unique (token_hash, instance_id)
);

create index invitations_instance_id_idx on public.invitations (instance_id);
create index invitations_invited_by_idx on public.invitations (invited_by);
create index invitations_accepted_by_idx on public.invitations (accepted_by);

comment on table public.invitations is
  $$Invitations to become a member of an instance. Its admins see them; open are those that are neither accepted nor
withdrawn, and have not expired.$$;
comment on column public.invitations.role is 'The role that it gives; nobody''s is lowered by it.';
comment on column public.invitations.email is
  'Only a user with this confirmed address may accept it; null: any signed-in user who has the link.';
comment on column public.invitations.token_hash is 'SHA-256 of the token, which is kept nowhere. No API role reads it.';
comment on column public.invitations.invited_by is
  'The admin who invited; null for an operator. It is withdrawn when the inviter is no admin any more.';

alter table public.invitations enable row level security;

create function amc_history.check_invitation(instance_ids text[], role text, email text, valid_days integer)
returns void
language plpgsql set search_path = ''
as $$
begin
  if not coalesce(cardinality(check_invitation.instance_ids) between 1 and 100, false) then
    perform amc_history.refuse('instances_out_of_range', format('Expected 1 to 100 instances, got %s.',
      cardinality(check_invitation.instance_ids)), 'Invite to some of them at a time.');
  end if;
  perform amc_history.require_admin(i) from unnest(check_invitation.instance_ids) i;
  perform amc_history.check_role(check_invitation.role);
  if char_length(check_invitation.email) > 254
    or check_invitation.email !~ '^[^@[:space:][:cntrl:]]+@[^@[:space:][:cntrl:]]+$' then
    perform amc_history.refuse('email_malformed', format('Expected one address, name@host, got %s.',
      quote_literal(left(check_invitation.email, 300))), 'Leave it out if any user with the link may accept.');
  elsif not coalesce(check_invitation.valid_days between 1 and 30, false) then
    perform amc_history.refuse('valid_days_out_of_range', format('Expected 1 to 30 days, got %s.',
      coalesce(check_invitation.valid_days::text, 'null')), 'An invitation that has expired is made anew.');
  end if;
end;
$$;
comment on function amc_history.check_invitation(text[], text, text, integer) is
  $$Refuses an invitation that the caller may not make (instance_not_found, role_too_low), or that cannot be
(instances_out_of_range, role_unknown, email_malformed, valid_days_out_of_range).$$;

create function amc_history.invite(instance_ids text[], role text, email text, valid_days integer) returns jsonb
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  -- Three random UUIDs have 366 random bits, of which SHA-256 makes 32 bytes.
  token constant text := translate(encode(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
    || uuid_send(gen_random_uuid())), 'base64'), '+/=', '-_');
  instances constant text[] := array(select distinct i from unnest(invite.instance_ids) i order by i);
  expires timestamptz;
  made jsonb;
begin
  perform amc_history.check_invitation(instances, invite.role, invite.email, invite.valid_days);
  expires := amc_history.clock_now() + make_interval(days => invite.valid_days);
  -- Under the lock: of two admins who invite at once the second counts what the first made.
  perform amc_history.lock_membership(instances, auth.uid());
  perform amc_history.require_admin(i) from unnest(instances) i;
  perform amc_history.refuse_beyond('too_many_invitations', (select count(*) from public.invitations v
      where v.instance_id = i and v.accepted_at is null and v.withdrawn_at is null
        and v.expires_at > amc_history.clock_now()),
    (amc_history.allowances()).invitations_of_instance, 'open invitations of the instance',
    'Withdraw one with withdraw_invitation, or wait until some expire.', 1)
  from unnest(instances) i;
  with inserted as (
    insert into public.invitations as v (instance_id, role, email, token_hash, invited_by, expires_at)
    select i, invite.role, lower(invite.email), sha256(convert_to(token, 'UTF8')), auth.uid(), expires
    from unnest(instances) i
    returning v.id, v.instance_id
  )
  select jsonb_agg(jsonb_build_object('id', n.id, 'instance_id', n.instance_id) order by n.instance_id) into made
  from inserted n;
  perform amc_history.record_action('member_invited', v ->> 'instance_id', detail => jsonb_build_object('invitation',
    v -> 'id', 'role', invite.role)) from jsonb_array_elements(made) v;
  return jsonb_build_object('token', token, 'expires_at', expires, 'invitations', made);
end;
$$;
comment on function amc_history.invite(text[], text, text, integer) is
  'See public.invite. Definer: users may not write invitations.';

create function amc_history.open_invitations(token text) returns setof public.invitations
language plpgsql volatile set search_path = ''
as $$
declare
  hash constant bytea := sha256(convert_to(open_invitations.token, 'UTF8'));
  one public.invitations;
begin
  perform amc_history.lock_membership(array(select v.instance_id from public.invitations v where v.token_hash = hash),
    auth.uid());
  perform from public.invitations v where v.token_hash = hash order by v.id for update;
  -- Of several instances some may be withdrawn: the others stay.
  select * into one from public.invitations v where v.token_hash = hash
  order by v.accepted_at nulls last, v.withdrawn_at nulls first limit 1;
  if one.id is null then
    perform amc_history.refuse('invitation_not_found', 'No invitation has this token.',
      'Open the whole link that you were given.', 'PT404');
  elsif one.accepted_at is not null then
    perform amc_history.refuse('invitation_used', 'This invitation was accepted before.',
      'Ask for a new one: each is for one person.', 'PT409');
  elsif one.withdrawn_at is not null then
    perform amc_history.refuse('invitation_withdrawn', 'This invitation was withdrawn.', 'Ask for a new one.', 'PT410');
  elsif one.expires_at <= amc_history.clock_now() then
    perform amc_history.refuse('invitation_expired', format('This invitation was valid until %s.', one.expires_at),
      'Ask for a new one.', 'PT410');
  elsif one.email <> coalesce((select lower(u.email) from auth.users u
      where u.id = auth.uid() and u.email_confirmed_at is not null), '') then
    -- Without the address: whoever has the link need not learn it.
    perform amc_history.refuse('invitation_for_another',
      'This invitation names another address than your confirmed one.',
      'Sign in with the address to which it was sent, and confirm it first.', 'PT403');
  end if;
  return query select v.* from public.invitations v where v.token_hash = hash and v.withdrawn_at is null;
end;
$$;
comment on function amc_history.open_invitations(text) is
  $$The invitations of a token that the signed-in user may accept now, locked, after the instances that they are to.
Refuses with invitation_not_found, invitation_used, invitation_withdrawn, invitation_expired,
invitation_for_another.$$;

create function amc_history.accept_invitation(token text) returns table (instance_id text, role text)
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  roles constant text[] := array['viewer', 'analyst', 'admin'];
  invitation public.invitations;
begin
  if auth.uid() is null then
    perform amc_history.refuse('user_needed', 'Expected a signed-in user, got none.',
      'Sign in, then open the link again.', 'PT403');
  end if;
  for invitation in
    select * from amc_history.open_invitations(accept_invitation.token) v order by v.instance_id
  loop
    insert into public.amc_instance_members as m (instance_id, user_id, role)
    values (invitation.instance_id, auth.uid(), invitation.role)
    on conflict (instance_id, user_id) do update set role = excluded.role
      where array_position(roles, m.role) < array_position(roles, excluded.role);
    update public.invitations v set accepted_at = amc_history.clock_now(), accepted_by = auth.uid()
    where v.id = invitation.id;
    perform amc_history.record_action('invitation_accepted', invitation.instance_id,
      detail => jsonb_build_object('invitation', invitation.id, 'invited_by', invitation.invited_by));
    return query select m.instance_id, m.role from public.amc_instance_members m
    where m.instance_id = invitation.instance_id and m.user_id = auth.uid();
  end loop;
end;
$$;
comment on function amc_history.accept_invitation(text) is
  'See public.accept_invitation. Definer: users may not write memberships and invitations.';

create function amc_history.withdraw_invitation(invitation_id uuid) returns public.control_report
language plpgsql security definer set search_path = ''
as $$
declare
  invitation public.invitations;
begin
  select * into invitation from public.invitations v
  where v.id = withdraw_invitation.invitation_id and amc_history.administers(v.instance_id);
  if not found then
    perform amc_history.refuse('invitation_not_found', format('No invitation %s to an instance of which you are admin.',
      coalesce(withdraw_invitation.invitation_id::text, 'null')), 'Check the id.', 'PT404');
  end if;
  update public.invitations v set withdrawn_at = amc_history.clock_now()
  where v.id = invitation.id and v.withdrawn_at is null and v.accepted_at is null;
  if found then
    perform amc_history.record_action('invitation_withdrawn', invitation.instance_id,
      detail => jsonb_build_object('invitation', invitation.id));
    return row('applied', null, 0)::public.control_report;
  elsif (select v.accepted_at from public.invitations v where v.id = invitation.id) is not null then
    perform amc_history.refuse('invitation_used', 'This invitation was accepted before.',
      'Call remove_member if its member is to go.', 'PT409');
  end if;
  return row('already_applied', null, 0)::public.control_report;
end;
$$;
comment on function amc_history.withdraw_invitation(uuid) is
  'See public.withdraw_invitation. Definer: users may not write invitations.';

create function amc_history.withdraw_of_former_admins() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  update public.invitations v set withdrawn_at = amc_history.clock_now()
  from old_members o
  where v.instance_id = o.instance_id and v.invited_by = o.user_id
    and v.accepted_at is null and v.withdrawn_at is null
    and not exists (select from public.amc_instance_members m
      where m.instance_id = v.instance_id and m.user_id = v.invited_by and m.role = 'admin');
  return null;
end;
$$;
comment on function amc_history.withdraw_of_former_admins() is
  $$Withdraws what members invited who are no admins any more: nobody comes back by a link of one's own. Definer: see
amc_history.follow_memberships.$$;
create trigger withdraw_of_demoted_admins after update on public.amc_instance_members
  referencing old table as old_members for each statement execute function amc_history.withdraw_of_former_admins();
create trigger withdraw_of_removed_admins after delete on public.amc_instance_members
  referencing old table as old_members for each statement execute function amc_history.withdraw_of_former_admins();

create function public.invite(
  instance_ids text[], role text, email text default null, valid_days integer default 7
) returns jsonb
language sql set search_path = ''
as $$ select amc_history.invite(invite.instance_ids, invite.role, invite.email, invite.valid_days); $$;
comment on function public.invite(text[], text, text, integer) is
  $$Invites one person to one or more instances (1 to 100). role: admin, analyst or viewer. email: the confirmed address
of who may accept; null for any user with the link. valid_days: 1 to 30. Answers {token, expires_at, invitations: [{id,
instance_id}]}: the token is answered here alone. Handing it over is the caller's. Refuses with instance_not_found,
role_too_low, instances_out_of_range, role_unknown, email_malformed, valid_days_out_of_range, and too_many_invitations
(429). For admins of each of the instances.$$;

create function public.accept_invitation(token text) returns table (instance_id text, role text)
language sql set search_path = ''
as $$ select * from amc_history.accept_invitation(accept_invitation.token); $$;
comment on function public.accept_invitation(text) is
  $$Makes the signed-in user a member of the instances that an invitation names, once. Answers each with the role that
the user has there: a higher one than the invitation's stays. Refuses with invitation_not_found, invitation_used (409),
invitation_withdrawn, invitation_expired (410), invitation_for_another, user_needed (403). For every signed-in user.$$;

create function public.withdraw_invitation(invitation_id uuid) returns public.control_report
language sql set search_path = ''
as $$ select amc_history.withdraw_invitation(withdraw_invitation.invitation_id); $$;
comment on function public.withdraw_invitation(uuid) is
  $$Withdraws an invitation to an instance. Answers {outcome, reason, weeks}: applied, already_applied.
Refuses with invitation_not_found, and with invitation_used (409) if it was accepted. For admins of the instance.$$;
