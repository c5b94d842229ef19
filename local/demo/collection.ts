import type { SupabaseClient } from "@supabase/supabase-js";
import type { Simulator } from "../amc/mod.ts";
import { orInterrupted } from "./interruption.ts";
import type { Progress } from "./progress.ts";
import type { Summary } from "./summary.ts";

const POLL_MS = 400;

/** Nothing has to happen for so long: the longest wait without chaos is a lease of 150 s. */
const STALL_TIMEOUT_MS = 300_000;

/**
 * Watches a collection until every week has ended.
 *
 * @param show receives the progress, about twice a second
 * @throws a sentence if nothing changes for five minutes; the signal's reason once it is aborted
 */
export async function watchCollection(
  client: SupabaseClient,
  collectionId: string,
  show: (progress: Progress) => void,
  signal?: AbortSignal,
): Promise<void> {
  let changedAt = performance.now();
  let last = "";
  while (true) {
    const progress = await orInterrupted(
      signal,
      readProgress(client, collectionId),
    );
    show(progress);
    if (progress.completed + progress.failed === progress.weeks) return;
    const state = JSON.stringify(progress);
    if (state !== last) changedAt = performance.now();
    last = state;
    if (performance.now() - changedAt > STALL_TIMEOUT_MS) {
      throw new Error(
        "Nothing has changed for five minutes: the functions' log may say why.",
      );
    }
    await orInterrupted(
      signal,
      new Promise((done) => setTimeout(done, POLL_MS)),
    );
  }
}

async function readProgress(
  client: SupabaseClient,
  collectionId: string,
): Promise<Progress> {
  const { data, error } = await client.from("collection_progress")
    .select("weeks,running,completed,failed,tracked,status")
    .eq("collection_id", collectionId).single();
  if (error) {
    throw new Error(`The progress could not be read: ${error.message}`);
  }
  return data as Progress;
}

/** What came of a collection, from the database and from the simulator's own ledger. */
export async function summarizeCollection(
  client: SupabaseClient,
  collectionId: string,
  simulator: Simulator,
): Promise<
  Omit<Summary, "seconds" | "chaos">
> {
  const progress = await readProgress(client, collectionId);
  const weeks = await client.from("report_data_weeks")
    .select("id,data").eq("collection_id", collectionId);
  const executions = await client.from("workflow_executions")
    .select("id,week_id");
  const error = weeks.error ?? executions.error;
  if (error) {
    throw new Error(`The result could not be read: ${error.message}`);
  }
  const ids = new Set(weeks.data!.map(({ id }) => id));
  const own = executions.data!.filter(({ week_id }) => ids.has(week_id));
  // Kept data may have other collections of the same weeks.
  const others = new Set(
    executions.data!.filter((one) => !own.includes(one)).map(({ id }) => id),
  );
  return {
    weeks: progress.weeks,
    completed: progress.completed,
    failed: progress.failed,
    tracked: progress.tracked,
    untracked: progress.weeks - progress.tracked,
    executions: own.length,
    creates_accepted: simulator.ledger()
      .filter(({ executionId, dryRun }) => !dryRun && !others.has(executionId))
      .length,
    rows: weeks.data!.reduce((sum, { data }) => sum + (data?.rows ?? 0), 0),
  };
}
