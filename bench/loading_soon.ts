import { openCadenceRun } from "./support/cadence_run.ts";
import type { BenchServer } from "./support/database.ts";
import { type Figure, short, stated } from "./support/figure.ts";
import { median } from "./support/rounds.ts";

const MEGABYTE = 1_000_000;
/** Longer than any execution takes. */
const LONG = 600;

/** How long it takes from when a listing shows that an execution succeeded until its week is completed, for 1 MB. */
export async function benchSoon(
  server: BenchServer,
  rounds: number,
): Promise<Figure> {
  const database = await server.database("soon");
  await using run = await openCadenceRun(server.cluster, database, 1, rounds, {
    bytesPerFile: MEGABYTE,
  });
  // One after the other, so that none waits for another's load.
  await run.sql`update public.amc_instances set max_parallel = 1`;
  for (let week = 0; week <= rounds; week++) await run.tick(LONG);
  const waits = await run.sql`
    select extract(epoch from w.updated_at - e.updated_at)::float8 as seconds, (w.data ->> 'bytes')::integer as bytes
    from public.report_data_weeks w join public.workflow_executions e on e.id = w.execution_id
    where w.status = 'completed'`;
  if (
    waits.length !== rounds || waits.some(({ bytes }) => bytes < MEGABYTE)
  ) {
    throw new Error(`Expected ${rounds} weeks of 1 MB, got ${waits.length}.`);
  }
  return stated(
    "from SUCCEEDED in the list to completed, 1 MB",
    `${short(median(waits.map(({ seconds }) => seconds)))} s`,
  );
}
