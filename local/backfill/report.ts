/** A search, as the view id_backfill_states gives it. */
export interface SearchState {
  weeks: number;
  searching: number;
  matched: number;
  ambiguous: number;
  not_provable: number;
  not_listed: number;
  not_needed: number;
  not_searched: number;
  progress: number;
  calls: number;
  most_calls: number;
  read_to: string | null;
  ended_at: string | null;
}

/** A week that was searched, with what was found of it. */
export interface SearchedWeek {
  week_id: string;
  week_start_date: string;
  outcome: string;
  reason: string | null;
  candidates: string[];
}

/** Columns of the bar. */
const BAR = 30;
/** Weeks that are named one by one at most: the table is for a person. */
const MOST_NAMED = 50;

/** One line that shows how far a search is. */
export function searchLine(state: SearchState): string {
  const filled = Math.round(BAR * state.progress);
  const bar = "█".repeat(filled) + "░".repeat(BAR - filled);
  const decided = state.weeks - state.searching;
  const back = state.read_to === null
    ? "the list is not read yet"
    : `the list is read back to ${state.read_to.slice(0, 10)}`;
  return `${bar} ${decided}/${state.weeks} weeks, ${state.matched} matched · ${back} · ${state.calls} calls`;
}

const OUTCOMES: [keyof SearchState & string, string][] = [
  ["matched", "matched"],
  ["ambiguous", "ambiguous"],
  ["not_provable", "not provable"],
  ["not_listed", "not in AMC's list any more"],
  ["not_needed", "had it meanwhile"],
  ["not_searched", "not searched: the calls were used up"],
];

/** What came of a search: how many weeks of each kind and why, and those that a person has to choose for. */
export function searchTable(
  state: SearchState,
  weeks: SearchedWeek[],
): string {
  const rows: [string, number, string][] = [
    ["weeks", state.weeks, `${state.calls} calls of AMC`],
  ];
  for (const [outcome, words] of OUTCOMES) {
    const count = Number(state[outcome]);
    if (count > 0 || outcome === "matched") {
      rows.push([words, count, reasonsOf(weeks, outcome)]);
    }
  }
  const width = Math.max(...rows.map(([words]) => words.length));
  const lines = rows.map(([words, count, why]) =>
    `  ${words.padEnd(width)}  ${String(count).padStart(6)}  ${why}`.trimEnd()
  );
  const open = weeks.filter(({ candidates }) => candidates.length > 0);
  if (open.length === 0) return lines.join("\n");
  lines.push(
    "",
    "  Choose with choose_execution(week_id, execution_id), if you know:",
  );
  for (const week of open.slice(0, MOST_NAMED)) {
    lines.push(
      `  ${week.week_start_date}  week ${week.week_id}  ${week.outcome}`,
      ...week.candidates.map((execution) => `    ${execution}`),
    );
  }
  if (open.length > MOST_NAMED) {
    lines.push(
      `  and ${open.length - MOST_NAMED} more: see id_backfill_candidates`,
    );
  }
  return lines.join("\n");
}

function reasonsOf(weeks: SearchedWeek[], outcome: string): string {
  const times = new Map<string, number>();
  for (const week of weeks) {
    if (week.outcome !== outcome || week.reason === null) continue;
    times.set(week.reason, (times.get(week.reason) ?? 0) + 1);
  }
  return [...times].sort(([, a], [, b]) => b - a)
    .map(([reason, count]) => `${count} ${reason}`).join("; ");
}
