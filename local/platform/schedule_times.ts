import { Cron } from "croner";

/** `N seconds`, the form that pg_cron knows beside cron lines. */
const INTERVAL = /^\s*([0-9]{1,2})\s+seconds?\s*$/i;

/** Whether a job runs once, when the scheduler starts. */
export function runsAtStart(schedule: string): boolean {
  return /^\s*@re(boot|start)(\s|$)/.test(schedule);
}

/** Whether a job runs so many seconds after its last start: of several runs that it misses, pg_cron makes up for one. */
export function isInterval(schedule: string): boolean {
  return INTERVAL.test(schedule);
}

/**
 * When a job is due next.
 *
 * @param schedule as in cron.job: five cron fields (read in GMT, as pg_cron does; what follows them is ignored), `@hourly`
 *   and its like, or `N seconds`
 * @param after the moment from which on to look; for `N seconds`, the last start
 * @returns the next moment after `after`; null when there is none
 * @throws when the schedule is neither
 */
export function nextRun(schedule: string, after: Date): Date | null {
  const interval = INTERVAL.exec(schedule);
  if (interval) {
    return new Date(after.getTime() + Number(interval[1]) * 1000);
  }
  if (runsAtStart(schedule)) return null;
  const words = schedule.trim().split(/\s+/);
  const fields = words.slice(0, words[0].startsWith("@") ? 1 : 5);
  // pg_cron writes the last day of the month as `$`, croner as `L`.
  const pattern = fields.map((field, index) =>
    index === 2 && field === "$" ? "L" : field
  ).join(" ");
  return new Cron(pattern, { timezone: "UTC", mode: "auto" }).nextRun(after);
}
