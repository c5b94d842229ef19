// Whatever keeps an instance from moving is told by one alert, in the words of whoever refused, and is told no more once it
// moves again.
import assert from "node:assert/strict";
import type { ScriptedFaultInput } from "../../local/amc/mod.ts";
import { heldUp } from "./support/held_up.ts";
import { collect, type Harness, withHarness } from "./support/harness.ts";
import { openWorker } from "./support/own_worker.ts";
import { finishAll, letAllowancesPass, letTimePass } from "./support/weeks.ts";

/** The alerts that are open once what is held up has lasted for three hours. */
async function told({ sql }: Harness) {
  await sql`update public.stoppages set since = since - interval '3 hours' where ended_at is null`;
  await sql`select amc_history.watch(), amc_history.watch()`;
  return await sql`
    select code, message, next_step, detail ->> 'kind' as kind, detail ->> 'source' as source, instance_id
    from public.tracking_alerts where resolved_at is null`;
}

const refused = (details: string) =>
  ({ kind: "status", status: 403, details }) as const;

const STOPS: [string, ScriptedFaultInput, string, string, RegExp][] = [
  [
    "a wrong entity id",
    {
      operation: ["listExecutions", "getWorkflow"],
      fault: refused("Unauthorized request."),
    },
    "listing refused",
    "amc",
    /Unauthorized request\./,
  ],
  [
    "terms that nobody accepted",
    {
      operation: ["listExecutions", "getWorkflow", "createExecution"],
      fault: refused("Terms and conditions are not accepted."),
    },
    "listing refused",
    "amc",
    /Terms and conditions are not accepted\./,
  ],
  [
    "a redirect from everywhere",
    {
      operation: ["listExecutions", "getWorkflow", "createExecution"],
      fault: { kind: "redirect", location: "https://elsewhere.example/" },
    },
    "listing unavailable",
    "amc",
    /elsewhere\.example/,
  ],
  [
    "a token endpoint that does not understand the request",
    {
      operation: "token",
      fault: { kind: "oauth_error", error: "invalid_request" },
    },
    "instance token_unavailable",
    "amazon_login",
    /invalid_request/,
  ],
  [
    "AMC being down",
    { operation: "listExecutions", fault: { kind: "status", status: 503 } },
    "instance unavailable",
    "amc",
    /503/,
  ],
  [
    "a create that is throttled without end",
    { operation: "createExecution", fault: { kind: "status", status: 429 } },
    "creates throttled",
    "amc",
    /./,
  ],
];

for (const [what, script, stoppage, source, words] of STOPS) {
  Deno.test(`${what} is told once, and no more once it is over`, async () => {
    await withHarness({}, async (harness) => {
      await collect(harness, 2);
      harness.simulator.script({ ...script, times: "always" });
      {
        await using worker = openWorker(harness);
        for (let ticks = 0; ticks < 2; ticks++) {
          await worker.tick();
          await letTimePass(harness);
        }
      }
      assert.deepEqual(await heldUp(harness), [stoppage]);
      const alerts = await told(harness);
      assert.equal(alerts.length, 1, JSON.stringify(alerts));
      assert.equal(alerts[0].source, source);
      assert.match(alerts[0].message, words);
      assert.match(alerts[0].next_step, /\.$/);
      harness.simulator.clearScript();
      await letAllowancesPass(harness);
      await using worker = openWorker(harness);
      await finishAll(harness, worker.tick);
      assert.deepEqual(await heldUp(harness), []);
      assert.deepEqual([...(await told(harness))], []);
    });
  });
}

Deno.test("executions that run while the list is refused are told to be overdue", async () => {
  await withHarness(
    { simulator: { execution: { pendingSeconds: 0, runSeconds: 1e6 } } },
    async (harness) => {
      await collect(harness, 1);
      await using worker = openWorker(harness);
      await worker.tick();
      harness.simulator.script({
        operation: "listExecutions",
        times: "always",
        fault: refused("No."),
      });
      await harness
        .sql`update public.week_attempts set intended_at = intended_at - interval '3 days'`;
      await letTimePass(harness);
      await worker.tick();
      const codes = (await told(harness)).map(({ code }) => code).sort();
      assert.deepEqual(codes, ["execution_overdue", "held_up"]);
    },
  );
});
