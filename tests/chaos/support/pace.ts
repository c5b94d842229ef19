import type { ChaosWorld } from "./world.ts";

/**
 * Counts the requests to AMC, so that a fault comes again only once the system has got on: on a busy machine it would else
 * never get anywhere, and the faults would all meet the same step.
 *
 * @returns whether there were so many since it last said so
 */
export function paceOf({ simulator }: ChaosWorld, requests: number) {
  const total = () =>
    Object.values(simulator.requestCounts()).reduce((a, b) => a + b, 0);
  let last = total();
  return (): boolean => {
    const now = total();
    if (now < last + requests) return false;
    last = now;
    return true;
  };
}
