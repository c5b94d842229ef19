import { CALLS } from "./calls.ts";
import { openSession, seenWaiting, start } from "./sessions.ts";
import { arrange, describe, type State } from "./states.ts";
import { clear, type Harness } from "./harness.ts";

/** Two calls about one week that meet, and their outcome. */
export interface Meeting {
  state: State;
  first: string;
  second: string;
  /** What the first call answers. */
  firstAnswer: string;
  /** Whether the second one is seen waiting for the first one's transaction to end. */
  waits: boolean;
  /** What the second call answers. */
  secondAnswer: string;
  /** The week, its attempts, its executions and the alerts afterwards. */
  end: string;
}

/**
 * Lets two calls meet: the first one's transaction is still open when the second one starts, and commits only once the second one
 * is seen waiting for it, or has returned.
 */
export async function meet(
  harness: Harness,
  state: State,
  first: string,
  second: string,
): Promise<Meeting> {
  await clear(harness.sql);
  const scene = await arrange(harness, state);
  const open = (name: string) =>
    openSession(
      harness.database.url,
      scene.now,
      CALLS[name].role ?? "service_role",
    );
  await using a = await open(first);
  await using b = await open(second);
  await a.sql.unsafe("begin");
  const firstAnswer = await start(() => CALLS[first].run(a, scene)).answer;
  const started = start(() => CALLS[second].run(b, scene));
  const waits = await seenWaiting(harness.sql, started, b, a);
  await a.sql.unsafe("commit");
  const secondAnswer = await started.answer;
  const end = await describe(harness.sql, scene);
  return { state, first, second, firstAnswer, waits, secondAnswer, end };
}

/** Which calls meet in which state: each pair in the first one's home, and cancelling in all homes. */
export function meetings(): { state: State; first: string; second: string }[] {
  const names = Object.keys(CALLS);
  const found = names.flatMap((first) =>
    names.map((second) => ({ state: CALLS[first].home, first, second }))
  );
  const cancelled = names
    .filter((second) => CALLS[second].home !== CALLS.cancel_collection.home)
    .map((second) => ({
      state: CALLS[second].home,
      first: "cancel_collection",
      second,
    }));
  return [...found, ...cancelled];
}
