import { NotFoundError } from "../amc/mod.ts";
import type { Collector } from "./collector.ts";
import { forEachOf } from "./for_each_of.ts";
import { instanceClient } from "./instance_client.ts";
import { pauseInstance } from "./pause_instance.ts";

const CONCURRENCY = 3;

/**
 * Asks AMC to cancel executions whose week a person cancelled, and duplicates that are proved ours. Each is requested again
 * until AMC shows that the execution has ended.
 *
 * @returns how many were claimed
 */
export async function cancel(collector: Collector): Promise<number> {
  const claims = await collector.rpc("claim_cancellations", {});
  await forEachOf(claims, CONCURRENCY, collector.log, async (claim) => {
    const { execution_id, week_id, collection_id } = claim;
    try {
      const client = await instanceClient(collector, claim);
      const outcome = await client.cancelExecution(execution_id);
      await collector.rpc("record_cancellation", {
        execution_id,
        observation: outcome.execution,
      });
      collector.log("info", "execution_cancelled", {
        collection_id,
        week_id,
        execution_id,
        request_id: outcome.execution.request_id,
        outcome: outcome.kind,
        amc_status: outcome.execution.status,
      });
    } catch (error) {
      // A new execution may not be visible yet: the next claim asks again.
      if (error instanceof NotFoundError) return;
      if (!(await pauseInstance(collector, claim, error))) throw error;
    }
  });
  return claims.length;
}
