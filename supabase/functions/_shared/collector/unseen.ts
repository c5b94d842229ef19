import {
  type AmcClient,
  type ExecutionObservation,
  NotFoundError,
} from "../amc/mod.ts";
import type { ClaimedListing } from "../database/rpc.ts";
import type { FollowedAttempt } from "./claims.ts";
import type { Collector } from "./collector.ts";
import { forEachOf } from "./for_each_of.ts";
import { isInstanceWide, isTurnedAway } from "./pause_instance.ts";
import { ownerOf, setAside } from "./set_aside.ts";

/** How many executions that a listing did not show are asked for one by one. */
const MAX_GETS = 10;
const CONCURRENCY = 3;
/** For so many milliseconds another one is asked for: each may be tried several times. */
const GETS_MS = 20_000;
/** A new execution may not be visible yet (OS; M). */
const VISIBLE_MS = 300_000;

/**
 * Sends one GET for each of our executions that the listing did not show: absence from a list does not mean that it ended. One
 * for which AMC answers with an error is set aside by itself.
 *
 * @param listed the executions that the listing showed
 */
export async function askForUnseen(
  collector: Collector,
  client: AmcClient,
  claim: ClaimedListing,
  attempts: FollowedAttempt[],
  listed: ExecutionObservation[],
): Promise<void> {
  const seen = new Set(listed.map(({ id }) => id));
  const unseen = attempts.filter(({ execution_id, held_up }) =>
    execution_id !== null && !seen.has(execution_id) && !held_up
  );
  // Others each time, so that none is left out for ever.
  const first = unseen.length === 0
    ? 0
    : claim.fence * MAX_GETS % unseen.length;
  const asked = [...unseen.slice(first), ...unseen.slice(0, first)]
    .slice(0, MAX_GETS);
  const end = collector.now() + GETS_MS;
  let stopped = false;
  await forEachOf(asked, CONCURRENCY, collector.log, async (attempt) => {
    if (stopped || collector.now() >= end) return;
    const execution_id = attempt.execution_id!;
    try {
      await collector.rpc("record_observation", {
        execution_id,
        observation: await client.getExecution(execution_id),
      });
    } catch (error) {
      stopped ||= isInstanceWide(error);
      if (isInstanceWide(error) && !isTurnedAway(error)) throw error;
      const age = Date.parse(claim.began_at) - Date.parse(attempt.intended_at);
      if (error instanceof NotFoundError) {
        collector.log("warn", "execution_not_shown", {
          ...ownerOf(claim, attempt),
          attempt_id: attempt.attempt_id,
          execution_id,
          request_id: error.requestId,
        });
        if (age < VISIBLE_MS) return;
      }
      const owner = ownerOf(claim, attempt);
      await setAside(collector, "execution", execution_id, owner, error);
    }
  });
}
