import { edit, editEvery, type Mutant } from "../support/mutant.ts";
import { ATTEMPTS, TRACKING } from "./files.ts";

/** What sees to it that a create is intended first, and within what the instance allows. */
export const CLAIMING: Mutant[] = [
  {
    name: "intent-first",
    guard: "the intent is committed before the claim is answered",
    off: "the claim takes its attempts back before it answers",
    edits: [
      edit(
        ATTEMPTS,
        "    left_to_claim := left_to_claim - claimed;\n",
        "    left_to_claim := left_to_claim - claimed;\n    delete from public.week_attempts a where a.state = 'intended';\n",
      ),
    ],
    tests: ["claim_due_weeks/writes_the_intent"],
  },
  {
    name: "one-live-per-week-index",
    guard: "a week has one live attempt",
    off: "index one_live_attempt_per_week is not unique",
    edits: [
      edit(
        TRACKING,
        "create unique index one_live_attempt_per_week",
        "create index one_live_attempt_per_week",
      ),
    ],
    tests: ["week_attempts/one_is_live"],
  },
  {
    name: "one-live-per-week",
    guard: "a week with a live attempt is not claimed",
    off:
      "insert_intents looks neither for one of the week nor for one of its window, and neither index is unique",
    edits: [
      edit(
        ATTEMPTS,
        "and not exists (select from public.week_attempts a where a.week_id = w.id and a.state <> 'ended')",
        "",
      ),
      editEvery(
        ATTEMPTS,
        "a.state <> 'ended' and a.window_key = ",
        "false and a.window_key = ",
      ),
      edit(
        TRACKING,
        "create unique index one_live_attempt_per_week",
        "create index one_live_attempt_per_week",
      ),
      edit(
        TRACKING,
        "create unique index one_live_attempt_per_window",
        "create index one_live_attempt_per_window",
      ),
    ],
    tests: ["claim_due_weeks/takes_only"],
  },
  {
    name: "slot-index",
    guard: "a slot has one live attempt",
    off: "index one_live_attempt_per_slot is not unique",
    edits: [
      edit(
        TRACKING,
        "create unique index one_live_attempt_per_slot",
        "create index one_live_attempt_per_slot",
      ),
    ],
    tests: ["week_attempts/one_is_live"],
  },
  {
    name: "cap-trigger",
    guard: "there is no slot beyond max_parallel",
    off: "trigger forbid_slot_beyond_cap refuses nothing",
    edits: [edit(TRACKING, "if new.slot > cap then", "if false then")],
    tests: ["week_attempts/slot_beyond"],
  },
  {
    name: "window-index",
    guard: "a window has one live attempt",
    off: "index one_live_attempt_per_window is not unique",
    edits: [
      edit(
        TRACKING,
        "create unique index one_live_attempt_per_window",
        "create index one_live_attempt_per_window",
      ),
    ],
    tests: ["week_attempts/one_is_live"],
  },
  {
    name: "window-in-claim",
    guard: "a week that waits for another of its window is not actionable",
    off: "has_claimable_week and insert_intents do not look for one",
    edits: [
      editEvery(
        ATTEMPTS,
        "a.state <> 'ended' and a.window_key = ",
        "false and a.window_key = ",
      ),
    ],
    tests: ["dispatch_collect/week_behind"],
  },
  {
    name: "window",
    guard: "two collections of one window do not run it at the same time",
    off: "no claim looks for a live attempt, and the index is not unique",
    edits: [
      editEvery(
        ATTEMPTS,
        "a.state <> 'ended' and a.window_key = ",
        "false and a.window_key = ",
      ),
      edit(
        TRACKING,
        "create unique index one_live_attempt_per_window",
        "create index one_live_attempt_per_window",
      ),
    ],
    tests: ["claim_due_weeks/same_window"],
  },
  {
    name: "window-at-once",
    guard: "two weeks of one window that are due at once are taken one by one",
    off: "both in one claim are an error",
    edits: [
      edit(ATTEMPTS, "on conflict do nothing\n    returning *", "returning *"),
    ],
    tests: ["claim_due_weeks/same_window"],
  },
  {
    name: "gate",
    guard: "nothing is claimed for an instance that waits",
    off: "claim_due_weeks does not read paused_until",
    edits: [
      edit(
        ATTEMPTS,
        "where coalesce(i.paused_until <= now_at, true)",
        "where true",
      ),
    ],
    tests: ["claim_due_weeks/paused_instance"],
  },
  {
    name: "running-elsewhere",
    guard: "what runs elsewhere takes places",
    off: "free_slots does not subtract running_elsewhere",
    edits: [
      edit(
        ATTEMPTS,
        "(instance).max_parallel - (instance).running_elsewhere",
        "(instance).max_parallel",
      ),
    ],
    tests: ["claim_due_weeks/executions_of_others"],
  },
  {
    name: "daily-limit",
    guard: "there are no more attempts in 24 hours than daily_limit",
    off: "free_slots knows no daily limit",
    edits: [
      edit(
        ATTEMPTS,
        "coalesce((instance).daily_limit - ",
        "coalesce(null::integer - ",
      ),
    ],
    tests: ["claim_due_weeks/daily_limit"],
  },
  {
    name: "claim-lock",
    guard: "one worker at a time claims from an instance",
    off: "claim_due_weeks locks no instance",
    edits: [
      edit(
        ATTEMPTS,
        "limit claim_due_weeks.max_weeks\n    for no key update skip locked",
        "limit claim_due_weeks.max_weeks",
      ),
    ],
    tests: ["tests/concurrency/"],
  },
  {
    name: "survey-first",
    guard: "AMC's list is read before a collection's first create",
    off: "has_claimable_week and insert_intents do not read surveyed_at",
    edits: [editEvery(ATTEMPTS, "c.surveyed_at is not null", "true")],
    tests: ["claim_due_weeks/collection_waits"],
  },
  {
    name: "fingerprint",
    guard: "each attempt has a fingerprint of its own",
    off: "all send the same one",
    edits: [edit(ATTEMPTS, "floor(random() * 64801)", "floor(0.5 * 64801)")],
    tests: ["claim_due_weeks/fingerprint"],
  },
];
