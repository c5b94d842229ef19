/** What `npm run adopt` was asked for. */
export interface AdoptArguments {
  step: string;
  databaseUrl: string;
  dryRun: boolean;
  json: boolean;
  /** For how many minutes nobody may have written to the tables in public before they move. */
  quietMinutes: number;
  /** Move although somebody wrote. */
  althoughWritten: boolean;
  /** How long one try waits for its locks in all, in milliseconds. */
  lockWaitMs: number;
  /** How often the locks are asked for. */
  tries: number;
  /** For undo: take the second door away too. */
  door: boolean;
  /** For undo: drop what our migrations made, if it holds nothing that the older service does not have. */
  dropOurs: boolean;
}

/** Thrown when the arguments cannot be understood; the message is for the person who typed them. */
export class ArgumentError extends Error {}

/** How the command is called. @param steps a line for each step */
export function usage(steps: string[]): string {
  return `npm run adopt -- STEP [options]
${steps.map((line) => `  ${line}`).join("\n")}
Each can be repeated, and goes on where it was ended.
  --database-url URL  a direct or session connection, as postgres; else
                      DATABASE_URL is read, which no list of processes shows
  --dry-run           change nothing; say what would be done
  --json              print the report as one JSON object (npm run --silent)
  --quiet-minutes N   make-room: how long nobody may have written to public (60)
  --although-written  make-room: move although somebody did
  --lock-wait MS      how long a try waits for its locks, 50 to 900 (500)
  --tries N           how often the locks are asked for, 1 to 1000 (120)
  --drop-ours         undo: drop what our migrations made, while it is empty
  --door              undo: take the second door away too
  --help              print this`;
}

const FLAGS = [
  "--dry-run",
  "--json",
  "--although-written",
  "--door",
  "--drop-ours",
];

interface Wanted {
  least: number;
  most: number;
}

/**
 * Reads the arguments.
 *
 * @param steps the names of the steps
 * @param url the address of the database where the arguments have none
 * @returns what was asked for, or null if the usage was
 * @throws ArgumentError for an unknown option or step, and for a number out of range
 */
export function parseArguments(
  args: string[],
  steps: string[],
  url?: string,
): AdoptArguments | null {
  const flags = new Set<string>();
  const numbers: Record<string, number> = {};
  const words: string[] = [];
  const ranges: Record<string, Wanted> = {
    "--quiet-minutes": { least: 0, most: 525_600 },
    "--lock-wait": { least: 50, most: 900 },
    "--tries": { least: 1, most: 1000 },
  };
  const rest = args.flatMap((arg) =>
    arg.startsWith("--") ? arg.split(/=(.*)/s).slice(0, 2) : [arg]
  );
  while (rest.length > 0) {
    const word = rest.shift()!;
    if (word === "--help") return null;
    if (word === "--database-url") url = rest.shift();
    else if (word in ranges) {
      numbers[word] = wholeNumber(word, rest.shift(), ranges[word]);
    } else if (
      FLAGS.includes(word)
    ) flags.add(word);
    else if (word.startsWith("-")) {
      throw new ArgumentError(
        `Unknown option ${shown(word)}: --help lists them.`,
      );
    } else words.push(word);
  }
  if (words.length !== 1 || !steps.includes(words[0])) {
    throw new ArgumentError(
      `Expected one step of ${steps.join(", ")}, got ${
        words.map(shown).join(" ") || "none"
      }.`,
    );
  }
  return {
    step: words[0],
    databaseUrl: checkedUrl(url),
    dryRun: flags.has("--dry-run"),
    json: flags.has("--json"),
    quietMinutes: numbers["--quiet-minutes"] ?? 60,
    althoughWritten: flags.has("--although-written"),
    lockWaitMs: numbers["--lock-wait"] ?? 500,
    tries: numbers["--tries"] ?? 120,
    door: flags.has("--door"),
    dropOurs: flags.has("--drop-ours"),
  };
}

/** A word as it was typed, unless a password may be in it. */
function shown(word: string): string {
  return /:\/\/|@/.test(word) ? "an address, which is not shown" : word;
}

/** The address holds a password: what is wrong with it is said without it. */
function checkedUrl(url: string | undefined): string {
  const parsed = url !== undefined && URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || !/^postgres(ql)?:$/.test(parsed.protocol)) {
    throw new ArgumentError(
      "Expected DATABASE_URL in the environment, or --database-url, with an address as postgresql://postgres:PASSWORD@HOST:5432/postgres: the dashboard shows it under Connect. " +
        "Write special characters of the password as in a URL (%40 for @).",
    );
  }
  return parsed.href;
}

function wholeNumber(
  option: string,
  text: string | undefined,
  { least, most }: Wanted,
): number {
  const number = Number(text);
  if (
    text === undefined || !/^\d+$/.test(text) || number < least || number > most
  ) {
    throw new ArgumentError(
      `Expected ${option} with a whole number from ${least} to ${most}, got ${
        text === undefined ? "nothing" : shown(text)
      }.`,
    );
  }
  return number;
}
