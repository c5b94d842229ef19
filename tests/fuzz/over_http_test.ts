import assert from "node:assert/strict";
import fc from "fast-check";
import { oddEntries } from "../../local/amc/odd_entries.ts";
import { DEMO_INSTANCE, type ScriptedFaultInput } from "../../local/amc/mod.ts";
import { tickOfFunction } from "../worker/support/function_worker.ts";
import {
  collect,
  type Harness,
  windowStartOf,
  withHarness,
} from "../worker/support/harness.ts";
import { letAllowancesPass } from "../worker/support/weeks.ts";
import {
  anAnswer,
  type AnswerFault,
  concernsInstance,
} from "./support/answers.ts";
import { FILES } from "./support/shapes.ts";

/** Weeks of the collection that odd things hit: one each. */
const HIT_WEEKS = 8;
/** Ticks in which everything moves that can; before each, whatever waits is due. */
const TICKS = 10;
const SEED = Number(Deno.env.get("FUZZ_SEED") ?? 1) || 1;

/** Of the fuzz's answers those that one week can meet, as the simulator gives them over a connection. */
const anAnswerOverHttp = anAnswer.filter((fault) =>
  ["createExecution", "downloadUrls", "download"].includes(fault.endpoint) &&
  fault.status !== "hang" && !concernsInstance(fault)
);

function scripted(
  { endpoint, status, words, handled, times, body }: AnswerFault,
  windowStart: string,
): ScriptedFaultInput {
  const when = handled && Number(status) >= 500 ? "after" : "before";
  return {
    operation: endpoint as "createExecution",
    where: { windowStart },
    times: Math.min(times, 4),
    fault: typeof status === "string" ? { kind: "drop", point: "before" } : {
      kind: "status",
      status,
      when,
      body: body === "html" || body === "empty" ? body : "json",
      details: words.slice(0, 500).replaceAll("\ud800", ""),
    },
  };
}

Deno.test("a sample of the fuzz over HTTP: odd answers, files and list entries stop only their weeks", async () => {
  await withHarness({}, async (harness) => {
    const { data: beside, error } = await harness.owner.rpc("save_workflow", {
      instance_id: DEMO_INSTANCE.instanceId,
      name: "Beside",
      sql_query:
        "select campaign, sum(clicks) as clicks from traffic group by campaign",
    });
    assert.equal(error, null);
    const { collection_id, weeks } = await collect(harness, HIT_WEEKS);
    const other = await collectBefore(harness, weeks[0], beside.workflow_id);
    arrange(harness, weeks.map(windowStartOf));
    for (let tick = 0; tick < TICKS; tick++) {
      await tickOfFunction(harness);
      await letEverythingBeDue(harness);
    }
    const failures = harness.lines.filter(({ level }) => level === "error");
    assert.deepEqual(failures, [], "no step fails with an error of our own");
    assert.deepEqual(await openOf(harness, other.collection_id), []);
    assert.deepEqual(await silentOf(harness, collection_id), []);
    checkCreates(harness);
  });
});

/** Three weeks of a workflow before those of another: what is set for a window there does not concern them. */
async function collectBefore(
  harness: Harness,
  first: { week_start_date: string },
  workflow_id: string,
) {
  const daysBefore = (days: number) =>
    new Date(Date.parse(first.week_start_date) - days * 86_400_000)
      .toISOString().slice(0, 10);
  const { data, error } = await harness.service.rpc("start_collection", {
    requested_by: harness.ownerId,
    instance_id: DEMO_INSTANCE.instanceId,
    workflow_id,
    start_date: daysBefore(28),
    end_date: daysBefore(8),
  });
  assert.equal(error, null);
  return data as { collection_id: string };
}

function arrange({ simulator }: Harness, windows: string[]): void {
  // What runs elsewhere takes slots.
  const entries = Object.values(oddEntries())
    .filter((text) =>
      /"workflowExecutionId":"[^" ]{30,50}"/.test(text) &&
      text.includes('"workflowId":"analytics-odd"')
    )
    .map((text) => text.replace('"RUNNING"', '"SUCCEEDED"'));
  simulator.script({
    operation: "listExecutions",
    times: "always",
    fault: { kind: "list_entries", entries },
  });
  const files = Object.values(FILES).filter((file) => typeof file === "string");
  const sample = fc.sample(fc.constantFrom(...files), {
    numRuns: windows.length,
    seed: SEED,
  });
  const answers = fc.sample(anAnswerOverHttp, {
    numRuns: windows.length,
    seed: SEED,
  });
  for (const [i, window] of windows.entries()) {
    if (i % 2 === 0) simulator.script(scripted(answers[i], window));
    else simulator.setResult(window, { body: sample[i] });
  }
}

async function letEverythingBeDue(harness: Harness): Promise<void> {
  await letAllowancesPass(harness);
  await harness.sql`update public.stoppages set retry_at = now()
    where retry_at is not null and ended_at is null`;
}

async function openOf({ sql }: Harness, collection: string) {
  return [
    ...await sql`select id, status, error_message from public.report_data_weeks
      where collection_id = ${collection} and status <> 'completed'`,
  ];
}

/** The weeks that are not done and of which nothing says why. */
async function silentOf({ sql }: Harness, collection: string) {
  return [
    ...await sql`select w.week_start_date, w.status, w.error_count, a.number, a.state, a.due_at, e.status as amc_status
      from public.report_data_weeks w
      left join public.week_attempts a on a.week_id = w.id and a.is_live
      left join public.workflow_executions e on e.id = a.execution_id
      where w.collection_id = ${collection} and w.status <> 'completed' and coalesce(w.error_message, '') = ''
        and not exists (select from public.stoppages s where s.week_id = w.id and s.ended_at is null)
        and not exists (select from public.tracking_alerts t where t.resolved_at is null
          and coalesce(t.week_id, w.id) = w.id)`,
  ];
}

function checkCreates({ simulator }: Harness): void {
  const runs = Map.groupBy(
    simulator.executions().filter(({ source, dryRun }) =>
      source === "api" && !dryRun
    ),
    ({ workflowId, windowStart }) => `${workflowId} ${windowStart}`,
  );
  for (const [what, ofWindow] of runs) {
    const live = ofWindow.filter(({ status }) =>
      !["FAILED", "REJECTED", "CANCELLED"].includes(status)
    );
    assert.ok(live.length <= 1, `${what} ran ${live.length} times`);
  }
}
