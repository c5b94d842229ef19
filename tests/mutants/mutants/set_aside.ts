import { inSqlFunction, inTsFunction, type Mutant } from "../support/mutant.ts";

/** Guards that keep what is odd from holding up what is not. */
export const SET_ASIDE: Mutant[] = [
  {
    name: "one-cause-told-twice",
    guard: "what AMC answers to a whole instance is told of the instance alone",
    off: "tell_stoppage does not ask for it",
    edits: [
      inSqlFunction(
        "amc_history.tell_stoppage",
        "or amc_history.is_told_of_instance(stoppage)",
        "",
      ),
    ],
    tests: ["record_stoppage/one_cause"],
  },
  {
    name: "first-that-moves-ends-the-alert",
    guard: "an alert about many stays until the last of them moves",
    off: "resolve_alert_of_stoppage does not look for others",
    edits: [
      inSqlFunction(
        "amc_history.resolve_alert_of_stoppage",
        "if not exists (select from amc_history.told_with(old)) then",
        "if true then",
      ),
    ],
    tests: ["record_stoppage/one_cause"],
  },
  {
    name: "dry-runs-take-no-slot",
    guard: "a dry run takes no slot",
    off: "it counts as running elsewhere",
    edits: [
      inSqlFunction(
        "amc_history.count_running_elsewhere",
        "and not coalesce(amc_history.is_dry_run_timeout(seen.timeout_seconds), false)",
        "",
      ),
    ],
    tests: ["record_listing/counts_only"],
  },
  {
    name: "dry-run-is-no-week",
    guard: "a dry run is no execution of a week",
    off: "the matcher takes it for one",
    edits: [
      inTsFunction(
        "isOf",
        "!isDryRunTimeout(execution.timeout_seconds)",
        "true",
      ),
    ],
    tests: ["amc_matcher_test"],
  },
  {
    name: "row-set-aside",
    guard: "an execution that cannot be written hides no other",
    off: "update_executions fails with it",
    edits: [
      inSqlFunction(
        "amc_history.update_executions",
        "exception when others then",
        "exception when division_by_zero then",
      ),
    ],
    tests: ["record_listing/odd_entry"],
  },
  {
    name: "instance-set-aside",
    guard: "an instance that cannot be claimed stops no other",
    off: "claim_listing fails with it",
    edits: [
      inSqlFunction(
        "public.claim_listing",
        "exception when others then",
        "exception when division_by_zero then",
      ),
    ],
    tests: ["claim_listing/what_is_held_up"],
  },
  {
    name: "held-listing",
    guard: "a listing that is set aside waits for its next try",
    off: "is_listing_due does not ask",
    edits: [
      inSqlFunction(
        "amc_history.is_listing_due",
        "and not amc_history.is_held_up('listing', (instance).id)",
        "",
      ),
    ],
    tests: ["claim_listing/what_is_held_up"],
  },
  {
    name: "held-cancel",
    guard: "a cancel that is set aside waits for its next try",
    off: "executions_to_cancel does not ask",
    edits: [
      inSqlFunction(
        "amc_history.executions_to_cancel",
        "and not amc_history.is_held_up('cancel', e.id)",
        "",
      ),
    ],
    tests: ["cancel_collection/refused_cancel"],
  },
  {
    name: "held-week-survey",
    guard: "a week that is set aside is not surveyed each time",
    off: "unsurveyed_weeks does not ask",
    edits: [
      inSqlFunction(
        "amc_history.unsurveyed_weeks",
        "s.kind = 'week' and s.subject = w.id::text",
        "false",
      ),
    ],
    tests: ["adopt_surveyed/set_aside"],
  },
  {
    name: "hold-outlasts-survey",
    guard: "a week that is held for a person stays so when it is looked for",
    off: "looking for it ends every hold",
    edits: [
      inSqlFunction("public.mark_surveyed", "and s.retry_at is not null", ""),
    ],
    tests: ["adopt_surveyed/set_aside"],
  },
  {
    name: "held-finish",
    guard: "a week that is set aside leaves the others their turn",
    off: "finished_attempts does not ask",
    edits: [
      inSqlFunction(
        "public.finished_attempts",
        "and not amc_history.is_held_up('week', w.id::text)",
        "",
      ),
    ],
    tests: ["finished_attempts/lists"],
  },
  {
    name: "held-execution",
    guard: "AMC is not asked for an execution that is set aside",
    off: "the worker asks all the same",
    edits: [
      inTsFunction(
        "askForUnseen",
        "!seen.has(execution_id) && !held_up",
        "!seen.has(execution_id)",
      ),
    ],
    tests: ["tests/worker/one_bad_execution"],
  },
  {
    name: "execution-set-aside",
    guard: "an execution that AMC does not show is set aside by itself",
    off: "its error ends the step",
    edits: [
      inTsFunction(
        "askForUnseen",
        'await setAside(collector, "execution", execution_id, owner, error);',
        "throw error;",
      ),
    ],
    tests: ["tests/worker/one_bad_execution"],
  },
  {
    name: "survey-set-aside",
    guard: "a week that cannot be surveyed stops no other",
    off: "its error ends the survey",
    edits: [
      inTsFunction(
        "survey",
        "if (isInstanceWide(error)) throw error;",
        "throw error;",
      ),
    ],
    tests: ["tests/worker/one_bad_listing"],
  },
  {
    name: "survey-unread",
    guard: "a week is not begun that an entry without an id may be of",
    off: "the survey reads only what has an id",
    edits: [
      inTsFunction("surveyWeek", 'skipped.kind !== "none"', "false"),
    ],
    tests: ["tests/worker/one_bad_listing"],
  },
  {
    name: "settle-unread",
    guard: "no attempt is given up that an entry without an id may be of",
    off: "the worker reads only what has an id",
    edits: [
      inTsFunction(
        "settleAttempt",
        'skipped.kind === "none" && skipped.undecided.length === 0',
        "true",
      ),
    ],
    tests: ["tests/worker/one_bad_listing"],
  },
  {
    name: "several-similar-runs",
    guard: "of several runs that fit, none is taken",
    off: "the first is",
    edits: [
      inTsFunction(
        "settleAttempt",
        "(only === undefined || more.length > 0)",
        "only === undefined",
      ),
    ],
    tests: ["tests/worker/unproved_list"],
  },
  {
    name: "smaller-pages",
    guard: "a page that is too large is asked for again in smaller ones",
    off: "what comes after it is read from the other end at once",
    edits: [
      inTsFunction("readPages", "if (limit === 1) return", "if (true) return"),
    ],
    tests: ["amc_lists_test"],
  },
  {
    name: "no-similar-runs",
    guard: "where the echo is not proved, a similar run leaves it open",
    off: "proves_absence does not look at them",
    edits: [
      inSqlFunction(
        "amc_history.proves_absence",
        "not coalesce(similar_runs, true) and",
        "",
      ),
    ],
    tests: ["settle_attempt/what_amc_said"],
  },
  {
    name: "missing-echo-is-told",
    guard: "an AMC that never echoes what was sent is told of",
    off: "only one that did before is",
    edits: [
      inSqlFunction(
        "amc_history.record_echo",
        "return found or not exists (",
        "return found and exists (",
      ),
    ],
    tests: ["record_execution/answer_without"],
  },
  {
    name: "turned-away-load",
    guard: "a result whose links AMC turns away is set aside",
    off: "its instance is paused again and again",
    edits: [
      inTsFunction(
        "reportFailure",
        "if (isTurnedAway(error)) {",
        "if (false) {",
      ),
    ],
    tests: ["worker/turned_away"],
  },
  {
    name: "turned-away-cancel",
    guard: "a cancel that AMC turns away is set aside",
    off: "its instance is paused again and again",
    edits: [
      inTsFunction(
        "cancel",
        "if (isInstanceWide(error) && !isTurnedAway(error)) throw error;",
        "if (isInstanceWide(error)) throw error;",
      ),
    ],
    tests: ["worker/turned_away"],
  },
  {
    name: "turned-away-dry-run",
    guard: "a dry run that AMC turns away is set aside",
    off: "its instance is paused again and again",
    edits: [
      inTsFunction(
        "isItsOwn",
        "(!isInstanceWide(error) || isTurnedAway(error))",
        "!isInstanceWide(error)",
      ),
    ],
    tests: ["worker/turned_away"],
  },
];
