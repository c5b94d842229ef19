import assert from "node:assert/strict";
import { LoadBudget } from "../../supabase/functions/_shared/results/load_budget.ts";
import {
  arrange,
  checksumOf,
  cursorOf,
  load,
  rowsIn,
  takeUp,
  withLoading,
} from "./support/loading.ts";

const HEADER = "name,n\n";
/** Lines of ten bytes. */
const line = (n: number) => `"a\nb",${String(n).padStart(3, "0")}\n`;
const lines = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => line(from + i));
const rows = (from: number, to: number) =>
  Array.from(
    { length: to - from },
    (_, i) => ["a\nb", String(from + i).padStart(3, "0")],
  );

const FILES = [
  HEADER + lines(0, 25).join(""),
  HEADER + lines(25, 40).join(""),
];
/** Of 100 bytes: each ends with the first record that reaches them, or with its file. */
const SEGMENTS = [
  HEADER + lines(0, 10).join(""),
  lines(10, 20).join(""),
  lines(20, 25).join(""),
  HEADER + lines(25, 35).join(""),
  lines(35, 40).join(""),
];
const limits = { segmentBytes: 100 };

Deno.test("a segment ends with the first record that reaches its size, or with its file", async () => {
  await withLoading(async (world) => {
    for (const chunk of [1, 7, 100, 65_536]) {
      const loadable = await arrange(world);
      const summary = await load(world, loadable, FILES, { limits, chunk });
      assert.equal(
        summary.checksum,
        checksumOf(SEGMENTS),
        `chunks of ${chunk}`,
      );
      assert.equal(summary.segments, 5);
      assert.equal(summary.segment_bytes, 100);
      assert.equal(summary.rows, 40);
      assert.equal(summary.bytes, FILES.join("").length);
      assert.equal(summary.files, 2);
      assert.deepEqual(await rowsIn(world, loadable), rows(0, 40));
    }
  });
});

Deno.test("a file that ends where a segment is full has no empty segment behind it", async () => {
  await withLoading(async (world) => {
    const loadable = await arrange(world);
    const file = lines(0, 10).join("");
    const summary = await load(world, loadable, ["n,m\n" + file], {
      limits: { segmentBytes: 104 },
    });
    assert.equal(summary.segments, 1);
    assert.equal(summary.checksum, checksumOf(["n,m\n" + file]));
  });
});

Deno.test("whatever segment a worker stops after, the next one resumes there and asks for no byte twice", async () => {
  await withLoading(async (world) => {
    const loadable = await arrange(world);
    const opened: [number, number][] = [];
    for (let stopped = 0; stopped < SEGMENTS.length; stopped++) {
      const budget = new LoadBudget(1);
      const left = await load(world, loadable, FILES, {
        limits: stopped === 0 ? limits : { segmentBytes: 5000 },
        budget,
        open: (index, { offset, etag }, file) => {
          opened.push([index, offset]);
          assert.equal(etag, offset === 0 ? null : file.etag);
          return Promise.resolve(file);
        },
      });
      const isLast = stopped === SEGMENTS.length - 1;
      assert.equal(left === null, !isLast);
      const { records } = await cursorOf(world, loadable);
      assert.deepEqual(await rowsIn(world, loadable), rows(0, records));
      if (isLast) assert.equal(left.checksum, checksumOf(SEGMENTS));
    }
    assert.deepEqual(opened, [[0, 0], [0, 107], [0, 207], [1, 0], [1, 107]]);
  });
});

Deno.test("a call loads as many segments as its budget has room for, and leaves the rest", async () => {
  await withLoading(async (world) => {
    const loadable = await arrange(world);
    const budget = new LoadBudget(250);
    assert.equal(await load(world, loadable, FILES, { limits, budget }), null);
    assert.deepEqual((await cursorOf(world, loadable)).digests.length, 2);
    assert.equal(budget.isOpen, false, "nothing else is begun");
    const other = await arrange(world);
    assert.equal(await load(world, other, FILES, { limits, budget }), null);
    assert.equal(await cursorOf(world, other), undefined);
  });
});

Deno.test("a worker whose load was taken up commits no segment", async () => {
  await withLoading(async (world) => {
    const loadable = await arrange(world);
    let reached = 0;
    const failure = await load(world, loadable, FILES, {
      limits,
      checkpoint: async (point) => {
        if (point === "before_copy" && ++reached === 3) {
          await takeUp(world, loadable);
        }
      },
    }).catch((error) => error);
    assert.equal(failure.code, "AH001");
    assert.equal((await cursorOf(world, loadable)).records, 20);
    assert.deepEqual(await rowsIn(world, loadable), rows(0, 20));
  });
});

Deno.test("a load whose files are all loaded only has to be finished", async () => {
  await withLoading(async (world) => {
    const loadable = await arrange(world);
    let segments = 0;
    const stopped = new Error("stopped");
    const failure = await load(world, loadable, FILES, {
      limits,
      checkpoint: (point) =>
        point === "after_segment" && ++segments === SEGMENTS.length
          ? Promise.reject(stopped)
          : Promise.resolve(),
    }).catch((error) => error);
    assert.equal(failure, stopped);
    const summary = await load(world, loadable, FILES, {
      listFiles: () => Promise.reject(new Error("AMC is not asked")),
      open: () => Promise.reject(new Error("no file is asked for")),
    });
    assert.equal(summary.rows, 40);
    assert.equal(summary.checksum, checksumOf(SEGMENTS));
  });
});

Deno.test("a result that has another number of files by now is loaded from the start", async () => {
  await withLoading(async (world) => {
    const loadable = await arrange(world);
    const budget = new LoadBudget(1);
    assert.equal(await load(world, loadable, FILES, { limits, budget }), null);
    const summary = await load(world, loadable, FILES.slice(0, 1), { limits });
    assert.equal(summary.rows, 25);
    assert.deepEqual(await rowsIn(world, loadable), rows(0, 25));
  });
});

Deno.test("a file that cannot be asked for in parts is committed at once, with the checksum of its segments", async () => {
  await withLoading(async (world) => {
    const loadable = await arrange(world);
    const cursors: number[] = [];
    const summary = await load(world, loadable, FILES, {
      limits,
      open: (_, __, file) => Promise.resolve({ ...file, resumable: false }),
      checkpoint: async (point) => {
        if (point !== "after_segment") return;
        cursors.push((await cursorOf(world, loadable)).file);
      },
    });
    assert.deepEqual(cursors, [1, 2]);
    assert.equal(summary.checksum, checksumOf(SEGMENTS));
    assert.deepEqual(await rowsIn(world, loadable), rows(0, 40));
  });
});
