/** A load that takes long holds up nothing else, and a step of loading ends in good time. */
import assert from "node:assert/strict";
import type { AmcClient } from "../../supabase/functions/_shared/amc/mod.ts";
import { runTick } from "../../supabase/functions/_shared/collector/tick.ts";
import { DEFAULT_LIMITS } from "../../supabase/functions/_shared/results/load_limits.ts";
import { eventually } from "../support/eventually.ts";
import { collect, type Harness, withHarness } from "./support/harness.ts";
import { assertRefused, assertWhole } from "./support/one_result.ts";
import { openWorker, type OwnWorker } from "./support/own_worker.ts";
import { shownRows } from "./support/results.ts";
import {
  assertOneCreateEach,
  column,
  finishAll,
  letListingBeDue,
  letTimePass,
  weeksOf,
} from "./support/weeks.ts";

/** One round of a tick, whose loading takes one step. */
const ONE_STEP = { rounds: 1, milliseconds: 90_000 };

/** Bytes that come up to their middle, and on when the gate opens. */
function halfway(
  body: ReadableStream<Uint8Array>,
  gate: Promise<void>,
): ReadableStream<Uint8Array> {
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      async transform(chunk, controller) {
        const middle = Math.floor(chunk.length / 2);
        controller.enqueue(chunk.slice(0, middle));
        await gate;
        controller.enqueue(chunk.slice(middle));
      },
    }),
  );
}

/** Where a load may be held: what of the client waits for the gate. */
const HELD: Record<
  string,
  (client: AmcClient, gate: Promise<void>) => Partial<AmcClient>
> = {
  "its links": (client, gate) => ({
    downloadUrls: (...asked) => gate.then(() => client.downloadUrls(...asked)),
  }),
  "a file": (client, gate) => ({
    openResult: (...asked) => gate.then(() => client.openResult(...asked)),
  }),
  "the middle of a file": (client, gate) => ({
    openResult: async (...asked) => {
      const opened = await client.openResult(...asked);
      return { ...opened, body: halfway(opened.body, gate) };
    },
  }),
};

for (const [where, hold] of Object.entries(HELD)) {
  Deno.test(`while loads wait for ${where}, the same tick lists and submits`, async () => {
    await withHarness({}, async (harness) => {
      const { promise: gate, resolve: open } = Promise.withResolvers<void>();
      await collect(harness, 12);
      await using worker = openWorker(harness, {
        client: (client) => ({ ...client, ...hold(client, gate) }),
      });
      const { simulator } = harness;
      await runTick(worker.collector, ONE_STEP);
      assert.equal(simulator.ledger().length, 10, "all slots are taken");
      await letTimePass(harness);
      let ended = false;
      const tick = runTick(worker.collector, {
        rounds: Infinity,
        milliseconds: Infinity,
        lookAgainMilliseconds: 0,
      }).finally(() => (ended = true));
      try {
        await eventually(
          "the creates of the last weeks",
          () => Promise.resolve(simulator.ledger().length === 12),
        );
        const lists = simulator.requests("listExecutions").length;
        await letListingBeDue(harness);
        await eventually(
          "another listing",
          () =>
            Promise.resolve(
              simulator.requests("listExecutions").length > lists,
            ),
        );
        assert.ok(!ended, "it was one tick");
        const loaded = await harness
          .sql`select from public.result_loads where complete`;
        assert.equal(loaded.length, 0, "while the loads were held");
      } finally {
        open();
        await tick;
      }
      await finishAll(harness, worker.tick);
      await assertOneCreateEach(harness);
    });
  });
}

/** A client whose results come in so many files of a row each, all from memory; `opened` is told of each. */
function inFiles(count: number, opened: (index: number) => void) {
  return (client: AmcClient): AmcClient => {
    let lines: string[] = [];
    return {
      ...client,
      downloadUrls: async (...asked) => {
        const links = await client.downloadUrls(...asked);
        if (lines.length === 0) {
          const { body } = await client.openResult(links.urls[0]);
          lines = (await new Response(body).text()).split("\n").slice(0, 2);
        }
        const numbers = Array.from({ length: count }, (_, n) => String(n));
        return {
          ...links,
          urls: numbers,
          files: numbers.map((n) => `file ${n}`),
        };
      },
      openResult: (link) => {
        opened(Number(link));
        const bytes = new TextEncoder().encode(`${lines.join("\n")}\n`);
        return Promise.resolve({
          status: 200,
          body: new Response(bytes).body!,
          etag: null,
          length: bytes.length,
          totalLength: bytes.length,
          acceptsRanges: false,
        });
      },
    };
  };
}

