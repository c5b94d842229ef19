/** One thing that a step found, in words for the person who moves in. */
export interface Finding {
  /** Stable, in snake_case: docs/ADOPTING.md explains each. */
  code: string;
  /** What it is about: a table, a function with its arguments, a job. */
  subject: string;
  /** What was found, and why it matters. */
  words: string;
  /** What to do about it; SQL where that is all there is to do. Null where there is nothing to do. */
  remedy: string | null;
}

/** A table of a report. */
export interface Section {
  title: string;
  rows: Record<string, string | number | boolean | null>[];
}

/** What a step tells when it ends. */
export interface Report {
  step: string;
  dryRun: boolean;
  /** `done`; `unchanged`: all was so already; `blocked`: nothing was changed, and `blockers` or `refusal` say why. */
  outcome: "done" | "unchanged" | "blocked";
  /** Why the step refused, and what to do; null unless it did. */
  refusal: string | null;
  sections: Section[];
  /** What keeps the older tables from being moved. */
  blockers: Finding[];
  /** What a person should know, and need not mend. */
  notes: Finding[];
  /** What to do next, a line each. */
  next: string[];
}

/** A report to be filled in. */
export function newReport(step: string, dryRun: boolean): Report {
  return {
    step,
    dryRun,
    outcome: "done",
    refusal: null,
    sections: [],
    blockers: [],
    notes: [],
    next: [],
  };
}

/** Ends a step that will not do what was asked. */
export function refuse(report: Report, words: string): Report {
  return { ...report, outcome: "blocked", refusal: words };
}

/** The report as a person reads it. */
export function asText(report: Report): string {
  const dry = report.dryRun ? " (dry run: nothing was changed)" : "";
  return [
    `${report.step}: ${report.outcome}${dry}`,
    ...report.sections.filter(({ rows }) => rows.length > 0)
      .map(({ title, rows }) => `${title}\n${table(rows)}`),
    ...findings("Blocks the move", report.blockers),
    ...findings("To know", report.notes),
    ...(report.refusal === null ? [] : [report.refusal]),
    ...(report.next.length === 0
      ? []
      : [`Next:\n${report.next.map((line) => `  ${line}`).join("\n")}`]),
  ].join("\n\n") + "\n";
}

function findings(title: string, all: Finding[]): string[] {
  if (all.length === 0) return [];
  const each = all.map(({ code, subject, words, remedy }) =>
    `  ${subject} (${code})\n    ${words}` +
    (remedy === null
      ? ""
      : `\n    → ${remedy.trimEnd().replaceAll("\n", "\n      ")}`)
  );
  return [`${title}:\n${each.join("\n")}`];
}

function table(rows: Section["rows"]): string {
  const names = Object.keys(rows[0]);
  const cells = [
    names,
    ...rows.map((row) => names.map((name) => `${row[name] ?? "–"}`)),
  ];
  const widths = names.map((_, at) =>
    Math.max(...cells.map((line) => line[at].length))
  );
  return cells.map((line) =>
    `  ${line.map((cell, at) => cell.padEnd(widths[at])).join("  ")}`.trimEnd()
  ).join("\n");
}
