import type { Collector } from "./collector.ts";
import { forEachOf } from "./for_each_of.ts";
import { instanceClient } from "./instance_client.ts";
import { isInstanceWide, isTurnedAway } from "./pause_instance.ts";
import { ownerOf, setAside } from "./set_aside.ts";

const CONCURRENCY = 3;

/**
 * Asks AMC to cancel executions whose week a person cancelled, and duplicates that are proved ours. Each is requested again
 * until AMC shows that the execution has ended; one that AMC does not cancel is set aside by itself.
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
      await collector.rpc("record_observation", {
        execution_id,
        observation: outcome.execution,
      });
      await collector.rpc("end_stoppage", {
        kind: "cancel",
        subject: execution_id,
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
      if (isInstanceWide(error) && !isTurnedAway(error)) throw error;
      const owner = ownerOf(claim, claim);
      await setAside(collector, "cancel", execution_id, owner, error);
    }
  });
  return claims.length;
}
