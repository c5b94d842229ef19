import { isLongRun } from "./weeks.ts";
import type { ChaosWorld } from "./world.ts";

/** In long runs, prints what was survived. */
export async function tell(
  what: string,
  { sql, weeks }: ChaosWorld,
  facts: Record<string, number>,
): Promise<void> {
  if (!isLongRun()) return;
  const [attempts] = await sql`
    select count(*)::integer as attempts,
      count(*) filter (where outcome = 'abandoned')::integer as abandoned,
      (select count(*)::integer from public.workflow_executions where adopted) as adopted
    from public.week_attempts`;
  const all = Object.entries({ weeks, ...facts, ...attempts });
  console.log(
    `${what}: ${all.map(([name, count]) => `${count} ${name}`).join(", ")}`,
  );
}
