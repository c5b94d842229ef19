/** Reports of creates: AMC's id of the execution, or why there is none. */
import { type CreateOutcome, CredentialError } from "../amc/mod.ts";
import type { Json } from "../database/database.types.ts";
import { DatabaseError } from "../database/errors.ts";
import type { ClaimedWeek } from "../database/rpc.ts";
import { idsOf } from "../log.ts";
import type { Collector } from "./collector.ts";
import { pauseInstance } from "./pause_instance.ts";

/** Stores the id first: if the process dies before, only AMC's list can tell it. */
export async function storeCreated(
  collector: Collector,
  week: ClaimedWeek,
  outcome: Extract<CreateOutcome, { kind: "created" }>,
): Promise<void> {
  const { execution, matches, requestId } = outcome;
  const ids = {
    ...idsOf(week),
    execution_id: execution.id,
    request_id: requestId,
  };
  collector.log("info", "execution_captured", { ...ids, matches });
  const stored = await storeId(collector, week, execution.id, {
    ...execution,
    request_id: requestId,
    matcher_proved: matches,
    window_proved: outcome.matchesWindow,
  });
  await collector.checkpoint("after_record");
  // What the attempt cannot take is AMC's contradiction: an alert tells it, and AMC's list settles the attempt.
  const good = ["recorded", "already_recorded"].includes(stored.outcome ?? "");
  collector.log(good ? "info" : "warn", "execution_stored", {
    ...ids,
    outcome: stored.outcome,
    reason: stored.reason,
    status: stored.status,
  });
}

/** Stores the id even where the database refuses the rest of AMC's response. */
async function storeId(
  collector: Collector,
  week: ClaimedWeek,
  execution_id: string,
  details: { [key: string]: Json } & { request_id: string | null },
) {
  const { attempt_id } = week;
  const record = (details: Json) =>
    collector.rpc("record_execution", {
      attempt_id,
      execution_id,
      details,
    });
  try {
    return await record(details);
  } catch (error) {
    if (!(error instanceof DatabaseError && error.code?.startsWith("22"))) {
      throw error;
    }
    const { request_id } = details;
    collector.log("warn", "execution_details_refused", {
      ...idsOf(week),
      execution_id,
      request_id,
      message: error.message,
    });
    return await record({ request_id });
  }
}

/**
 * Reports a create that brought no id.
 *
 * @returns what the outcome holds up besides its week: collection_held, workflow_held or null
 */
export async function reportOutcome(
  collector: Collector,
  week: ClaimedWeek,
  outcome: Exclude<CreateOutcome, { kind: "created" }>,
): Promise<string | null> {
  // The same request would be refused again: the week fails, and says why.
  const verdict = outcome.kind === "not_sent" &&
      outcome.reason === "invalid_request"
    ? "refused"
    : outcome.kind;
  const error = "error" in outcome ? outcome.error : null;
  const tokenFailed = outcome.kind === "not_sent" && error !== null;
  if (tokenFailed || error instanceof CredentialError) {
    await pauseInstance(collector, week, error);
  }
  return await reportCreate(collector, week, verdict, outcome, {
    status: "status" in outcome ? outcome.status : null,
    requestId: outcome.requestId,
    retryAfterSeconds: "retryAfterSeconds" in outcome
      ? outcome.retryAfterSeconds
      : null,
  });
}

/**
 * Reports a verdict on a create, and logs it.
 *
 * @returns what it holds up besides its week: collection_held, workflow_held or null
 */
export async function reportCreate(
  collector: Collector,
  week: ClaimedWeek,
  verdict: string,
  { message }: { message: string },
  answer: {
    status?: number | null;
    requestId?: string | null;
    retryAfterSeconds?: number | null;
  } = {},
): Promise<string | null> {
  const { status, requestId, retryAfterSeconds } = answer;
  const reported = await collector.rpc("report_create", {
    attempt_id: week.attempt_id,
    verdict,
    http_status: status ?? undefined,
    message,
    request_id: requestId ?? undefined,
    retry_after_seconds: retryAfterSeconds ?? undefined,
  });
  const level = verdict === "not_sent" || verdict === "throttled"
    ? "info"
    : "warn";
  collector.log(level, "create_ended_without_id", {
    ...idsOf(week),
    verdict,
    http_status: status,
    message,
    request_id: requestId,
    outcome: reported.outcome,
    reason: reported.reason,
    status: reported.status,
  });
  return reported.outcome === "applied" ? reported.reason : null;
}
