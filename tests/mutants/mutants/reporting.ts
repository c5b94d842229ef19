import {
  indexNotUnique,
  inSqlFunction,
  inTrigger,
  inTsFunction,
  type Mutant,
} from "../support/mutant.ts";

/** Guards of creating and reporting: a create is POSTed once, and its report is stored or known to be late. */
export const REPORTING: Mutant[] = [
  {
    name: "post-window",
    guard: "a worker that slept does not POST",
    off: "the client does not compare its clock with the deadline",
    edits: [
      inTsFunction(
        "createExecution",
        "if (!(runtime.now() < options.deadline)) return windowOver();",
        "",
      ),
    ],
    tests: ["amc_create_not_sent_test"],
  },
  {
    name: "post-window-of-claim",
    guard: "the POST window is measured from before the claim",
    off: "it is measured from the moment before the POST",
    edits: [
      inTsFunction(
        "submit",
        "const deadline = askedAt + ",
        "const deadline = collector.now() + ",
      ),
    ],
    tests: ["tests/worker/not_sent_test"],
  },
  {
    name: "blob-body",
    guard: "the runtime does not send a create again",
    off: "its body is text and not a Blob",
    edits: [
      inTsFunction("exchange", "new Blob([request.body])", "request.body"),
    ],
    tests: ["amc_create_once_test"],
  },
  {
    name: "no-redirect",
    guard: "a create follows no redirect",
    off: "fetch follows it",
    edits: [
      inTsFunction("exchange", 'redirect: "manual",', 'redirect: "follow",'),
    ],
    tests: ["amc_create_once_test"],
  },
  {
    name: "create-on-401",
    guard: "a create that AMC answered with 401 is not sent again",
    off: "the client sends it again",
    edits: [
      inTsFunction(
        "createExecution",
        "return await unauthorized(transport, result, options.signal);",
        "await exchange(runtime, sending);\n    return await unauthorized(transport, result, options.signal);",
      ),
    ],
    tests: ["amc_refused_tokens_test"],
  },
  {
    name: "id-first",
    guard: "an id is stored before AMC is asked about its execution",
    off: "the worker asks AMC for the execution first",
    edits: [
      inTsFunction(
        "createFor",
        "await store(",
        "await client.getExecution(outcome.execution.id);\n  await store(",
      ),
    ],
    tests: ["tests/worker/stored_before_asked_test"],
  },
  {
    name: "record-fence",
    guard: "an id for an attempt that has ended is stale",
    off: "record_execution does not check the state",
    edits: [
      inSqlFunction(
        "public.record_execution",
        "if not attempt.is_live then",
        "if false then",
      ),
    ],
    tests: ["record_execution/id_for_an_ended"],
  },
  {
    name: "record-known-id",
    guard: "an execution of another attempt is refused",
    off: "neither record_execution nor insert_execution looks for it",
    edits: [
      inSqlFunction(
        "public.record_execution",
        "or holder is not null or",
        "or",
      ),
      inSqlFunction(
        "amc_history.insert_execution",
        "on conflict (id) do nothing;",
        "on conflict (id) do update set id = excluded.id;",
      ),
    ],
    tests: ["record_execution/id_of_another"],
  },
  {
    name: "report-fence",
    guard: "a report for an attempt that has ended, or has an id, is stale",
    off: "report_create does not check the state",
    edits: [
      inSqlFunction(
        "public.report_create",
        "if attempt.state not in ('intended', 'unknown') then",
        "if false then",
      ),
    ],
    tests: ["report_create/report_after"],
  },
  {
    name: "throttled-waits",
    guard: "a create that was throttled waits for a listing",
    off: "its week is due at once",
    edits: [
      inSqlFunction(
        "amc_history.apply_create_verdict",
        "when 'not_sent' then",
        "when 'not_sent', 'throttled' then",
      ),
    ],
    tests: ["report_create/throttled"],
  },
  {
    name: "throttle-pauses",
    guard: "a throttle pauses the instance for all workers",
    off: "pause_instance sets a time in the past",
    edits: [
      inSqlFunction(
        "public.pause_instance",
        "paused_until = greatest(i.paused_until, ",
        "paused_until = least(amc_history.clock_now(), ",
      ),
    ],
    tests: ["report_create/throttled"],
  },
  {
    name: "credential-fence",
    guard: "a credential that was replaced stops nothing when it is refused",
    off: "report_credential_failure does not compare the versions",
    edits: [
      inSqlFunction(
        "public.report_credential_failure",
        "and i.credential_version = report_credential_failure.credential_version",
        "",
      ),
    ],
    tests: ["report_credential_failure/"],
  },
  {
    name: "waiting-is-free",
    guard: "waiting does not count as an error",
    off: "reschedule_week counts an error",
    edits: [
      inSqlFunction(
        "amc_history.reschedule_week",
        "set due_at = case",
        "set error_count = w.error_count + 1, due_at = case",
      ),
    ],
    tests: ["report_create/quota"],
  },
  {
    name: "attempt-ended",
    guard: "an ended attempt stays ended",
    off: "trigger forbid_attempt_revival lets it live again",
    edits: [
      inTrigger(
        "forbid_attempt_revival",
        "when (not old.is_live and new.state <> old.state",
        "when (false",
      ),
    ],
    tests: ["week_attempts/ended_is_final"],
  },
  {
    name: "attempt-keeps-execution",
    guard: "an attempt keeps its execution",
    off: "trigger forbid_attempt_revival lets it change",
    edits: [
      inTrigger(
        "forbid_attempt_revival",
        "or old.execution_id is not null and new.execution_id is distinct from old.execution_id)",
        ")",
      ),
    ],
    tests: ["database/week_attempts"],
  },
  {
    name: "one-attempt-per-execution",
    guard: "two attempts never share an execution",
    off: "index one_attempt_per_execution is not unique",
    edits: [
      indexNotUnique("public.one_attempt_per_execution"),
    ],
    tests: ["week_attempts/two_attempts"],
  },
  {
    name: "lease-of-intent",
    guard: "an intent becomes unknown only after its lease",
    off: "claim_listing does not check the lease",
    edits: [
      inSqlFunction(
        "public.claim_listing",
        "b.state = 'intended' and b.leased_until <= now_at",
        "b.state = 'intended'",
      ),
    ],
    tests: ["claim_listing/intent_becomes"],
  },
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
    tests: ["report_create/workflow_saved"],
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
        "and attempt.amc_answer ->> 'verdict' is distinct from 'throttled'",
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
];
