import {
  indexNotUnique,
  inSqlFunction,
  type Mutant,
  withoutConstraint,
  withoutTrigger,
} from "../support/mutant.ts";

/** Guards of a week's status and lineage. */
const STATUS: Mutant[] = [
  {
    name: "lineage-erased",
    guard: "a week's execution is never erased",
    off: "trigger protect_execution_id is not there",
    edits: [
      withoutTrigger("public.report_data_weeks", "protect_execution_id"),
    ],
    tests: ["report_data_weeks/execution_id_is_never_erased"],
  },
  {
    name: "lineage-of-another-week",
    guard: "a week shows no other week's execution",
    off: "foreign key execution_belongs_to_its_week is not there",
    edits: [
      withoutConstraint(
        "public.report_data_weeks",
        "execution_belongs_to_its_week",
      ),
    ],
    tests: ["report_data_weeks/execution_of_another"],
  },
  {
    name: "lineage-shared",
    guard: "two weeks never share an execution",
    off:
      "neither the index nor foreign key execution_belongs_to_its_week prevents it",
    edits: [
      indexNotUnique("public.report_data_weeks_execution_id_key"),
      withoutConstraint(
        "public.report_data_weeks",
        "execution_belongs_to_its_week",
      ),
    ],
    tests: ["report_data_weeks/two_weeks"],
  },
  {
    name: "data-kept",
    guard: "a report without data erases none",
    off: "write_week writes what it is given",
    edits: [
      inSqlFunction(
        "amc_history.write_week",
        "data = coalesce(write_week.data, w.data),",
        "data = write_week.data,",
      ),
    ],
    tests: ["update_week_status/null_data"],
  },
  {
    name: "json-null",
    guard: "a JSON null erases no data",
    off: "it counts as data",
    edits: [
      inSqlFunction(
        "public.update_week_status",
        "nullif(update_week_status.data, 'null'::jsonb)",
        "update_week_status.data",
      ),
    ],
    tests: ["update_week_status/null_data"],
  },
  {
    name: "execution-kept",
    guard: "a report without an execution erases none",
    off: "write_week writes what it is given",
    edits: [
      inSqlFunction(
        "amc_history.write_week",
        "execution_id = coalesce(write_week.execution_id, w.execution_id),",
        "execution_id = write_week.execution_id,",
      ),
    ],
    tests: ["update_week_status/null_execution_id"],
  },
  {
    name: "stale-report",
    guard: "a report with the id of an attempt that has ended is stale",
    off: "update_week_status does not look for one",
    edits: [
      inSqlFunction(
        "public.update_week_status",
        "where a.week_id = week.id and a.execution_id = new_id and not a.is_live",
        "where false",
      ),
    ],
    tests: ["update_week_status/id_of_an_ended"],
  },
  {
    name: "report-on-live-attempt",
    guard: "only the id of the live attempt changes a week",
    off: "update_week_status accepts any id",
    edits: [
      inSqlFunction(
        "public.update_week_status",
        "if found and (new_id is null or new_id is distinct from live.execution_id) then",
        "if false then",
      ),
    ],
    tests: ["update_week_status/null_id", "update_week_status/another_id"],
  },
  {
    name: "running-week",
    guard: "a running week does not go back to pending",
    off: "is_legal_transition allows it",
    edits: [
      inSqlFunction(
        "amc_history.is_legal_transition",
        "then is_legal_transition.status <> 'pending'",
        "then true",
      ),
    ],
    tests: ["update_week_status/every_transition"],
  },
  {
    name: "terminal-week",
    guard: "a terminal status stays",
    off: "is_legal_transition allows any change",
    edits: [
      inSqlFunction(
        "amc_history.is_legal_transition",
        "when (week).status <> is_legal_transition.status then false",
        "when (week).status <> is_legal_transition.status then true",
      ),
    ],
    tests: ["update_week_status/every_transition"],
  },
  {
    name: "terminal-data",
    guard: "a week in a terminal status accepts only what is missing",
    off: "is_legal_transition allows new data",
    edits: [
      inSqlFunction(
        "amc_history.is_legal_transition",
        "((week).data is null or is_legal_transition.data is null or (week).data = is_legal_transition.data)",
        "true",
      ),
    ],
    tests: ["update_week_status/terminal_status"],
  },
  {
    name: "brought-id",
    guard: "a caller cannot bring another week's execution",
    off: "write_week_with_execution does not look for it",
    edits: [
      inSqlFunction(
        "amc_history.write_week_with_execution",
        "where e.id = brought and e.week_id <> (week).id",
        "where false",
      ),
    ],
    tests: ["update_week_status/id_of_another_week"],
  },
  {
    name: "errors-raised",
    guard: "only an error of the value itself makes a report untracked",
    off: "write_week_with_execution catches every error",
    edits: [
      inSqlFunction(
        "amc_history.write_week_with_execution",
        "when data_exception or integrity_constraint_violation then",
        "when others then",
      ),
    ],
    tests: ["update_week_status/other_errors"],
  },
  {
    name: "restatement-shows-old",
    guard: "a restated week shows its old result until the new one is in",
    off: "record_execution gives it the new execution at once",
    edits: [
      inSqlFunction(
        "public.record_execution",
        "case when w.status = 'completed' then w.execution_id else new_id end",
        "new_id",
      ),
    ],
    tests: ["record_execution/restated_week"],
  },
];

