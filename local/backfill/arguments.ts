/** What `npm run backfill` was asked for. */
export interface BackfillArguments {
  /** The project's address, `https://<ref>.supabase.co`. */
  project: string;
  scope: { instance_id: string } | { collection_id: string };
  /** Only weeks that begin on that day or later. */
  since: string | undefined;
  dryRun: boolean;
}

export const USAGE = `npm run backfill -- --project URL --instance ID [options]
  --project URL     the project: https://<ref>.supabase.co
  --instance ID     search the weeks of an AMC instance
  --collection ID   or those of one collection
  --since DAY       only weeks that begin on that day or later (YYYY-MM-DD)
  --dry-run         say what it takes, and change nothing
  --help            print this

Set SUPABASE_SECRET_KEY; or, as an analyst, SUPABASE_PUBLISHABLE_KEY and the
user's SUPABASE_ACCESS_TOKEN. Ctrl-C ends the command, not the search.`;

/** Thrown when the arguments cannot be understood; the message is for the person who typed them. */
export class ArgumentError extends Error {}

const OPTIONS = ["--project", "--instance", "--collection", "--since"];

/**
 * Reads the arguments of `npm run backfill`.
 *
 * @returns what was asked for, or null if the usage was
 * @throws ArgumentError for an unknown option, or one that is missing or cannot be
 */
export function parseArguments(args: string[]): BackfillArguments | null {
  const values: Record<string, string | undefined> = {};
  let dryRun = false;
  const rest = args.flatMap((arg) => arg.split(/=(.*)/s).slice(0, 2));
  while (rest.length > 0) {
    const option = rest.shift()!;
    if (option === "--help") return null;
    if (option === "--dry-run") dryRun = true;
    else if (OPTIONS.includes(option)) values[option] = rest.shift();
    else throw new ArgumentError(`Unknown option ${option}.\n${USAGE}`);
  }
  const {
    "--project": project,
    "--instance": instance_id,
    "--collection": collection_id,
    "--since": since,
  } = values;
  if (since !== undefined && !/^\d{4}-\d\d-\d\d$/.test(since)) {
    throw new ArgumentError(
      `Expected --since with a day, YYYY-MM-DD, got ${since}.`,
    );
  }
  const options = { project: addressOf(project), since, dryRun };
  if (instance_id && !collection_id) {
    return { ...options, scope: { instance_id } };
  }
  if (collection_id && !instance_id) {
    return { ...options, scope: { collection_id } };
  }
  throw new ArgumentError("Expected either --instance or --collection.");
}

/** The address without what follows it; only this machine's own may go without TLS. */
function addressOf(project: string | undefined): string {
  const url = project !== undefined && URL.canParse(project)
    ? new URL(project)
    : null;
  const isOwn = url?.protocol === "http:" &&
    ["127.0.0.1", "localhost", "[::1]"].includes(url.hostname);
  if (url === null || url.protocol !== "https:" && !isOwn) {
    throw new ArgumentError(
      "Expected --project with an address as https://<ref>.supabase.co.",
    );
  }
  return url.origin;
}
