import type { Collector } from "./collector.ts";
import { forEachOf } from "./for_each_of.ts";

/**
 * Handles weeks whose execution ended at AMC without a result: reschedules those that may be retried, and fails the others
 * with AMC's own message.
 *
 * @returns how many weeks there were
 */
export async function finish(collector: Collector): Promise<number> {
  const finished = await collector.rpc("finished_attempts", {});
  await forEachOf(finished, 1, collector.log, async (attempt) => {
    const { collection_id, week_id, attempt_id, execution_id } = attempt;
    if (attempt.execution_status === "FAILED") {
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
  });
  return finished.length;
}
