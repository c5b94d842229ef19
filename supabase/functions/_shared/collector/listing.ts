import {
  type AmcClient,
  type ExecutionObservation,
  matchExecution,
  UnavailableError,
} from "../amc/mod.ts";
import type { Json } from "../database/database.types.ts";
import type { ClaimedListing } from "../database/rpc.ts";
import {
  type FollowedAttempt,
  readClaimedListing,
  readRecordedListing,
} from "./claims.ts";
import type { Collector } from "./collector.ts";
import { confirm } from "./confirm.ts";
import { forEachOf } from "./for_each_of.ts";
import { instanceClient } from "./instance_client.ts";
import { isInstanceWide, pauseInstance } from "./pause_instance.ts";
import { parametersOf, sameParameters } from "./parameters.ts";
import { type SeenListing } from "./seen_listing.ts";
import { ownerOf, setAside } from "./set_aside.ts";
import { adoptSurveyed, survey } from "./survey.ts";
import { askForUnseen } from "./unseen.ts";

const MAX_INSTANCES = 5;
const CONCURRENCY = 3;

/**
 * Reads AMC's list of executions for each instance whose list is due. One listing shows the status of all executions, and
 * which of them belongs to an attempt whose create got no response.
 *
 * @returns how many instances were listed
 */
export async function list(collector: Collector): Promise<number> {
  const claims = await collector.rpc("claim_listing", {
    max_instances: MAX_INSTANCES,
  });
  await forEachOf(claims, CONCURRENCY, collector.log, async (claim) => {
    try {
      await listInstance(collector, claim);
    } catch (error) {
      if (isInstanceWide(error)) return;
      if (isOutage(error)) await pauseInstance(collector, claim, error);
      else {
        await setAside(
          collector,
          "listing",
          claim.instance_id,
          // Of its ids only the instance's.
          { instance_id: claim.instance_id },
          error,
        );
      }
    }
  });
  return claims.length;
}

async function listInstance(
  collector: Collector,
  claim: ClaimedListing,
): Promise<void> {
  const { attempts, weeks } = readClaimedListing(claim);
  const client = await instanceClient(collector, claim);
  const listing = await client.listExecutions({
    minCreationTime: claim.list_from,
    includeCancelled: true,
    parametersOf: new Set(
      [...attempts, ...weeks].map(({ workflow_id }) => workflow_id),
    ),
  });
  await collector.checkpoint("after_list");
  const answer = await collector.rpc("record_listing", {
    instance_id: claim.instance_id,
    fence: claim.fence,
    executions: listing.executions.map(forRecord),
    complete: listing.complete,
    skipped: listing.reasons.length === 0
      ? undefined
      : listing.reasons.join(" ").slice(0, 2000),
  });
  const recorded = readRecordedListing(answer);
  collector.log("info", "listing_recorded", {
    instance_id: claim.instance_id,
    executions: listing.executions.length,
    skipped: listing.skipped.length,
    followed: attempts.length,
    complete: listing.complete,
    unread: [
      ...new Set(listing.executions.flatMap(({ unread }) => unread ?? [])),
    ],
    outcome: recorded.outcome,
  });
  if (recorded.outcome !== "recorded") return;
  const seen: SeenListing = {
    claim,
    listing,
    known: new Set(recorded.known_execution_ids),
    parameters: parametersOf(collector),
  };
  await settleAttempts(collector, client, attempts, seen);
  await survey(collector, weeks, seen);
  // Last: a GET may take long, and nothing waits for it.
  await askForUnseen(collector, client, claim, attempts, listing.executions);
}

/** What record_listing reads of an execution: not the parameters, which may be large. */
function forRecord(execution: ExecutionObservation): Json {
  const { parameter_values: _, ...rest } = execution;
  return rest;
}

/** AMC answered nothing, or an error of its own: all calls for the instance had better wait. */
function isOutage(error: unknown): boolean {
  return error instanceof UnavailableError &&
    (error.status === null || error.status >= 500);
}

/** Settles each attempt whose create got no response; one that cannot be settled stops no other. */
async function settleAttempts(
  collector: Collector,
  client: AmcClient,
  attempts: FollowedAttempt[],
  seen: SeenListing,
): Promise<void> {
  const unsettled = attempts.filter(({ state }) =>
    state === "unknown" || state === "abandoned"
  );
  await forEachOf(unsettled, 1, collector.log, async (attempt) => {
    try {
      await settleAttempt(collector, client, attempt, seen);
    } catch (error) {
      if (isInstanceWide(error)) throw error;
      await setAside(
        collector,
        "week",
        attempt.week_id,
        ownerOf(seen.claim, attempt),
        error,
      );
    }
  });
}

