import {
  inSqlFunction,
  type Mutant,
  tiedToAccounts,
  withoutTrigger,
} from "../support/mutant.ts";

/** Guards of teams: memberships, invitations, and who stands behind a collection. */
export const TEAMS: Mutant[] = [
  {
    name: "an-admin-is-left",
    guard: "an instance keeps an admin, whatever statement ends a membership",
    off: "no trigger looks for one at the end of a transaction",
    edits: [withoutTrigger("public.amc_instance_members", "keep_an_admin")],
    tests: ["keep_an_admin", "concurrency/teams"],
  },
  {
    name: "account-can-be-deleted",
    guard: "the last admin's account can be deleted",
    off: "keep_an_admin refuses it like every other statement",
    edits: [
      inSqlFunction(
        "amc_history.keep_an_admin",
        "exists (select from auth.users u where u.id = old.user_id)",
        "true",
      ),
    ],
    tests: ["keep_an_admin"],
  },
  {
    name: "teams-change-in-turn",
    guard: "of two changes of a team the second sees the first",
    off: "a change of memberships does not lock its instance",
    edits: [
      inSqlFunction(
        "amc_history.follow_memberships",
        "perform from public.amc_instances i where i.id = any (instances) order by i.id for no key update;",
        "",
      ),
      inSqlFunction(
        "amc_history.lock_membership",
        "perform from public.amc_instances i where i.id = any (lock_membership.instance_ids) order by i.id for no key update;",
        "",
      ),
    ],
    tests: ["concurrency/teams"],
  },
  {
    name: "members-before-instances",
    guard: "an account that is deleted while its role changes is no deadlock",
    off: "lock_membership leaves the membership to the statement",
    edits: [
      inSqlFunction(
        "amc_history.lock_membership",
        "perform from public.amc_instance_members m where m.instance_id = any (lock_membership.instance_ids) and m.user_id = lock_membership.user_id order by m.instance_id for update;",
        "",
      ),
    ],
    tests: ["concurrency/teams"],
  },
  {
    name: "admin-under-the-lock",
    guard: "an admin who was demoted meanwhile changes nobody",
    off: "change_membership does not ask again",
    edits: [
      inSqlFunction(
        "amc_history.change_membership",
        "perform amc_history.require_admin(change_membership.instance_id);",
        "",
      ),
    ],
    tests: ["concurrency/teams"],
  },
  {
    name: "admins-remove",
    guard: "only admins remove members",
    off: "remove_member does not ask, nor does change_membership",
    edits: [
      inSqlFunction(
        "amc_history.remove_member",
        "perform amc_history.require_admin(remove_member.instance_id);",
        "",
      ),
      inSqlFunction(
        "amc_history.change_membership",
        "perform amc_history.require_admin(change_membership.instance_id);",
        "",
      ),
    ],
    tests: ["remove_member"],
  },
  {
    name: "members-list-members",
    guard: "only members see who belongs to an instance",
    off: "list_members answers whoever asks",
    edits: [
      inSqlFunction(
        "amc_history.list_members",
        "and amc_history.role_on(i.id) is not null",
        "",
      ),
    ],
    tests: ["list_members"],
  },
  {
    name: "invitation-for-its-address",
    guard: "an invitation that names an address is for its confirmed owner",
    off: "open_invitations does not compare it",
    edits: [
      inSqlFunction(
        "amc_history.open_invitations",
        "one.email <> coalesce((select lower(u.email) from auth.users u where u.id = auth.uid() and u.email_confirmed_at is not null), '')",
        "false",
      ),
    ],
    tests: ["accept_invitation"],
  },
  {
    name: "invited-address-confirmed",
    guard: "an address that is not confirmed is nobody's",
    off: "open_invitations takes any address",
    edits: [
      inSqlFunction(
        "amc_history.open_invitations",
        "and u.email_confirmed_at is not null",
        "",
      ),
    ],
    tests: ["accept_invitation"],
  },
  {
    name: "invitation-once",
    guard: "an invitation is accepted once, of two at once too",
    off: "open_invitations locks neither instance nor invitation",
    edits: [
      inSqlFunction(
        "amc_history.open_invitations",
        "perform amc_history.lock_membership(array(select v.instance_id from public.invitations v where v.token_hash = hash), auth.uid());",
        "",
      ),
      inSqlFunction(
        "amc_history.open_invitations",
        "perform from public.invitations v where v.token_hash = hash order by v.id for update;",
        "",
      ),
    ],
    tests: ["concurrency/teams"],
  },
  {
    name: "invitation-expires",
    guard: "an invitation is accepted within its days",
    off: "open_invitations looks at no clock",
    edits: [
      inSqlFunction(
        "amc_history.open_invitations",
        "one.expires_at <= amc_history.clock_now()",
        "false",
      ),
    ],
    tests: ["accept_invitation"],
  },
  {
    name: "invitation-lowers-none",
    guard: "an invitation lowers nobody's role",
    off: "accept_invitation gives its role to every member",
    edits: [
      inSqlFunction(
        "amc_history.accept_invitation",
        "where array_position(roles, m.role) < array_position(roles, excluded.role)",
        "",
      ),
    ],
    tests: ["accept_invitation"],
  },
  {
    name: "no-way-back",
    guard: "who is no admin any more has no open invitation",
    off: "no trigger withdraws them",
    edits: [
      withoutTrigger(
        "public.amc_instance_members",
        "withdraw_of_demoted_admins",
      ),
      withoutTrigger(
        "public.amc_instance_members",
        "withdraw_of_removed_admins",
      ),
    ],
    tests: ["accept_invitation"],
  },
  {
    name: "invite-everywhere-admin",
    guard: "only who administers each of the instances invites to them",
    off: "invite and check_invitation do not ask",
    edits: [
      inSqlFunction(
        "amc_history.invite",
        "perform amc_history.require_admin(i) from unnest(instances) i;",
        "",
      ),
      inSqlFunction(
        "amc_history.check_invitation",
        "perform amc_history.require_admin(i) from unnest(check_invitation.instance_ids) i;",
        "",
      ),
    ],
    tests: ["invite/"],
  },
  {
    name: "somebody-stands-behind",
    guard: "nothing of a collection begins while nobody stands behind it",
    off: "claims do not ask for it",
    edits: [
      inSqlFunction(
        "amc_history.due_collections",
        "s.kind in ('collection', 'standing', 'workflow_save',",
        "s.kind in ('collection', 'workflow_save',",
      ),
    ],
    tests: ["take_over_collection"],
  },
  {
    name: "viewers-stand-behind-nothing",
    guard: "who may only read stands behind nothing",
    off: "is_backed takes every member",
    edits: [
      inSqlFunction(
        "amc_history.is_backed",
        "and m.role in ('analyst', 'admin')",
        "",
      ),
    ],
    tests: ["take_over_collection"],
  },
  {
    name: "odd-collection-alone",
    guard: "a collection that cannot be settled holds up no change of a team",
    off: "settle_standing passes its error on",
    edits: [
      inSqlFunction(
        "amc_history.settle_standing",
        "exception when others then",
        "exception when sqlstate 'AH999' then",
      ),
    ],
    tests: ["take_over_collection"],
  },
  {
    name: "deleted-accounts-stand-behind-nothing",
    guard: "the deletion of an account holds up what stood by it alone",
    off: "no trigger follows memberships and backers that are deleted",
    edits: [
      withoutTrigger(
        "public.amc_instance_members",
        "settle_standing_of_removed",
      ),
      withoutTrigger("public.collection_backers", "settle_standing_without"),
    ],
    tests: ["take_over_collection"],
  },
  {
    name: "policy-needs-somebody",
    guard: "a policy restates nothing while nobody stands behind it",
    off: "weeks_to_restate does not ask for it",
    edits: [
      inSqlFunction(
        "amc_history.weeks_to_restate",
        "and not amc_history.is_held_up('standing', c.id::text)",
        "",
      ),
    ],
    tests: ["take_over_collection/neither"],
  },
  {
    name: "dry-run-needs-somebody",
    guard: "no query is compiled for a collection behind which nobody stands",
    off: "versions_to_check does not ask for it",
    edits: [
      inSqlFunction(
        "amc_history.versions_to_check",
        "and not amc_history.is_held_up('standing', c.id::text)",
        "",
      ),
    ],
    tests: ["take_over_collection/neither"],
  },
  {
    name: "account-locks-nothing",
    guard: "an account is deleted without a lock on what it asked for",
    off: "weeks and collections are tied to it",
    edits: [
      tiedToAccounts("public.report_data_weeks", "requested_by"),
      tiedToAccounts("public.report_data_collections", "created_by"),
    ],
    tests: ["tests/concurrency/deleted_accounts"],
  },
];