/** Guards of the weeks of a range and their windows. */
const WINDOWS: Mutant[] = [
  {
    name: "week-place",
    guard: "weeks lie on every seventh day of their range",
    off: "trigger forbid_misplaced_week does not check the day",
    edits: [
      inSqlFunction(
        "amc_history.forbid_misplaced_week",
        "or (new.week_start_date - collection.start_date) % 7 <> 0",
        "",
      ),
    ],
    tests: ["tests/windows"],
  },
  {
    name: "week-in-range",
    guard: "weeks lie within their range",
    off: "trigger forbid_misplaced_week does not check the range",
    edits: [
      inSqlFunction(
        "amc_history.forbid_misplaced_week",
        "new.week_start_date < collection.start_date or new.week_end_date > collection.end_date",
        "false",
      ),
    ],
    tests: ["tests/windows"],
  },
  {
    name: "week-length",
    guard: "a week has seven days",
    off: "constraint week_is_seven_days is dropped",
    edits: [
      withoutConstraint("public.report_data_weeks", "week_is_seven_days"),
    ],
    tests: ["tests/windows"],
  },
  {
    name: "week-once",
    guard: "a collection has each week once",
    off: "the unique constraint is dropped",
    edits: [
      withoutConstraint(
        "public.report_data_weeks",
        "report_data_weeks_collection_id_week_start_date_key",
      ),
    ],
    tests: ["tests/windows"],
  },
  {
    name: "window-end",
    guard: "a window ends where the next begins",
    off: "the claim ends it a day early",
    edits: [
      inSqlFunction(
        "public.claim_due_weeks",
        "w.time_window_end,",
        "amc_history.local_midnight(w.week_start_date + 6),",
      ),
    ],
    tests: ["tests/windows"],
  },
  {
    name: "window-zone",
    guard: "the newest week is the newest by the zone's calendar",
    off: "today is UTC's",
    edits: [
      inSqlFunction(
        "amc_history.plan_range",
        "at time zone plan_range.time_zone)::date",
        "at time zone 'UTC')::date",
      ),
    ],
    tests: ["tests/windows"],
  },
  {
    name: "oldest-first",
    guard: "the oldest weeks are claimed first",
    off: "claimable_weeks takes the newest",
    edits: [
      inSqlFunction(
        "amc_history.claimable_weeks",
        "w.due_at, w.week_start_date) as round",
        "w.due_at, w.week_start_date desc) as round",
      ),
    ],
    tests: ["claim_due_weeks/takes_the_oldest"],
  },
];

/** Guards of weeks: their place, their status and their lineage. */
export const WEEKS: Mutant[] = [...STATUS, ...WINDOWS];
