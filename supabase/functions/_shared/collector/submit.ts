import {
  type AmcClient,
  AmcError,
  type CreateOutcome,
  RefusedError,
  WorkflowDiffersError,
} from "../amc/mod.ts";
import type { Json } from "../database/database.types.ts";
import { DatabaseError } from "../database/errors.ts";
import type { ClaimedWeek } from "../database/rpc.ts";
import { readWorkflow } from "./claims.ts";
import type { Collector } from "./collector.ts";
import { reportCreate, reportOutcome, storeCreated } from "./create_report.ts";
import { forEachOf } from "./for_each_of.ts";
import { instanceClient } from "./instance_client.ts";
import { isInstanceWide } from "./pause_instance.ts";

const MAX_WEEKS = 10;
const CONCURRENCY = 5;
/** After one of these no more is sent for the instance: the database has paused it, for other workers too. */
const STOPPING: ReadonlySet<string> = new Set([
  "throttled",
  "quota",
  "unauthorized",
]);

/** What the weeks of one claim share: each is asked for once. */
interface Shared {
  saved: Map<string, Promise<void>>;
  parameters: Map<string, Promise<Json>>;
  /** The instances, workflows and collections for which no more is sent. */
  stopped: Set<string>;
}

/** What a create needs besides its week. */
interface Prepared {
  client: AmcClient;
  parameters: Record<string, unknown>;
}

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
  const shared: Shared = {
    saved: new Map(),
    parameters: new Map(),
    stopped: new Set(),
  };
  let sent = 0;
  await forEachOf(weeks, CONCURRENCY, collector.log, async (week) => {
    const prepared = await prepare(collector, week, shared);
    if (prepared === null) return;
    const { instance_id, collection_id } = week;
    const keys = [instance_id, collection_id, workflowKey(week)];
    if (keys.some((key) => shared.stopped.has(key))) {
      await reportCreate(collector, week, "not_sent", {
        message:
          "AMC throttled or refused another create, which holds this one up too: it was not sent.",
      });
      return;
    }
    const deadline = askedAt + week.post_within_seconds * 1000;
    const { kind, held } = await createFor(collector, prepared, week, deadline);
    if (kind !== "not_sent") sent++;
    if (STOPPING.has(kind)) shared.stopped.add(instance_id);
    if (held === "collection_held") shared.stopped.add(collection_id);
    if (held === "workflow_held") shared.stopped.add(workflowKey(week));
  });
  return sent;
}

/** The subject of what holds a workflow up. */
function workflowKey(
  { instance_id, workflow_id }: Pick<
    ClaimedWeek,
    "instance_id" | "workflow_id"
  >,
): string {
  return `${instance_id}/${workflow_id}`;
}

/** What the week's create needs, once its workflow is saved at AMC; null if that failed, which is reported. */
async function prepare(
  collector: Collector,
  week: ClaimedWeek,
  { saved, parameters }: Shared,
): Promise<Prepared | null> {
  try {
    const client = await instanceClient(collector, week);
    if (!week.workflow_saved) {
      await once(
        saved,
        workflowKey(week),
        () => saveWorkflow(collector, client, week),
      );
    }
    const { collection_id, has_parameters } = week;
    const values = has_parameters
      ? await once(
        parameters,
        collection_id,
        () => collector.rpc("collection_parameters", { collection_id }),
      )
      : {};
    return { client, parameters: (values ?? {}) as Record<string, unknown> };
  } catch (error) {
    // What holds the week up is recorded already: once it is reported, another worker could claim it.
    const expected = error instanceof HeldUpError || isInstanceWide(error);
    await reportCreate(collector, week, "not_sent", error as Error);
    if (!expected) throw error;
    return null;
  }
}

/** The result of some work that the weeks of a claim share. */
function once<Value>(
  done: Map<string, Promise<Value>>,
  key: string,
  work: () => Promise<Value>,
): Promise<Value> {
  const result = done.get(key) ?? work();
  done.set(key, result);
  return result;
}

/** What a week needs could not be had. That is recorded, and holds up its workflow alone. */
class HeldUpError extends Error {}

/** @throws HeldUpError when it is not saved, unless the failure concerns every call for the instance */
async function saveWorkflow(
  collector: Collector,
  client: AmcClient,
  week: ClaimedWeek,
): Promise<void> {
  const { instance_id, workflow_id } = week;
  const ids = { instance_id, workflow_id };
  try {
    const definition = await collector.rpc("workflow_definition", ids);
    const { created, requestId } = await client.ensureWorkflow(
      readWorkflow({ workflow_id, workflow_definition: definition }),
    );
    await collector.rpc("mark_workflow_saved", ids);
    collector.log("info", "workflow_saved", {
      ...ids,
      created,
      request_id: requestId,
    });
  } catch (error) {
    if (isInstanceWide(error)) throw error;
    const { message } = error as Error;
    const { code, requestId } = error instanceof AmcError
      ? error
      : { code: "workflow_not_saved", requestId: null };
    await collector.rpc("record_stoppage", {
      kind: "workflow_save",
      subject: workflowKey(week),
      code,
      source: sourceOf(error),
      words: message,
      instance_id,
      request_id: requestId ?? undefined,
      // The same would come of it again.
      waits_for_person: error instanceof RefusedError ||
        error instanceof WorkflowDiffersError,
    });
    collector.log("warn", "workflow_not_saved", {
      ...ids,
      code,
      message,
      request_id: requestId,
    });
    throw new HeldUpError(`The workflow is not saved at AMC: ${message}`);
  }
}

/** In whose words an error is. */
function sourceOf(error: unknown): "amc" | "postgres" | "amc_history" {
  if (error instanceof WorkflowDiffersError) return "amc_history";
  if (error instanceof AmcError) return "amc";
  return error instanceof DatabaseError ? "postgres" : "amc_history";
}

async function createFor(
  collector: Collector,
  { client, parameters }: Prepared,
  week: ClaimedWeek,
  deadline: number,
): Promise<{ kind: CreateOutcome["kind"]; held: string | null }> {
  await collector.checkpoint("before_post");
  const outcome = await client.createExecution({
    workflowId: week.workflow_id,
    timeWindowStart: week.time_window_start,
    timeWindowEnd: week.time_window_end,
    timeZone: week.time_zone,
    parameterValues: parameters,
    timeoutSeconds: week.fingerprint,
  }, { deadline });
  await collector.checkpoint("after_post");
  const { kind } = outcome;
  if (outcome.kind !== "created") {
    return { kind, held: await reportOutcome(collector, week, outcome) };
  }
  await storeCreated(collector, week, outcome);
  return { kind, held: null };
}
