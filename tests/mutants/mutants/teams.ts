import {
  inSqlFunction,
  type Mutant,
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
];
