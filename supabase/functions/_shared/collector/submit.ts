import {
  type AmcClient,
  type CreateOutcome,
  CredentialError,
  RefusedError,
} from "../amc/mod.ts";
import type { Json } from "../database/database.types.ts";
import { DatabaseError } from "../database/errors.ts";
import type { ClaimedWeek } from "../database/rpc.ts";
import { idsOf } from "../log.ts";
import { readWorkflow } from "./claims.ts";
import type { Collector } from "./collector.ts";
import { forEachOf } from "./for_each_of.ts";
import { instanceClient } from "./instance_client.ts";
import { pauseInstance } from "./pause_instance.ts";

const MAX_WEEKS = 10;
const CONCURRENCY = 5;
/** After one of these no more is sent for the instance: the database has paused it, for other workers too. */
const STOPPING: ReadonlySet<string> = new Set([
  "throttled",
  "quota",
  "unauthorized",
]);

/**
 * Claims due weeks and asks AMC to run each of them, once. Stores the id that AMC returns before it asks anything about that
 * execution. Any other outcome is reported to the database, and nothing is sent again.
 *
 * @returns how many creates were sent to AMC
 */
export async function submit(collector: Collector): Promise<number> {
  // The POST window begins before the claim is sent: whatever the claim takes is part of it.
  const askedAt = collector.now();
  const weeks = await collector.rpc("claim_due_weeks", {
    max_weeks: MAX_WEEKS,
  });
  if (weeks.length === 0) return 0;
  await collector.checkpoint("after_claim");
  const saving = new Map<string, Promise<void>>();
  const stopped = new Set<string>();
  let sent = 0;
  await forEachOf(weeks, CONCURRENCY, collector.log, async (week) => {
    const client = await prepare(collector, week, saving);
    if (client === null) return;
    if (stopped.has(week.instance_id)) {
      await report(collector, week, "not_sent", {
        message:
          "AMC throttled or refused another create of the instance, so this one was not sent.",
      });
      return;
    }
    const deadline = askedAt + week.post_within_seconds * 1000;
    const kind = await createFor(collector, client, week, deadline);
    if (kind !== "not_sent") sent++;
    if (STOPPING.has(kind)) stopped.add(week.instance_id);
  });
  return sent;
}

/** The client, once the week's workflow is saved at AMC; null if that failed, which is reported. */
async function prepare(
  collector: Collector,
  week: ClaimedWeek,
  saving: Map<string, Promise<void>>,
): Promise<AmcClient | null> {
  try {
    const client = await instanceClient(collector, week);
    if (!week.workflow_saved) {
      const key = `${week.instance_id} ${week.workflow_id}`;
      const saved = saving.get(key) ?? saveWorkflow(collector, client, week);
      saving.set(key, saved);
      await saved;
    }
    return client;
  } catch (error) {
    const refused = error instanceof RefusedError;
    // First pause the instance: once the week is reported, another worker could claim it.
    const expected = refused || await pauseInstance(collector, week, error);
    await report(
      collector,
      week,
      refused ? "refused" : "not_sent",
      error as Error,
    );
    if (!expected) throw error;
    return null;
  }
}

async function saveWorkflow(
  collector: Collector,
  client: AmcClient,
  week: ClaimedWeek,
): Promise<void> {
  const { created, requestId } = await client.ensureWorkflow(
    readWorkflow(week),
  );
  await collector.rpc("mark_workflow_saved", {
    instance_id: week.instance_id,
    workflow_id: week.workflow_id,
  });
  collector.log("info", "workflow_saved", {
    instance_id: week.instance_id,
    workflow_id: week.workflow_id,
    created,
    request_id: requestId,
  });
}

async function createFor(
  collector: Collector,
  client: AmcClient,
  week: ClaimedWeek,
  deadline: number,
): Promise<CreateOutcome["kind"]> {
  await collector.checkpoint("before_post");
  const outcome = await client.createExecution({
    workflowId: week.workflow_id,
    timeWindowStart: week.time_window_start,
    timeWindowEnd: week.time_window_end,
    timeZone: week.time_zone,
    parameterValues: (week.parameter_values ?? {}) as Record<string, unknown>,
    timeoutSeconds: week.fingerprint,
  }, { deadline });
  await collector.checkpoint("after_post");
  if (outcome.kind === "created") await store(collector, week, outcome);
  else await reportOutcome(collector, week, outcome);
  return outcome.kind;
}

/** Stores the id first: if the process dies before, only AMC's list can tell it. */
async function store(
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
  });
  await collector.checkpoint("after_record");
  const good = ["recorded", "already_recorded"].includes(stored.outcome ?? "");
  collector.log(good ? "info" : "error", "execution_stored", {
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

async function reportOutcome(
  collector: Collector,
  week: ClaimedWeek,
  outcome: Exclude<CreateOutcome, { kind: "created" }>,
): Promise<void> {
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
  await report(collector, week, verdict, outcome, {
    status: "status" in outcome ? outcome.status : null,
    requestId: outcome.requestId,
    retryAfterSeconds: "retryAfterSeconds" in outcome
      ? outcome.retryAfterSeconds
      : null,
  });
}

async function report(
  collector: Collector,
  week: ClaimedWeek,
  verdict: string,
  { message }: { message: string },
  answer: {
    status?: number | null;
    requestId?: string | null;
    retryAfterSeconds?: number | null;
  } = {},
): Promise<void> {
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
    status: reported.status,
  });
}
