import {
  type AmcClient,
  type ExecutionObservation,
  matchExecution,
  NotFoundError,
} from "../amc/mod.ts";
import type { Json } from "../database/database.types.ts";
import type { FollowedAttempt } from "./claims.ts";
import type { Collector } from "./collector.ts";
import { sameParameters } from "./parameters.ts";
import { isInstanceWide, isTurnedAway } from "./pause_instance.ts";
import type { SeenListing } from "./seen_listing.ts";
import { ownerOf, setAside } from "./set_aside.ts";

/** An attempt whose create got no response, and for which a person named the execution that it made. */
export type ConfirmedAttempt = FollowedAttempt & {
  confirmed_execution_id: string;
};

/**
 * Looks up the execution that a person named for an attempt, and adopts it unless AMC contradicts: a typing error would put
 * another week's rows under this one. Where AMC answers with an error, the confirmation stays, and the look-up alone is set aside.
 */
export async function confirm(
  collector: Collector,
  client: AmcClient,
  attempt: ConfirmedAttempt,
  { claim, known, parameters }: SeenListing,
): Promise<void> {
  const { attempt_id, week_id, collection_id } = attempt;
  const execution_id = attempt.confirmed_execution_id;
  let execution: ExecutionObservation | null;
  try {
    execution = await lookUp(client, execution_id);
  } catch (error) {
    if (isInstanceWide(error) && !isTurnedAway(error)) throw error;
    const owner = ownerOf(claim, attempt);
    await setAside(collector, "execution", execution_id, owner, error);
    return;
  }
  await collector.rpc("end_stoppage", {
    kind: "execution",
    subject: execution_id,
  });
  let reason = execution === null
    ? "AMC has no execution with this id."
    : whyNot(attempt, execution, await parameters(collection_id));
  let outcome: string | null = null;
  if (reason === null) {
    const report = await collector.rpc("record_execution", {
      attempt_id,
      execution_id,
      details: execution,
      adopted: true,
    });
    known.add(execution_id);
    outcome = report.outcome;
    if (outcome === "rejected") reason = `It was rejected: ${report.reason}.`;
  }
  if (reason !== null) {
    const report = await collector.rpc("refute_confirmation", {
      attempt_id,
      execution_id,
      message: reason,
    });
    outcome = report.outcome;
  }
  collector.log("warn", "execution_confirmed", {
    collection_id,
    week_id,
    attempt_id,
    execution_id,
    request_id: execution?.request_id,
    outcome,
    reason,
  });
}

async function lookUp(
  client: AmcClient,
  id: string,
): Promise<ExecutionObservation | null> {
  try {
    return await client.getExecution(id);
  } catch (error) {
    if (error instanceof NotFoundError) return null;
    throw error;
  }
}

/** How the execution contradicts what the attempt asked for; null if it does not. A field that AMC leaves out contradicts nothing. */
function whyNot(
  attempt: ConfirmedAttempt,
  execution: ExecutionObservation,
  ours: Json,
): string | null {
  const { fingerprint, matcher_proved } = attempt;
  const match = matchExecution(
    { ...attempt, fingerprint: matcher_proved ? fingerprint : null },
    [execution],
    [],
  );
  const isOther = match.kind === "none" && match.undecided.length === 0;
  const { parameter_values } = execution;
  const hasOthers = parameter_values !== null &&
    !sameParameters(ours, parameter_values);
  if (!isOther && !hasOthers) return null;
  const { workflow_id, time_window_start, time_window_end, time_zone } =
    attempt;
  return `expected workflow ${workflow_id} from ${time_window_start} to ${time_window_end} (${time_zone})${
    matcher_proved ? ` with timeout ${fingerprint}` : ""
  }, created after ${attempt.intended_at}; AMC says workflow ${execution.workflow_id} from ${execution.time_window_start} to ${execution.time_window_end} (${execution.time_zone}) with timeout ${execution.timeout_seconds}, created ${execution.created_at}${
    hasOthers ? ", with other parameters" : ""
  }.`;
}
