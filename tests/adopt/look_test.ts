/** The step look reads what is there, in whichever of its shapes, and changes nothing. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { adopt, blockers, section } from "./support/adopt.ts";
import { withLegacyDatabase } from "./support/legacy_database.ts";

Deno.test("a database with the least columns: its tables, statuses, weeks and users are told, and nothing blocks", async () => {
  await withLegacyDatabase([], async ({ url }) => {
    const report = await adopt(url, "look");
    equal(report.outcome, "done");
    deepEqual(blockers(report), []);
    deepEqual(
      section(report, "Tables").map(({ table, shape, rows }) => [
        table,
        shape,
        rows,
      ]),
      [
        ["public.report_data_weeks", "the older service's", 7],
        ["public.workflow_executions", "the older service's", 2],
        ["public.report_data_collections", "the older service's", 2],
        ["public.workflows", "the older service's", 1],
        ["public.amc_instances", "the older service's", 1],
        ["public.amc_accounts", "the older service's", 1],
        ["public.users", "the older service's", 4],
      ],
    );
    const statuses = section(report, "Rows by status").map((
      { table, status, rows },
    ) => `${table} ${status} ${rows}`);
    ok(statuses.includes("report_data_weeks SUCCESS 1"), statuses.join());
    ok(statuses.includes("report_data_collections ACTIVE 1"), statuses.join());
    ok(statuses.includes("workflow_executions FAILED 1"), statuses.join());
    deepEqual(section(report, "Weeks"), [{
      weeks: 7,
      "shorter than seven days": 1,
      longer: 0,
      "beside their collection's weeks": 0,
      "a second time": 0,
      first: "2025-01-07",
      last: "2025-02-03",
    }]);
    deepEqual(section(report, "Collections"), [{
      collections: 2,
      "not a whole number of weeks": 1,
      "first weekdays": 2,
      "same query and dates as another": 0,
    }]);
    deepEqual(section(report, "Users"), [
      { account: "an account that is not confirmed", users: 1 },
      { account: "no account", users: 1 },
      { account: "no address", users: 1 },
      { account: "one confirmed account", users: 1 },
    ]);
  });
});

Deno.test("ids are told apart by kind: theirs, AMC's, nonsense", async () => {
  await withLegacyDatabase(["grown"], async ({ url }) => {
    const ids = section(await adopt(url, "look"), "Ids").map((
      { column, ids, rows },
    ) => `${column}: ${ids} ${rows}`);
    deepEqual(ids, [
      "report_data_weeks.execution_id: none 6",
      "report_data_weeks.execution_id: theirs 1",
      "report_data_weeks.workflow_execution_id: none 5",
      "report_data_weeks.workflow_execution_id: theirs 1",
      "report_data_weeks.workflow_execution_id: theirs, of a row that is gone 1",
      "report_data_weeks.amc_execution_id: AMC's 1",
      "report_data_weeks.amc_execution_id: none 3",
      "report_data_weeks.amc_execution_id: nonsense 2",
      "report_data_weeks.amc_execution_id: theirs 1",
      "workflow_executions.amc_execution_id: AMC's 1",
      "workflow_executions.amc_execution_id: theirs 1",
    ]);
  });
});

Deno.test("what names the tables blocks with what to do; what follows by itself and what only a comment says does not", async () => {
  await withLegacyDatabase(["grown", "hanging"], async ({ url }) => {
    const report = await adopt(url, "look");
    deepEqual(blockers(report), [
      "function_names_public public.returns_rows()",
      "function_names_public public.says_public()",
      "function_names_table public.says_it_alone()",
      "job_names_table nightly",
      "name_taken public.update_week_status(uuid,text)",
      "name_taken public.week_attempts",
    ]);
    for (const { words, remedy } of report.blockers) {
      ok(words.length > 20 && remedy !== null, words);
    }
    const hanging = section(report, "What hangs").map(({ kind, subject }) =>
      `${kind} ${subject}`
    );
    for (
      const expected of [
        "view public.weeks_done",
        "function bound to it public.bound_to_it()",
        "publication public.report_data_collections",
        "foreign key of a table that stays public.dashboards",
        "policy public.report_data_weeks",
        "trigger public.report_data_weeks",
        "sequence public.report_data_weeks_number_seq",
        "grant public.report_data_weeks",
      ]
    ) ok(hanging.includes(expected), `${expected} in ${hanging.join()}`);
    ok(report.notes.some(({ code }) => code === "published"));
  });
});

Deno.test("done as each arrow says, nothing of functions and jobs blocks any more", async () => {
  await withLegacyDatabase(["grown", "hanging"], async ({ url, sql }) => {
    await adopt(url, "open");
    const { blockers: found } = await adopt(url, "look");
    for (const { code, remedy } of found) {
      if (code !== "name_taken") await sql.unsafe(remedy!);
    }
    deepEqual(blockers(await adopt(url, "look")), [
      "name_taken public.update_week_status(uuid,text)",
      "name_taken public.week_attempts",
    ]);
    const [{ command }] = await sql`
      select command from cron.job where jobname = 'nightly'`;
    match(command, /from legacy_api\.report_data_weeks/);
  });
});

Deno.test("a table of our name that is neither theirs nor ours blocks, and so does one of another owner", async () => {
  await withLegacyDatabase([], async ({ url, sql, adminUrl }) => {
    await sql`alter table public.amc_instances rename column instance_id to amc_id`;
    const { default: postgres } = await import("postgres");
    const admin = postgres(adminUrl, { max: 1 });
    await admin`alter table public.report_data_weeks owner to supabase_admin`;
    await admin.end();
    const report = await adopt(url, "look");
    deepEqual(blockers(report), [
      "table_of_another_owner public.report_data_weeks",
      "table_of_neither_shape public.amc_instances",
    ]);
    match(report.blockers[0].words, /expected id uuid, instance_id text; got /);
  });
});

Deno.test("it changes nothing: no schema, no table, no row", async () => {
  await withLegacyDatabase(["grown"], async ({ url, sql }) => {
    const there = () =>
      sql`select (select count(*) from pg_class) as relations, (select count(*) from pg_namespace
        where nspname !~ '^pg_(toast_)?temp') as schemas, (select sum(n_tup_ins + n_tup_upd + n_tup_del)
        from pg_stat_xact_user_tables) as changes`;
    const before = [...await there()];
    await adopt(url, "look");
    deepEqual([...await there()], before);
  });
});

Deno.test("where nothing of the older service is, it says so", async () => {
  await withLegacyDatabase([], async ({ url, sql }) => {
    await sql`drop table public.users, public.amc_accounts, public.amc_instances, public.workflows,
      public.workflow_executions, public.report_data_collections, public.report_data_weeks, public.dashboards`;
    const report = await adopt(url, "look");
    deepEqual(report.next, [
      "Nothing of the older service is here: follow docs/DEPLOYING.md.",
    ]);
  });
});

const WEEKS = "Weeks: report_data_weeks";
const COLLECTIONS = "Collections: report_data_collections";

/** A column of an odd type, what is not counted for it, and of which section nothing is told. */
const odd: [string, string, string[]][] = [
  [
    "start_date as text, with dates",
    "alter table public.report_data_collections alter start_date type text",
    [],
  ],
  [
    "start_date as text, with words",
    `alter table public.report_data_collections alter start_date type text using 'next week'`,
    [WEEKS, COLLECTIONS],
  ],
  [
    "workflow_id as json",
    `alter table public.report_data_collections drop workflow_id, add workflow_id json`,
    [COLLECTIONS],
  ],
  [
    "status as integer",
    "alter table public.report_data_weeks alter status drop default, alter status type int using 1",
    [],
  ],
  [
    "week_end_date missing",
    "alter table public.report_data_weeks drop week_end_date",
    [],
  ],
  [
    "collection_id of another type",
    "alter table public.report_data_weeks drop collection_id, add collection_id text",
    [],
  ],
];

for (const [what, change, expected] of odd) {
  Deno.test(`${what}: what cannot be counted is noted with Postgres' words, the rest is told`, async () => {
    await withLegacyDatabase([], async ({ url, sql }) => {
      await sql.unsafe(change);
      const report = await adopt(url, "look");
      const notes = report.notes.filter(({ code }) => code === "not_counted");
      deepEqual(
        notes.map(({ subject }) => subject).sort(),
        [...expected].sort(),
      );
      for (const { words } of notes) {
        match(words, /Postgres says: .+ \(\w{5}\)/);
      }
      ok(section(report, "Rows by status").length > 0);
      equal(section(report, "Tables").length, 7);
      equal(
        section(report, "Collections").length,
        expected.includes(COLLECTIONS) ? 0 : 1,
      );
    });
  });
}
