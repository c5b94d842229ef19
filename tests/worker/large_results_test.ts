import assert from "node:assert/strict";
import {
  DEFAULT_LIMITS,
  type LoadLimits,
} from "../../supabase/functions/_shared/results/load_limits.ts";
import { collect, withHarness } from "./support/harness.ts";
import {
  type Asked,
  assertRefused,
  assertWhole,
  collectOne,
  SMALL,
} from "./support/one_result.ts";
import { openWorker } from "./support/own_worker.ts";
import { packing } from "./support/packing.ts";
import { storedRows } from "./support/results.ts";
import { finishAll, letTimePass, weeksOf } from "./support/weeks.ts";

const TWO_FILES = { simulator: { results: { rows: 400, files: 2 } } };

Deno.test("a result too large for one call is continued by the next ones, by range and etag, without an error", async () => {
  await collectOne(TWO_FILES, SMALL, async (harness, worker, week, asked) => {
    await assertWhole(harness, worker, week);
    assert.equal(week.error_count, 0);
    const later = worker.lines.filter(({ event }) =>
      event === "load_continues_later"
    ).length;
    assert.ok(later >= 4, `${later} calls let it go`);
    const ranges = asked.filter((options) => options?.range);
    assert.ok(ranges.length >= 4);
    assert.ok(ranges.every((options) => /^"\w+"$/.test(options!.ifMatch!)));
    const starts = ranges.map((options) => options!.range!.start);
    assert.equal(new Set(starts).size, starts.length, "each from another byte");
    assert.match(week.data.checksum, /^sha256:[0-9a-f]{64}-\d+$/);
  });
});

Deno.test("one call loads no more than its budget, over all weeks", async () => {
  await withHarness(TWO_FILES, async (harness) => {
    await collect(harness, 3);
    await using worker = openWorker(harness, {
      parts: { limits: { ...DEFAULT_LIMITS, ...SMALL } },
    });
    let before = 0;
    for (let call = 0; call < 4; call++) {
      await worker.tick();
      await letTimePass(harness);
      const [{ bytes }] = await harness.sql`
        select coalesce(sum(bytes), 0)::integer as bytes from public.result_loads`;
      assert.ok(bytes - before <= 11_000, `${bytes - before} bytes`);
      before = bytes;
    }
    assert.ok(before > 20_000, "and it does load");
  });
});

Deno.test("a file that changed while it was loaded is loaded from the start, once it was counted as an error", async () => {
  let ranges = 0;
  const afterChange: Asked[] = [];
  await withHarness(TWO_FILES, async (harness) => {
    await collect(harness, 1);
    await using worker = openWorker(harness, {
      parts: { limits: { ...DEFAULT_LIMITS, ...SMALL } },
      client: (client) => ({
        ...client,
        // The third time a part is asked for, the file is another.
        openResult: (link, options) => {
          if (ranges >= 3) afterChange.push(options);
          const changed = options?.range && ++ranges === 3;
          return client.openResult(
            link,
            changed ? { ...options, ifMatch: '"of-another-file"' } : options,
          );
        },
      }),
    });
    await finishAll(harness, worker.tick);
    const [week] = await weeksOf(harness);
    await assertWhole(harness, worker, week);
    assert.equal(week.error_count, 1);
    const failed = worker.lines.filter(({ event }) => event === "load_failed");
    assert.deepEqual(failed.map(({ code }) => code), ["result_changed"]);
    assert.equal(afterChange[0]?.range, undefined, "from the first byte on");
    assert.equal(week.data.rows, await storedRows(harness));
  });
});

Deno.test("a file that changes again and again fails its week by name, and nothing of it stays", async () => {
  await withHarness(TWO_FILES, async (harness) => {
    await collect(harness, 1);
    await using worker = openWorker(harness, {
      parts: { limits: { ...DEFAULT_LIMITS, ...SMALL } },
      client: (client) => ({
        ...client,
        openResult: (link, options) =>
          client.openResult(
            link,
            options?.range ? { ...options, ifMatch: '"of-another"' } : options,
          ),
      }),
    });
    await finishAll(harness, worker.tick);
    const [week] = await weeksOf(harness);
    assert.equal(week.status, "failed");
    assert.equal(week.error_code, "result_changed");
    assert.equal(week.error_count, 8);
    assert.equal(await storedRows(harness), 0);
  });
});

