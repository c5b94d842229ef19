import { AmcError } from "../amc/mod.ts";
import type { Json } from "../database/database.types.ts";
import { LoadBudget } from "../results/load_budget.ts";
import { DEFAULT_LIMITS } from "../results/load_limits.ts";
import { loadResult } from "../results/loader.ts";
import { dropLoad, releaseLoad } from "../results/open_load.ts";
import type { ClaimedLoad } from "../database/rpc.ts";
import { idsOf } from "../log.ts";
import { readDialect, readSize } from "./claims.ts";
import type { Collector } from "./collector.ts";
import { forEachOf } from "./for_each_of.ts";
import { instanceClient } from "./instance_client.ts";
import { reportFailure } from "./load_failure.ts";
import { learnOutputColumns } from "./output_columns.ts";
import { ResultFiles } from "./result_files.ts";

const MAX_LOADS = 2;
const LOAD_TIMEOUT_MS = 120_000;
/** After so long the tick lists and submits before it loads more: a result may have a thousand files. */
const STEP_MS = 15_000;

/**
 * Loads results of executions that succeeded, and completes their weeks. When the call's budget is used up in the middle of a
 * result, the load is released, and the next call continues it.
 *
 * @param budget how much this call may load; absent: as much as the limits say
 * @returns how many results were claimed
 */
export async function load(
  collector: Collector,
  budget = new LoadBudget((collector.limits ?? DEFAULT_LIMITS).callBytes),
): Promise<number> {
  budget.beginStep(STEP_MS);
  if (!budget.isOpen) return 0;
  const claims = await collector.rpc("claim_loads", {
    max_loads: MAX_LOADS,
  });
  await forEachOf(claims, MAX_LOADS, collector.log, async (claim) => {
    try {
      const summary = claim.summary ??
        await loadOne(collector, claim, budget);
      if (summary === null) await release(collector, claim);
      else await complete(collector, claim, summary);
    } catch (error) {
      await reportFailure(collector, claim, error);
    }
  });
  return claims.length;
}

/** @returns the summary, or null if the budget is used up */
async function loadOne(
  collector: Collector,
  claim: ClaimedLoad,
  budget: LoadBudget,
): Promise<Json | null> {
  const client = await instanceClient(collector, claim);
  const ending = new AbortController();
  const signal = AbortSignal.any([
    AbortSignal.timeout(LOAD_TIMEOUT_MS),
    ending.signal,
  ]);
  const loadFrom = async (ranges: boolean) => {
    const files = new ResultFiles(client, claim.execution_id, signal, ranges);
    return await loadResult(collector.sql, {
      ...holderOf(claim),
      dialect: readDialect(claim),
      listFiles: () => files.list(),
      limits: collector.limits ?? DEFAULT_LIMITS,
      budget,
      open: (index, from) => files.open(index, from),
      checkpoint: collector.checkpoint,
    });
  };
  let summary;
  try {
    await learnOutputColumns(collector, client, claim.execution_id, signal);
    summary = await loadFrom(true).catch(async (error) => {
      // The server says that it serves ranges, and does not: load from the start, without ranges.
      if (!(error instanceof AmcError && error.code === "wrong_range")) {
        throw error;
      }
      await dropLoad(collector.sql, holderOf(claim));
      return await loadFrom(false);
    });
  } finally {
    // Stop reading whatever is still open.
    ending.abort();
  }
  if (summary !== null) {
    collector.log("info", "result_loaded", {
      ...idsOf(claim),
      ...readSize(summary),
    });
  }
  return summary;
}

function holderOf({ attempt_id, fence }: ClaimedLoad) {
  return { attemptId: attempt_id, fence };
}

async function release(
  collector: Collector,
  claim: ClaimedLoad,
): Promise<void> {
  await releaseLoad(collector.sql, holderOf(claim));
  collector.log("info", "load_continues_later", idsOf(claim));
}

async function complete(
  collector: Collector,
  claim: ClaimedLoad,
  summary: Json,
): Promise<void> {
  await collector.checkpoint("before_complete");
  const report = await collector.rpc("update_week_status", {
    collection_id: claim.collection_id,
    week_id: claim.week_id,
    status: "completed",
    data: summary,
    execution_id: claim.execution_id,
  });
  const good = ["applied", "already_applied", "stale"].includes(
    report.outcome ?? "",
  );
  collector.log(good ? "info" : "error", "week_completed", {
    ...idsOf(claim),
    outcome: report.outcome,
    reason: report.reason,
    status: report.status,
  });
}
