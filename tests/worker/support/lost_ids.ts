import assert from "node:assert/strict";
import { collect, type Harness } from "./harness.ts";
import { openWorker } from "./own_worker.ts";
import { column, finishAll, weeksOf } from "./weeks.ts";

/** AMC has run every week, and another system reports them without execution ids. @returns the executions, by window */
export async function loseIds(
  harness: Harness,
  weeks: number,
): Promise<(string | null)[]> {
  const { sql, service } = harness;
  await collect(harness, weeks);
  await using worker = openWorker(harness);
  await finishAll(harness, worker.tick);
  const ids = await column(harness, "execution_id");
  await sql`delete from public.report_data_collections`;
  const { collection_id } = await collect(harness, weeks);
  for (const { id } of await weeksOf(harness)) {
    const { data } = await service.rpc("update_week_status", {
      collection_id,
      week_id: id,
      status: "completed",
    });
    assert.equal(data.outcome, "applied");
  }
  assert.deepEqual(await column(harness, "execution_id"), ids.map(() => null));
  return ids;
}

/** Makes the turn of each search due. */
export async function letTurnCome({ sql }: Harness): Promise<void> {
  await sql`update public.id_backfills set due_at = now(), leased_until = null`;
}
