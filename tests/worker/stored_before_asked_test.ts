import assert from "node:assert/strict";
import type { RequestEntry } from "../../local/amc/mod.ts";
import {
  collect,
  type Harness,
  windowStartOf,
  withHarness,
} from "./support/harness.ts";
import { tickOfFunction } from "./support/function_worker.ts";
import { assertOneCreateEach, finishAll } from "./support/weeks.ts";

/** What a request asks about executions: the point by which their ids have to be stored. */
const ASKING = ["listExecutions", "getExecution", "downloadUrls", "download"];

Deno.test("every execution that AMC accepted is stored with its week before AMC is asked about it", async () => {
  await withHarness({}, async (harness) => {
    const { weeks } = await collect(harness, 12);
    // One is missing from the lists for longer than the test takes, so that it is asked for by itself.
    harness.simulator.script({
      operation: "createExecution",
      where: { windowStart: windowStartOf(weeks[0]) },
      fault: { kind: "list_lag", seconds: 3600 },
    });
    const looks: Look[] = [];
    harness.simulator.observe(async (request) => {
      if (ASKING.includes(request.operation)) {
        looks.push(await look(harness, request));
      }
    });
    await finishAll(harness, () => tickOfFunction(harness));
    await assertOneCreateEach(harness);
    const late = looks.filter(({ unstored }) => unstored.length > 0);
    assert.deepEqual(late, []);
    const asked = new Set(
      looks.filter(({ accepted }) => accepted > 0).map(({ operation }) =>
        operation
      ),
    );
    assert.deepEqual([...asked].sort(), [...ASKING].sort());
    assertStoredBeforeAsked(harness);
  });
});

interface Look {
  operation: string;
  accepted: number;
  unstored: string[];
}

/** Which accepted executions that a request asks about their weeks do not name at this moment. A list asks about all. */
async function look(
  { simulator, sql }: Harness,
  request: RequestEntry,
): Promise<Look> {
  const accepted = simulator.ledger();
  const stored = await sql`
    select e.id from public.workflow_executions e
    join public.report_data_weeks w on w.execution_id = e.id
    join public.week_attempts a on a.execution_id = e.id and a.week_id = w.id`;
  const known = new Set(stored.map(({ id }) => id));
  return {
    operation: request.operation,
    accepted: accepted.length,
    unstored: accepted.map(({ executionId }) => executionId).filter((id) =>
      !known.has(id) && [null, id].includes(request.executionId)
    ),
  };
}

/** The log tells the same order: captured, stored, and only then is AMC's list read. */
function assertStoredBeforeAsked({ lines, simulator }: Harness): void {
  for (const { executionId } of simulator.ledger()) {
    const of = (event: string) =>
      lines.findIndex((line) =>
        line.event === event && line.execution_id === executionId
      );
    const captured = of("execution_captured");
    const stored = of("execution_stored");
    const asked = lines.findIndex((line, at) =>
      at > captured && line.event === "amc_request" &&
      line.operation === "list_executions"
    );
    assert.ok(captured >= 0, "the capture is logged");
    assert.ok(stored > captured, "the storing is logged after it");
    assert.ok(asked > stored, "AMC is asked after that");
    const { collection_id, week_id, attempt_id, request_id } = lines[stored];
    for (const id of [collection_id, week_id, attempt_id, request_id]) {
      assert.ok(id, `the line names all ids: ${JSON.stringify(lines[stored])}`);
    }
  }
}
