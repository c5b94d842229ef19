import {
  indexNotUnique,
  inSqlFunction,
  type Mutant,
  withoutTrigger,
} from "../support/mutant.ts";

/** claimable_weeks does not look for a live attempt of the same window. */
const LIVE_IN_WINDOW = inSqlFunction(
  "amc_history.claimable_weeks",
  "a.is_live and a.window_key = ",
  "false and a.window_key = ",
);

/** Guards of claiming: the intent comes first, and within the limits of the instance. */
export const CLAIMING: Mutant[] = [
  {
    name: "intent-first",
    guard: "the intent is committed before the claim is answered",
    off: "the claim takes its attempts back before it answers",
    edits: [
      inSqlFunction(
        "public.claim_due_weeks",
        "    left_to_claim := left_to_claim - cardinality(claimed);\n",
        "    left_to_claim := left_to_claim - cardinality(claimed);\n    delete from public.week_attempts a where a.state = 'intended';\n",
      ),
    ],
    tests: ["claim_due_weeks/writes_the_intent"],
  },
  {
    name: "one-live-per-week-index",
    guard: "a week has one live attempt",
    off: "index one_live_attempt_per_week is not unique",
    edits: [
      indexNotUnique("public.one_live_attempt_per_week"),
    ],
    tests: ["week_attempts/one_is_live"],
  },
  {
    name: "one-live-per-week",
    guard: "a week with a live attempt is not claimed",
    off:
      "claimable_weeks looks neither for one of the week nor for one of its window, and neither index is unique",
    edits: [
      inSqlFunction(
        "amc_history.claimable_weeks",
        "and not exists (select from public.week_attempts a where a.week_id = w.id and a.is_live)",
        "",
      ),
      LIVE_IN_WINDOW,
      indexNotUnique("public.one_live_attempt_per_week"),
      indexNotUnique("public.one_live_attempt_per_window"),
    ],
    tests: ["claim_due_weeks/takes_only"],
  },
  {
    name: "slot-index",
    guard: "a slot has one live attempt",
    off: "index one_live_attempt_per_slot is not unique",
    edits: [
      indexNotUnique("public.one_live_attempt_per_slot"),
    ],
    tests: ["week_attempts/one_is_live"],
  },
  {
    name: "cap-trigger",
    guard: "no attempt has a slot beyond max_parallel",
    off: "trigger forbid_slot_beyond_cap accepts any slot",
    edits: [
      inSqlFunction(
        "amc_history.forbid_slot_beyond_cap",
        "if new.slot > cap then",
        "if false then",
      ),
    ],
    tests: ["week_attempts/slot_beyond"],
  },
  {
    name: "slot-while-it-runs",
    guard: "an attempt has a slot until its execution ended at AMC",
    off: "trigger forbid_slot_beyond_cap accepts none",
    edits: [
      inSqlFunction(
        "amc_history.forbid_slot_beyond_cap",
        "if new.slot is null",
        "if false",
      ),
    ],
    tests: ["week_attempts/what_may_run"],
  },
  {
    name: "held-results-take-no-slot",
    guard: "a result that waits to be loaded takes no slot",
    off: "every live attempt takes its slot, whether its execution has ended",
    edits: [
      inSqlFunction(
        "amc_history.taken_slots",
        "e.id = a.execution_id and e.has_ended",
        "false",
      ),
    ],
    tests: ["claim_due_weeks/held_results"],
  },
  {
    name: "window-index",
    guard: "a window has one live attempt",
    off: "index one_live_attempt_per_window is not unique",
    edits: [
      indexNotUnique("public.one_live_attempt_per_window"),
    ],
    tests: ["week_attempts/one_is_live"],
  },
  {
    name: "window-in-claim",
    guard: "a week that waits for another of its window is not actionable",
    off: "claimable_weeks does not look for one",
    edits: [
      LIVE_IN_WINDOW,
    ],
    tests: ["dispatch_collect/week_behind"],
  },
  {
    name: "window",
    guard: "two collections of one window do not run it at the same time",
    off: "no claim looks for a live attempt, and the index is not unique",
    edits: [
      LIVE_IN_WINDOW,
      indexNotUnique("public.one_live_attempt_per_window"),
    ],
    tests: ["claim_due_weeks/same_window"],
  },
  {
    name: "window-at-once",
    guard: "two due weeks of one window are claimed one after the other",
    off: "both are picked, and claiming both at once is an error",
    edits: [
      inSqlFunction(
        "amc_history.pick_weeks",
        "distinct on (k.window_key) k.*",
        "k.*",
      ),
      inSqlFunction(
        "amc_history.insert_intents",
        "on conflict do nothing\n    returning *",
        "returning *",
      ),
    ],
    tests: ["claim_due_weeks/same_window"],
  },
  {
    name: "gate",
    guard: "nothing is claimed for a paused instance",
    off: "claim_due_weeks does not read paused_until",
    edits: [
      inSqlFunction(
        "public.claim_due_weeks",
        "where coalesce(i.paused_until <= now_at, true)",
        "where true",
      ),
    ],
    tests: ["claim_due_weeks/paused_instance"],
  },
  {
    name: "running-elsewhere",
    guard: "executions from elsewhere take slots",
    off: "free_slots does not subtract running_elsewhere",
    edits: [
      inSqlFunction(
        "amc_history.free_slots",
        "(instance).max_parallel - (instance).running_elsewhere",
        "(instance).max_parallel",
      ),
    ],
    tests: ["claim_due_weeks/executions_of_others"],
  },
  {
    name: "daily-limit",
    guard: "at most daily_limit attempts begin in 24 hours",
    off: "free_slots ignores the daily limit",
    edits: [
      inSqlFunction(
        "amc_history.free_slots",
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
      inSqlFunction(
        "public.claim_due_weeks",
        "limit claim_due_weeks.max_weeks\n    for no key update skip locked",
        "limit claim_due_weeks.max_weeks",
      ),
    ],
    tests: ["tests/concurrency/"],
  },
  {
    name: "probe-for-a-person",
    guard: "a try whose outcome a person has to settle holds up no other",
    off: "it counts for as long as it lives",
    edits: [
      inSqlFunction(
        "amc_history.is_probed",
        "and (a.state <> 'unknown' or a.settle_after > amc_history.clock_now())",
        "",
      ),
    ],
    tests: ["claim_due_weeks/what_is_held_up"],
  },
  {
    name: "survey-after-restore",
    guard: "after a gap in the schedule, open weeks are looked for again",
    off: "no gap is long enough",
    edits: [
      inSqlFunction(
        "amc_history.survey_after_gap",
        "if last_run < amc_history.clock_now() - (amc_history.allowances()).restore_gap then",
        "if false then",
      ),
    ],
    tests: ["after_restore/"],
  },
  {
    name: "restore-marks-nothing",
    guard: "what is open in a restored backup is looked for in AMC's list",
    off: "after_restore marks no week",
    edits: [
      inSqlFunction(
        "amc_history.after_restore",
        "and (w.due_at is not null or w.finished_at is null)",
        "and false",
      ),
    ],
    tests: ["years/restored"],
  },
  {
    name: "survey-first",
    guard: "AMC's list is read before a week's first create",
    off: "claimable_weeks does not read surveyed_at",
    edits: [
      inSqlFunction(
        "amc_history.claimable_weeks",
        "and w.surveyed_at is not null",
        "",
      ),
    ],
    tests: ["claim_due_weeks/collection_waits"],
  },
  {
    name: "fingerprint",
    guard: "each attempt has a fingerprint of its own",
    off: "all attempts have the same one",
    edits: [
      inSqlFunction(
        "amc_history.insert_intents",
        "floor(random() * 64801)",
        "floor(0.5 * 64801)",
      ),
    ],
    tests: ["claim_due_weeks/fingerprint"],
  },
  {
    name: "survey-of-what-becomes-due",
    guard: "a week that becomes due after a restore is looked for",
    off: "trigger survey_after_restore never fires",
    edits: [
      withoutTrigger("public.report_data_weeks", "survey_after_restore"),
    ],
    tests: ["after_restore/restatements"],
  },
  {
    name: "adopted-restatement-shows-the-old",
    guard:
      "a restatement that is adopted shows the old result until its own is in",
    off: "it shows its own at once",
    edits: [
      inSqlFunction(
        "amc_history.adopt_execution",
        "execution_id = case w.status when 'completed' then w.execution_id else adopt_execution.execution_id end",
        "execution_id = adopt_execution.execution_id",
      ),
    ],
    tests: ["after_restore/restatements"],
  },
];
