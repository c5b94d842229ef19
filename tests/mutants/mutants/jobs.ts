import {
  inSqlFunction,
  type Mutant,
  withoutTrigger,
} from "../support/mutant.ts";

const ISOLATES = "exception when query_canceled or others then";
const NOTHING = "exception when no_data_found then";

/** A mutant of a job that lets what fails at one of its rows end the run. */
function endsWithItsRow(job: string, functionName: string): Mutant {
  const folder = functionName.replace("amc_history.", "");
  return {
    name: `one-row-ends-${job}`,
    guard: "one row that fails holds up no other row of the job",
    off: `${functionName} passes the error on`,
    edits: [inSqlFunction(functionName, ISOLATES, NOTHING)],
    tests: [`database/${folder}`],
  };
}

/** Guards of the schedule and its jobs: bounded pieces, and what fails set aside. */
export const JOBS: Mutant[] = [
  endsWithItsRow("checking", "amc_history.check_cells"),
  endsWithItsRow("pruning", "amc_history.prune_versions"),
  endsWithItsRow("deleting", "amc_history.delete_dropped_rows"),
  endsWithItsRow("restating", "amc_history.open_restatements"),
  endsWithItsRow("purging", "amc_history.purge_history"),
  {
    name: "weeks-settle-by-utc",
    guard: "a week settles by the date of its collection's own zone",
    off: "settled_weeks reads the date in UTC",
    edits: [
      inSqlFunction(
        "amc_history.settled_weeks",
        "(amc_history.clock_now() at time zone (collection).time_zone)::date",
        "(amc_history.clock_now() at time zone 'UTC')::date",
      ),
    ],
    tests: ["years/kept"],
  },
  {
    name: "new-version-begins-anew",
    guard: "a new version goes on where the old one ends",
    off: "hand_on lets it begin a week earlier",
    edits: [
      inSqlFunction(
        "amc_history.hand_on",
        "kept_until = last_day where",
        "kept_until = last_day - 7 where",
      ),
    ],
    tests: ["years/kept"],
  },
  {
    name: "one-instance-ends-watching-slots",
    guard: "an instance whose slots cannot be looked at holds up no other",
    off: "watch_slots passes the error on",
    edits: [
      inSqlFunction(
        "amc_history.watch_slots",
        "exception when others then",
        NOTHING,
      ),
    ],
    tests: ["watch/full_instance"],
  },
  {
    name: "own-runs-are-told",
    guard: "an instance full of our own executions is nobody's alert",
    off: "why_none_begins does not ask whose they are",
    edits: [
      inSqlFunction(
        "amc_history.why_none_begins",
        "elsif exists (select from amc_history.taken_slots((instance).id)) then",
        "elsif false then",
      ),
    ],
    tests: ["watch/full_instance"],
  },
  {
    name: "one-week-ends-its-collection",
    guard: "a week that cannot be restated holds up no other week",
    off: "its collection is set aside",
    edits: [
      inSqlFunction(
        "amc_history.restate_collection",
        "exception when others then",
        NOTHING,
      ),
    ],
    tests: ["database/open_restatements"],
  },
  {
    name: "failed-check-at-once-again",
    guard: "a load that was set aside is left alone until its next try",
    off: "each run tries it",
    edits: [
      inSqlFunction(
        "amc_history.loads_to_check",
        "and not amc_history.is_held_up('job', 'amc-history-check/' || l.id)",
        "",
      ),
    ],
    tests: ["database/check_cells"],
  },
  {
    name: "checks-a-whole-result",
    guard: "a run checks so many rows of a result",
    off: "it checks all",
    edits: [
      inSqlFunction(
        "amc_history.check_cells",
        "floor(share * at_once)::bigint",
        "load.records",
      ),
    ],
    tests: ["database/check_cells"],
  },
  {
    name: "deletes-a-whole-result",
    guard: "a run deletes so many rows of a dropped load",
    off: "it deletes all",
    edits: [
      inSqlFunction(
        "amc_history.delete_dropped_rows",
        "floor(share * at_once)::bigint",
        "1000000000::bigint",
      ),
    ],
    tests: ["database/delete_dropped_rows"],
  },
  {
    name: "whole-result-of-wide-rows",
    guard: "a piece has so many bytes at most",
    off: "only its rows are counted",
    edits: [
      inSqlFunction(
        "amc_history.lines_at_once",
        "least(allowed.rows_at_once, floor(allowed.bytes_at_once::numeric * lines_at_once.records / nullif(lines_at_once.bytes, 0)))",
        "allowed.rows_at_once",
      ),
    ],
    tests: ["database/check_cells", "database/delete_dropped_rows"],
  },
  {
    name: "purges-without-bound",
    guard: "a run of the purge deletes so many events",
    off: "it deletes all that are old",
    edits: [
      inSqlFunction(
        "amc_history.purge_some",
        "order by o.happened_at limit allowed.rows_at_once",
        "order by o.happened_at",
      ),
    ],
    tests: ["database/purge_history"],
  },
  {
    name: "interrupted-runs-for-ever",
    guard: "the record of a run without an end is purged",
    off: "only runs with an end are",
    edits: [
      inSqlFunction(
        "amc_history.purge_some",
        "where coalesce(r.end_time, r.start_time) < now_at - allowed.keep_job_runs or coalesce(r.end_time, r.start_time) is null and r.status = 'failed'",
        "where r.end_time < now_at - allowed.keep_job_runs",
      ),
    ],
    tests: ["tests/platform/scheduler_test"],
  },
  {
    name: "filtered-rows-at-the-end",
    guard: "each segment counts its filtered rows",
    off: "none does",
    edits: [
      inSqlFunction(
        "amc_history.commit_segment",
        "filtered_records = coalesce(load.filtered_records + filtered, filtered),",
        "",
      ),
    ],
    tests: ["database/commit_segment"],
  },
  {
    name: "refused-address-undoes-its-alert",
    guard: "an address that pg_net refuses is told",
    off: "its error undoes the alert",
    edits: [
      inSqlFunction(
        "amc_history.dispatch_collect",
        "exception when others then",
        NOTHING,
      ),
    ],
    tests: ["database/dispatch_collect"],
  },
  {
    name: "given-up-week-held",
    guard: "a week of which nothing waits is held up no more",
    off: "its stoppage stays",
    edits: [
      inSqlFunction(
        "amc_history.end_idle_stoppages",
        "s.kind = 'week'",
        "false",
      ),
    ],
    tests: ["watch/week_that_nothing"],
  },
  {
    name: "alert-outlives-stoppage",
    guard: "the alert about a stoppage is resolved when that is deleted",
    off: "it stays open",
    edits: [
      withoutTrigger("public.stoppages", "resolve_alert_of_deleted_stoppage"),
    ],
    tests: ["tracking_alerts/alert_of_a_stoppage"],
  },
  {
    name: "alerts-for-ever",
    guard: "resolved alerts are purged",
    off: "they are kept",
    edits: [
      inSqlFunction("amc_history.purge_history", "'alerts',", ""),
    ],
    tests: ["purge_history/deletes"],
  },
  {
    name: "left-weeks-bit-by-bit",
    guard: "many weeks whose data have left are held bit by bit",
    off: "all at once",
    edits: [
      inSqlFunction(
        "amc_history.hold_left_weeks",
        "limit 200",
        "",
      ),
    ],
    tests: ["watch/week_whose_data"],
  },
  {
    name: "entry-of-an-idle-instance",
    guard: "what an entry of the list held up ends when nobody reads the list",
    off: "it stays",
    edits: [
      inSqlFunction(
        "amc_history.end_idle_stoppages",
        "'listing', 'list_entry', 'workflow_save',",
        "'listing', 'workflow_save',",
      ),
    ],
    tests: ["watch/stoppage_of_what"],
  },
];
