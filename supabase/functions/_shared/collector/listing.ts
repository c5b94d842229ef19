import {
  type AmcClient,
  AmcError,
  type ExecutionObservation,
  matchExecution,
  NotFoundError,
} from "../amc/mod.ts";
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
import { pauseInstance } from "./pause_instance.ts";
import { survey } from "./survey.ts";

const MAX_INSTANCES = 5;
const CONCURRENCY = 3;
/** How many executions that a listing did not show are asked for one by one. */
const MAX_GETS = 10;

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
      if (!(await pauseInstance(collector, claim, error))) throw error;
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
  });
  await collector.checkpoint("after_list");
  const { found, failure } = await unseenExecutions(
    collector,
    client,
    attempts,
    listing.executions,
  );
  const executions = [...listing.executions, ...found];
  const answer = await collector.rpc("record_listing", {
    instance_id: claim.instance_id,
    fence: claim.fence,
    executions,
    complete: listing.complete,
  });
  const recorded = readRecordedListing(answer);
  collector.log("info", "listing_recorded", {
    instance_id: claim.instance_id,
    executions: listing.executions.length,
    followed: attempts.length,
    complete: listing.complete,
    unread: [...new Set(executions.flatMap(({ unread }) => unread ?? []))],
    outcome: recorded.outcome,
  });
  if (recorded.outcome !== "recorded") return;
  const known = new Set(recorded.known_execution_ids);
  const unsettled = attempts.filter(({ state }) => state !== "created");
  await forEachOf(
    unsettled,
    1,
    collector.log,
    (attempt) => settle(collector, claim, client, attempt, listing, known),
  );
  await survey(collector, claim, weeks, listing, known);
  // Only now: what the list showed is recorded although one GET failed.
  if (failure !== null) throw failure;
}

/**
 * Sends one GET for each of our executions that the listing did not show: absence from a list does not mean that it ended.
 *
 * @returns what was found, and the error after which no more was asked, if there was one
 */
async function unseenExecutions(
  collector: Collector,
  client: AmcClient,
  attempts: FollowedAttempt[],
  listed: ExecutionObservation[],
): Promise<{ found: ExecutionObservation[]; failure: AmcError | null }> {
  const seen = new Set(listed.map(({ id }) => id));
  const unseen = attempts.filter(({ execution_id }) =>
    execution_id !== null && !seen.has(execution_id)
  );
  const found: ExecutionObservation[] = [];
  for (const attempt of unseen.slice(0, MAX_GETS)) {
    const { execution_id, attempt_id, week_id, collection_id } = attempt;
    try {
      found.push(await client.getExecution(execution_id!));
    } catch (error) {
      if (!(error instanceof AmcError)) throw error;
      if (!(error instanceof NotFoundError)) return { found, failure: error };
      // A new execution may not be visible yet. Any other ends by AMC's own deadline; if not, an overdue alert is raised.
      collector.log("warn", "execution_not_shown", {
        collection_id,
        week_id,
        attempt_id,
        execution_id,
        request_id: error.requestId,
      });
    }
  }
  return { found, failure: null };
}

async function settle(
  collector: Collector,
  claim: ClaimedListing,
  client: AmcClient,
  attempt: FollowedAttempt,
  listing: { executions: ExecutionObservation[]; complete: boolean },
  known: Set<string>,
): Promise<void> {
  const { attempt_id, week_id, collection_id } = attempt;
  const ids = { collection_id, week_id, attempt_id };
  const match = matchExecution(attempt, listing.executions, known);
  if (match.kind === "none") {
    const { confirmed_execution_id } = attempt;
    if (confirmed_execution_id !== null && attempt.state === "unknown") {
      const confirmed = { ...attempt, confirmed_execution_id };
      await confirm(collector, client, confirmed, known);
      return;
    }
    const conclusive = listing.complete && match.undecided.length === 0;
    if (attempt.state === "abandoned" || !conclusive) return;
    const report = await collector.rpc("settle_attempt", {
      attempt_id,
      listing_began_at: claim.began_at,
    });
    collector.log("info", "attempt_not_listed", {
      ...ids,
      outcome: report.outcome,
      reason: report.reason,
    });
    return;
  }
  const execution = match.kind === "one" ? match.execution : match.chosen;
  const others = match.kind === "several" ? match.others : [];
  if (attempt.state === "abandoned") {
    await reportLateExecutions(
      collector,
      attempt,
      [execution, ...others],
      known,
    );
    return;
  }
  const report = await collector.rpc("record_execution", {
    attempt_id,
    execution_id: execution.id,
    details: execution,
    adopted: true,
  });
  known.add(execution.id);
  collector.log("warn", "execution_adopted", {
    ...ids,
    execution_id: execution.id,
    request_id: execution.request_id,
    outcome: report.outcome,
    status: report.status,
  });
  await reportLateExecutions(collector, attempt, others, known);
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
