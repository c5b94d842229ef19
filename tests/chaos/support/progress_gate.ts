import type { ChaosHarness } from "./harness.ts";

/**
 * Holds a repeated fault back until the system has made progress. Without it, a slow machine would never get past the step at
 * which the fault strikes.
 *
 * @param requests how many requests AMC must receive before the next fault
 * @returns a function that answers true once for each so many requests
 */
export function progressGate({ simulator }: ChaosHarness, requests: number) {
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
