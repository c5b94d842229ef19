/** The faults under which a collection was made; `--json` prints it as `chaos`. */
export interface ChaosSummary {
  /** The seed with which the faults and the kills were drawn. */
  seed: number;
  /** Processes of functions that were ended with SIGKILL. */
  killed_processes: number;
  /** How often each fault of AMC fired, as "operation: fault". */
  faults: Record<string, number>;
}

/** What the faults have in common, as a person would say it; the first that fits counts. */
const GROUPS: [string, RegExp][] = [
  [
    "creates accepted, answer lost or spoilt",
    /^createExecution: (?!status 429|slow)(drop (after|body)|hang after|(status|redirect) \d+.* after|(missing|malformed)_execution_id)/,
  ],
  ["creates accepted, answered 429", /^createExecution: status 429.* after$/],
  [
    "creates lost before AMC read them",
    /^createExecution: (drop before|status (?!429).* before)/,
  ],
  ["throttles with Retry-After", /: status 429.* retry-after/],
  ["throttles without Retry-After", /: status 429/],
  ["creates that AMC's list was set to show late", /: list_lag/],
  ["creates whose execution could not be found at first", /: get_lag/],
  ["moves of AMC's clock, by up to minutes", /: clock_skew/],
  ["slow answers", /: slow/],
  ["answers in another form", /: wrapped/],
  ["statuses that nobody knows, or PUBLISHING", /: (show_status|run$)/],
  [
    "reads answered 5xx, in JSON or HTML",
    /^(list|get|update|downloadUrls).*: status/,
  ],
  ["reads whose connection dropped", /^(list|get|update|downloadUrls).*: drop/],
  ["downloads interrupted, refused or expired", /^download: /],
  ["tokens that could not be obtained", /^token: /],
];

const OTHER = "other faults";

/** Faults by what they have in common, most frequent groups not first: in the order of the groups. */
export function groupFaults(
  faults: Record<string, number>,
): Record<string, number> {
  const groups: Record<string, number> = {};
  for (const [name] of [...GROUPS, [OTHER]]) groups[name as string] = 0;
  for (const [fault, times] of Object.entries(faults)) {
    const group = GROUPS.find(([, pattern]) => pattern.test(fault));
    groups[group?.[0] ?? OTHER] += times;
  }
  return Object.fromEntries(
    Object.entries(groups).filter(([, times]) => times > 0),
  );
}

/** The faults as a table, with a note that the allowances are shortened. */
export function chaosSummaryTable(chaos: ChaosSummary): string {
  const rows = [
    ...Object.entries(groupFaults(chaos.faults)),
    ["processes of functions killed (SIGKILL)", chaos.killed_processes],
  ];
  const width = Math.max(...rows.map(([name]) => String(name).length));
  const lines = rows.map(([name, times]) =>
    `  ${String(name).padEnd(width)}  ${times}`
  );
  return `Collected under these faults, drawn with seed ${chaos.seed}:

${lines.join("\n")}

  The allowances of this database are shortened to match the faults, so that it ends in
  minutes (shortenAllowances in local/demo/chaos.ts): POST window 5 s instead of 20 s, a create under
  way 10 s instead of 520 s, list lag 4 s instead of 300 s, leases 8 s instead of 60 to 150 s.`;
}
