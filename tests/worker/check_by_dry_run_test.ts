// A version is checked by a dry run before its first create.
import assert from "node:assert/strict";
import { collect, type Harness, withHarness } from "./support/harness.ts";
import { openWorker } from "./support/own_worker.ts";
import type { ScriptedFaultInput } from "../../local/amc/faults.ts";
import { eventually } from "../support/eventually.ts";
import {
  assertOneCreateEach,
  column,
  finishAll,
  letTimePass,
} from "./support/weeks.ts";
import { creates, dryRuns, stoppages, UNCHECKED } from "./support/checks.ts";

/** Ticks, and lets time pass between the ticks, until no check is live and none can be made. */
async function checkAll(
  harness: Harness,
  tick: () => Promise<unknown>,
): Promise<void> {
  await eventually("the end of every check", async () => {
    await tick();
    const [{ live, ended }] = await harness.sql`
      select count(*) filter (where is_live)::integer as live, count(*) filter (where not is_live)::integer as ended
      from public.workflow_checks`;
    if (live > 0) await letTimePass(harness);
    return live === 0 && ended > 0;
  });
}

Deno.test("a version is compiled by one dry run before its first create, and no week takes the dry run", async () => {
  await withHarness(UNCHECKED, async (harness) => {
    await collect(harness, 4);
    await using worker = openWorker(harness);
    await finishAll(harness, worker.tick);
    await assertOneCreateEach(harness);
    const [dry, ...more] = dryRuns(harness);
    assert.deepEqual(more, []);
    const first = Math.min(...creates(harness).map(({ order }) => order));
    assert.ok(dry.order < first, "it came first");
    assert.ok(dry.timeoutSeconds >= 900 && dry.timeoutSeconds < 21_600);
    const [start, end] = [dry.windowStart, dry.windowEnd].map((local) =>
      Date.parse(`${local}Z`)
    );
    assert.equal(end - start, 24 * 3600_000, "of one day");
    const [{ checks, dry_runs, elsewhere }] = await harness.sql`
      select array(select concat_ws(' ', kind, outcome) from public.workflow_checks) as checks, dry_runs,
        running_elsewhere as elsewhere from public.amc_instances`;
    assert.deepEqual(checks, ["dry_run accepted"]);
    assert.equal(dry_runs, "honoured");
    assert.equal(elsewhere, 0);
    assert.deepEqual(await stoppages(harness), []);
  });
});

Deno.test("a query that AMC rejects in its dry run costs no create, and is held with AMC's words until a person asks again", async () => {
  await withHarness(UNCHECKED, async (harness) => {
    await collect(harness, 12);
    const reason = "From line 2, column 6: Object 'x' not found";
    harness.simulator.script({
      operation: "createExecution",
      where: { dryRun: true },
      fault: { kind: "outcome", status: "REJECTED", reason },
    });
    await using worker = openWorker(harness);
    await checkAll(harness, worker.tick);
    await letTimePass(harness);
    await worker.tick();
    assert.equal(creates(harness).length, 0);
    assert.equal(dryRuns(harness).length, 1);
    assert.deepEqual(await stoppages(harness), [{
      kind: "workflow_check",
      code: "query_refused",
      source: "amc",
      words: reason,
      waits: true,
    }]);
    assert.deepEqual(
      new Set(await column(harness, "status")),
      new Set(["pending"]),
    );
    const { data, error } = await harness.owner.rpc("check_workflow_again", {
      instance_id: "amcr1aaaa1a",
      workflow_id: harness.workflow,
    });
    assert.equal(error, null);
    assert.equal(data.outcome, "applied");
    await finishAll(harness, worker.tick);
    await assertOneCreateEach(harness);
    assert.deepEqual(await stoppages(harness), []);
  });
});

for (
  const [what, fault] of [
    ["is lost", { kind: "drop", point: "after" }],
    ["is a gateway's", { kind: "status", status: 504, when: "after" }],
    ["has no id", { kind: "missing_execution_id" }],
    ["is a throttle", { kind: "status", status: 429 }],
  ] as const
) {
  Deno.test(`a dry run whose answer ${what} is asked again, and each week is created once`, async () => {
    await withHarness(UNCHECKED, async (harness) => {
      await collect(harness, 2);
      harness.simulator.script({
        operation: "createExecution",
        where: { dryRun: true },
        fault,
      });
      await using worker = openWorker(harness);
      await finishAll(harness, worker.tick);
      await assertOneCreateEach(harness);
      assert.deepEqual(await stoppages(harness), []);
    });
  });
}

/** Answers to the GET of a dry run, and what is told of each. */
const NEVER_SHOWN: [ScriptedFaultInput["fault"], RegExp][] = [
  [{ kind: "status", status: 500, details: "Try again" }, /Try again/],
  [{ kind: "status", status: 200, body: "html" }, /^Expected .* got: /],
  [{ kind: "status", status: 403, details: "Not yours" }, /Not yours/],
  [{ kind: "drop", point: "body" }, /did not arrive whole/],
  [{ kind: "status", status: 404, details: "No such execution" }, /No such/],
  [{ kind: "status", status: 200, body: "empty" }, /^Expected /],
  [{ kind: "redirect" }, /status 307|status 0/],
];

Deno.test("a dry run that AMC never shows says so, is given up, and another is asked for", async () => {
  await withHarness(UNCHECKED, async (harness) => {
    await collect(harness, 2);
    await using worker = openWorker(harness);
    await worker.tick();
    for (const [i, [fault, words]] of NEVER_SHOWN.entries()) {
      harness.simulator.clearScript();
      harness.simulator.script({
        operation: "getExecution",
        times: "always",
        fault,
      });
      await letTimePass(harness);
      await worker.tick();
      const rows = await harness.sql`
        select kind, code, source, words, times, retry_at > now() as waits from public.stoppages where ended_at is null`;
      const [{ words: shown, ...rest }, ...more] = rows;
      assert.deepEqual(more, []);
      assert.match(shown, words);
      assert.deepEqual(rest, {
        kind: "workflow_check",
        code: "dry_run_unseen",
        source: "amc",
        times: i + 1,
        waits: true,
      });
      const alerts = await harness.sql`
        select from public.tracking_alerts where code = 'held_up' and resolved_at is null`;
      assert.equal(
        alerts.length,
        i < 2 ? 0 : 1,
        "once it lasts an alert tells",
      );
      if (i === 1) {
        await harness
          .sql`update public.stoppages set since = since - interval '1 hour'`;
      }
    }
    await worker.tick();
    await harness.sql`
      update public.workflow_checks set intended_at = now() - interval '2 hours'`;
    await letTimePass(harness);
    await worker.tick();
    const outcomes = await harness.sql`
      select outcome from public.workflow_checks`;
    assert.deepEqual(outcomes.map(({ outcome }) => outcome), ["failed"]);
    harness.simulator.clearScript();
    await finishAll(harness, worker.tick);
    assert.equal(dryRuns(harness).length, 2);
    await assertOneCreateEach(harness);
    assert.deepEqual(await stoppages(harness), []);
  });
});
