import {
  indexNotUnique,
  inSqlFunction,
  inTsFunction,
  type Mutant,
  withoutTrigger,
} from "../support/mutant.ts";

/** Guards of results tables: a result is shown whole, and to its owner alone. */
export const RESULTS: Mutant[] = [
  {
    name: "one-complete-load",
    guard: "an execution has one complete load",
    off: "index one_complete_load_per_execution is not unique",
    edits: [
      indexNotUnique("public.one_complete_load_per_execution"),
    ],
    tests: ["results/one_load"],
  },
  {
    name: "complete-load-trigger",
    guard: "a collected week is completed only with a complete load",
    off: "trigger require_complete_load finds no attempt",
    edits: [
      inSqlFunction(
        "amc_history.require_complete_load",
        "where a.week_id = new.id and a.kind <> 'external'",
        "where false",
      ),
    ],
    tests: ["report_data_weeks/collected_week"],
  },
  {
    name: "complete-load-report",
    guard: "a report before the load is complete is rejected",
    off: "update_week_status does not look for the load",
    edits: [
      inSqlFunction(
        "public.update_week_status",
        "if live.id is not null and update_week_status.status = 'completed' and not exists (",
        "if false and not exists (",
      ),
    ],
    tests: ["update_week_status/completed_needs"],
  },
  {
    name: "rows-of-complete-loads",
    guard: "rows are shown once their load is complete",
    off: "the view does not check",
    edits: [
      inSqlFunction(
        "amc_history.result_query",
        "l.execution_id = w.execution_id and l.complete",
        "l.execution_id = w.execution_id",
      ),
    ],
    tests: ["results/rows_are_shown"],
  },
  {
    name: "shown-load-kept",
    guard: "what a week shows is not deleted",
    off: "trigger protect_shown_load never fires",
    edits: [
      withoutTrigger("public.result_loads", "protect_shown_load"),
    ],
    tests: ["results/shown_load"],
  },
  {
    name: "rows-of-completed-weeks",
    guard: "rows are shown once their week is completed",
    off: "the view does not check",
    edits: [
      inSqlFunction(
        "amc_history.result_query",
        "where w.status = ''completed''",
        "",
      ),
    ],
    tests: ["results/rows_are_shown"],
  },
  {
    name: "rows-of-their-owner",
    guard: "a results table shows rows to members alone",
    off: "it has no row level security",
    edits: [
      inSqlFunction(
        "amc_history.create_result_table",
        "'alter table amc_results.%I enable row level security'",
        "'alter table amc_results.%I disable row level security'",
      ),
    ],
    tests: ["results/made_tables"],
  },
  {
    name: "policy-of-results",
    guard:
      "the policy of a results table shows rows to members of its instance",
    off: "it shows all",
    edits: [
      inSqlFunction(
        "amc_history.create_result_table",
        "using ((select %L in (select amc_history.instances_of_caller())))",
        "using (true)",
      ),
    ],
    tests: ["results/made_tables"],
  },
  {
    name: "view-of-results",
    guard: "a results view reads with its reader's rights",
    off: "it reads with its owner's",
    edits: [
      inSqlFunction(
        "amc_history.create_result_view",
        "with (security_invoker = true)",
        "with (security_invoker = false)",
      ),
    ],
    tests: ["results/made_tables"],
  },
  {
    name: "header-judged-alike",
    guard: "a header is judged alike however the file's bytes come",
    off: "it is judged by what came with it",
    edits: [
      inTsFunction("readHead", "length < end + BELOW_BYTES", "false"),
    ],
    tests: ["csv_"],
  },
  {
    name: "window-of-amc-shown",
    guard: "a view shows AMC's instants of a window where AMC told them",
    off: "it shows the database's",
    edits: [
      inSqlFunction(
        "amc_history.result_query",
        "coalesce(e.window_end_at, (w.week_end_date + 1)::timestamp at time zone c.time_zone) as window_end",
        "(w.week_end_date + 1)::timestamp at time zone c.time_zone as window_end",
      ),
    ],
    tests: ["results/window_is_amcs_own"],
  },
  {
    name: "other-window-told-once",
    guard: "a window that differs is told once for each execution",
    off: "it is told whenever AMC says another",
    edits: [
      inSqlFunction(
        "amc_history.report_other_window",
        "and not exists (select from public.tracking_events t where t.week_id = week.id and t.execution_id = new.id and t.event = 'window_differs')",
        "",
      ),
    ],
    tests: ["results/window_is_amcs_own"],
  },
  {
    name: "same-window-not-told",
    guard: "AMC's instants are told of only if they differ",
    off: "they are told of always",
    edits: [
      inSqlFunction(
        "amc_history.report_other_window",
        "(coalesce(new.window_start_at, begins), coalesce(new.window_end_at, ends)) is distinct from (begins, ends)",
        "true",
      ),
    ],
    tests: ["results/window_is_amcs_own"],
  },
  {
    name: "empty-weeks-noted-once",
    guard: "that all weeks of a version are empty is noted once",
    off: "it is noted with each that follows",
    edits: [
      inSqlFunction(
        "amc_history.note_empty_weeks",
        "and (f.empty_noted_at is null or records > 0)",
        "",
      ),
    ],
    tests: ["update_week_status/all_weeks"],
  },
  {
    name: "empty-weeks-after-rows",
    guard: "empty weeks are not noted of a version that had rows",
    off: "rows are forgotten",
    edits: [
      inSqlFunction(
        "amc_history.note_empty_weeks",
        "and f.rows_seen_at is null and",
        "and",
      ),
    ],
    tests: ["update_week_status/all_weeks"],
  },
];
