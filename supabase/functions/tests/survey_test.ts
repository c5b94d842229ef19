// A survey lets weeks begin that were looked for, and no other.
import assert from "node:assert/strict";
import type { ExecutionObservation } from "../_shared/amc/mod.ts";
import type { Collector } from "../_shared/collector/collector.ts";
import type { SurveyedWeek } from "../_shared/collector/claims.ts";
import type { SeenListing } from "../_shared/collector/seen_listing.ts";
import { survey } from "../_shared/collector/survey.ts";
import type { Rpc } from "../_shared/database/rpc.ts";
import { observed } from "./support/amc.ts";

/** A week of the window that observed() shows. */
function week(week_id: string): SurveyedWeek {
  return {
    week_id,
    collection_id: "c",
    workflow_id: "my-first-workflow",
    time_window_start: "2024-01-20T00:00:00",
    time_window_end: "2024-01-25T00:00:00",
    time_zone: "America/New_York",
    intended_at: "2024-09-25T03:11:50Z",
  };
}

/** Surveys a week for each of these answers of adopt_surveyed, and one of which AMC has nothing. @returns whom it marks */
async function markedBy(answers: string[], complete = true): Promise<unknown> {
  const executions = answers.map((_, i) =>
    observed({ workflowExecutionId: `run-${i}` })
  );
  const weeks = [...answers, "nothing"].map(week);
  return (await surveyed(weeks, executions, answers, complete)).marked;
}

/** Surveys weeks in a list. @returns which weeks it marks, and which executions it adopts */
async function surveyed(
  weeks: SurveyedWeek[],
  executions: ExecutionObservation[],
  answers: string[],
  complete = true,
): Promise<{ marked: unknown; adopted: unknown[] }> {
  let marked: unknown = null;
  const adopted: unknown[] = [];
  const left = [...answers];
  const rpc = (name: string, args: Record<string, unknown>) => {
    if (name === "mark_surveyed") marked = args.week_ids;
    if (name === "adopt_surveyed") adopted.push(args.execution_id);
    if (name === "adopt_surveyed" && left[0] === "an error") {
      left.shift();
      return Promise.reject(new Error("the database is gone"));
    }
    return Promise.resolve(
      name === "adopt_surveyed" ? { outcome: left.shift() } : null,
    );
  };
  const collector = { rpc: rpc as Rpc, log: () => {} } as Partial<
    Collector
  > as Collector;
  const seen: SeenListing = {
    claim: { instance_id: "amcr1aaaa1a", fence: 7 } as SeenListing["claim"],
    listing: { executions, skipped: [], complete },
    known: new Set(),
    parameters: () => Promise.resolve(executions[0]?.parameter_values ?? {}),
  };
  await survey(collector, weeks, seen);
  return { marked, adopted };
}

for (
  const [outcome, marked] of [
    ["adopted", ["adopted", "nothing"]],
    ["not_needed", ["not_needed", "nothing"]],
    ["already_recorded", ["already_recorded", "nothing"]],
    ["no_slot", ["nothing"]],
    ["window_taken", ["nothing"]],
    ["an error", ["nothing"]],
  ] as const
) {
  Deno.test(`a week of which AMC has a run: ${outcome}`, async () => {
    assert.deepEqual(await markedBy([outcome]), marked);
  });
}

Deno.test("each week is judged by itself", async () => {
  assert.deepEqual(
    await markedBy(["window_taken", "adopted", "no_slot", "adopted"]),
    ["adopted", "adopted", "nothing"],
  );
});

Deno.test("a list that is not complete lets no week begin", async () => {
  assert.equal(await markedBy(["adopted"], false), null);
});

for (
  const [runs, newest] of [
    [["SUCCEEDED", "SUCCEEDED", "SUCCEEDED"], "run-2"],
    [["SUCCEEDED", "SUCCEEDED", "RUNNING"], "run-1"],
    [["SUCCEEDED", "FAILED", "CANCELLED"], "run-0"],
    [["RUNNING", "PENDING"], "run-1"],
  ] as const
) {
  Deno.test(`of runs that ended as ${runs.join(", ")} the newest with a result is taken`, async () => {
    const executions = runs.map((status, i) =>
      observed({
        workflowExecutionId: `run-${i}`,
        status,
        createTime: `2024-09-25T03:1${i + 2}:00Z`,
      })
    );
    for (const listed of [executions, executions.toReversed()]) {
      const { adopted } = await surveyed([week("w")], listed, ["adopted"]);
      assert.deepEqual(adopted, [newest]);
    }
  });
}
