import {
  inSqlFunction,
  inTsFunction,
  type Mutant,
  withoutTrigger,
} from "../support/mutant.ts";

/** Guards of reconciliation: AMC's list settles an attempt without an answer, and settles it correctly. */
export const SETTLING: Mutant[] = [
  {
    name: "settle-after",
    guard: "an attempt is abandoned only after every allowance",
    off: "settle_attempt does not compare with settle_after",
    edits: [
      inSqlFunction(
        "public.settle_attempt",
        "or settle_attempt.listing_began_at < attempt.settle_after",
        "",
      ),
    ],
    tests: ["settle_attempt/abandons_only"],
  },
  {
    name: "allowances",
    guard: "the allowances cover a create that may be under way",
    off: "they cover the list's lag alone",
    edits: [
      inSqlFunction(
        "amc_history.insert_intents",
        "allowed.create_in_flight",
        "interval '0 seconds'",
      ),
    ],
    tests: ["database/settle_attempt"],
  },
  {
    name: "listing-in-the-future",
    guard: "a listing that has not begun proves nothing",
    off: "settle_attempt accepts any time",
    edits: [
      inSqlFunction(
        "public.settle_attempt",
        "or settle_attempt.listing_began_at > amc_history.clock_now() then",
        "then",
      ),
    ],
    tests: ["database/settle_attempt"],
  },
  {
    name: "matcher-proved",
    guard: "nothing is abandoned before the matcher is proved",
    off: "settle_attempt asks for no proof",
    edits: [
      inSqlFunction(
        "public.settle_attempt",
        "if not amc_history.proves_absence(instance, attempt, settle_attempt.similar_runs) then",
        "if false then",
      ),
    ],
    tests: ["settle_attempt/unproved"],
  },
  {
    name: "matcher-proof",
    guard: "only an answer that the matcher finds proves it",
    off: "the worker reports any answer as a proof",
    edits: [
      inTsFunction(
        "storeCreated",
        "matcher_proved: matches",
        "matcher_proved: true",
      ),
    ],
    tests: ["tests/worker/doubtful"],
  },
  {
    name: "only-unknown-is-settled",
    guard: "only an attempt without an answer is abandoned",
    off: "settle_attempt accepts any state",
    edits: [
      inSqlFunction(
        "public.settle_attempt",
        "if attempt.state <> 'unknown' then",
        "if false then",
      ),
    ],
    tests: ["settle_attempt/only_an_unknown"],
  },
  {
    name: "fingerprint-in-matcher",
    guard: "an execution with another fingerprint is not the attempt's",
    off: "the matcher does not compare it",
    edits: [
      inTsFunction(
        "isOf",
        ": same(execution.timeout_seconds, attempt.fingerprint),",
        ": true,",
      ),
    ],
    tests: ["amc_matcher_test"],
  },
  {
    name: "known-ids",
    guard: "a known execution is not adopted again",
    off: "the matcher does not leave it out",
    edits: [
      inTsFunction("matchExecution", "new Set(knownIds)", "new Set<string>()"),
    ],
    tests: ["amc_matcher_test"],
  },
  {
    name: "complete-listing",
    guard: "an incomplete listing abandons no attempt",
    off: "the worker accepts it as proof",
    edits: [
      inTsFunction(
        "settleAttempt",
        "listing.complete && match.undecided",
        "match.undecided",
      ),
    ],
    tests: ["tests/worker/adopted_executions_test"],
  },
  {
    name: "undecided-execution",
    guard: "an execution without all fields abandons no attempt",
    off: "the worker accepts the listing as proof",
    edits: [
      inTsFunction(
        "settleAttempt",
        "listing.complete && match.undecided.length === 0 &&",
        "listing.complete &&",
      ),
    ],
    tests: ["tests/worker/doubtful"],
  },
  {
    name: "cancelled-are-listed",
    guard: "cancelled executions are looked for too",
    off: "the listing leaves them out",
    edits: [
      inTsFunction(
        "listInstance",
        "includeCancelled: true",
        "includeCancelled: false",
      ),
    ],
    tests: ["tests/worker/doubtful"],
  },
  {
    name: "watch-abandoned",
    guard: "an abandoned attempt is looked for in later listings",
    off: "settle_attempt sets no watch_until",
    edits: [
      inSqlFunction(
        "public.settle_attempt",
        "'abandoned', amc_history.clock_now() + (amc_history.allowances()).watch)",
        "'abandoned', null)",
      ),
    ],
    tests: ["claim_listing/abandoned", "database/settle_attempt"],
  },
  {
    name: "fingerprint-of-stray",
    guard: "only an execution with our fingerprint is cancelled as a stray",
    off: "the matcher gets no fingerprint of an abandoned attempt",
    edits: [
      inTsFunction(
        "settleAttempt",
        "matchExecution(attempt, listing.executions",
        'matchExecution({ ...attempt, fingerprint: attempt.state === "abandoned" ? null : attempt.fingerprint }, listing.executions',
      ),
    ],
    tests: ["tests/worker/doubtful"],
  },
  {
    name: "listing-fence",
    guard: "a report of an earlier listing is stale",
    off: "record_listing accepts any fence",
    edits: [
      inSqlFunction(
        "public.record_listing",
        "or instance.list_fence <> record_listing.fence",
        "",
      ),
    ],
    tests: ["record_listing/report_of_an_earlier"],
  },
  {
    name: "survey-fence",
    guard: "an earlier listing marks no week as surveyed",
    off: "mark_surveyed accepts any fence",
    edits: [
      inSqlFunction(
        "public.mark_surveyed",
        "or instance.list_fence <> mark_surveyed.fence",
        "",
      ),
    ],
    tests: ["claim_due_weeks/collection_waits"],
  },
  {
    name: "survey-complete",
    guard: "a survey reads the whole list",
    off: "an incomplete survey lets weeks begin",
    edits: [
      inTsFunction(
        "survey",
        "weeks.length === 0 || !listing.complete",
        "weeks.length === 0",
      ),
    ],
    tests: ["tests/worker/doubtful"],
  },
  {
    name: "survey-parameters",
    guard: "a survey adopts no execution with other parameters",
    off: "it does not compare them",
    edits: [
      inTsFunction(
        "surveyWeek",
        "sameParameters(ours, run.parameter_values)",
        "true",
      ),
    ],
    tests: ["tests/worker/doubtful"],
  },
  {
    name: "held-for-survey",
    guard:
      "a week whose execution another attempt may have made is looked for again",
    off: "the survey marks it as looked for",
    edits: [
      inTsFunction("survey", ' && outcome !== "window_taken"', ""),
    ],
    tests: ["supabase/functions/tests/survey_test"],
  },
  {
    name: "amc-status-trigger",
    guard: "a terminal status at AMC is final",
    off: "trigger protect_terminal_status never fires",
    edits: [
      withoutTrigger("public.workflow_executions", "protect_terminal_status"),
    ],
    tests: ["workflow_executions/terminal"],
  },
  {
    name: "amc-status-later",
    guard: "an older status of AMC does not replace a newer one",
    off: "update_execution does not compare the times",
    edits: [
      inSqlFunction(
        "amc_history.update_execution",
        "seen.updated_at >= e.amc_updated_at)",
        "true)",
      ),
    ],
    tests: ["record_listing/status_never_goes_back"],
  },
  {
    name: "watched-on-after-a-gap",
    guard: "what was watched when the schedule stopped is watched on",
    off: "its time runs out meanwhile",
    edits: [
      inSqlFunction(
        "amc_history.after_restore",
        "where a.watch_until > (",
        "where false and a.watch_until > (",
      ),
    ],
    tests: ["after_restore/"],
  },
];