async function settleAttempt(
  collector: Collector,
  client: AmcClient,
  attempt: FollowedAttempt,
  seen: SeenListing,
): Promise<void> {
  const { attempt_id, week_id, collection_id } = attempt;
  const { claim, listing, known } = seen;
  const match = matchExecution(attempt, listing.executions, known);
  const similar = match.kind === "none"
    ? await similarRuns(attempt, seen)
    : { taken: [], open: false };
  const [only, ...more] = similar.taken;
  if (match.kind === "none" && (only === undefined || more.length > 0)) {
    const { confirmed_execution_id } = attempt;
    if (confirmed_execution_id !== null && attempt.state === "unknown") {
      // AMC did not answer for it a moment ago.
      if (attempt.held_up) return;
      const confirmed = { ...attempt, confirmed_execution_id };
      await confirm(collector, client, confirmed, seen);
      return;
    }
    const skipped = matchExecution(attempt, listing.skipped, []);
    const conclusive = listing.complete && match.undecided.length === 0 &&
      skipped.kind === "none" && skipped.undecided.length === 0;
    if (attempt.state === "abandoned" || !conclusive) return;
    const report = await collector.rpc("settle_attempt", {
      attempt_id,
      listing_began_at: claim.began_at,
      similar_runs: similar.open || more.length > 0,
    });
    collector.log("info", "attempt_not_listed", {
      collection_id,
      week_id,
      attempt_id,
      outcome: report.outcome,
      reason: report.reason,
    });
    return;
  }
  const execution = match.kind === "one"
    ? match.execution
    : match.kind === "several"
    ? match.chosen
    : only;
  const others = match.kind === "several" ? match.others : [];
  if (attempt.state === "abandoned") {
    if (match.kind === "none") {
      await adoptSurveyed(collector, attempt, execution, known);
    } else {
      const late = [execution, ...others];
      await reportLateExecutions(collector, attempt, late, known);
    }
    return;
  }
  await adopt(collector, attempt, execution);
  known.add(execution.id);
  await reportLateExecutions(collector, attempt, others, known);
}

/** Gives an attempt without a response the execution that the list shows for it. */
async function adopt(
  collector: Collector,
  { attempt_id, week_id, collection_id }: FollowedAttempt,
  execution: ExecutionObservation,
): Promise<void> {
  const report = await collector.rpc("record_execution", {
    attempt_id,
    execution_id: execution.id,
    details: execution,
    adopted: true,
  });
  collector.log("warn", "execution_adopted", {
    collection_id,
    week_id,
    attempt_id,
    execution_id: execution.id,
    request_id: execution.request_id,
    outcome: report.outcome,
    status: report.status,
  });
}

/**
 * Runs of the attempt's workflow, window and zone since its intent that belong to no attempt, whatever their timeout.
 *
 * @returns taken: those that the attempt may take, which is so only where AMC echoes a window, but not the timeout that was sent;
 * open: whether there are any, or may be
 */
async function similarRuns(
  attempt: FollowedAttempt,
  { listing, known, parameters }: SeenListing,
): Promise<{ taken: ExecutionObservation[]; open: boolean }> {
  const match = matchExecution(
    { ...attempt, fingerprint: null },
    listing.executions,
    known,
  );
  if (match.kind === "none") {
    return { taken: [], open: match.undecided.length > 0 };
  }
  const { matcher_proved, window_proved } = attempt;
  if (matcher_proved || !window_proved) return { taken: [], open: true };
  const runs = match.kind === "one"
    ? [match.execution]
    : [match.chosen, ...match.others];
  const ours = await parameters(attempt.collection_id);
  const taken = runs.filter((run) =>
    sameParameters(ours, run.parameter_values)
  );
  const isOpen = runs.some(({ parameter_values }) => parameter_values === null);
  // Where AMC does not say the parameters, a run may be that of another collection.
  return { taken: isOpen ? [] : taken, open: isOpen };
}

/** Reports executions that the fingerprint proves ours, but that their attempt cannot adopt. */
async function reportLateExecutions(
  collector: Collector,
  attempt: FollowedAttempt,
  executions: ExecutionObservation[],
  known: Set<string>,
): Promise<void> {
  const { attempt_id, week_id, collection_id } = attempt;
  for (const execution of executions) {
    const report = await collector.rpc("record_late_execution", {
      attempt_id,
      execution_id: execution.id,
      details: execution,
    });
    known.add(execution.id);
    collector.log("warn", "late_execution", {
      collection_id,
      week_id,
      attempt_id,
      execution_id: execution.id,
      request_id: execution.request_id,
      outcome: report.outcome,
      status: report.status,
    });
  }
}
