import { AmcError } from "../amc/mod.ts";
import { dropEndedLoad, dropLoad, WaitingLoad } from "../results/open_load.ts";
import { isStaleLoad } from "../results/loader.ts";
import { ResultError } from "../results/result_error.ts";
import type { ClaimedLoad } from "../database/rpc.ts";
import { sqlStateOf } from "../database/errors.ts";
import { idsOf, logFailure } from "../log.ts";
import type { Collector } from "./collector.ts";
import { isInstanceWide, isTurnedAway } from "./pause_instance.ts";
import { ownerOf, setAside } from "./set_aside.ts";

/**
 * Reports a load that failed, unless another worker has claimed it since.
 *
 * @param error a ResultError, or AH002 from the database, fails the week for good; an error that concerns the whole instance
 *   pauses it and counts as no error of the week; any other is counted, and the load is tried again
 */
export async function reportFailure(
  collector: Collector,
  claim: ClaimedLoad,
  error: unknown,
): Promise<void> {
  if (isStaleLoad(error)) {
    collector.log("info", "load_claimed_elsewhere", idsOf(claim));
    return;
  }
  if (error instanceof WaitingLoad) {
    collector.log("info", "load_waits", idsOf(claim));
    return;
  }
  // No error of the week: its instance is paused, and the load is claimed again when its lease ends, or later.
  if (isTurnedAway(error)) {
    const { execution_id } = claim;
    const owner = ownerOf(claim, claim);
    await setAside(collector, "result", execution_id, owner, error);
  }
  if (isInstanceWide(error)) return;
  const { code, permanent } = judge(error);
  const { message } = error as Error;
  if (code === "result_changed") await drop(collector, claim, dropLoad);
  const report = await collector.rpc("fail_load", {
    attempt_id: claim.attempt_id,
    fence: claim.fence,
    code,
    message,
    permanent,
  });
  if (report.outcome === "stale") {
    // The worker that has claimed it ended this one's session.
    collector.log("info", "load_claimed_elsewhere", idsOf(claim));
    return;
  }
  collector.log("warn", "load_failed", {
    ...idsOf(claim),
    code,
    permanent,
    message,
    request_id: error instanceof AmcError ? error.requestId : null,
    outcome: report.outcome,
    status: report.status,
  });
  await drop(collector, claim, dropEndedLoad);
}

/** Where this fails, the rows that stay are not visible, and the daily purge drops them. */
async function drop(
  collector: Collector,
  { attempt_id, fence }: ClaimedLoad,
  how: typeof dropLoad,
): Promise<void> {
  try {
    await how(collector.sql, { attemptId: attempt_id, fence });
  } catch (error) {
    logFailure(collector.log, "load_not_dropped", error, { attempt_id });
  }
}

/** A file with wrong content stays so; an error of the network or of AMC may pass. */
function judge(error: unknown): { code: string; permanent: boolean } {
  if (error instanceof ResultError) {
    return { code: error.code, permanent: true };
  }
  if (sqlStateOf(error) === "AH002") {
    const { detail } = error as { detail?: string };
    return { code: detail ?? "header_not_expected", permanent: true };
  }
  return {
    code: error instanceof AmcError ? error.code : "load_failed",
    permanent: false,
  };
}