/** Creates a week's execution, and ends it. */
async function createOne(harness: Harness, worker: OwnWorker): Promise<void> {
  await collect(harness, 1);
  await runTick(worker.collector, ONE_STEP);
  await letTimePass(harness);
  assert.equal(harness.simulator.ledger().length, 1);
}

for (const count of [1_001, 20_000]) {
  Deno.test(`a result of ${count} files fails its week at once, and no file is opened`, async () => {
    await withHarness({}, async (harness) => {
      const opened: number[] = [];
      await using worker = openWorker(harness, {
        client: inFiles(count, (index) => void opened.push(index)),
      });
      await createOne(harness, worker);
      await worker.tick();
      const [week] = await weeksOf(harness);
      await assertRefused(
        harness,
        week,
        "too_many_files",
        new RegExp(`at most 1000 files, got links to ${count}\\.`),
      );
      assert.deepEqual(opened, []);
    });
  });
}

Deno.test("a result of 1,000 files is taken, a step at a time", async () => {
  await withHarness({}, async (harness) => {
    let clock = 0;
    await using worker = openWorker(harness, {
      client: inFiles(1_000, () => void (clock += 5_000)),
    });
    await createOne(harness, worker);
    worker.collector.now = () => clock;
    await runTick(worker.collector, ONE_STEP);
    const loads = await harness.sql`
      select files, file, complete from public.result_loads`;
    assert.deepEqual([...loads], [{ files: 1_000, file: 2, complete: false }]);
    assert.deepEqual(await column(harness, "error_count"), [0]);
  });
});

Deno.test("a step of loading ends after 15 seconds, and the next tick goes on with the next file", async () => {
  await withHarness({}, async (harness) => {
    let clock = 0;
    let opened: number[] = [];
    await using worker = openWorker(harness, {
      client: inFiles(30, (index) => {
        opened.push(index);
        clock += 1_000;
      }),
    });
    await createOne(harness, worker);
    worker.collector.now = () => clock;
    const files: number[][] = [];
    for (let ticks = 0; ticks < 3; ticks++) {
      opened = [];
      await runTick(worker.collector, ONE_STEP);
      files.push(opened);

      await letListingBeDue(harness);
    }
    // The last of a step is opened, and has no time left to be loaded.
    const from = (first: number, last: number) =>
      Array.from({ length: last - first + 1 }, (_, n) => first + n);
    assert.deepEqual(files, [from(0, 14), from(14, 28), from(28, 29)]);
    const later = worker.lines.filter(({ event }) =>
      event === "load_continues_later"
    );
    assert.equal(later.length, 2);
    const [week] = await weeksOf(harness);
    assert.equal(week.status, "completed", JSON.stringify(week));
    assert.equal((await shownRows(harness, week.id)).length, 30);
  });
});

Deno.test("a step of loading ends in the middle of a file, and the next tick goes on at that byte", async () => {
  await withHarness(
    { simulator: { results: { rows: 200 } } },
    async (harness) => {
      let clock = 0;
      const starts: number[] = [];
      await using worker = openWorker(harness, {
        parts: { limits: { ...DEFAULT_LIMITS, segmentBytes: 1_000 } },
        client: (client) => ({
          ...client,
          openResult: (link, options) => {
            starts.push(options?.range?.start ?? 0);
            return client.openResult(link, options);
          },
        }),
      });
      await createOne(harness, worker);
      worker.collector.now = () => clock;
      worker.collector.checkpoint = (point) => {
        if (point === "after_segment") clock += 5_000;
        return Promise.resolve();
      };
      const segments: number[] = [];
      for (let ticks = 0; ticks < 30; ticks++) {
        const before = clock;
        await runTick(worker.collector, ONE_STEP);
        if (clock > before) segments.push((clock - before) / 5_000);
        if ((await column(harness, "status"))[0] === "completed") break;
      }
      assert.ok(segments.length > 3, "it took several ticks");
      assert.ok(
        segments.slice(0, -1).every((count) => count === 3),
        `three segments of 5 s a tick: ${segments}`,
      );
      const sorted = [...new Set(starts)].sort((a, b) => a - b);
      assert.deepEqual(starts, sorted, "each from a later byte");
      const [week] = await weeksOf(harness);
      await assertWhole(harness, worker, week);
      assert.equal(week.error_count, 0);
    },
  );
});
