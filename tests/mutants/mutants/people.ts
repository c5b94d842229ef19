import {
  inSqlFunction,
  inTsFunction,
  type Mutant,
  withoutTrigger,
} from "../support/mutant.ts";

/** Guards of what people request and resolve. */
export const PEOPLE: Mutant[] = [
  {
    name: "cancel-remembered",
    guard: "a requested cancel reaches an execution that becomes known later",
    off: "record_execution does not check for one",
    edits: [
      inSqlFunction(
        "public.record_execution",
        "where e.id = new_id and attempt.cancel_requested_at is not null",
        "where false",
      ),
    ],
    tests: [
      "database/cancel_collection",
      "tests/worker/control_collection_test",
    ],
  },
  {
    name: "cancelled-holds-its-slot",
    guard: "a cancelled attempt holds its slot until AMC shows that it ended",
    off: "request_cancel ends it at once",
    edits: [
      inSqlFunction(
        "amc_history.request_cancel",
        "if execution.has_ended then",
        "if true then",
      ),
    ],
    tests: ["database/cancel_collection"],
  },
  {
    name: "cancelled-is-let-go",
    guard: "a cancelled attempt ends only once its execution has",
    off: "end_cancelled_attempts ends it with the next listing",
    edits: [
      inSqlFunction(
        "amc_history.end_cancelled_attempts",
        "a.cancel_requested_at is not null and e.has_ended",
        "a.cancel_requested_at is not null",
      ),
    ],
    tests: ["database/cancel_collection"],
  },
  {
    name: "ended-by-hand",
    guard: "a week ended by hand cancels its attempt",
    off: "trigger cancel_orphaned_attempt never fires",
    edits: [
      withoutTrigger("public.report_data_weeks", "cancel_orphaned_attempt"),
    ],
    tests: ["report_data_weeks/week_ended_by_hand"],
  },
  {
    name: "retry-on-live-attempt",
    guard: "a week is not retried while its last attempt is unsettled",
    off: "retry_one_week does not look for one",
    edits: [
      inSqlFunction(
        "amc_history.retry_one_week",
        "select * into live from public.week_attempts a where a.week_id = (week).id and a.is_live;",
        "",
      ),
    ],
    tests: ["retry_week/is_rejected"],
  },
  {
    name: "paused-collection",
    guard: "nothing begins for a paused collection",
    off: "its weeks stay due, and the claim does not ask whether it is paused",
    edits: [
      inSqlFunction(
        "amc_history.hold_weeks",
        "set due_at = 'infinity' where",
        "set due_at = w.due_at where",
      ),
      inSqlFunction(
        "amc_history.due_collections",
        "where c.paused_at is null and c.cancelled_at is null",
        "where true",
      ),
    ],
    tests: ["pause_collection/holds"],
  },
  {
    name: "checked-workflow-saved-again",
    guard: "a person lets a checked workflow go that is held up",
    off: "check_workflow_again looks at the check alone",
    edits: [
      inSqlFunction(
        "amc_history.check_workflow_again",
        "not amc_history.end_stoppage('workflow_save', subject) and",
        "",
      ),
    ],
    tests: ["database/check_workflow_again"],
  },
  {
    name: "resume-leaves-held-weeks",
    guard: "resuming a collection leaves a week held that is held by itself",
    off: "it makes all of its weeks due",
    edits: [
      inSqlFunction(
        "amc_history.release_collection",
        "and not amc_history.is_held_up('week', w.id::text)",
        "",
      ),
    ],
    tests: ["report_create/week_is_held"],
  },
  {
    name: "word-too-early",
    guard: "no person resolves an attempt while its create may be under way",
    off: "neither confirm_execution nor confirm_no_execution checks",
    edits: ["confirm_execution", "confirm_no_execution"].map((name) =>
      inSqlFunction(
        `amc_history.${name}`,
        "else amc_history.unsettled_until(attempt)",
        "else null",
      )
    ),
    tests: ["control_report/each_request"],
  },
  {
    name: "word-contradicted",
    guard:
      "an attempt accepts no execution of another window, whoever names it",
    off: "the worker does not compare it with what AMC reports",
    edits: [
      inTsFunction(
        "confirm",
        ": whyNot(attempt, execution, await parameters(collection_id));",
        ": null;",
      ),
    ],
    tests: ["tests/worker/manual_resolution_test"],
  },
  {
    name: "let-go-after-the-deadline",
    guard: "nothing is let go of that AMC itself may still end",
    off: "at any time",
    edits: [
      inSqlFunction(
        "amc_history.let_go_of_execution",
        "when amc_history.amc_deadline(attempt, execution) > amc_history.clock_now() then",
        "when false then",
      ),
    ],
    tests: ["let_go_of_execution/frees"],
  },
  {
    name: "let-go-own",
    guard: "only who may control the collection lets go",
    off: "whoever knows the id",
    edits: [
      inSqlFunction(
        "amc_history.let_go_of_execution",
        "and amc_history.role_on(w.instance_id) is not null",
        "",
      ),
    ],
    tests: ["let_go_of_execution/frees"],
  },
  {
    name: "let-go-end-is-told",
    guard: "the end of an execution that was let go of is told",
    off: "trigger tell_end_of_let_go_execution never fires",
    edits: [
      withoutTrigger(
        "public.workflow_executions",
        "tell_end_of_let_go_execution",
      ),
    ],
    tests: ["let_go_of_execution"],
  },
  {
    name: "retry-leaves-held-weeks",
    guard: "retrying a collection's weeks takes those that are held",
    off: "it takes those that failed",
    edits: [
      inSqlFunction(
        "amc_history.retry_failed_weeks",
        "(w.status = 'failed' or w.due_at = 'infinity' and amc_history.is_held_up('week', w.id::text))",
        "w.status = 'failed'",
      ),
    ],
    tests: ["retry_failed_weeks/takes"],
  },
  {
    name: "kept-weeks-once",
    guard: "a week that has settled is added once",
    off: "how far it got is not kept",
    edits: [
      inSqlFunction(
        "amc_history.add_settled_weeks",
        "set kept_until = settled.last_day where",
        "set kept_until = c.kept_until where",
      ),
    ],
    tests: ["database/keep_collections_current"],
  },
  {
    name: "kept-weeks-settle",
    guard: "a week is added once it has settled in its own zone",
    off: "the day is that of UTC",
    edits: [
      inSqlFunction(
        "amc_history.settled_weeks",
        "(amc_history.clock_now() at time zone (collection).time_zone)::date",
        "(amc_history.clock_now() at time zone 'UTC')::date",
      ),
    ],
    tests: ["keep_collections_current/each_week"],
  },
  {
    name: "kept-alone",
    guard: "a collection that cannot go on stops no other",
    off: "its error ends the run",
    edits: [
      inSqlFunction(
        "amc_history.keep_collections_current",
        "exit when sqlstate = '57014';",
        "exit;",
      ),
    ],
    tests: ["keep_collections_current/one_that_fails"],
  },
  {
    name: "never-both-versions",
    guard: "of two versions of a query one is kept current",
    off: "the old one goes on too",
    edits: [
      inSqlFunction(
        "amc_history.hand_on",
        "set keep_current = false, kept_until = null where c.id = old.id",
        "set keep_current = true where c.id = old.id",
      ),
    ],
    tests: ["database/continue_with"],
  },
];
