/** What `npm test` was asked for. */
export interface RunArguments {
  /** Parts of paths: a file runs if its path contains one of them. None: all files run. */
  filters: string[];
  /** Begin no file after the first that fails. */
  failFast: boolean;
  /** How many files run beside each other. */
  lanes: number;
}

/** Beyond these, the longest file decides how long a run takes, and each lane takes memory for a cluster. */
const MAX_LANES = 3;

export const USAGE = `npm test -- [options] [part of a path …]

Runs the database tests (pgTAP), then the Deno tests. With parts of paths, only
files whose path contains one of them:

  npm test -- tests/system                   a folder
  npm test -- claim_due_weeks tests/windows  files whose path has one of these
  npm test -- --fail-fast supabase/tests     all pgTAP files, up to a failure

  --fail-fast   begin no file after the first that fails
  --lanes=N     run N files beside each other, each lane with a Postgres of its
                own; by default one for each processor, up to ${MAX_LANES}
  --help        print this

The last line is \`N passed, N failed\`; the status is 0 only if tests ran and
none failed. Longer runs have commands of their own: see npm run help.`;

/**
 * Reads the arguments of `npm test`.
 *
 * @returns what was asked for, or null if the usage was
 * @throws Error for an unknown option, with the usage
 */
export function parseRunArguments(args: string[]): RunArguments | null {
  if (args.includes("--help") || args.includes("-h")) return null;
  const asked: RunArguments = {
    filters: [],
    failFast: false,
    lanes: Math.min(MAX_LANES, navigator.hardwareConcurrency),
  };
  for (const arg of args) {
    const lanes = /^--lanes=([1-9]\d?)$/.exec(arg);
    if (arg === "--fail-fast") asked.failFast = true;
    else if (lanes) asked.lanes = Number(lanes[1]);
    else if (!arg.startsWith("-")) asked.filters.push(arg);
    else throw new Error(`Unknown option ${arg}.\n${USAGE}`);
  }
  return asked;
}
