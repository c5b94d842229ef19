import assert from "node:assert/strict";
import { createHash, type Hash } from "node:crypto";
import type { InstanceRow } from "../../../supabase/functions/_shared/collector/instance.ts";
import {
  collect,
  type Harness,
  withHarness,
} from "../../worker/support/harness.ts";
import {
  killAt,
  tickOfFunction,
} from "../../worker/support/function_worker.ts";
import { openWorker } from "../../worker/support/own_worker.ts";
import { letTimePass, weeksOf } from "../../worker/support/weeks.ts";

/** A result that is loaded by a function whose process is killed on the way. */
export interface LargeLoad {
  files: number;
  bytesPerFile: number;
  segmentBytes: number;
  callBytes: number;
  /** Named points at which the process is killed, one after the other, each in a process of its own. */
  kills: string[];
}

/**
 * Loads a result over the embedded platform, under the hosted limits of heap and wall clock, kills the function's process on
 * the way, and asserts that what was loaded is the result, to the byte, when it is written out again.
 */
export async function assertLoadsExactly(large: LargeLoad): Promise<void> {
  const { files, bytesPerFile, segmentBytes, callBytes, kills } = large;
  await withHarness({
    simulator: { results: { files, bytesPerFile } },
    env: {
      AMC_SEGMENT_BYTES: String(segmentBytes),
      AMC_CALL_BYTES: String(callBytes),
    },
    wallClockSeconds: 150,
  }, async (harness) => {
    await collect(harness, 1);
    for (const point of kills) {
      const before = harness.lines.filter((line) =>
        line.event === "failpoint" && line.point === point
      ).length;
      await killAt(harness, point, before + 1);
      assert.equal((await weeksOf(harness))[0].status, "running");
    }
    await tickUntilDone(harness);
    const [week] = await weeksOf(harness);
    assert.equal(week.status, "completed", JSON.stringify(week));
    assert.equal(week.error_count, 0);
    assert.equal(week.data.files, files);
    const sent = await sentBy(harness, week.execution_id!);
    assert.equal(week.data.bytes, sent.bytes);
    assert.equal(await writtenOut(harness, week.execution_id!), sent.digest);
    assert.ok(sent.bytes >= files * bytesPerFile);
    const least = Math.ceil(sent.bytes / (segmentBytes + 100_000));
    assert.ok(week.data.segments >= least, `${week.data.segments} segments`);
    assert.match(week.data.checksum, new RegExp(`-${week.data.segments}$`));
    assert.equal(harness.simulator.ledger().length, 1);
  });
}

async function tickUntilDone(harness: Harness): Promise<void> {
  for (let call = 0; call < 100; call++) {
    await letTimePass(harness);
    await tickOfFunction(harness);
    const [{ status }] = await weeksOf(harness);
    if (status !== "running") return;
  }
}

/** All bytes of the result as AMC sends them, and the SHA-256 of its records without the headers. */
async function sentBy(
  harness: Harness,
  executionId: string,
): Promise<{ bytes: number; digest: string }> {
  await using worker = openWorker(harness);
  const { collector } = worker;
  const [instance] = await collector.sql<InstanceRow>`
    select id as instance_id, entity_id, marketplace_id, region, credential_name from public.amc_instances`;
  const client = await collector.clients.of(instance);
  const { urls } = await client.downloadUrls(executionId);
  const records = createHash("sha256");
  let bytes = 0;
  for (const url of urls) {
    let inHeader = true;
    for await (const chunk of (await client.openResult(url)).body) {
      bytes += chunk.length;
      // The header is one line.
      const from = inHeader ? chunk.indexOf(10) + 1 : 0;
      if (inHeader && from > 0) inHeader = false;
      records.update(chunk.subarray(from));
    }
  }
  return { bytes, digest: records.digest("hex") };
}

/** SHA-256 of the rows that are stored for an execution, as COPY writes them. */
async function writtenOut(
  { sql }: Harness,
  executionId: string,
): Promise<string> {
  const [{ id, table_name, columns }] = await sql`
    select l.id, t.table_name, t.columns from public.result_loads l join amc_history.result_tables t using (table_name)
    where l.execution_id = ${executionId} and l.complete`;
  const names = columns.map((name: string) => `"${name}"`).join(", ");
  const rows = await sql.unsafe(
    `copy (select ${names} from amc_results."${table_name}" where load_id = '${id}' order by line) to stdout (format csv)`,
  ).readable();
  const hash: Hash = createHash("sha256");
  for await (const chunk of rows) hash.update(chunk);
  return hash.digest("hex");
}
