import assert from "node:assert/strict";
import type { OpenResultOptions } from "../../supabase/functions/_shared/amc/results.ts";
import { collect, type Harness, withHarness } from "./support/harness.ts";
import { openWorker, type OwnWorker } from "./support/own_worker.ts";
import { packing } from "./support/packing.ts";
import { asCsv, resultOf, shownRows } from "./support/results.ts";
import { finishAll, type WeekRow, weeksOf } from "./support/weeks.ts";

/** Collects one week with a worker. */
async function collectOne(
  harness: Harness,
  worker: OwnWorker,
): Promise<WeekRow> {
  await collect(harness, 1);
  await finishAll(harness, worker.tick);
  const [week] = await weeksOf(harness);
  assert.equal(week.status, "completed", JSON.stringify(week));
  return week;
}

/** The lines of a file without its header. */
const withoutHeader = (file: string) => file.slice(file.indexOf("\n") + 1);

Deno.test("the view shows exactly what AMC's file holds, and the summary tells of it truly", async () => {
  await withHarness(
    { simulator: { results: { rows: 500 } } },
    async (harness) => {
      await using worker = openWorker(harness);
      const week = await collectOne(harness, worker);
      const { files, checksum } = await resultOf(worker, week.execution_id!);
      const rows = await shownRows(harness, week.id);
      assert.equal(files.length, 1);
      assert.equal(asCsv(rows), withoutHeader(files[0]));
      const { data } = week;
      assert.equal(data.rows, rows.length);
      assert.equal(data.files, 1);
      assert.equal(data.bytes, new TextEncoder().encode(files[0]).length);
      assert.equal(data.checksum, checksum);
      const names = data.columns.map(({ name }: { name: string }) => name);
      assert.equal(`${names.join(",")}\n${withoutHeader(files[0])}`, files[0]);
      assert.deepEqual(
        data.first_rows.map((row: Record<string, string>) =>
          names.map((name: string) => row[name])
        ),
        rows.slice(0, 20),
      );
      // What the drawn rows are there to show: names with commas, quotes and other scripts, digits beyond a double's.
      const text = files[0];
      for (const part of ['""', "東", "🎁", "\\"]) {
        assert.ok(text.includes(part), `${part} is in the file`);
      }
    },
  );
});

Deno.test("a result of two files is shown whole, in the order of the files", async () => {
  await withHarness({
    simulator: { results: { rows: 301, files: 2 } },
  }, async (harness) => {
    await using worker = openWorker(harness);
    const week = await collectOne(harness, worker);
    const { files, checksum } = await resultOf(worker, week.execution_id!);
    assert.equal(files.length, 2);
    assert.equal(
      asCsv(await shownRows(harness, week.id)),
      files.map(withoutHeader).join(""),
    );
    assert.equal(week.data.files, 2);
    assert.equal(week.data.checksum, checksum);
  });
});

Deno.test("an empty result, of nothing but a header, completes its week with no rows", async () => {
  await withHarness({
    simulator: { results: { headerOnly: true } },
  }, async (harness) => {
    await using worker = openWorker(harness);
    const week = await collectOne(harness, worker);
    assert.equal(week.data.rows, 0);
    assert.deepEqual(week.data.first_rows, []);
    assert.deepEqual(await shownRows(harness, week.id), []);
    assert.ok(week.data.columns.length > 5);
  });
});

Deno.test("a byte order mark and line ends of Windows leave no trace in names and cells", async () => {
  await withHarness({
    simulator: {
      results: { rows: 50, byteOrderMark: true, lineEnding: "\r\n" },
    },
  }, async (harness) => {
    await using worker = openWorker(harness);
    const week = await collectOne(harness, worker);
    const { files } = await resultOf(worker, week.execution_id!);
    assert.ok(files[0].startsWith("\ufeffcampaign_id,"));
    assert.equal(week.data.columns[0].name, "campaign_id");
    assert.equal(
      asCsv(await shownRows(harness, week.id)),
      withoutHeader(files[0]).replaceAll("\r\n", "\n"),
    );
  });
});

Deno.test("a packed result is unpacked", async () => {
  await withHarness(
    { simulator: { results: { rows: 50 } } },
    async (harness) => {
      await using plain = openWorker(harness);
      await using worker = openWorker(harness, {
        client: packing,
      });
      const week = await collectOne(harness, worker);
      const { files, checksum } = await resultOf(plain, week.execution_id!);
      assert.equal(
        asCsv(await shownRows(harness, week.id)),
        withoutHeader(files[0]),
      );
      assert.equal(week.data.checksum, checksum);
    },
  );
});

Deno.test("a link that has expired is asked for anew, and the week is completed without an error", async () => {
  await withHarness({}, async (harness) => {
    harness.simulator.script({
      operation: "download",
      fault: { kind: "expired_link" },
    });
    await using worker = openWorker(harness);
    const week = await collectOne(harness, worker);
    assert.equal(week.error_count, 0);
    assert.equal(harness.simulator.requestCounts().downloadUrls, 2);
    assert.equal(harness.simulator.requestCounts().download, 2);
  });
});

Deno.test("a link that expires in the middle of a file is renewed, and the file resumed where it broke off", async () => {
  await withHarness(
    { simulator: { results: { rows: 400 } } },
    async (harness) => {
      harness.simulator.script({
        operation: "download",
        fault: { kind: "drop", point: "body" },
      });
      harness.simulator.script({
        operation: "download",
        skip: 1,
        fault: { kind: "expired_link" },
      });
      const asked: (OpenResultOptions | undefined)[] = [];
      await using worker = openWorker(harness, {
        client: (client) => ({
          ...client,
          openResult: (link, options) => {
            asked.push(options);
            return client.openResult(link, options);
          },
        }),
      });
      const week = await collectOne(harness, worker);
      assert.equal(week.error_count, 0);
      assert.equal(harness.simulator.requestCounts().downloadUrls, 2);
      assert.equal(asked[0]?.range, undefined);
      for (const options of asked.slice(1)) {
        assert.ok(options!.range!.start > 1000, "from where it broke off");
        assert.match(options!.ifMatch!, /^"[0-9a-f]+"$/);
      }
      assert.equal(asked.length, 3);
      const { files, checksum } = await resultOf(worker, week.execution_id!);
      assert.equal(week.data.checksum, checksum);
      assert.equal(
        asCsv(await shownRows(harness, week.id)),
        withoutHeader(files[0]),
      );
    },
  );
});

Deno.test("a result not ready yet, or broken off and not resumable, is tried again until it is whole", async () => {
  await withHarness({
    simulator: { results: { rows: 400 }, links: { acceptRanges: false } },
  }, async (harness) => {
    harness.simulator.script({
      operation: "downloadUrls",
      fault: { kind: "unavailable" },
    });
    harness.simulator.script({
      operation: "download",
      fault: { kind: "drop", point: "body" },
    });
    await using worker = openWorker(harness);
    const week = await collectOne(harness, worker);
    const codes = worker.lines.filter(({ event }) => event === "load_failed")
      .map(({ code }) => code);
    assert.equal(codes.length, 2);
    assert.equal(codes[0], "not_ready");
    assert.equal(week.error_code, null);
    assert.equal(week.attempts, 1);
    const { files } = await resultOf(worker, week.execution_id!);
    assert.equal(
      asCsv(await shownRows(harness, week.id)),
      withoutHeader(files[0]),
    );
  });
});
