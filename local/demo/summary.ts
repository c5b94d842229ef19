import type { ChaosSummary } from "./chaos_summary.ts";

/** What `npm start` reports at its end. */
export interface Summary {
  weeks: number;
  completed: number;
  failed: number;
  tracked: number;
  untracked: number;
  /** Executions that the database knows. */
  executions: number;
  /** Creates that the simulator accepted, from its own ledger. */
  creates_accepted: number;
  rows: number;
  seconds: number;
  /** With --chaos alone. */
  chaos?: ChaosSummary;
}

/** Whether every week was collected, each tracked to an execution of its own that AMC accepted once. */
export function isWhole(summary: Summary): boolean {
  const { weeks } = summary;
  return weeks > 0 && summary.completed === weeks &&
    summary.tracked === weeks && summary.executions === weeks &&
    summary.creates_accepted === weeks;
}

/** The summary as a table for a person. */
export function summaryTable(summary: Summary): string {
  const rows: [string, string | number][] = [
    ["weeks", summary.weeks],
    ["completed", summary.completed],
    ["failed", summary.failed],
    ["tracked to an execution", summary.tracked],
    ["without an execution id", summary.untracked],
    ["executions", summary.executions],
    ["creates that AMC accepted", summary.creates_accepted],
    ["rows", summary.rows.toLocaleString("en-US")],
    ["seconds", summary.seconds],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`)
    .join("\n");
}

/** What a person or a front end goes on with: addresses, keys, the demo user, and the view that has the results. */
export interface Access {
  apiUrl: string;
  publishableKey: string;
  secretKey: string;
  databaseUrl: string;
  email: string;
  password: string;
  /** Id of the demo's workflow, and the view that shows its results. */
  workflow: string;
  view: string;
}

/**
 * The object that `--json` prints: the summary, and where to go on while everything stays up.
 *
 * @param access left out when everything has stopped: nobody answers there any more
 */
export function summaryJson(summary: Summary, access?: Access): string {
  return JSON.stringify({
    ...summary,
    ...access &&
      { api_url: access.apiUrl, database_url: access.databaseUrl },
  });
}

/** The text that tells a person how to go on, with a query that needs nothing but this checkout. */
export function accessText(access: Access): string {
  return `  API               ${access.apiUrl}
  publishable key   ${access.publishableKey}
  secret key        ${access.secretKey}
  Postgres          ${access.databaseUrl}
  demo sign-in      ${access.email}  ${access.password}

  A query to try, here or in any Postgres client:

  npx supabase db query --read-only --remote='${access.databaseUrl}' "
    select week_start_date::text, execution_id, count(*)
    from public.${access.view}
    group by 1, 2 order by 1"`;
}
