const asked = Number(Deno.env.get("CHAOS_WEEKS") ?? 0);

/** Whether `npm run test:chaos` runs, and not `npm test`. */
export function isLongRun(): boolean {
  return asked > 0;
}

/**
 * As many weeks as a test takes.
 *
 * @param few in `npm test`
 * @param times so many times CHAOS_WEEKS with `npm run test:chaos`
 */
export function weeksOfScenario(few: number, times = 1): number {
  return isLongRun() ? asked * times : few;
}

/** The seed of all that is drawn: CHAOS_SEED; by default 1 in `npm test`, and a fresh one in `npm run test:chaos`. */
export const chaosSeed: string = Deno.env.get("CHAOS_SEED") ??
  (isLongRun() ? String(Math.floor(Math.random() * 1e9)) : "1");
