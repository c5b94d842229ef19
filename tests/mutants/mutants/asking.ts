import {
  indexNotUnique,
  inSqlFunction,
  inTsFunction,
  type Mutant,
  withoutConstraint,
  withoutTrigger,
} from "../support/mutant.ts";

/** Asking for weeks: one collection for each query, what it adds, and what it opens again. */
export const ASKING: Mutant[] = [
  {
    name: "one-collection-of-a-query",
    guard: "a query has one collection, whoever writes it",
    off: "the index one_collection_of_a_query is not unique",
    edits: [indexNotUnique("public.one_collection_of_a_query")],
    tests: ["start_collection/one_query_has"],
  },
  {
    name: "start-once",
    guard: "of two requests at once the second finds what the first made",
    off: "they lock no instance, and the index is not unique",
    edits: [
      inSqlFunction(
        "amc_history.start_weeks",
        "where i.id = (request).instance_id for no key update;",
        "where i.id = (request).instance_id;",
      ),
      indexNotUnique("public.one_collection_of_a_query"),
    ],
    tests: ["tests/concurrency/start_test"],
  },
  {
    name: "key-answers-the-same",
    guard: "a request that comes again with its key does nothing",
    off: "nobody looks for the key",
    edits: [
      inSqlFunction(
        "amc_history.find_repeated_request",
        "and r.idempotency_key = find_repeated_request.idempotency_key;",
        "and r.idempotency_key is null;",
      ),
      indexNotUnique("public.collection_requests_idempotency_key_key"),
    ],
    tests: ["start_collection/idempotency_key"],
  },
  {
    name: "key-of-another-request",
    guard: "a key that comes with another request is refused",
    off: "find_repeated_request compares no content",
    edits: [
      inSqlFunction(
        "amc_history.find_repeated_request",
        "if found and earlier.request_hash <> find_repeated_request.request_hash then",
        "if false then",
      ),
    ],
    tests: ["start_collection/idempotency_key"],
  },
  {
    name: "zone-in-one-form",
    guard: "a zone is stored in one form, however it was written",
    off: "UTC keeps its other names",
    edits: [
      inSqlFunction(
        "amc_history.normal_time_zone",
        "if normal_time_zone.time_zone ~* names_of_utc then",
        "if false then",
      ),
    ],
    tests: ["start_collection/one_query_has", "start_collection/time_zone"],
  },
  {
    name: "followed-not-run-beside",
    guard: "a week that is reopened follows what is still under way at AMC",
    off: "follow_again finds no live attempt",
    edits: [
      inSqlFunction(
        "amc_history.follow_again",
        "where a.week_id = (week).id and a.is_live for update;",
        "where false for update;",
      ),
    ],
    tests: ["start_collection/takes_up_again"],
  },
  {
    name: "loaded-not-run-again",
    guard: "a cancelled execution that SUCCEEDED is loaded, not run again",
    off: "load_after_all takes up nothing",
    edits: [
      inSqlFunction(
        "amc_history.load_after_all",
        "if not amc_history.may_load_after_all(attempt) then",
        "if true then",
      ),
    ],
    tests: ["start_collection/takes_up_again"],
  },
  {
    name: "taken-up-with-a-result",
    guard: "only what SUCCEEDED at AMC is taken up again, whoever writes it",
    off: "trigger forbid_attempt_revival asks for no status",
    edits: [
      inSqlFunction(
        "amc_history.forbid_attempt_revival",
        "and e.status = 'SUCCEEDED'",
        "",
      ),
    ],
    tests: ["start_collection/takes_up_again"],
  },
  {
    name: "cancelled-too-late",
    guard:
      "an execution that AMC cancelled for us, though its week was reopened, fails no week",
    off: "retry_failed_execution takes it for one cancelled outside",
    edits: [
      inSqlFunction(
        "public.retry_failed_execution",
        "if execution.status = 'CANCELLED' and execution.cancel_tried_at is not null then",
        "if false then",
      ),
    ],
    tests: ["start_collection/takes_up_again"],
  },
  {
    name: "worker-asks-whether-to-retry",
    guard:
      "the worker reports no cancelled execution as failed before it asked",
    off: "it asks for those alone that FAILED",
    edits: [
      inTsFunction(
        "finishOne",
        'if (["FAILED", "CANCELLED"].includes(attempt.execution_status)) {',
        'if (["FAILED"].includes(attempt.execution_status)) {',
      ),
    ],
    tests: ["tests/worker/reopened"],
  },
  {
    name: "reopened-in-one-transaction",
    guard: "a week that was ended and opened again is not cancelled at the end",
    off: "cancel_orphaned_attempt does not look how the week is by then",
    edits: [
      inSqlFunction(
        "amc_history.cancel_orphaned_attempt",
        "and w.finished_at is not null",
        "",
      ),
    ],
    tests: ["start_collection/takes_up_again"],
  },
  {
    name: "open-weeks-of-who-asks",
    guard: "open weeks count for who asked for them",
    off: "they count for nobody",
    edits: [
      inSqlFunction(
        "amc_history.add_weeks",
        "due, add_weeks.requested_by",
        "due, null",
      ),
    ],
    tests: ["start_collection/member_and_instance"],
  },
  {
    name: "archived-starts-nothing",
    guard: "an archived collection is paused, whoever writes it",
    off: "the constraint what_is_archived_is_paused is gone",
    edits: [
      withoutConstraint(
        "public.report_data_collections",
        "what_is_archived_is_paused",
      ),
    ],
    tests: ["report_data_collections/range_is"],
  },
  {
    name: "kept-within-limits",
    guard: "keeping current adds no more weeks at once than one may start",
    off: "set_keep_current does not count",
    edits: [
      inSqlFunction(
        "amc_history.set_keep_current",
        "if settled.last_day is not null then",
        "if false then",
      ),
    ],
    tests: ["database/set_keep_current"],
  },
  {
    name: "second-version-told",
    guard: "who keeps a second version of a query current is told what to do",
    off: "the index alone refuses it",
    edits: [
      withoutTrigger("public.report_data_collections", "keep_one_version"),
    ],
    tests: ["continue_with/one_version_is"],
  },
  {
    name: "second-version-at-once",
    guard: "two statements at once keep one version of a query current",
    off: "the index one_version_kept_current is not unique",
    edits: [indexNotUnique("public.one_version_kept_current")],
    tests: ["tests/concurrency/versions_kept_test"],
  },
  {
    name: "backers-of-the-old-version",
    guard: "who stood behind the old version stands behind the new one",
    off: "only the caller does",
    edits: [
      inSqlFunction(
        "amc_history.hand_on",
        "where b.collection_id = old.id on conflict",
        "where false on conflict",
      ),
    ],
    tests: ["database/continue_with"],
  },
  {
    name: "version-of-its-query",
    guard: "no other query takes the place of a collection",
    off: "any workflow counts as a version",
    edits: [
      inSqlFunction(
        "amc_history.continue_with",
        "elsif workflow.series_view <> (",
        "elsif false and workflow.series_view <> (",
      ),
    ],
    tests: ["database/continue_with"],
  },
  {
    name: "gap-of-the-old-version",
    guard: "the new version has the weeks that the old one lacked",
    off: "it begins behind the last week of the old one",
    edits: [
      inSqlFunction(
        "amc_history.hand_on",
        "coalesce(old.kept_until, old.end_date)",
        "greatest(old.kept_until, old.end_date)",
      ),
    ],
    tests: ["database/continue_with"],
  },
  {
    name: "turn-of-who-gets-weeks",
    guard: "asking for what is there moves no turn",
    off: "whoever asked last has it",
    edits: [
      inSqlFunction(
        "amc_history.due_collections",
        "and r.has_effect",
        "",
      ),
    ],
    tests: ["claim_due_weeks/request_without_effect"],
  },
];
