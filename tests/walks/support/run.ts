import assert from "node:assert/strict";
import fc from "fast-check";
import type { Amc } from "./amc.ts";
import { aWalk, type Odds } from "./actions.ts";
import { type Lane, withLane } from "./lane.ts";
import type { Picture } from "./picture.ts";
import { type Reached, Walk } from "./walk.ts";

/** The seed is fixed, so that a failure comes from the change and not from chance; WALK_SEED=fresh draws new walks. */
export const SEED = readSeed(Deno.env.get("WALK_SEED") ?? "1");
/** The path of a walk that is replayed. */
const PATH = Deno.env.get("WALK_PATH");
/** How many walks to take. */
export const WALKS = PATH === undefined
  ? Number(Deno.env.get("WALKS") ?? 500)
  : 1;
/** How many lanes walk at the same time, each on a database of its own. */
const LANES = PATH === undefined ? 3 : 1;
/** How many lines of the trace a failure shows, of its beginning and of its end. */
const SHOWN_LINES = 60;
/** From this many walks on, every place that matters must be reached. */
const MIN_WALKS_FOR_PLACES = 300;

/** A kind of walk. */
export interface Kind {
  /** The test file's path, for the line that says how to replay a walk. */
  file: string;
  odds: Odds;
  walks: number;
  /** What must hold once everything has settled. */
  check(now: Picture, amc: Amc): void;
  /** Events and ends of attempts that the walks must reach: if they miss one, they prove less than they claim. */
  places: string[];
}

function readSeed(text: string): number {
  if (text === "fresh") return Date.now() % 1_000_000_000;
  const seed = Number(text);
  if (!Number.isSafeInteger(seed)) {
    throw new Error(
      `Expected WALK_SEED to be a whole number or the word fresh, got ${text}.`,
    );
  }
  return seed;
}

/**
 * Walks, in several lanes at once.
 *
 * @throws with the shortest walk that fails, and what replays it
 */
export async function walk(kind: Kind): Promise<void> {
  const reached: Reached = new Map();
  const lanes = Array.from(
    { length: LANES },
    (_, i) =>
      withLane((lane) => walkAlong(lane, kind, (SEED + i) | 0, reached)),
  );
  await Promise.all(lanes);
  if (WALKS < MIN_WALKS_FOR_PLACES) return;
  const missed = kind.places.filter((place) => !reached.has(place));
  assert.deepEqual(missed, [], `the walks reach all places (seed ${SEED})`);
}

async function walkAlong(
  lane: Lane,
  { file, odds, walks, check }: Kind,
  seed: number,
  reached: Reached,
): Promise<void> {
  let trace: string[] = [];
  const property = fc.asyncProperty(aWalk(odds), async (steps) => {
    const walk = new Walk(lane);
    try {
      await walk.play(steps, seed, reached, check);
    } catch (error) {
      trace = walk.trace;
      throw error;
    }
  });
  const result = await fc.check(property, {
    seed,
    path: PATH,
    numRuns: Math.ceil(walks / LANES),
    // A replayed walk is the shortest already.
    endOnFailure: PATH !== undefined,
    // Short walks are not preferred.
    unbiased: true,
  });
  if (!result.failed) return;
  const { counterexample, counterexamplePath, errorInstance } = result;
  throw new Error([
    (errorInstance as Error).message,
    `Replay: WALK_SEED=${seed} WALK_PATH=${counterexamplePath} npm test -- ${file}`,
    `After: ${JSON.stringify(counterexample)}`,
    ...trace.slice(0, SHOWN_LINES),
    ...trace.slice(SHOWN_LINES).slice(-SHOWN_LINES),
  ].join("\n"));
}
