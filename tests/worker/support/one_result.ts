import assert from "node:assert/strict";
import {
  DEFAULT_LIMITS,
  type LoadLimits,
} from "../../../supabase/functions/_shared/results/load_limits.ts";
import type { OpenResultOptions } from "../../../supabase/functions/_shared/amc/results.ts";
import {
  collect,
  type Harness,
  type HarnessOptions,
  withHarness,
} from "./harness.ts";
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
  options: HarnessOptions,
  limits: Partial<LoadLimits>,
  work: (
    harness: Harness,
    worker: OwnWorker,
    week: WeekRow,
    asked: Asked[],
  ) => Promise<void>,
  client: OwnWorkerOptions["client"] = (client) => client,
): Promise<void> {
  await withHarness(options, async (harness) => {
    await collect(harness, 1);
    const asked: Asked[] = [];
    await using worker = openWorker(harness, {
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
    await finishAll(harness, worker.tick);
    const [week] = await weeksOf(harness);
    await work(harness, worker, week, asked);
  });
}

/** Asserts that a week shows what AMC's files hold. */
export async function assertWhole(
  harness: Harness,
  worker: OwnWorker,
  week: WeekRow,
): Promise<void> {
  assert.equal(week.status, "completed", JSON.stringify(week));
  const { files } = await resultOf(worker, week.execution_id!);
  const rows = files.map((file) => file.slice(file.indexOf("\n") + 1));
  assert.equal(asCsv(await shownRows(harness, week.id)), rows.join(""));
}

/** Asserts that a week failed for good at the first try, and that nothing of its result is there. */
export async function assertRefused(
  harness: Harness,
  week: WeekRow,
  code: string,
  message: RegExp,
): Promise<void> {
  assert.equal(week.status, "failed");
  assert.equal(week.error_code, code);
  assert.match(week.error_message!, message);
  assert.equal(week.error_count, 1);
  assert.deepEqual(await shownRows(harness, week.id), []);
  assert.equal(await storedRows(harness), 0);
  const loads = await harness.sql`select from public.result_loads`;
  assert.equal(loads.length, 0);
}
