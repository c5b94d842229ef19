/** What `npm test` was asked for. */
export interface RunArguments {
  /** Parts of paths: a file runs if its path contains one of them. None: all files run. */
  filters: string[];
  /** Run nothing after the first file that fails. */
  failFast: boolean;
}

export const USAGE = `npm test -- [options] [part of a path …]

Runs the database tests (pgTAP), then the Deno tests. With parts of paths, only
files whose path contains one of them:

  npm test -- tests/system                   a folder
  npm test -- claim_due_weeks tests/windows  files whose path has one of these
  npm test -- --fail-fast supabase/tests     all pgTAP files, up to a failure

  --fail-fast   run nothing after the first file that fails
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
  const unknown = args.find((arg) =>
    arg.startsWith("-") && arg !== "--fail-fast"
  );
  if (unknown) throw new Error(`Unknown option ${unknown}.\n${USAGE}`);
  return {
    filters: args.filter((arg) => !arg.startsWith("-")),
    failFast: args.includes("--fail-fast"),
  };
}
