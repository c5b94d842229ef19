import type { Harness } from "./harness.ts";

/** What is held up now: the kind and code of each. */
export async function heldUp({ sql }: Harness): Promise<string[]> {
  const rows = await sql`
    select kind || ' ' || code as what from public.stoppages where ended_at is null order by 1`;
  return rows.map(({ what }) => what);
}

/** Why the instance is paused, or null. */
export async function pauseReason({ sql }: Harness): Promise<string | null> {
  const [{ pause_reason }] = await sql`
    select pause_reason from public.amc_instances`;
  return pause_reason;
}
