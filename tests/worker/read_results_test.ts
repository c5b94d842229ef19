import assert from "node:assert/strict";
import {
  type AmcClient,
  UnavailableError,
} from "../../supabase/functions/_shared/amc/mod.ts";
import { collect, type Harness, withHarness } from "./support/harness.ts";
import { openWorker, type OwnWorker } from "./support/own_worker.ts";
import { resultOf, shownRows } from "./support/results.ts";
import { finishAll, letTimePass, weeksOf } from "./support/weeks.ts";

async function rpc(
  { owner }: Harness,
  name: string,
  parameters: Record<string, unknown>,
) {
  const { data, error } = await owner.rpc(name, parameters);
  assert.equal(error, null, JSON.stringify(error));
  return data;
}

Deno.test("an owner reads typed rows through the API, and text where digits count", async () => {
  await withHarness(
    { simulator: { results: { rows: 40 } } },
    async (harness) => {
      await using worker = openWorker(harness);
      await collect(harness, 1);
      await finishAll(harness, worker.tick);
      const [week] = await weeksOf(harness);
      const [header] = (await resultOf(worker, week.execution_id!)).files[0]
        .split("\n");
      const names = header.split(",");
      const text = (await shownRows(harness, week.id)).map((cells) =>
        Object.fromEntries(names.map((name, i) => [name, cells[i]]))
      );
      const { data, error } = await harness.owner.from(harness.resultsView)
        .select("*,exact:spend::text").order("line");
      assert.equal(error, null, JSON.stringify(error));
      const rows = await rpc(harness, "week_rows", { week_id: week.id });
      assert.ok(text.length > 10);
      assert.equal(rows.length, text.length);
      for (const [i, cells] of text.entries()) {
        // An id stays text, a metric becomes a number, whichever way it is read.
        for (const row of [data![i], rows[i]]) {
          assert.equal(row.campaign_id, cells.campaign_id);
          assert.equal(row.campaign, cells.campaign);
          assert.equal(row.impressions, number(cells.impressions));
          assert.equal(row.first_event_dt_utc, cells.first_event_dt_utc);
        }
        assert.equal(
          data![i].exact === null ? null : Number(data![i].exact),
          number(cells.spend),
        );
      }
      assert.deepEqual(week.data.uncast, {});
      assert.deepEqual(
        week.data.columns.map(({ name, read_as }: Record<string, string>) =>
          `${name} ${read_as}`
        ).slice(0, 7),
        [
          "campaign_id text",
          "campaign text",
          "ad_product_type text",
          "placement text",
          "first_event_dt_utc date",
          "last_event_dttm_utc timestamp",
          "impressions numeric",
        ],
      );
    },
  );
});

function number(text: string | null): number | null {
  return text === null ? null : Number(text);
}

/** A client whose list does not tell AMC's outputColumns. */
function withoutColumns(client: AmcClient): AmcClient {
  return {
    ...client,
    listExecutions: async (query, options) => {
      const listing = await client.listExecutions(query, options);
      const executions = listing.executions.map((one) => ({
        ...one,
        output_columns: null,
      }));
      return { ...listing, executions };
    },
  };
}

Deno.test("columns that AMC's list lacks come from one GET of an execution, and the view is typed", async () => {
  await withHarness(
    { simulator: { results: { rows: 40 } } },
    async (harness) => {
      await using worker = openWorker(harness, {
        client: withoutColumns,
      });
      await collect(harness, 1);
      await finishAll(harness, worker.tick);
      await collect(harness, 2);
      await finishAll(harness, worker.tick);
      assert.equal(harness.simulator.requestCounts().getExecution, 1);
      for (const { data } of await weeksOf(harness)) {
        const { name, type, kind, read_as } = data.columns[6];
        assert.equal(
          [name, type, kind, read_as].join(" "),
          "impressions LONG METRIC numeric",
        );
      }
    },
  );
});

Deno.test("AMC not answering what the columns are does not hold a result up", async () => {
  await withHarness({}, async (harness) => {
    await using worker = openWorker(harness, {
      client: (client) => ({
        ...withoutColumns(client),
        getExecution: () =>
          Promise.reject(new UnavailableError("Not at the moment.")),
      }),
    });
    await collect(harness, 1);
    await finishAll(harness, worker.tick);
    const [{ status, error_count, data }] = await weeksOf(harness);
    assert.equal(status, "completed");
    assert.equal(error_count, 0);
    assert.deepEqual(data.columns[6], { name: "impressions" });
  });
});

/** Lets workers run until the week shows another execution. */
async function untilRestated(
  harness: Harness,
  worker: OwnWorker,
  before: string,
): Promise<string> {
  for (let tick = 0; tick < 20; tick++) {
    await letTimePass(harness);
    await worker.tick();
    const [{ execution_id }] = await weeksOf(harness);
    if (execution_id !== before) return execution_id!;
  }
  throw new Error("The week was not restated within 20 ticks.");
}

Deno.test("a week restated by policy keeps the superseded result, and compares it with the new one", async () => {
  await withHarness(
    { simulator: { results: { rows: 40 } } },
    async (harness) => {
      await using worker = openWorker(harness);
      const { collection_id } = await collect(harness, 1);
      await finishAll(harness, worker.tick);
      const [{ id, execution_id: before }] = await weeksOf(harness);
      const first = await rpc(harness, "week_rows", { week_id: id });
      await rpc(harness, "set_restatement_policy", {
        collection_id,
        restate_weeks: 1,
      });
      // A week later.
      await harness
        .sql`update public.week_attempts set intended_at = intended_at - interval '7 days'`;
      await harness.sql`select amc_history.open_restatements()`;
      const after = await untilRestated(harness, worker, before!);
      const rows = await rpc(harness, "week_rows", { week_id: id });
      assert.deepEqual([...new Set(rows.map(execution))], [after]);
      assert.deepEqual(
        await rpc(harness, "execution_rows", { execution_id: before }),
        first,
      );
      const { added, removed, changed, unchanged } = await rpc(
        harness,
        "compare_executions",
        { execution_a: before, execution_b: after },
      );
      assert.equal(unchanged + changed + added, rows.length);
      assert.equal(unchanged + changed + removed, first.length);
      const { data: result } = await harness.owner.from("week_results")
        .select().single();
      assert.equal(result.superseded_versions, 1);
      assert.ok(result.restated_at);
      assert.equal(result.restating, false);
    },
  );
});

function execution(row: { execution_id: string }): string {
  return row.execution_id;
}

Deno.test("a view shows the instants that AMC ran a week with, and says if they are not ours", async () => {
  await withHarness({
    simulator: { answers: { windowHoursOff: 1 }, results: { rows: 3 } },
  }, async (harness) => {
    await using worker = openWorker(harness);
    await collect(harness, 1);
    await finishAll(harness, worker.tick);
    const [week] = await weeksOf(harness);
    const { data: [row] } = await harness.owner.from(harness.resultsView)
      .select("week_start_date,window_start,window_end").limit(1)
      .throwOnError();
    const begins = Date.parse(`${row.week_start_date}T01:00:00Z`);
    assert.equal(Date.parse(row.window_start), begins);
    assert.equal(Date.parse(row.window_end), begins + 7 * 86_400_000);
    const { data: events } = await harness.owner.from("tracking_events")
      .select("execution_id,detail").eq("event", "window_differs")
      .throwOnError();
    assert.equal(events!.length, 1);
    assert.equal(events![0].execution_id, week.execution_id);
    assert.match(
      events![0].detail.message,
      /^AMC ran the week of .* 01:00:00, in UTC; here it goes from .* 00:00:00\./,
    );
  });
});
