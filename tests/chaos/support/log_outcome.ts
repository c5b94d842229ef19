import { join } from "node:path";
import { local } from "../../../local/platform/postgres/mod.ts";
import type { ChaosHarness } from "./harness.ts";
import { isLongRun } from "./weeks.ts";

/** In long runs, appends to .local/chaos.log which faults there were and what came of the attempts. */
export async function logOutcome(
  what: string,
  harness: ChaosHarness,
  facts: Record<string, number>,
): Promise<void> {
  if (!isLongRun()) return;
  const [attempts] = await harness.connect((sql) =>
    sql`
      select count(*)::integer as attempts,
        count(*) filter (where outcome = 'abandoned')::integer as abandoned,
        (select count(*)::integer from public.workflow_executions where adopted) as adopted,
        (select count(*)::integer from public.tracking_events where event = 'load_failed') as "failed loads"
      from public.week_attempts`
  );
  const counts = {
    weeks: harness.weeks,
    ...facts,
    ...attempts,
    "restarts of the platform's process": harness.platform.restarts.length,
  };
  const told = Object.entries(counts).map(([name, count]) =>
    `${count} ${name}`
  );
  await Deno.mkdir(local, { recursive: true });
  await Deno.writeTextFile(
    join(local, "chaos.log"),
    `${new Date().toISOString()} ${what}: ${told.join(", ")}\n`,
    { append: true },
  );
}
