import type postgres from "postgres";
import { LoadBudget } from "../../supabase/functions/_shared/results/load_budget.ts";
import { DEFAULT_LIMITS } from "../../supabase/functions/_shared/results/load_limits.ts";
import { loadResult } from "../../supabase/functions/_shared/results/loader.ts";
import type { Sql } from "../../supabase/functions/_shared/database/sql.ts";
import type { BenchDatabase } from "./database.ts";

/** An attempt whose execution succeeded at AMC, held by this worker. */
export interface Loadable {
  attemptId: string;
  fence: number;
  weekId: string;
  collectionId: string;
  executionId: string;
}

/** The results table of the first instance, once one was loaded. */
export const RESULTS = {
  table: "amc_results.weekly_bench_amcbench0001",
  view: "public.results_weekly_bench_amcbench0001",
};

/** How the files are written. */
export const DIALECT = { separator: ",", quote: '"', escape: '"' };

/** Takes a due week up to its load: claimed, recorded, succeeded, claimed for loading. */
export async function claimLoad(database: BenchDatabase): Promise<Loadable> {
  const sql = database.asService(1);
  try {
    const [{ attempt_id: attemptId }] = await sql`
      select attempt_id from public.claim_due_weeks(1)`;
    const executionId = crypto.randomUUID();
    await sql`
      select outcome from public.record_execution(${attemptId}, ${executionId}, ${
      sql.json({ status: "SUCCEEDED" })
    })`;
    // A lease longer than the run: nothing is claimed for loading twice.
    const [claim] = await sql`
      select fence, week_id, collection_id from public.claim_loads(1, 100000)
      where attempt_id = ${attemptId}`;
    return {
      attemptId,
      fence: claim.fence,
      weekId: claim.week_id,
      collectionId: claim.collection_id,
      executionId,
    };
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** Loads one file with the loader that the edge function collect uses. @returns the summary */
export async function load(
  sql: Sql,
  { attemptId, fence }: Loadable,
  body: () => AsyncIterable<Uint8Array>,
  length: number,
): Promise<postgres.JSONValue> {
  return await loadResult(sql, {
    attemptId,
    fence,
    dialect: DIALECT,
    listFiles: () => Promise.resolve(["file"]),
    limits: DEFAULT_LIMITS,
    budget: new LoadBudget(Infinity),
    // No request starts in the middle of a file, so the body stays open from one segment to the next.
    open: () =>
      Promise.resolve({
        body: body(),
        length,
        etag: '"bench"',
        resumable: true,
        packed: false,
      }),
    checkpoint: () => Promise.resolve(),
  });
}

/** Completes the week whose result was loaded. */
export async function complete(
  database: BenchDatabase,
  { collectionId, weekId, executionId }: Loadable,
  summary: postgres.JSONValue,
): Promise<void> {
  const sql = database.asService(1);
  try {
    const [{ outcome }] = await sql`
      select outcome from public.update_week_status(
        ${collectionId}, ${weekId}, 'completed', ${
      sql.json(summary)
    }, ${executionId})`;
    if (outcome !== "applied") {
      throw new Error(`Expected the week to be completed, got ${outcome}.`);
    }
  } finally {
    await sql.end({ timeout: 5 });
  }
}
