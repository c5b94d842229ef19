import assert from "node:assert/strict";
import { collect, windowStartOf, withHarness } from "./support/harness.ts";
import { openWorker } from "./support/own_worker.ts";
import { shownRows, storedRows } from "./support/results.ts";
import { finishAll, letTimePass, weeksOf } from "./support/weeks.ts";

const GOOD = "campaign,clicks\nA,1\nB,2\n";

/** Bodies that are no good CSV, and what the week is to say of each. */
const BROKEN: [string, string, RegExp][] = [
  [
    "a line with too many cells",
    "campaign,clicks\nA,1\nB,2,3\nC,4\n",
    /File 1, line 3/,
  ],
  [
    "a line with too few cells",
    "campaign,clicks\nA,1\nB,2\nC\n",
    /File 1, line 4/,
  ],
  ["a quote that never ends", 'campaign,clicks\nA,1\n"B,2\n', /File 1, line 4/],
  [
    "a character that Postgres cannot keep",
    "campaign,clicks\nA\u0000,1\n",
    /File 1, line 2/,
  ],
  [
    "a bad last line without an end",
    "campaign,clicks\nA,1\nB",
    /File 1, line 3/,
  ],
  ["no header at all", "", /empty file/],
  [
    "a line of nothing but \\. among lines of two cells",
    "campaign,clicks\nA,1\n\\.\nB,2\n",
    /File 1, line 3: missing data/,
  ],
];

for (const [what, body, message] of BROKEN) {
  Deno.test(`a result with ${what} fails its week as bad_csv, says where, and shows nothing of it`, async () => {
    await withHarness({}, async (harness) => {
      const { weeks } = await collect(harness, 1);
      harness.simulator.setResult(windowStartOf(weeks[0]), { body });
      await using worker = openWorker(harness);
      await finishAll(harness, worker.tick);
      const [week] = await weeksOf(harness);
      assert.equal(week.status, "failed");
      assert.equal(week.error_code, "bad_csv");
      assert.match(week.error_message!, message);
      assert.equal(week.data, null);
      assert.ok(week.execution_id, "it stays known where it came from");
      assert.deepEqual(await shownRows(harness, week.id), []);
      assert.equal(await storedRows(harness), 0);
      assert.equal(harness.simulator.ledger().length, 1);
    });
  });
}

Deno.test("a broken second file takes the first one with it", async () => {
  await withHarness({
    simulator: { results: { rows: 100, files: 2 } },
  }, async (harness) => {
    await collect(harness, 1);
    let files = 0;
    let lines = 0;
    await using worker = openWorker(harness, {
      client: (client) => ({
        ...client,
        openResult: async (link, options) => {
          const opened = await client.openResult(link, options);
          if (++files % 2 === 1) return opened;
          const text = await new Response(opened.body).text();
          lines = text.split("\n").length;
          const body = new Response(`${text}one,cell\n`).body!;
          return { ...opened, body, length: null };
        },
      }),
    });
    await finishAll(harness, worker.tick);
    const [week] = await weeksOf(harness);
    assert.equal(week.error_code, "bad_csv");
    assert.match(week.error_message!, new RegExp(`^File 2, line ${lines}: `));
    assert.equal(await storedRows(harness), 0);
  });
});

Deno.test("a header that differs from the workflow's earlier one fails the week alone, as header_changed", async () => {
  await withHarness({}, async (harness) => {
    const { weeks } = await collect(harness, 2);
    const [before, after] = weeks.map(windowStartOf);
    harness.simulator.setResult(before, { body: GOOD });
    harness.simulator.setResult(after, { body: "campaign,taps\nA,1\n" });
    // One at a time, so that it is known which header comes first.
    await harness.sql`update public.amc_instances set max_parallel = 1`;
    await using worker = openWorker(harness);
    await finishAll(harness, worker.tick);
    const [kept, changed] = await weeksOf(harness);
    assert.equal(kept.status, "completed");
    assert.deepEqual(await shownRows(harness, kept.id), [["A", "1"], [
      "B",
      "2",
    ]]);
    assert.equal(changed.status, "failed");
    assert.equal(changed.error_code, "header_changed");
    assert.match(
      changed.error_message!,
      /Expected campaign, clicks; got campaign, taps/,
    );
    assert.equal(changed.error_count, 1);
    assert.equal(await storedRows(harness), 2);
  });
});

Deno.test("a week whose result never comes whole fails after eight errors, with the last one's words", async () => {
  await withHarness({}, async (harness) => {
    await collect(harness, 1);
    harness.simulator.script({
      operation: "downloadUrls",
      times: "always",
      fault: { kind: "status", status: 422, details: "No such output." },
    });
    await using worker = openWorker(harness);
    await finishAll(harness, worker.tick);
    const [week] = await weeksOf(harness);
    assert.equal(week.status, "failed");
    assert.equal(week.error_code, "refused");
    assert.equal(week.error_count, 8);
    assert.match(week.error_message!, /No such output/);
  });
});

Deno.test("a loader that was taken for dead changes nothing when it comes back", async () => {
  await withHarness({}, async (harness) => {
    await collect(harness, 1);
    await using second = openWorker(harness);
    let overtaking: Promise<void> | undefined;
    const checkpoint = (point: string) => {
      if (point !== "after_copy") return Promise.resolve();
      // All its bytes are in: another worker takes the load up, ends this one's session, and finishes it.
      return overtaking ??= letTimePass(harness).then(async () => {
        await second.tick();
      });
    };
    await using first = openWorker(harness, { parts: { checkpoint } });
    await finishAll(harness, async () => {
      await first.tick();
      await overtaking;
    });
    const [week] = await weeksOf(harness);
    assert.equal(week.status, "completed");
    assert.equal(week.data.rows, await storedRows(harness));
    assert.ok(
      first.lines.some(({ event }) => event === "load_claimed_elsewhere"),
      "the first loader noticed",
    );
    assert.ok(
      second.lines.some(({ event }) => event === "week_completed"),
      "the second completed the week",
    );
  });
});
