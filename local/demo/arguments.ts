/** What `npm start` was asked for. */
export interface StartArguments {
  /** End after the summary instead of staying up. */
  exit: boolean;
  /** Print the summary as one JSON object on the last line of stdout; all else goes to stderr. */
  json: boolean;
  /** Weeks to collect, 1 to 60. */
  weeks: number;
  /** The API's port if one was demanded; otherwise a free one is chosen. */
  port: number | undefined;
  /** Keep the database, ports, keys and users for the next start, and go on with those of the last. */
  keep: boolean;
  /** Seed of the chaos to collect under; null: no chaos. */
  chaos: number | null;
}

export const USAGE = `npm start -- [options]
  --exit        end after the summary; status 0 only if every week was collected
  --json        print the summary as one JSON object on the last line of stdout
  --weeks N     collect N weeks, 1 to 60 (52)
  --port N      serve the API on this port (a free one)
  --keep        keep the database, ports, keys and users in .local for the next start
  --chaos       collect while AMC misbehaves and the functions' processes are killed
  --seed N      draw the chaos with this seed (1)
  --help        print this

Ctrl-C ends it with status 130. The variable AMC_HISTORY_LOCAL names another
folder than .local for what is made here.`;

/** Thrown when the arguments cannot be understood; the message is for the person who typed them. */
export class ArgumentError extends Error {}

/**
 * Reads the arguments of `npm start`.
 *
 * @returns what was asked for, or null if the usage was
 * @throws ArgumentError for an unknown option or a number out of range
 */
export function parseArguments(args: string[]): StartArguments | null {
  const parsed: StartArguments = {
    exit: false,
    json: false,
    weeks: 52,
    port: undefined,
    keep: false,
    chaos: null,
  };
  let seed: number | undefined;
  const rest = args.flatMap((arg) => arg.split(/=(.*)/s).slice(0, 2));
  while (rest.length > 0) {
    const option = rest.shift();
    if (option === "--help") return null;
    else if (option === "--exit") parsed.exit = true;
    else if (option === "--json") parsed.json = true;
    else if (option === "--keep") parsed.keep = true;
    else if (option === "--chaos") parsed.chaos = 1;
    else if (option === "--seed") {
      seed = wholeNumber(option, rest.shift(), 0, 999_999_999);
    } else if (option === "--weeks") {
      parsed.weeks = wholeNumber(option, rest.shift(), 1, 60);
    } else if (option === "--port") {
      parsed.port = wholeNumber(option, rest.shift(), 1, 65535);
    } else {
      const what = option?.startsWith("-") ? "option" : "argument";
      throw new ArgumentError(`Unknown ${what} ${option}.\n${USAGE}`);
    }
  }
  if (parsed.keep && parsed.chaos !== null) {
    throw new ArgumentError(
      "Expected --keep without --chaos, which changes the database for good.",
    );
  }
  if (seed !== undefined) {
    if (parsed.chaos === null) {
      throw new ArgumentError("Expected --seed only together with --chaos.");
    }
    parsed.chaos = seed;
  }
  return parsed;
}

function wholeNumber(
  option: string,
  text: string | undefined,
  least: number,
  most: number,
): number {
  const number = Number(text);
  if (
    text === undefined || !/^\d+$/.test(text) || number < least || number > most
  ) {
    throw new ArgumentError(
      `Expected ${option} with a whole number from ${least} to ${most}, got ${
        text ?? "nothing"
      }.`,
    );
  }
  return number;
}
