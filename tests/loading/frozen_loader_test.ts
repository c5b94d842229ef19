import assert from "node:assert/strict";
import {
  openSql,
  type Sql,
} from "../../supabase/functions/_shared/database/sql.ts";
import {
  arrange,
  cursorOf,
  load,
  type Loadable,
  type Loading,
  rowsIn,
  rowsLeft,
  takeUp,
  withLoading,
} from "./support/loading.ts";

const FILE = "name,n\n" +
  Array.from({ length: 20 }, (_, n) => `a,${n + 10}\n`).join("");
const ROWS = Array.from({ length: 20 }, (_, n) => ["a", String(n + 10)]);
/** Two segments. */
const limits = { segmentBytes: 57 };

/** Sessions that fill a load, with the fence that each bears. */
async function loaders({ sql }: Loading): Promise<string[]> {
  const rows = await sql`
    select application_name as name, xact_start is not null as busy from pg_stat_activity
    where application_name like 'amc-history load %' and datname = current_database()`;
  return rows.map(({ name }) => name);
}

/** Starts a load over a connection of its own that freezes once it has copied the second segment. */
async function freeze(world: Loading, loadable: Loadable) {
  const loaderSql: Sql = openSql(world.database.url);
  const fence = await takeUp(world, loadable);
  let segments = 0;
  let thaw = () => {};
  const thawed = new Promise<void>((done) => (thaw = done));
  let frozen = () => {};
  const isFrozen = new Promise<void>((done) => (frozen = done));
  const outcome = load(world, loadable, [FILE], {
    loaderSql,
    fence,
    limits,
    checkpoint: async (point) => {
      if (point !== "after_copy" || ++segments < 2) return;
      frozen();
      await thawed;
    },
  }).catch((error) => error);
  await isFrozen;
  return {
    fence,
    outcome,
    thaw,
    [Symbol.asyncDispose]: async () => {
      // Also where the test failed before: the end of a connection waits for what runs over it.
      thaw();
      await outcome;
      await loaderSql.end();
    },
  };
}

Deno.test("a worker that froze with a whole segment sent is ended by its successor, its rows never stored", async () => {
  await withLoading(async (world) => {
    const loadable = await arrange(world);
    await using frozen = await freeze(world, loadable);
    const [name] = await loaders(world);
    assert.match(name, new RegExp(` ${frozen.fence}$`));
    assert.deepEqual((await cursorOf(world, loadable)).records, 10);
    const summary = await load(world, loadable, [FILE]);
    assert.equal(summary.rows, 20);
    assert.deepEqual(await loaders(world), []);
    frozen.thaw();
    const error = await frozen.outcome;
    assert.match(String(error.code), /57P01|CONNECTION_CLOSED/);
    assert.deepEqual(await rowsIn(world, loadable), ROWS);
    assert.equal(await rowsLeft(world, loadable), 20);
  });
});

Deno.test("while a worker copies, nothing that others need is locked", async () => {
  await withLoading(async (world) => {
    const loadable = await arrange(world);
    await using frozen = await freeze(world, loadable);
    const { sql } = world;
    await sql`set lock_timeout = '5s'`;
    await sql`select from public.report_data_weeks for update`;
    await sql`select from public.week_attempts for update`;
    await sql`select from public.workflow_executions for update`;
    const [{ outcome }] = await sql`
      select (public.fail_load(${loadable.attemptId}, ${frozen.fence}, 'given_up', 'By a person.', true)).outcome`;
    assert.equal(outcome, "applied");
    frozen.thaw();
    assert.equal((await frozen.outcome).code, "AH001");
    assert.equal((await cursorOf(world, loadable)).records, 10);
  });
});
