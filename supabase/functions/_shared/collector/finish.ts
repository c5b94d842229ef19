import type { Database } from "../database/database.types.ts";
import type { Collector } from "./collector.ts";
import { forEachOf } from "./for_each_of.ts";
import { ownerOf, setAside } from "./set_aside.ts";

type Finished =
  Database["public"]["Functions"]["finished_attempts"]["Returns"][number];

/**
 * Handles weeks whose execution ended at AMC without a result: reschedules those that may be retried, and fails the others
 * with AMC's own message. A week for which that fails is set aside by itself.
 *
 * @returns how many weeks there were
 */
export async function finish(collector: Collector): Promise<number> {
  const finished = await collector.rpc("finished_attempts", {});
  await forEachOf(finished, 1, collector.log, async (attempt) => {
    try {
      await finishOne(collector, attempt);
    } catch (error) {
      const owner = ownerOf(attempt, attempt);
      await setAside(collector, "week", attempt.week_id, owner, error);
    }
  });
  return finished.length;
}

async function finishOne(
  collector: Collector,
  attempt: Finished,
): Promise<void> {
  const { collection_id, week_id, attempt_id, execution_id } = attempt;
  if (["FAILED", "CANCELLED"].includes(attempt.execution_status)) {
    const retry = await collector.rpc("retry_failed_execution", {
      attempt_id,
    });
    if (retry.outcome !== "rejected") {
      collector.log("warn", "week_rescheduled", {
        collection_id,
        week_id,
        attempt_id,
        execution_id,
        message: attempt.status_reason,
        outcome: retry.outcome,
        status: retry.status,
      });
      return;
    }
  }
  const report = await collector.rpc("update_week_status", {
    collection_id,
    week_id,
    status: "failed",
    execution_id,
  });
  collector.log("warn", "week_failed", {
    collection_id,
    week_id,
    attempt_id,
    execution_id,
    amc_status: attempt.execution_status,
    message: attempt.status_reason,
    outcome: report.outcome,
    reason: report.reason,
    status: report.status,
  });
}
