import fc from "fast-check";
import { aCase, type Case } from "./cases.ts";
import { play, type Played } from "./play.ts";
import { type Prepared, withWorld } from "./prepare.ts";
import { check, isSettled } from "./verdict.ts";

/** The seed is fixed, so that a failure comes from the change and not from chance; FUZZ_SEED=fresh draws new cases. */
export const SEED = readSeed(Deno.env.get("FUZZ_SEED") ?? "1");
/** The path of a case that is replayed. */
const PATH = Deno.env.get("FUZZ_PATH");
/** How many cases to play. */
export const CASES = PATH === undefined
  ? Number(Deno.env.get("FUZZ") ?? 500)
  : 1;
/** How many lanes play at the same time, each on a database of its own. */
const LANES = PATH === undefined ? 2 : 1;
/** How many lines of the trace a failure shows, of its beginning and of its end. */
const SHOWN_LINES = 80;

function readSeed(text: string): number {
  if (text === "fresh") return Date.now() % 1_000_000_000;
  const seed = Number(text);
  if (!Number.isSafeInteger(seed)) {
    throw new Error(
      `Expected FUZZ_SEED to be a whole number or the word fresh, got ${text}.`,
    );
  }
  return seed;
}

/**
 * Plays cases, in several lanes at once.
 *
 * @throws with the smallest case that fails, and what replays it
 */
export async function fuzz(file: string): Promise<void> {
  const lanes = Array.from(
    { length: LANES },
    (_, i) => withWorld((prepared) => fuzzIn(prepared, file, (SEED + i) | 0)),
  );
  await Promise.all(lanes);
}

async function fuzzIn(
  prepared: Prepared,
  file: string,
  seed: number,
): Promise<void> {
  let trace: string[] = [];
  const property = fc.asyncProperty(aCase, async (some) => {
    const lines: string[] = [];
    try {
      await playAndCheck(prepared, some, seed, lines);
    } catch (error) {
      trace = lines;
      throw error;
    }
  });
  const result = await fc.check(property, {
    seed,
    path: PATH,
    numRuns: Math.ceil(CASES / LANES),
    endOnFailure: PATH !== undefined,
  });
  if (!result.failed) return;
  const { counterexample, counterexamplePath, errorInstance } = result;
  throw new Error([
    (errorInstance as Error).message,
    `Replay: FUZZ_SEED=${seed} FUZZ_PATH=${counterexamplePath} npm test -- ${file}`,
    `Case: ${JSON.stringify(counterexample).slice(0, 4000)}`,
    ...trace.slice(0, SHOWN_LINES),
    ...trace.slice(SHOWN_LINES).slice(-SHOWN_LINES),
  ].join("\n"));
}

/** Plays one case and rolls it back. @throws when something does not hold */
export async function playAndCheck(
  { world, workflows, baseline }: Prepared,
  some: Case,
  seed: number,
  trace: string[],
): Promise<Played> {
  await world.begin(seed);
  try {
    const played = await play(world, {
      faults: some.faults,
      workflows,
      follow: world.collections,
      trace,
      isQuiet: (amc) => isSettled(world, amc, some.faults),
    });
    check(world, some, played, baseline);
    return played;
  } finally {
    await world.end();
  }
}
