import assert from "node:assert/strict";
import type postgres from "postgres";
import type { ChaosHarness } from "./harness.ts";

/**
 * Asserts what must hold after any chaos: no week is lost, AMC accepted one create for each, every accepted create is an
 * attempt that ended with its id, and no completed week lacks its execution or a complete load of it.
 */
export async function assertNothingLost(harness: ChaosHarness): Promise<void> {
  await harness.connect((sql) => assertOn(harness, sql));
}

async function assertOn(
  harness: ChaosHarness,
  sql: postgres.Sql,
): Promise<void> {
  const weeks = await weeksWithProof(sql);
  assert.equal(weeks.length, harness.weeks);
  for (const week of weeks) {
    const what = JSON.stringify(week);
    assert.equal(week.status, "completed", `a week is lost: ${what}`);
    assert.ok(week.execution_id, `completed without an id: ${what}`);
    assert.ok(week.loaded, `completed without a complete load: ${what}`);
    assert.equal(week.shown, week.rows, `not all rows are shown: ${what}`);
  }
  await assertOneCreateEach(harness, sql, weeks);
}

/** None of AMC's executions fails here, so a week's next create could not be right at all. */
async function assertOneCreateEach(
  { simulator }: ChaosHarness,
  sql: postgres.Sql,
  weeks: WeekProof[],
): Promise<void> {
  const ledger = simulator.ledger().filter(({ dryRun }) => !dryRun);
  const windowOf = (instance: string, start: string | null) =>
    `${instance} ${start}`;
  const accepted = new Map<string, string[]>();
  for (const { instanceId, windowStart, executionId } of ledger) {
    const window = windowOf(instanceId, windowStart);
    accepted.set(window, [...accepted.get(window) ?? [], executionId]);
  }
  const twice = [...accepted].filter(([, ids]) => ids.length > 1);
  assert.deepEqual(twice, [], "windows that AMC ran more than once");
  for (const { instance_id, window_start, execution_id } of weeks) {
    assert.deepEqual(
      accepted.get(windowOf(instance_id, window_start)),
      [execution_id],
      "a week comes from the one execution of its window",
    );
  }
  const attempts = await sql`
    select execution_id, state from public.week_attempts where execution_id is not null`;
  assert.deepEqual(
    attempts.map(({ execution_id }) => execution_id).sort(),
    ledger.map(({ executionId }) => executionId).sort(),
    "creates that AMC accepted, and attempts with an id",
  );
  assert.ok(attempts.every(({ state }) => state === "ended"));
  const left = await sql`
    select state from public.week_attempts where state <> 'ended'`;
  assert.equal(left.length, 0, "attempts that have not ended");
}

interface WeekProof {
  instance_id: string;
  window_start: string;
  status: string;
  execution_id: string | null;
  loaded: boolean;
  /** Rows that the summary tells of. */
  rows: number | null;
  /** Rows that the workflow's view shows. */
  shown: number;
}

async function weeksWithProof(sql: postgres.Sql): Promise<WeekProof[]> {
  const views = await sql`
    select quote_ident('results_' || table_name) as name from amc_history.result_tables`;
  assert.ok(views.length > 0, "no result was ever loaded");
  const shown = views.map(({ name }) => `select week_id from public.${name}`);
  return await sql.unsafe<WeekProof[]>(`
    select w.instance_id, to_char(w.week_start_date, 'YYYY-MM-DD"T00:00:00"') as window_start, w.status,
      w.execution_id, l.loaded, (w.data ->> 'rows')::integer as rows, coalesce(s.shown, 0) as shown
    from public.report_data_weeks w
    cross join lateral (select exists (select from public.result_loads l
      where l.execution_id = w.execution_id and l.complete) as loaded) l
    left join (select week_id, count(*)::integer as shown
      from (${shown.join(" union all ")}) r group by week_id) s
      on s.week_id = w.id`);
}
