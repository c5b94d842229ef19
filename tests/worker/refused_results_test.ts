import assert from "node:assert/strict";
import {
  collect,
  type Harness,
  windowStartOf,
  withHarness,
} from "./support/harness.ts";
import { openWorker } from "./support/own_worker.ts";
import { shownRows, storedRows } from "./support/results.ts";
import { finishAll, letTimePass, weeksOf } from "./support/weeks.ts";

const GOOD = "campaign,clicks\nA,1\nB,2\n";

/** AMC tells no columns: those of the simulator's query are others than those of the bodies here. */
async function tellNoColumns({ sql }: Pick<Harness, "sql">): Promise<void> {
  await sql`create function public.tell_no_columns() returns trigger language plpgsql as
    $$ begin new.output_columns := null; return new; end $$`;
  await sql`create trigger tell_no_columns before insert or update on public.workflow_executions
    for each row execute function public.tell_no_columns()`;
}

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
  [
    "a line of nothing but \\. among lines of two cells",
    "campaign,clicks\nA,1\n\\.\nB,2\n",
    /File 1, line 3: missing data/,
  ],
];

for (const [what, body, message] of BROKEN) {
  Deno.test(`a result with ${what} fails its week as bad_csv, says where, and shows nothing of it`, async () => {
    await withHarness({}, async (harness) => {
      await tellNoColumns(harness);
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

/** Files that are no table: with which code and words their weeks fail. */
const NO_TABLE: [string, string, string, RegExp][] = [
  ["no byte", "", "empty_file", /empty file/],
  ["a byte order mark alone", "\ufeff", "empty_file", /byte order mark/],
  [
    "a web page",
    '<!DOCTYPE html>\n<html lang="en">\n',
    "header_not_expected",
    /HTML/,
  ],
  [
    "a title above its header",
    `Weekly report\n${GOOD}`,
    "header_not_expected",
    /Weekly report/,
  ],
];

for (const [what, body, code, words] of NO_TABLE) {
  Deno.test(`a first result with ${what} fails its week as ${code}, and is no hindrance to the next`, async () => {
    await withHarness({}, async (harness) => {
      await tellNoColumns(harness);
      const { weeks } = await collect(harness, 2);
      const [before, after] = weeks.map(windowStartOf);
      harness.simulator.setResult(before, { body });
      harness.simulator.setResult(after, { body: GOOD });
      // One at a time, so that it is known which comes first.
      await harness.sql`update public.amc_instances set max_parallel = 1`;
      await using worker = openWorker(harness);
      await finishAll(harness, worker.tick);
      const [failed, good] = await weeksOf(harness);
      assert.equal(failed.status, "failed");
      assert.equal(failed.error_code, code);
      assert.match(failed.error_message!, words);
      assert.equal(good.status, "completed");
      assert.deepEqual(await shownRows(harness, good.id), [["A", "1"], [
        "B",
        "2",
      ]]);
    });
  });
}

Deno.test("a header with other columns than the workflow's earlier one waits for a person, and fails nothing", async () => {
  await withHarness({}, async (harness) => {
    await tellNoColumns(harness);
    const { weeks } = await collect(harness, 2);
    const [before, after] = weeks.map(windowStartOf);
    harness.simulator.setResult(before, { body: GOOD });
    harness.simulator.setResult(after, { body: "campaign,taps\nA,1\n" });
    // One at a time, so that it is known which header comes first.
    await harness.sql`update public.amc_instances set max_parallel = 1`;
    await using worker = openWorker(harness);
    const held = async () => {
      const [{ found }] = await harness.sql`
        select exists (select from public.stoppages where ended_at is null) as found`;
      return found;
    };
    for (let ticks = 0; ticks < 20 && !await held(); ticks++) {
      await worker.tick();
      await letTimePass(harness);
    }
    const [{ kind, words, instance_id, subject }] = await harness.sql`
      select * from public.stoppages where ended_at is null`;
    assert.equal(kind, "workflow_header");
    assert.match(words, /added taps; removed clicks/);
    await worker.tick();
    const [kept, waiting] = await weeksOf(harness);
    assert.equal(kept.status, "completed");
    assert.equal(waiting.status, "running");
    assert.equal(waiting.error_count, 0);
    const workflow = subject.slice(instance_id.length + 1);
    await harness.sql`select public.accept_header(${instance_id}, ${workflow})`;
    await finishAll(harness, worker.tick);
    const [first, second] = await weeksOf(harness);
    // The added column is the last, and null where a result has none.
    assert.deepEqual(await shownRows(harness, first.id), [
      ["A", "1", null],
      ["B", "2", null],
    ]);
    assert.deepEqual(await shownRows(harness, second.id), [["A", null, "1"]]);
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
