import {
  type AmcClient,
  AmcError,
  type CreateOutcome,
  CredentialError,
  type ExecutionObservation,
  NotReadyError,
  RefusedError,
  WorkflowDiffersError,
} from "../amc/mod.ts";
import type { ClaimedCheck } from "../database/rpc.ts";
import { readWorkflow } from "./claims.ts";
import {
  factsOf,
  idsOf,
  REFUSING_A_QUERY,
  reportCheck,
  reportOf,
} from "./check_report.ts";
import type { Collector } from "./collector.ts";
import { judgeDryRun } from "./dry_run.ts";
import { forEachOf } from "./for_each_of.ts";
import { instanceClient } from "./instance_client.ts";
import {
  isInstanceWide,
  isTurnedAway,
  pauseInstance,
} from "./pause_instance.ts";

const CONCURRENCY = 3;

/**
 * Has AMC compile the queries of workflow versions before anything is created for them: asks for dry runs, and follows those
 * under way. The intent is committed before AMC is asked, AMC's id stored before anything else is asked about it. An answer that
 * is lost costs nothing: the dry run is asked again.
 *
 * @returns how many checks were claimed
 */
export async function check(collector: Collector): Promise<number> {
  // The POST window begins before the claim is sent: whatever the claim takes is part of it.
  const askedAt = collector.now();
  const claims = await collector.rpc("claim_workflow_checks", {});
  await forEachOf(claims, CONCURRENCY, collector.log, async (claim) => {
    if (claim.execution_id === null) {
      await createDryRun(
        collector,
        claim,
        askedAt + claim.post_within_seconds * 1000,
      );
    } else {
      await follow(collector, claim);
    }
  });
  return claims.length;
}

/** Saves the workflow if AMC does not have it, and asks for its dry run. */
async function createDryRun(
  collector: Collector,
  claim: ClaimedCheck,
  deadline: number,
): Promise<void> {
  const client = await prepare(collector, claim);
  if (client === null) return;
  const outcome = await client.createExecution({
    workflowId: claim.workflow_id,
    timeWindowStart: claim.time_window_start,
    timeWindowEnd: claim.time_window_end,
    timeZone: claim.time_zone,
    parameterValues: (claim.parameter_values ?? {}) as Record<string, unknown>,
    timeoutSeconds: claim.timeout_seconds,
    dryRun: true,
  }, { deadline });
  if (outcome.kind === "created") {
    const { execution, requestId } = outcome;
    const stored = await collector.rpc("record_dry_run", {
      check_id: claim.check_id,
      execution_id: execution.id,
      request_id: requestId ?? undefined,
    });
    collector.log("info", "dry_run_created", {
      ...idsOf(claim),
      execution_id: execution.id,
      outcome: stored,
      request_id: requestId,
    });
    if (stored === "rejected") {
      // It may be that of a week: nothing is asked about it, and above all it is not cancelled.
      await reportCheck(collector, claim, {
        verdict: "failed",
        message:
          `AMC gave the dry run the id ${execution.id}, which is not its own.`,
        requestId,
      });
      return;
    }
    await settle(
      collector,
      client,
      { ...claim, execution_id: execution.id },
      execution,
    );
  } else {
    await pauseFor(collector, claim, outcome);
    await reportCheck(collector, claim, reportOf(outcome));
  }
}

/** The client, once the workflow is saved at AMC; null if that failed, which is reported. */
async function prepare(
  collector: Collector,
  claim: ClaimedCheck,
): Promise<AmcClient | null> {
  const { instance_id, workflow_id } = claim;
  const subject = `${instance_id}/${workflow_id}`;
  try {
    const client = await instanceClient(collector, claim);
    if (!claim.workflow_saved) {
      const { created, requestId } = await client.ensureWorkflow(
        readWorkflow(claim),
      );
      await collector.rpc("mark_workflow_saved", { instance_id, workflow_id });
      await collector.rpc("end_stoppage", { kind: "workflow_save", subject });
      collector.log("info", "workflow_saved", {
        ...idsOf(claim),
        created,
        request_id: requestId,
      });
    }
    return client;
  } catch (error) {
    if (!(error instanceof AmcError)) throw error;
    const { code, message, requestId } = error;
    if (
      error instanceof RefusedError && REFUSING_A_QUERY.has(error.status)
    ) {
      await reportCheck(collector, claim, {
        verdict: "refused",
        message,
        requestId,
      });
      return null;
    }
    if (!isInstanceWide(error)) {
      const differs = error instanceof WorkflowDiffersError;
      await collector.rpc("record_stoppage", {
        kind: "workflow_save",
        subject,
        code,
        source: differs ? "amc_history" : "amc",
        words: message,
        instance_id,
        request_id: requestId ?? undefined,
        waits_for_person: differs,
      });
    }
    await reportCheck(collector, claim, {
      verdict: "not_sent",
      message,
      requestId,
    });
    return null;
  }
}

