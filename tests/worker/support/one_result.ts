import assert from "node:assert/strict";
import {
  DEFAULT_LIMITS,
  type LoadLimits,
} from "../../../supabase/functions/_shared/results/load_limits.ts";
import type { OpenResultOptions } from "../../../supabase/functions/_shared/amc/results.ts";
import { type Bench, type BenchOptions, collect, withBench } from "./bench.ts";
import {
  openWorker,
  type OwnWorker,
  type OwnWorkerOptions,
} from "./own_worker.ts";
import { asCsv, resultOf, shownRows, storedRows } from "./results.ts";
import { finishAll, type WeekRow, weeksOf } from "./weeks.ts";

/** Some segments of a result of a few hundred rows. */
export const SMALL = { segmentBytes: 4_000, callBytes: 10_000 };

/** What was asked of a link. */
export type Asked = OpenResultOptions | undefined;

/** Collects one week with limits of its own; and what was asked of the links. */
export async function collectOne(
  options: BenchOptions,
  limits: Partial<LoadLimits>,
  work: (
    bench: Bench,
    worker: OwnWorker,
    week: WeekRow,
    asked: Asked[],
  ) => Promise<void>,
  client: OwnWorkerOptions["client"] = (client) => client,
): Promise<void> {
  await withBench(options, async (bench) => {
    await collect(bench, 1);
    const asked: Asked[] = [];
    await using worker = openWorker(bench, {
      parts: { limits: { ...DEFAULT_LIMITS, ...limits } },
      client: (plain, instance) => {
        const changed = client(plain, instance);
        return {
          ...changed,
          openResult: (link, options) => {
            asked.push(options);
            return changed.openResult(link, options);
          },
        };
      },
    });
    await finishAll(bench, worker.tick);
    const [week] = await weeksOf(bench);
    await work(bench, worker, week, asked);
  });
}

/** Asserts that a week shows what AMC's files hold. */
export async function assertWhole(
  bench: Bench,
  worker: OwnWorker,
  week: WeekRow,
): Promise<void> {
  assert.equal(week.status, "completed", JSON.stringify(week));
  const { files } = await resultOf(worker, week.execution_id!);
  const rows = files.map((file) => file.slice(file.indexOf("\n") + 1));
  assert.equal(asCsv(await shownRows(bench, week.id)), rows.join(""));
}

/** Asserts that a week failed for good at the first try, and that nothing of its result is there. */
export async function assertRefused(
  bench: Bench,
  week: WeekRow,
  code: string,
  message: RegExp,
): Promise<void> {
  assert.equal(week.status, "failed");
  assert.equal(week.error_code, code);
  assert.match(week.error_message!, message);
  assert.equal(week.error_count, 1);
  assert.deepEqual(await shownRows(bench, week.id), []);
  assert.equal(await storedRows(bench), 0);
  const loads = await bench.sql`select from public.result_loads`;
  assert.equal(loads.length, 0);
}
