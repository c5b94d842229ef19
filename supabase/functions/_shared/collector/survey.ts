import { type ExecutionObservation, matchExecution } from "../amc/mod.ts";
import type { ClaimedListing } from "../database/rpc.ts";
import type { SurveyedWeek } from "./claims.ts";
import type { Collector } from "./collector.ts";

const ENDED_WITHOUT_RESULT = new Set(["FAILED", "REJECTED", "CANCELLED"]);

/**
 * Checks, before a collection's first create, whether AMC already has executions for its weeks: a database that was restored
 * from a backup has lost what it created since. Adopts what it finds, then lets the collection begin. A week that cannot adopt
 * its execution, because another attempt holds the same window, is surveyed again once that attempt has ended.
 *
 * @param weeks the weeks to survey
 * @param listing the instance's executions; nothing is concluded from one that is not complete
 * @param known AMC's ids of executions that belong to an attempt; adopted ones are added
 */
export async function survey(
  collector: Collector,
  claim: ClaimedListing,
  weeks: SurveyedWeek[],
  listing: { executions: ExecutionObservation[]; complete: boolean },
  known: Set<string>,
): Promise<void> {
  if (weeks.length === 0 || !listing.complete) return;
  const waiting = new Set<string>();
  const held = new Set<string>();
  for (const week of weeks) {
    const candidates = listing.executions.filter((execution) =>
      !ENDED_WITHOUT_RESULT.has(execution.status ?? "") &&
      sameParameters(week.parameter_values, execution.parameter_values)
    );
    const match = matchExecution(
      { ...week, fingerprint: null },
      candidates,
      known,
    );
    if (match.kind === "none") continue;
    const found = match.kind === "one" ? match.execution : match.chosen;
    const report = await collector.rpc("adopt_surveyed", {
      week_id: week.week_id,
      execution_id: found.id,
      details: found,
    });
    known.add(found.id);
    if (report.outcome === "no_slot") waiting.add(week.collection_id);
    // The attempt that holds the window may take the execution or end without it: only this week waits.
    if (report.outcome === "window_taken") held.add(week.week_id);
    collector.log("warn", "surveyed_execution", {
      collection_id: week.collection_id,
      week_id: week.week_id,
      execution_id: found.id,
      request_id: found.request_id,
      outcome: report.outcome,
      status: report.status,
    });
  }
  const collection_ids = [...new Set(weeks.map((week) => week.collection_id))]
    .filter((id) => !waiting.has(id));
  const released_week_ids = weeks
    .filter((week) =>
      !waiting.has(week.collection_id) && !held.has(week.week_id)
    )
    .map((week) => week.week_id);
  const marked = await collector.rpc("mark_surveyed", {
    instance_id: claim.instance_id,
    fence: claim.fence,
    collection_ids,
    released_week_ids,
    held_week_ids: [...held],
  });
  collector.log("info", "collections_surveyed", {
    instance_id: claim.instance_id,
    collections: marked,
    weeks_held: held.size,
  });
}

/**
 * Whether an execution ran with our parameters. AMC echoes them (captured empty: H; filled: L).
 *
 * @param ours parameters by name; null or undefined: none
 * @param echoed what AMC echoes; null: none
 */
export function sameParameters(ours: unknown, echoed: unknown): boolean {
  const canonical = (values: unknown) =>
    JSON.stringify(
      Object.entries((values ?? {}) as Record<string, unknown>).sort((
        [a],
        [b],
      ) => a < b ? -1 : 1),
    );
  return canonical(ours) === canonical(echoed);
}
