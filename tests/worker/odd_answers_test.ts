import { oddEntries } from "../../local/amc/mod.ts";
import { collect, withHarness } from "./support/harness.ts";
import { openWorker } from "./support/own_worker.ts";
import { assertOneCreateEach, finishAll } from "./support/weeks.ts";

Deno.test("odd executions in AMC's list, and odd values of our own, keep no week from its result", async () => {
  await withHarness({
    simulator: {
      execution: { pendingSeconds: 0, runSeconds: 0 },
      answers: { statusCase: "title" },
    },
  }, async (harness) => {
    const withId = Object.values(oddEntries()).filter((text) =>
      /"workflowExecutionId":"[0-9a-f-]{36}"/.test(text)
    );
    harness.simulator.script({
      operation: "listExecutions",
      times: "always",
      fault: { kind: "list_entries", entries: withId },
    });
    harness.simulator.script({
      operation: ["createExecution", "listExecutions", "getExecution"],
      times: "always",
      fault: {
        kind: "show_fields",
        fields: {
          executionTime: "1e300",
          expireTime: '"2026-09-25T03:11:52+18:00"',
          lastUpdatedTime: '"2026-02-30T00:00:00Z"',
        },
      },
    });
    await collect(harness, 2);
    await using worker = openWorker(harness);
    await finishAll(harness, worker.tick);
    await assertOneCreateEach(harness);
  });
});