/** Asks AMC about a dry run that is under way. */
async function follow(
  collector: Collector,
  claim: ClaimedCheck,
): Promise<void> {
  const client = await instanceClient(collector, claim);
  let execution: ExecutionObservation;
  try {
    execution = await client.getExecution(claim.execution_id!);
  } catch (error) {
    if (!isItsOwn(error)) throw error;
    await holdUp(collector, claim, error);
    return;
  }
  await settle(collector, client, claim, execution);
}

/**
 * Whether an error holds up the dry run that AMC was asked about. Without a token nothing was asked: the instance is paused, and
 * the lease runs out meanwhile.
 */
function isItsOwn(error: unknown): error is AmcError {
  return error instanceof AmcError &&
    (!isInstanceWide(error) || isTurnedAway(error));
}

/** Reports what an observation says, and first has AMC end what it should not run. */
async function settle(
  collector: Collector,
  client: AmcClient,
  claim: ClaimedCheck,
  seen: ExecutionObservation,
): Promise<void> {
  let execution = seen;
  let { kind, honoured } = judgeDryRun(execution, claim);
  if (kind === "cancel") {
    await reportCheck(collector, claim, {
      ...factsOf(execution),
      verdict: "pending",
      honoured,
      cancelling: true,
    });
    try {
      ({ execution } = await client.cancelExecution(execution.id));
    } catch (error) {
      if (!isItsOwn(error)) throw error;
      await holdUp(collector, claim, error);
      return;
    }
    ({ kind, honoured } = judgeDryRun(execution, {
      ...claim,
      is_cancelled: true,
    }));
    // It goes on until AMC has ended it.
    if (kind === "cancel") {
      await reportCheck(collector, claim, {
        ...factsOf(execution),
        verdict: "held_up",
        message: `AMC was asked to cancel the dry run, and shows it as ${
          execution.status ?? "of no status"
        }.`,
      });
      return;
    }
  }
  if (kind === "accepted" && honoured === null && !claim.dry_runs_known) {
    honoured = await hasNoOutput(client, execution.id);
  }
  await reportCheck(collector, claim, {
    ...factsOf(execution),
    verdict: kind,
    honoured,
  });
}

/** Sets aside a dry run that AMC does not show, or does not cancel, in AMC's words. */
async function holdUp(
  collector: Collector,
  claim: ClaimedCheck,
  { message, requestId }: AmcError,
): Promise<void> {
  await reportCheck(collector, claim, {
    verdict: "held_up",
    message,
    requestId,
  });
}

/** Whether there is nothing to download, as for a dry run (SPEC; H): true or false; null if AMC does not tell. */
async function hasNoOutput(
  client: AmcClient,
  executionId: string,
): Promise<boolean | null> {
  try {
    await client.downloadUrls(executionId);
    return false;
  } catch (error) {
    if (!isItsOwn(error)) throw error;
    return error instanceof NotReadyError ? true : null;
  }
}

/** A throttle or a refused token is the instance's, and so is a full quota: nothing else is asked of it for a while. */
async function pauseFor(
  collector: Collector,
  claim: ClaimedCheck,
  outcome: Exclude<CreateOutcome, { kind: "created" }>,
): Promise<void> {
  const error = "error" in outcome ? outcome.error : null;
  if (error instanceof CredentialError || outcome.kind === "not_sent") {
    if (error !== null) await pauseInstance(collector, claim, error);
    return;
  }
  const { kind } = outcome;
  if (kind === "throttled" || kind === "quota" || kind === "unauthorized") {
    await collector.rpc("pause_instance", {
      instance_id: claim.instance_id,
      reason: kind,
      words: outcome.message,
      retry_after_seconds: "retryAfterSeconds" in outcome
        ? outcome.retryAfterSeconds ?? undefined
        : undefined,
    });
  }
}
