import type postgres from "postgres";
import type { BenchDatabase } from "./support/database.ts";

/** Concurrent connections, of this and of what it is compared with. */
export const CONNECTIONS = 10;

const HEADER = ["campaign", "impressions"];
const SUMMARY = {
  rows: 20,
  bytes: 2048,
  files: 1,
  checksum: "sha256:0",
  columns: HEADER,
};

/** How often a claim came back empty, because other workers held the instances at that moment. */
export interface CycleCount {
  emptyClaims: number;
}

/**
 * Takes weeks through all steps in the database: claim, execution id, complete load, completed.
 *
 * @param weeks how many
 * @param claimSize weeks per claim; the worker claims ten
 * @returns seconds
 */
export async function cycle(
  database: BenchDatabase,
  weeks: number,
  claimSize: number,
  count: CycleCount = { emptyClaims: 0 },
): Promise<number> {
  const sql = database.asService(CONNECTIONS);
  try {
    // Every session plans its statements before the time counts.
    await Promise.all(
      Array.from({ length: CONNECTIONS }, () => sql`select pg_sleep(0.01)`),
    );
    let left = weeks;
    const start = performance.now();
    await Promise.all(
      Array.from({ length: CONNECTIONS }, () =>
        worker(sql, () => {
          const taken = Math.min(left, claimSize);
          left -= taken;
          return taken;
        }, (unclaimed) =>
          void (left += unclaimed), count)),
    );
    return (performance.now() - start) / 1000;
  } finally {
    await sql.end({ timeout: 5 });
  }
}

async function worker(
  sql: postgres.Sql,
  take: () => number,
  giveBack: (weeks: number) => void,
  count: CycleCount,
): Promise<void> {
  let emptyInRow = 0;
  for (let wanted = take(); wanted > 0; wanted = take()) {
    const claims = await sql`
      select attempt_id, week_id, collection_id, workflow_id, fingerprint, time_window_start, time_window_end, time_zone
      from public.claim_due_weeks(${wanted})`;
    giveBack(wanted - claims.length);
    for (const claim of claims) await finish(sql, claim);
    if (claims.length > 0) {
      emptyInRow = 0;
      continue;
    }
    count.emptyClaims++;
    if (++emptyInRow > 1000) throw new Error("No week could be claimed.");
  }
}

async function finish(sql: postgres.Sql, claim: postgres.Row): Promise<void> {
  const id = crypto.randomUUID();
  const details = sql.json({
    id,
    workflow_id: claim.workflow_id,
    status: "PENDING",
    created_at: new Date().toISOString(),
    updated_at: new Date().toISOString(),
    time_window_start: claim.time_window_start,
    time_window_end: claim.time_window_end,
    time_zone: claim.time_zone,
    timeout_seconds: claim.fingerprint,
    request_id: id,
    matcher_proved: true,
  });
  const [recorded] = await sql`
    select outcome from public.record_execution(${claim.attempt_id}, ${id}, ${details})`;
  expect("recorded", recorded.outcome);
  await sql`
    insert into public.result_loads (execution_id, fence, table_name, header, complete, completed_at, records, bytes,
      checksum, summary)
    values (${id}, 1, 'bench', ${HEADER}, true, now(), 20, 2048, '0', ${
    sql.json(SUMMARY)
  })`;
  const [reported] = await sql`
    select outcome from public.update_week_status(
      ${claim.collection_id}, ${claim.week_id}, 'completed', ${
    sql.json(SUMMARY)
  }, ${id})`;
  expect("applied", reported.outcome);
}

function expect(wanted: string, got: string): void {
  if (got !== wanted) throw new Error(`Expected ${wanted}, got ${got}.`);
}
