import {
  granted,
  inSqlFunction,
  type Mutant,
  withoutConstraint,
  withoutTrigger,
} from "../support/mutant.ts";

/** Guards of reading, versions and restatement. */
export const READERS: Mutant[] = [
  {
    name: "right-beyond-the-matrix",
    guard: "nobody has a right that does not stand in the matrix",
    off: "service_role may commit segments",
    edits: [
      granted(
        "execute on function amc_history.commit_segment(jsonb)",
        "service_role",
      ),
    ],
    tests: ["schema/every_right_stands_in_the_matrix"],
  },
  {
    name: "table-of-one-instance",
    guard: "two instances with the same query share no results table",
    off: "a table's name does not depend on the instance, nor is it unique",
    edits: [
      withoutConstraint(
        "public.amc_workflows",
        "result_table_is_of_one_version",
      ),
      inSqlFunction(
        "amc_history.set_workflow_version",
        "rtrim(replace(left(stem, 20), '-', '_'), '_'), left(regexp_replace(lower(new.instance_id), '[^a-z0-9]+', '_', 'g'), 20), left(encode(sha256(convert_to(new.instance_id || ' ' || new.version_hash, 'UTF8')), 'hex'), 12)",
        "replace(stem, '-', '_'), left(new.version_hash, 12)",
      ),
    ],
    tests: ["results/instances_share_no_table"],
  },
  {
    name: "one-version-per-query",
    guard: "the same query under another name is the same version",
    off: "nothing keeps a second version of it away",
    edits: [
      withoutConstraint("public.amc_workflows", "one_version_per_query"),
    ],
    tests: ["save_workflow/same_text_has_the_same_id"],
  },
  {
    name: "newest-version-of-a-week",
    guard: "the view of a series shows of each week the newest version",
    off: "it shows all that have it",
    edits: [
      inSqlFunction(
        "amc_history.create_series_view",
        "newer := newer || (versions[i]).workflow_id;",
        "",
      ),
    ],
    tests: ["database/series"],
  },
  {
    name: "series-for-itself",
    guard: "a newer version takes a week's place in its own series alone",
    off: "it takes it in all",
    edits: [
      inSqlFunction(
        "amc_history.result_query",
        "and nc.series = c.series",
        "",
      ),
    ],
    tests: ["database/series"],
  },
  {
    name: "series-view-holds-up-nothing",
    guard: "a result is loaded though somebody built upon the series' view",
    off: "the error goes on",
    edits: [
      inSqlFunction(
        "amc_history.create_series_view",
        "when dependent_objects_still_exist then",
        "when division_by_zero then",
      ),
    ],
    tests: ["database/series"],
  },
  {
    name: "common-type-or-text",
    guard: "a column of two types is text in the view of a series",
    off: "it has one of them",
    edits: [
      inSqlFunction(
        "amc_history.create_series_view",
        "case when k.types = 1 then k.type else 'text' end",
        "coalesce(k.type, 'text')",
      ),
    ],
    tests: ["database/series"],
  },
  {
    name: "series-told-apart",
    guard: "two series never have the same words",
    off: "values stand as they are",
    edits: [
      inSqlFunction(
        "amc_history.series_words",
        "p.value #>> '{}' ~ '^[A-Za-z0-9_.:/-]+( [A-Za-z0-9_.:/-]+)*$'",
        "true",
      ),
    ],
    tests: ["database/series"],
  },
  {
    name: "table-goes-with-its-workflow",
    guard: "a deleted workflow leaves no table or view behind",
    off: "trigger drop_result_table is not there",
    edits: [
      withoutTrigger("amc_history.result_tables", "drop_result_table"),
    ],
    tests: ["results/instances_share_no_table"],
  },
  {
    name: "cells-read-as-in-the-view",
    guard: "week_rows reads a timestamp in the forms that the view takes",
    off: "it takes the type's long name, for which there are no forms",
    edits: [
      inSqlFunction(
        "amc_history.json_cells",
        "coalesce(replace(format_type(v.atttypid, null), ' without time zone', ''), 'text')",
        "coalesce(format_type(v.atttypid, null), 'text')",
      ),
    ],
    tests: ["week_rows/reads_cells_as_the_view_does"],
  },
  {
    name: "fraction-of-a-second-cut",
    guard: "nanoseconds are cut, not rounded into the next day",
    off: "Postgres rounds them",
    edits: [
      inSqlFunction(
        "amc_history.cell_forms",
        "(?:[.][0-9]{1,6})?(?:Z| ?UTC)?<b>$'",
        "(?:[.][0-9]{1,9})?(?:Z| ?UTC)?<b>$'",
      ),
    ],
    tests: ["results/cells_are_read_by_type_or_as_null"],
  },
  {
    name: "offset-is-an-instant",
    guard: "a time with an offset is read as the instant in UTC",
    off: "the offset is dropped",
    edits: [
      inSqlFunction(
        "amc_history.cell_forms",
        "'\\1')::timestamptz at time zone 'UTC')$q$)",
        "'\\1')::timestamp)$q$)",
      ),
    ],
    tests: ["results/cells_are_read_by_type_or_as_null"],
  },
  {
    name: "page-of-a-shown-week",
    guard: "week_rows shows the rows of completed weeks only",
    off: "it shows a complete load before its report",
    edits: [
      inSqlFunction(
        "public.week_rows",
        " and week.status = 'completed'),",
        "),",
      ),
    ],
    tests: ["database/week_rows"],
  },
  {
    name: "pruned-by-the-locked-week",
    guard: "pruning skips a locked week",
    off: "it reads the week without a lock",
    edits: [
      inSqlFunction(
        "amc_history.prune_version",
        "w.id = prune_version.week_id for no key update skip locked;",
        "w.id = prune_version.week_id;",
      ),
    ],
    tests: ["tests/concurrency/versions_test"],
  },
  {
    name: "result-about-to-be-shown",
    guard: "the result of a live attempt is not pruned",
    off: "it counts as superseded",
    edits: [
      inSqlFunction(
        "amc_history.versions_to_prune",
        "where l.complete\n      and not exists (select from public.week_attempts a where a.execution_id = e.id and a.is_live)",
        "where l.complete",
      ),
    ],
    tests: ["database/prune_versions"],
  },
  {
    name: "once-a-period",
    guard: "a restatement policy tries a week once in its period",
    off: "it tries the week as soon as the last attempt has ended",
    edits: [
      inSqlFunction(
        "amc_history.weeks_to_restate",
        " or a.intended_at > amc_history.clock_now() - make_interval(days => c.restate_every_days)",
        "",
      ),
    ],
    tests: ["database/open_restatements"],
  },
  {
    name: "restates-what-may-begin",
    guard: "a paused or cancelled collection is not restated",
    off: "its weeks are made due",
    edits: [
      inSqlFunction(
        "amc_history.weeks_to_restate",
        " and c.paused_at is null and c.cancelled_at is null",
        "",
      ),
    ],
    tests: ["database/open_restatements", "tests/concurrency/versions_test"],
  },
  {
    name: "restates-the-locked-collection",
    guard: "restating skips a locked collection",
    off: "it reads the collection without a lock",
    edits: [
      inSqlFunction(
        "amc_history.restate_collection",
        "c.id = restate_collection.collection_id for no key update skip locked;",
        "c.id = restate_collection.collection_id;",
      ),
    ],
    tests: ["tests/concurrency/versions_test"],
  },
  {
    name: "settled-weeks-are-let-be",
    guard: "a week that ended more than 90 days ago is not restated",
    off: "it is restated at any age",
    edits: [
      inSqlFunction(
        "amc_history.weeks_to_restate",
        "\n    and w.week_end_date >= (amc_history.clock_now() at time zone c.time_zone)::date - l.restate_days",
        "",
      ),
    ],
    tests: ["database/open_restatements"],
  },
  {
    name: "summary-of-its-own-load",
    guard: "counted cells are added to the data of their own load",
    off: "they are added to any data of the week",
    edits: [
      inSqlFunction(
        "amc_history.check_some_cells",
        "where w.execution_id = (load).execution_id and w.data = (load).summary;",
        "where w.execution_id = (load).execution_id;",
      ),
    ],
    tests: ["database/check_cells"],
  },
  {
    name: "summary-about-to-be-reported",
    guard: "cells are not counted between a load's end and its report",
    off: "they are counted at once",
    edits: [
      inSqlFunction(
        "amc_history.loads_to_check",
        "where l.complete and l.cells_checked_at is null\n      -- Its worker has the summary already, and is about to report it.\n      and not exists (select from public.week_attempts a where a.execution_id = l.execution_id and a.is_live)",
        "where l.complete and l.cells_checked_at is null",
      ),
    ],
    tests: ["database/check_cells"],
  },
  {
    name: "sessions-of-a-dropped-login",
    guard: "a BI login that is dropped is gone with its sessions",
    off: "they go on",
    edits: [
      inSqlFunction(
        "amc_history.drop_bi_login",
        "perform pg_terminate_backend(a.pid)",
        "perform a.pid",
      ),
    ],
    tests: ["tests/reading/bi_login"],
  },
];
