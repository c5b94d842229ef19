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
        "await storeCreated(",
        "await client.getExecution(outcome.execution.id);\n  await storeCreated(",
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
    name: "own-token-in-reason",
    guard: "a token in use is taken out of an execution's reason",
    off: "only what has a known shape is",
    edits: [
      inTsFunction(
        "amcReason",
        "safeText(reason, redact, MAX_REASON)",
        "safeText(reason, undefined, MAX_REASON)",
      ),
    ],
    tests: ["amc_secrets_test"],
  },
];
