import {
  inSqlFunction,
  inTsFunction,
  type Mutant,
  withoutConstraint,
} from "../support/mutant.ts";

/** Planning: a preview writes nothing and says what a start does; every wrong field is told. */
export const PLANNING: Mutant[] = [
  {
    name: "preview-reads-only",
    guard: "the API calls a preview in a transaction that can write nothing",
    off: "preview_collection is volatile",
    edits: [
      inSqlFunction(
        "public.preview_collection",
        "language sql stable set",
        "language sql volatile set",
      ),
    ],
    tests: ["preview_collection/changes_and_locks"],
  },
  {
    name: "preview-for-oneself",
    guard: "a member previews for nobody else",
    off: "requested_by is believed",
    edits: [
      inSqlFunction(
        "amc_history.preview_collection",
        "if not amc_history.is_operator() then",
        "if false then",
      ),
    ],
    tests: ["preview_collection/tells_every"],
  },
  {
    name: "every-wrong-argument",
    guard: "every wrong argument is told, not the first alone",
    off: "plan_weeks ends with the first",
    edits: [
      inSqlFunction(
        "amc_history.plan_weeks",
        "continue when argument = 'workflow_id' and",
        "exit when refusals <> '[]'; continue when argument = 'workflow_id' and",
      ),
    ],
    tests: ["preview_collection/tells_every"],
  },
  {
    name: "preview-in-every-zone",
    guard: "without a zone no day is told to lie ahead that is over somewhere",
    off: "the range is planned in UTC",
    edits: [
      inSqlFunction(
        "amc_history.check_argument",
        "coalesce(plan.zone, 'Etc/GMT-14')",
        "coalesce(plan.zone, 'UTC')",
      ),
    ],
    tests: ["preview_collection/tells_every"],
  },
  {
    name: "preview-of-what-is-under-way",
    guard: "a preview counts no execution for what AMC still runs",
    off: "reopens_as takes it for due",
    edits: [
      inSqlFunction(
        "amc_history.reopens_as",
        "when a.is_live and not",
        "when false and not",
      ),
    ],
    tests: ["preview_collection/start_does"],
  },
  {
    name: "limits-count-what-settled",
    guard: "weeks that keeping current adds at once count towards the limits",
    off: "weigh_request counts those alone that are asked for",
    edits: [
      inSqlFunction(
        "amc_history.weigh_request",
        "opening.earliest, weeks + settled)",
        "opening.earliest, weeks)",
      ),
    ],
    tests: ["start_collection/keeps_current"],
  },
  {
    name: "preview-of-another-version",
    guard: "a preview knows that another version is kept current",
    off: "check_effect does not look",
    edits: [
      inSqlFunction(
        "amc_history.check_effect",
        "if asked.keep_current and not collection.keep_current then",
        "if false then",
      ),
    ],
    tests: ["preview_collection/start_does"],
  },
  {
    name: "left-out-stays",
    guard: "a request that says nothing of keep_current changes nothing of it",
    off: "what is left out counts as false",
    edits: [
      inSqlFunction(
        "amc_history.weigh_request",
        "changes_keeping := coalesce(asked.keep_current <> collection.keep_current, false)",
        "changes_keeping := coalesce(asked.keep_current, false) <> collection.keep_current",
      ),
      inSqlFunction(
        "amc_history.serve_request",
        "coalesce((asked).keep_current, (collection).keep_current),",
        "coalesce((asked).keep_current, false),",
      ),
    ],
    tests: ["start_collection/keeps_current"],
  },
  {
    name: "dry-run-makes-nothing",
    guard: "a dry run starts nothing",
    off: "start-collection does not ask for it",
    edits: [inTsFunction("start", "if (dry_run) {", "if (false) {")],
    tests: ["tests/worker/preview_over_http"],
  },
  {
    name: "continues-within-limits",
    guard: "a new version adds no more weeks at once than one may start",
    off: "continue_with does not count",
    edits: [
      inSqlFunction(
        "amc_history.continue_with",
        "if settled.last_day is not null then",
        "if false then",
      ),
    ],
    tests: ["database/continue_with"],
  },
  {
    name: "catches-up-within-limits",
    guard: "keeping current adds no weeks beyond those that its caller saw",
    off: "the rest comes with the job",
    edits: [
      inSqlFunction(
        "amc_history.check_catch_up",
        "if settled.last_day is not null",
        "if false and settled.last_day is not null",
      ),
    ],
    tests: ["database/set_keep_current"],
  },
  {
    name: "imported-is-not-kept",
    guard: "a collection that came from another system is not kept current",
    off: "it is asked nowhere",
    edits: [
      inSqlFunction(
        "amc_history.check_one_version",
        "if (collection).imported_from is not null then",
        "if false then",
      ),
      withoutConstraint(
        "public.report_data_collections",
        "imported_is_not_kept_current",
      ),
    ],
    tests: ["database/set_keep_current", "database/continue_with"],
  },
  {
    name: "key-of-what-changed",
    guard: "a key is kept of a request that only changed a collection",
    off: "it counts as one without effect, which is forgotten after a day",
    edits: [
      inSqlFunction(
        "amc_history.serve_request",
        "request.changed := was_away or serve_request.changes_keeping;",
        "request.changed := false;",
      ),
    ],
    tests: ["start_collection/idempotency"],
  },
];
