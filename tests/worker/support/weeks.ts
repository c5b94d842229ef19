import assert from "node:assert/strict";
import { eventually } from "../../support/eventually.ts";
import { type Harness, windowStartOf } from "./harness.ts";

/** A week with its latest attempt and its execution. */
export interface WeekRow {
  id: string;
  week_start_date: string;
  status: string;
  // deno-lint-ignore no-explicit-any
  data: any;
  execution_id: string | null;
  error_code: string | null;
  error_message: string | null;
  error_count: number;
  due_at: Date | null;
  attempts: number;
  attempt_state: string | null;
  attempt_outcome: string | null;
  execution_status: string | null;
  adopted: boolean | null;
}

type Database = Pick<Harness, "sql">;

/** All weeks, oldest first. */
export async function weeksOf({ sql }: Database): Promise<WeekRow[]> {
  return await sql<WeekRow[]>`
    select w.id, w.week_start_date::text, w.status, w.data, w.execution_id, w.error_code, w.error_message,
      w.error_count, w.due_at, coalesce(a.number, 0) as attempts, a.state as attempt_state,
      a.outcome as attempt_outcome, e.status as execution_status, e.adopted
    from public.report_data_weeks w
    left join lateral (select * from public.week_attempts a where a.week_id = w.id
      order by a.number desc limit 1) a on true
    left join public.workflow_executions e on e.id = w.execution_id
    order by w.week_start_date`;
}

/** The column of all weeks, oldest first. */
export async function column<Name extends keyof WeekRow>(
  harness: Database,
  name: Name,
): Promise<WeekRow[Name][]> {
  return (await weeksOf(harness)).map((week) => week[name]);
}

/** Makes everything that waits for a time due now: listings, leases, pauses that end by themselves, rescheduled weeks, loads, what is set aside. */
export async function letTimePass({ sql }: Database): Promise<void> {
  await sql`update public.amc_instances set list_due_at = '-infinity', list_leased_until = null,
    paused_until = case when paused_until < 'infinity' then null else paused_until end`;
  await sql`update public.week_attempts set leased_until = now() - interval '1 second'
    where leased_until is not null and state <> 'ended'`;
  await sql`update public.week_attempts set due_at = now() where due_at is not null`;
  await sql`update public.stoppages set retry_at = now() - interval '1 second'
    where ended_at is null and retry_at is not null`;
  await sql`update public.report_data_weeks set due_at = now() where due_at is not null and due_at < 'infinity'`;
  await sql`update public.workflow_checks set due_at = case when state = 'created' then now() end,
    leased_until = case when kind = 'dry_run' then now() - interval '1 second' end where is_live`;
  await sql`update public.stoppages set retry_at = now() where retry_at is not null and ended_at is null`;
}

/** Makes the next listing due. Leases and allowances stay as they are. */
export async function letListingBeDue({ sql }: Database): Promise<void> {
  await sql`update public.amc_instances set list_due_at = '-infinity'`;
}

/** Ends every allowance of attempts without a response. */
export async function letAllowancesPass(harness: Database): Promise<void> {
  await letTimePass(harness);
  await harness
    .sql`update public.week_attempts set settle_after = now() - interval '1 second' where state <> 'ended'`;
}

/** Ticks, and lets time pass between the ticks, until every week has ended. */
export async function finishAll(
  harness: Database,
  tick: () => Promise<unknown>,
): Promise<void> {
  await eventually("the end of every week", async () => {
    await tick();
    const open = (await column(harness, "status")).filter((status) =>
      status === "pending" || status === "running"
    );
    if (open.length > 0) await letTimePass(harness);
    return open.length === 0;
  });
}

/** Asserts that each week is completed and comes from the one execution that AMC accepted for its window. */
export async function assertOneCreateEach(harness: Harness): Promise<void> {
  const weeks = await weeksOf(harness);
  const ledger = harness.simulator.ledger().filter(({ dryRun }) => !dryRun);
  const byWindow = new Map(
    ledger.map(({ windowStart, executionId }) => [windowStart, executionId]),
  );
  assert.equal(ledger.length, weeks.length, "creates that AMC accepted");
  for (const week of weeks) {
    assert.equal(week.status, "completed", JSON.stringify(week));
    assert.equal(week.execution_id, byWindow.get(windowStartOf(week)));
  }
}
