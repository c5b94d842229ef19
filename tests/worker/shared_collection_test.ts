/** Two members ask for overlapping weeks of one query: one collection, one execution a window, and sums that are AMC's. */
import assert from "node:assert/strict";
import { parse } from "csv-parse/sync";
import { signIn } from "../../local/demo/setup.ts";
import { type Harness, withHarness } from "./support/harness.ts";
import { openWorker, type OwnWorker } from "./support/own_worker.ts";
import { resultOf } from "./support/results.ts";
import { collections, instance, start } from "./support/start_collection.ts";
import {
  assertOneCreateEach,
  column,
  finishAll,
  letTimePass,
  weeksOf,
} from "./support/weeks.ts";

/** What the workflow's view adds up to, without any filter. */
async function shownSum({ sql }: Harness): Promise<string> {
  const [{ table_name }] = await sql`
    select table_name from amc_history.result_tables`;
  const [{ sum }] = await sql`
    select sum(impressions)::text as sum from public.${
    sql(`results_${table_name}`)
  }`;
  return sum;
}

/** What AMC's results of these executions add up to. Postgres adds: digits beyond a double's count too. */
async function sumAtAmc(
  { sql }: Harness,
  worker: OwnWorker,
  executions: string[],
): Promise<string> {
  const cells: string[] = [];
  for (const id of executions) {
    for (const file of (await resultOf(worker, id)).files) {
      const rows: { impressions: string }[] = parse(file, { columns: true });
      cells.push(...rows.map(({ impressions }) => impressions));
    }
  }
  const [{ sum }] = await sql`
    select sum(nullif(cell, '')::numeric)::text as sum from unnest(${cells}::text[]) cell`;
  return sum;
}

/** Adds an analyst to the instance. @returns the harness as this member calls it */
async function asColleague(harness: Harness): Promise<Harness> {
  const [email, password] = ["colleague@example.com", "Collects-with-others"];
  await harness.platform.createUser(email, password);
  await harness
    .sql`select amc_history.add_member(${instance}, ${email}, 'analyst')`;
  return { ...harness, owner: await signIn(harness.platform, email, password) };
}

Deno.test("members who ask for overlapping weeks share them, and the view's sum is AMC's", async () => {
  await withHarness({}, async (harness) => {
    const colleague = await asColleague(harness);
    const mine = await (await start(harness, { weeks: 3 })).json();
    await using worker = openWorker(harness);
    await finishAll(harness, worker.tick);
    const theirs = await (await start(colleague, { weeks: 5 })).json();
    assert.equal(theirs.collection_id, mine.collection_id);
    assert.deepEqual([theirs.created, theirs.extended], [false, 2]);
    await finishAll(harness, worker.tick);
    assert.equal(await collections(harness), 1);
    assert.equal((await weeksOf(harness)).length, 5);
    await assertOneCreateEach(harness);
    const ids = async () => (await column(harness, "execution_id")) as string[];
    const before = await ids();
    const sum = await shownSum(harness);
    assert.equal(sum, await sumAtAmc(harness, worker, before));

    // While one of the weeks is collected once more, the sum stays; then it is that of the newer result.
    await colleague.owner.rpc("restate_week", { week_id: mine.weeks[0].id })
      .throwOnError();
    await worker.tick();
    assert.equal(harness.simulator.ledger().length, 6);
    assert.deepEqual(await ids(), before);
    assert.equal(await shownSum(harness), sum);
    for (let tick = 0; tick < 20 && before.join() === (await ids()).join();) {
      tick++;
      await letTimePass(harness);
      await worker.tick();
    }
    const after = await ids();
    assert.equal(after.filter((id, i) => id !== before[i]).length, 1);
    assert.equal(
      await shownSum(harness),
      await sumAtAmc(harness, worker, after),
    );
  });
});
