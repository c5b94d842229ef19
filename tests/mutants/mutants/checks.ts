import {
  indexNotUnique,
  inSqlFunction,
  inTsFunction,
  type Mutant,
  withoutConstraint,
} from "../support/mutant.ts";

/** Guards of queries: what is sent of them, and their check before the first create. */
export const CHECKS: Mutant[] = [
  {
    name: "comments-blanked",
    guard: "AMC is sent no comments",
    off: "it is sent the query as it was written",
    edits: [
      inSqlFunction(
        "amc_history.set_workflow_version",
        "select q.sent, q.reads",
        "select new.sql_written, q.reads",
      ),
    ],
    tests: ["save_workflow/sends_no_comments"],
  },
  {
    name: "parameters-declared",
    guard: "a query declares each parameter that it reads",
    off: "check_declaration finds all declared",
    edits: [
      inSqlFunction(
        "amc_history.check_declaration",
        "where p ->> 'name' = r",
        "",
      ),
    ],
    tests: ["save_workflow/refuses_what_amc"],
  },
  {
    name: "query-checked-first",
    guard: "no week begins before AMC has taken its query",
    off: "due_collections and may_begin let every week begin",
    edits: [
      inSqlFunction(
        "amc_history.may_begin",
        "if may_begin.checked_at is not null then",
        "if true then",
      ),
      inSqlFunction(
        "amc_history.due_collections",
        "and (f.checked_at is not null or exists",
        "and (true or exists",
      ),
    ],
    tests: ["claim_workflow_checks/version"],
  },
  {
    name: "first-week-alone",
    guard: "where dry runs do not work, one week goes alone",
    off: "may_begin lets all weeks go once one may",
    edits: [
      inSqlFunction(
        "amc_history.may_begin",
        "k.week_id = may_begin.week_id and",
        "",
      ),
    ],
    tests: ["claim_workflow_checks/first_week"],
  },
  {
    name: "one-check-per-version",
    guard: "a version has one check at a time",
    off: "index one_live_check_per_version is not unique",
    edits: [indexNotUnique("public.one_live_check_per_version")],
    tests: ["claim_workflow_checks/first_week"],
  },
  {
    name: "dry-run-timeout",
    guard: "no dry run has the timeout of a week",
    off: "constraint timeout_is_no_weeks is dropped",
    edits: [
      withoutConstraint("public.workflow_checks", "timeout_is_no_weeks"),
    ],
    tests: ["claim_workflow_checks/first_week"],
  },
  {
    name: "no-week-takes-dry-run",
    guard: "no week takes a dry run for its execution",
    off: "insert_execution does not ask",
    edits: [
      inSqlFunction(
        "amc_history.insert_execution",
        "not exists (select from public.workflow_checks k where k.execution_id = insert_execution.execution_id)",
        "true",
      ),
    ],
    tests: ["workflow_checks/dry_run"],
  },
  {
    name: "refused-query-held",
    guard: "a query that AMC refused waits for a person",
    off: "it is tried again by itself",
    edits: [
      inSqlFunction(
        "amc_history.hold_workflow",
        "waits_for_person => true",
        "waits_for_person => false",
      ),
    ],
    tests: ["report_workflow_check/refused"],
  },
  {
    name: "late-dry-run",
    guard: "a report changes no check that has ended",
    off: "report_workflow_check takes it",
    edits: [
      inSqlFunction(
        "public.report_workflow_check",
        "elsif check_row.state = 'ended' then",
        "elsif false then",
      ),
    ],
    tests: ["report_workflow_check/refused"],
  },
  {
    name: "leased-dry-run",
    guard: "one worker at a time asks about a dry run",
    off: "dry_runs_to_follow does not look at the lease",
    edits: [
      inSqlFunction(
        "amc_history.dry_runs_to_follow",
        "and coalesce(k.leased_until <= amc_history.clock_now(), true)",
        "",
      ),
    ],
    tests: ["report_workflow_check/dry_run"],
  },
  {
    name: "held-dry-run",
    guard: "a dry run that is set aside waits for its next try",
    off: "dry_runs_to_follow does not ask",
    edits: [
      inSqlFunction(
        "amc_history.dry_runs_to_follow",
        "and not amc_history.is_held_up('workflow_check', amc_history.workflow_subject(k.instance_id, k.workflow_id))",
        "",
      ),
    ],
    tests: ["report_workflow_check/dry_run"],
  },
  {
    name: "overdue-dry-run",
    guard: "a dry run that AMC never shows is given up",
    off: "AMC is asked about it for ever",
    edits: [
      inSqlFunction(
        "amc_history.hold_up_dry_run",
        "if amc_history.is_overdue(check_row) then",
        "if false then",
      ),
    ],
    tests: ["report_workflow_check/dry_run"],
  },
  {
    name: "unseen-dry-run",
    guard: "a dry run that AMC does not show is set aside",
    off: "the worker says nothing of it",
    edits: [
      inTsFunction("follow", "await holdUp(collector, claim, error);", ""),
    ],
    tests: ["tests/worker/check_by_dry_run"],
  },
  {
    name: "refused-first-week",
    guard: "a refusal of the week that goes alone is one of its query",
    off: "it waits for weeks that may not begin",
    edits: [
      inSqlFunction(
        "amc_history.may_still_tell",
        "w.due_at < 'infinity' and amc_history.may_begin(f.checked_at, w.id)",
        "w.due_at < 'infinity'",
      ),
    ],
    tests: ["claim_workflow_checks/refused_first_week"],
  },
  {
    name: "others-parameters-next",
    guard:
      "a query refused with one collection's parameters is tried with another's",
    off: "the oldest week is tried again",
    edits: [
      inSqlFunction(
        "amc_history.versions_to_check",
        "(select max(k.ended_at) from public.workflow_checks k where k.instance_id = f.instance_id and k.workflow_id = f.id and k.collection_id = c.id and k.outcome = 'refused') nulls first,",
        "",
      ),
    ],
    tests: ["claim_workflow_checks/refusal_of_ones"],
  },
  {
    name: "held-version-of-all",
    guard: "every member of the instance is told of a version that is held",
    off: "the owner of one collection is",
    edits: [
      inSqlFunction(
        "amc_history.hold_workflow",
        "(check_row).instance_id, request_id",
        "(check_row).instance_id, (check_row).collection_id, request_id",
      ),
    ],
    tests: ["report_workflow_check/held_version"],
  },
  {
    name: "dry-run-without-id",
    guard: "a dry run without an id of its own is given up",
    off: "AMC is asked about it for ever",
    edits: [
      inSqlFunction(
        "amc_history.follow_dry_run",
        "if (check_row).execution_id is null then",
        "if false then",
      ),
    ],
    tests: ["record_dry_run/id_that_is"],
  },
  {
    name: "foreign-dry-run",
    guard:
      "what AMC gave as a dry run's id, and is another's, is not cancelled",
    off: "it is taken for the dry run's",
    edits: [
      inTsFunction(
        "createDryRun",
        'if (stored === "rejected") {',
        "if (false) {",
      ),
    ],
    tests: ["worker/turned_away"],
  },
];