for (const claimed of [false, true]) {
  const server = claimed
    ? "a server that says it serves ranges and does not"
    : "a server without ranges";
  const links = claimed ? { ignoreRanges: true } : { acceptRanges: false };

  Deno.test(`files of ${server} are loaded, each at once, while one call may load so much`, async () => {
    await collectOne(
      {
        simulator: { results: { rows: 400, files: 2 }, links },
      },
      { segmentBytes: 4_000, callBytes: 60_000 },
      async (harness, worker, week) => {
        await assertWhole(harness, worker, week);
        assert.equal(week.error_count, 0);
      },
    );
  });

  Deno.test(`a larger file of ${server} fails its week as ranges_unsupported`, async () => {
    await collectOne(
      {
        simulator: { results: { rows: 400 }, links },
      },
      SMALL,
      async (harness, _, week) => {
        await assertRefused(
          harness,
          week,
          "ranges_unsupported",
          /^File 1 cannot be asked for in parts.*10000 bytes/,
        );
      },
    );
  });
}

Deno.test("a packed file of more than one call may load fails its week as gzip_too_large", async () => {
  await collectOne(
    { simulator: { results: { rows: 400 } } },
    SMALL,
    async (harness, _, week) => {
      await assertRefused(
        harness,
        week,
        "gzip_too_large",
        /^File 1 came packed.*10000 bytes/,
      );
    },
    packing,
  );
});

const CAPS: [string, Partial<LoadLimits>, string, RegExp][] = [
  [
    "bytes, as its server says",
    { resultBytes: 30_000 },
    "result_too_large",
    /^The result has \d+ bytes, more than the 30000 bytes that AMC_RESULT_MAX_BYTES/,
  ],
  [
    "records",
    { resultRecords: 250 },
    "too_many_records",
    /^The result has more than 250 records.*AMC_RESULT_MAX_RECORDS/,
  ],
  [
    "columns",
    { resultColumns: 11 },
    "too_many_columns",
    /^The result has 12 columns, more than the 11.*AMC_RESULT_MAX_COLUMNS/,
  ],
  [
    "bytes in a record",
    { recordBytes: 10 },
    "record_too_large",
    /^File 1, line 2: a record begins.* 10 bytes.*AMC_RESULT_MAX_RECORD_BYTES/,
  ],
];

for (const [what, limits, code, message] of CAPS) {
  Deno.test(`a result of more ${what} than is allowed fails its week as ${code}, and nothing of it stays`, async () => {
    await collectOne(
      TWO_FILES,
      { ...SMALL, ...limits },
      async (harness, _, week) => {
        await assertRefused(harness, week, code, message);
      },
    );
  });
}

Deno.test("a result that exceeds the allowed bytes without a length given fails its week while it is read", async () => {
  await collectOne(
    TWO_FILES,
    { segmentBytes: 4_000, callBytes: 100_000, resultBytes: 30_000 },
    async (harness, _, week) => {
      await assertRefused(
        harness,
        week,
        "result_too_large",
        /^The result has more than the 30000 bytes/,
      );
    },
    packing,
  );
});

Deno.test("a result that AMC no longer keeps fails its week as result_gone, after a few tries", async () => {
  await withHarness({}, async (harness) => {
    await collect(harness, 1);
    harness.simulator.script({
      operation: "downloadUrls",
      times: "always",
      fault: { kind: "unavailable" },
    });
    await using worker = openWorker(harness);
    await finishAll(harness, async () => {
      await harness.sql`update public.workflow_executions
        set amc_updated_at = now() - interval '2 days' where status = 'SUCCEEDED'`;
      await worker.tick();
    });
    const [week] = await weeksOf(harness);
    assert.equal(week.status, "failed");
    assert.equal(week.error_code, "result_gone");
    assert.ok(week.error_count <= 4, `${week.error_count} errors`);
    assert.match(week.error_message!, /^AMC no longer keeps the result/);
  });
});
