import {
  classifyStatus,
  type ExecutionObservation,
  hasEndedWithoutResult,
  matchExecution,
  type MatchResult,
} from "../amc/mod.ts";
import type { SurveyedWeek } from "./claims.ts";
import type { Collector } from "./collector.ts";
import { sameParameters } from "./parameters.ts";
import { isInstanceWide } from "./pause_instance.ts";
import type { SeenListing } from "./seen_listing.ts";
import { ownerOf, setAside } from "./set_aside.ts";

/**
 * Checks, before a week's first create, whether AMC already has an execution for it: a database that was restored from a backup
 * has lost what it created since. Adopts what it finds, and lets the others begin. A week that cannot adopt its execution now,
 * because no slot is free or another attempt holds the same window, is looked for again with the next listing; one that cannot
 * be surveyed is set aside.
 *
 * @param weeks the weeks to survey
 * @param seen the instance's listing
 */
export async function survey(
  collector: Collector,
  weeks: SurveyedWeek[],
  seen: SeenListing,
): Promise<void> {
  const { claim, listing } = seen;
  if (weeks.length === 0 || !listing.complete) return;
  const looked_for: string[] = [];
  for (const week of weeks) {
    try {
      const outcome = await surveyWeek(collector, week, seen);
      if (outcome !== "no_slot" && outcome !== "window_taken") {
        looked_for.push(week.week_id);
      }
    } catch (error) {
      if (isInstanceWide(error)) throw error;
      const owner = ownerOf(claim, week);
      await setAside(collector, "week", week.week_id, owner, error);
    }
  }
  const marked = await collector.rpc("mark_surveyed", {
    instance_id: claim.instance_id,
    fence: claim.fence,
    week_ids: looked_for,
  });
  collector.log("info", "weeks_surveyed", {
    instance_id: claim.instance_id,
    weeks: marked,
    waiting: weeks.length - looked_for.length,
  });
}

/** @returns what became of AMC's execution of a week; null if it has none */
async function surveyWeek(
  collector: Collector,
  week: SurveyedWeek,
  { listing, known, parameters }: SeenListing,
): Promise<string | null> {
  const wanted = { ...week, fingerprint: null };
  const skipped = matchExecution(wanted, listing.skipped, []);
  if (skipped.kind !== "none") {
    throw new TypeError(
      `Expected AMC's list to name its executions; it shows one of workflow ${week.workflow_id} from ${week.time_window_start} without a readable id.`,
    );
  }
  const runs = listing.executions.filter((run) => !hasEndedWithoutResult(run));
  const match = matchExecution(wanted, runs, known);
  if (match.kind === "none") return null;
  const ours = await parameters(week.collection_id);
  const same = matchExecution(
    wanted,
    runs.filter((run) => sameParameters(ours, run.parameter_values)),
    known,
  );
  if (same.kind === "none") return null;
  return await adoptSurveyed(collector, week, newestOf(same), known);
}

/** Of several runs of a week the one whose numbers are the latest: a lost database may have collected it once more. */
function newestOf(
  match: Exclude<MatchResult, { kind: "none" }>,
): ExecutionObservation {
  if (match.kind === "one") return match.execution;
  const wanted = classifyStatus(match.chosen.status).class;
  // Those of a class follow each other by their age.
  return match.others.findLast(({ status }) =>
    classifyStatus(status).class === wanted
  ) ?? match.chosen;
}

/**
 * Gives a week that waits an execution of AMC's list: the same query over the same window.
 *
 * @param known AMC's ids of executions that belong to an attempt; this one is added
 * @returns what adopt_surveyed says
 */
export async function adoptSurveyed(
  collector: Collector,
  { collection_id, week_id }: { collection_id: string; week_id: string },
  found: ExecutionObservation,
  known: Set<string>,
): Promise<string | null> {
  const report = await collector.rpc("adopt_surveyed", {
    week_id,
    execution_id: found.id,
    details: found,
  });
  known.add(found.id);
  collector.log("warn", "surveyed_execution", {
    collection_id,
    week_id,
    execution_id: found.id,
    request_id: found.request_id,
    outcome: report.outcome,
    status: report.status,
  });
  return report.outcome;
}
