import { inSqlFunction, inTsFunction, type Mutant } from "../support/mutant.ts";

/** Guards of what an error or a refusal holds up: the instance, a collection, a workflow or a week, and nothing else. */
export const REFUSING: Mutant[] = [
  {
    name: "instance-wide-client",
    guard: "a throttle or refused token of any call pauses the instance",
    off: "the client that the steps share only passes it on",
    edits: [
      inTsFunction(
        "instanceClient",
        "if (isInstanceWide(error)) {",
        "if (false) {",
      ),
    ],
    tests: ["instance_wide_errors_test"],
  },
  {
    name: "instance-wide-step",
    guard: "a throttle or refused token is no failure of the step that met it",
    off: "it is logged as one",
    edits: [
      inTsFunction("forEachOf", "if (isInstanceWide(error)) continue;", ""),
    ],
    tests: ["instance_wide_errors_test"],
  },
  {
    name: "instance-wide-load",
    guard: "a throttle or refused token is no error of the week that is loaded",
    off: "it is counted as one",
    edits: [
      inTsFunction("reportFailure", "if (isInstanceWide(error)) return;", ""),
    ],
    tests: ["instance_wide_errors_test"],
  },
  {
    name: "instance-wide-token",
    guard: "a token endpoint that gives no token concerns the whole instance",
    off: "its failure reads as that of the request that wanted the token",
    edits: [
      inTsFunction(
        "ofToken",
        "if (!(error instanceof UnavailableError)) return error;",
        "return error;",
      ),
    ],
    tests: ["amc_token_failures_test"],
  },
  {
    name: "instance-wide-once",
    guard: "an error that several hands report pauses the instance once",
    off: "each pauses it",
    edits: [
      inTsFunction(
        "pauseInstance",
        "if (paused.has(instance_id)) return true;",
        "",
      ),
    ],
    tests: ["instance_wide_errors_test"],
  },
  {
    name: "refusals-hold",
    guard: "refusals in a row hold the collection, and fail no week",
    off: "weigh_refusal does not count them",
    edits: [
      inSqlFunction(
        "amc_history.weigh_refusal",
        "refused + 1 >= allowed.refusals_in_row",
        "false",
      ),
    ],
    tests: ["report_create/refusals_in_a_row"],
  },
  {
    name: "refusal-waits",
    guard: "a refused week waits for what AMC says to the others",
    off: "it fails at once",
    edits: [
      inSqlFunction(
        "amc_history.weigh_refusal",
        "if not amc_history.may_still_tell(week) then",
        "if true then",
      ),
    ],
    tests: ["report_create/refusal_waits"],
  },
  {
    name: "refused-alone-fails",
    guard: "a week that AMC refused fails once AMC takes another",
    off: "it waits on",
    edits: [
      inSqlFunction(
        "amc_history.record_acceptance",
        "if not record_acceptance.adopted then",
        "if false then",
      ),
    ],
    tests: ["report_create/refusal_waits"],
  },
  {
    name: "under-way-tells-nothing",
    guard:
      "a create that was under way when its workflow was held up changes nothing about it",
    off: "hold_up asks for nothing",
    edits: [
      inSqlFunction(
        "amc_history.hold_up",
        "and s.last_at >= attempt.intended_at",
        "and false",
      ),
    ],
    tests: ["report_create/what_was_under_way"],
  },
  {
    name: "tries-end",
    guard: "a week is held after so many creates in vain",
    off: "it is tried for ever",
    edits: [
      inSqlFunction(
        "amc_history.reschedule_week",
        "when w.failed_creates < tries then",
        "when true then",
      ),
    ],
    tests: ["report_create/week_is_held"],
  },
  {
    name: "limits-are-free",
    guard: "creates that met a limit of AMC do not count as in vain",
    off: "throttled ones do",
    edits: [
      inSqlFunction(
        "amc_history.end_attempt",
        "and coalesce(attempt.amc_answer ->> 'verdict', '') not in ('throttled', 'unauthorized')",
        "",
      ),
    ],
    tests: ["report_create/week_is_held"],
  },
  {
    name: "another-workflow-waits",
    guard: "a workflow whose id another one has at AMC waits for a person",
    off: "it is tried again by itself",
    edits: [
      inTsFunction(
        "saveWorkflow",
        "error instanceof RefusedError || error instanceof WorkflowDiffersError",
        "error instanceof RefusedError",
      ),
    ],
    tests: ["worker/not_sent"],
  },
  {
    name: "saved-again-once",
    guard: "a workflow that AMC has lost is saved again once",
    off: "it is saved again for ever",
    edits: [
      inSqlFunction(
        "amc_history.hold_unseen_workflow",
        "elsif coalesce(saved_at <= held_since, true) then",
        "elsif true then",
      ),
    ],
    tests: ["report_create/workflow_that_is_gone"],
  },
  {
    name: "refused-token-is-free",
    guard: "creates that a refused token turned away do not count as in vain",
    off: "they do",
    edits: [
      inSqlFunction(
        "amc_history.end_attempt",
        "not in ('throttled', 'unauthorized')",
        "not in ('throttled')",
      ),
    ],
    tests: ["report_create/refused_token"],
  },
  {
    name: "wait-is-kept",
    guard: "a 503's Retry-After is waited for, whatever became of the create",
    off: "only a throttle's is",
    edits: [
      inSqlFunction(
        "public.report_create",
        "or report_create.verdict = 'unknown' and report_create.http_status = 503 and report_create.retry_after_seconds is not null",
        "or false",
      ),
    ],
    tests: ["report_create/unavailable"],
  },
  {
    name: "person-is-waited-for",
    guard: "what waits for a person keeps waiting, whatever else fails",
    off: "another failure lets it be tried again",
    edits: [
      inSqlFunction(
        "amc_history.record_stoppage",
        "and s.retry_at is null and not record_stoppage.waits_for_person",
        "and false",
      ),
    ],
    tests: ["record_stoppage/what_waits"],
  },
  {
    name: "backoff-of-creates",
    guard:
      "a list that is read does not shorten the pauses between refused creates",
    off: "it resets them",
    edits: [
      inSqlFunction(
        "public.record_listing",
        "then i.throttles_in_row else 0",
        "then 0 else 0",
      ),
    ],
    tests: ["record_listing/list_that_is_read"],
  },
];
