import { AmcError } from "../amc/mod.ts";
import { dropEndedLoad, dropLoad } from "../results/open_load.ts";
import { isStaleLoad } from "../results/loader.ts";
import { ResultError } from "../results/result_error.ts";
import type { ClaimedLoad } from "../database/rpc.ts";
import { sqlStateOf } from "../database/errors.ts";
import { idsOf, logFailure } from "../log.ts";
import type { Collector } from "./collector.ts";
import { isInstanceWide, pauseInstance } from "./pause_instance.ts";

/** Reports a load that did not succeed, unless it is another worker's by now. */
export async function reportFailure(
  collector: Collector,
  claim: ClaimedLoad,
  error: unknown,
): Promise<void> {
  if (isStaleLoad(error)) {
    collector.log("info", "load_taken_up_elsewhere", idsOf(claim));
    return;
  }
  if (isInstanceWide(error)) {
    // Waiting counts as no error: the load is taken up again when its lease ends.
    await pauseInstance(collector, claim, error);
    return;
  }
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
    // Its session was ended by the worker that has taken it up.
    collector.log("info", "load_taken_up_elsewhere", idsOf(claim));
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

/** Rows that stay are shown to nobody, and dropped by the daily purge. */
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

/** A file that is not right stays so; what the network or AMC did may pass. */
function judge(error: unknown): { code: string; permanent: boolean } {
  if (error instanceof ResultError) {
    return { code: error.code, permanent: true };
  }
  if (sqlStateOf(error) === "AH002") {
    return { code: "header_changed", permanent: true };
  }
  return {
    code: error instanceof AmcError ? error.code : "load_failed",
    permanent: false,
  };
}
