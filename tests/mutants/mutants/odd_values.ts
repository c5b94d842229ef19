import {
  inSqlFunction,
  inTsFunction,
  type Mutant,
  withoutTrigger,
} from "../support/mutant.ts";

/** Guards that leave out what AMC says in a way that no column takes, or read it in its usual form. */
export const ODD_VALUES: Mutant[] = [
  {
    name: "odd-value-left-out",
    guard: "a value that does not fit costs no other of its execution",
    off: "read_observation takes every value",
    edits: [
      inSqlFunction(
        "amc_history.read_observation",
        "where pg_input_is_valid(f.value #>> '{}', format_type(a.atttypid, a.atttypmod))",
        "",
      ),
    ],
    tests: ["adopt_surveyed/odd"],
  },
  {
    name: "odd-timeout-left-out",
    guard: "a timeout that is no whole number of seconds is not stored",
    off: "read_observation takes any number",
    edits: [
      inSqlFunction(
        "amc_history.read_observation",
        "seen.timeout_seconds not between 0 and 2147483647 or seen.timeout_seconds <> trunc(seen.timeout_seconds)",
        "false",
      ),
    ],
    tests: ["adopt_surveyed/odd"],
  },
  {
    name: "odd-window-left-out",
    guard: "an instant that no window can have is not stored",
    off: "read_observation takes any",
    edits: [
      inSqlFunction(
        "amc_history.read_observation",
        "seen.window_end_at not between '1999-12-31 00:00+00' and '2100-01-02 00:00+00'",
        "false",
      ),
      inSqlFunction(
        "amc_history.read_observation",
        "seen.window_start_at not between '1999-12-31 00:00+00' and '2100-01-02 00:00+00'",
        "false",
      ),
    ],
    tests: ["results/window_is_amcs_own"],
  },
  {
    name: "backward-window-left-out",
    guard: "a window that ends before it begins is not stored",
    off: "read_observation takes it",
    edits: [
      inSqlFunction(
        "amc_history.read_observation",
        "seen.window_start_at >= seen.window_end_at",
        "false",
      ),
    ],
    tests: ["results/window_is_amcs_own"],
  },
  {
    name: "odd-window-noted",
    guard: "an instant that no window can have is null and noted",
    off: "every instant is taken",
    edits: [
      inTsFunction(
        "windowEdgeOf",
        "at >= FIRST_EDGE && at <= LAST_EDGE ? text : null",
        "at > 0 || at <= LAST_EDGE ? text : null",
      ),
    ],
    tests: ["amc_parsing"],
  },
  {
    name: "odd-timeout-elsewhere",
    guard: "a timeout of others may be anything",
    off: "it is taken for a number",
    edits: [
      inSqlFunction(
        "amc_history.count_running_elsewhere",
        "case jsonb_typeof(o.value -> 'timeout_seconds') when 'number' then (o.value ->> 'timeout_seconds')::numeric end",
        "(o.value ->> 'timeout_seconds')::numeric",
      ),
    ],
    tests: ["record_listing/odd_entry"],
  },
  {
    name: "canonical-status",
    guard: "a status is the same in whatever case",
    off: "trigger canonical_status never fires",
    edits: [withoutTrigger("public.workflow_executions", "canonical_status")],
    tests: ["workflow_executions/status_is_stored"],
  },
];
