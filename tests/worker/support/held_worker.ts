import { eventually } from "../../support/eventually.ts";
import type { Harness } from "./harness.ts";
import { openWorker } from "./own_worker.ts";
import { letTimePass } from "./weeks.ts";

/** How long a worker sleeps here by its own clock: longer than everything that it measures. */
const SLEPT_MS = 3600_000;

/** A worker that is held at a failpoint until it is woken. */
export interface HeldWorker extends AsyncDisposable {
  /** Lets it continue, an hour later by its own clock; resolves when its tick has ended. */
  wake(): Promise<void>;
}

/**
 * Ticks until a worker is held at a failpoint.
 *
 * @param where the point; `skip`: how often it passes there first; `times`: how many of its weeks are held there
 */
export async function holdAt(
  harness: Harness,
  where: { point: string; skip?: number; times: number },
): Promise<HeldWorker> {
  let slept = 0;
  let passed = 0;
  let held = 0;
  const waking = Promise.withResolvers<void>();
  const worker = openWorker(harness, {
    parts: {
      now: () => performance.now() + slept,
      checkpoint: async (point) => {
        if (point !== where.point || passed++ < (where.skip ?? 0)) return;
        held++;
        await waking.promise;
      },
    },
    client: (client) => ({
      ...client,
      // The client's clock went on with the collector's, so its deadlines are that much nearer.
      createExecution: (request, { deadline, ...options }) =>
        client.createExecution(request, {
          ...options,
          deadline: deadline - slept,
        }),
    }),
  });
  const isHeld = () => held >= where.times;
  let ticking: Promise<unknown> = Promise.resolve();
  for (let tick = 0; tick < 5 && !isHeld(); tick++) {
    await letTimePass(harness);
    let ended = false;
    ticking = worker.tick().finally(() => ended = true);
    await eventually(
      `the worker at ${where.point}`,
      () => Promise.resolve(isHeld() || ended),
    );
  }
  if (!isHeld()) throw new Error(`No tick reached ${where.point}.`);
  return {
    async wake() {
      slept = SLEPT_MS;
      waking.resolve();
      await ticking;
    },
    async [Symbol.asyncDispose]() {
      waking.resolve();
      await ticking.catch(() => {});
      await worker[Symbol.asyncDispose]();
    },
  };
}
