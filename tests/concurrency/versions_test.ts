import assert from "node:assert/strict";
import type postgres from "postgres";
import { commit, holds } from "./support/meeting.ts";
import { openSession } from "./support/sessions.ts";
import {
  addCollection,
  addInstance,
  after,
  clear,
  sharedHarness,
} from "./support/harness.ts";

// Scheduled work skips what is locked.

const harness = sharedHarness();
const INSTANCE = "amcversions1";
const DAY = 86_400;

/** A collection of one week that shows e2 and superseded e1, in a session that waits for no lock. */
async function superseded() {
  const { sql } = harness();
  await clear(sql);
  await sql`set lock_timeout = '2s'`;
  await addInstance(sql, INSTANCE);
  const collection = await addCollection(sql, INSTANCE, 1);
  const [{ id: week }] = await sql`select id from public.report_data_weeks`;
  const [{ table_name }] = await sql`
    select coalesce((select t.table_name from amc_history.result_tables t where t.table_name = f.result_table),
      (amc_history.create_result_table(f, array['campaign'])).table_name) as table_name
    from public.amc_workflows f`;
  await sql`select public.update_week_status(${collection}, ${week}, 'completed', '{}', 'e2')`;
  await sql`insert into public.workflow_executions (id, week_id) values ('e1', ${week})`;
  await sql`
    insert into public.result_loads (execution_id, fence, table_name, header, complete, checksum, summary, completed_at)
    select id, 1, ${table_name}, array['campaign'], true, 'c0ffee', '{}', ${
    after(0)
  } from public.workflow_executions`;
  await sql`update public.report_data_collections set keep_versions = 1, restate_weeks = 1`;
  return { sql, collection, week };
}

async function kept(sql: postgres.Sql): Promise<string[]> {
  const rows = await sql`
    select execution_id from public.result_loads order by 1`;
  return rows.map(({ execution_id }) => execution_id);
}

async function prune(sql: postgres.Sql): Promise<number> {
  const [{ pruned }] = await sql`select amc_history.prune_versions() as pruned`;
  return pruned;
}

async function restate(sql: postgres.Sql): Promise<number> {
  const [{ opened }] = await sql`
    select amc_history.open_restatements() as opened`;
  return opened;
}

Deno.test("a result that a week is about to show again is not pruned, before the commit or after", async () => {
  const { sql, week } = await superseded();
  await using person = await holds(
    harness(),
    after(10),
    ({ sql }) =>
      sql`update public.report_data_weeks set execution_id = 'e1' where id = ${week}`,
  );
  assert.equal(await prune(sql), 0);
  await commit(person);
  assert.deepEqual(await kept(sql), ["e1", "e2"]);
  assert.equal(await prune(sql), 1);
  assert.deepEqual(await kept(sql), ["e1"]);
});

Deno.test("two runs at once make a week due once", async () => {
  const { sql } = await superseded();
  await using other = await openSession(
    harness().database.url,
    after(8 * DAY),
    "postgres",
  );
  await sql`select set_config('amc_history.clock', ${after(8 * DAY)}, false)`;
  await other.sql.unsafe("begin");
  assert.equal(await restate(other.sql), 1);
  assert.equal(await restate(sql), 0);
  await commit(other);
  assert.equal(await restate(sql), 0);
});

Deno.test("a collection that is being paused is left alone", async () => {
  const { sql, collection } = await superseded();
  await sql`select set_config('amc_history.clock', ${after(8 * DAY)}, false)`;
  await using person = await holds(
    harness(),
    after(8 * DAY),
    ({ sql }) => sql`select public.pause_collection(${collection})`,
  );
  assert.equal(await restate(sql), 0);
  await commit(person);
  assert.equal(await restate(sql), 0);
});
