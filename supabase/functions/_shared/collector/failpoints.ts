/** Does nothing, or stops the process, when the work reaches a named point. */
export type Checkpoint = (point: string) => Promise<void>;

/**
 * Makes the named points. Only where a test has set AMC_HISTORY_FAILPOINTS do they do anything: the points that it names,
 * separated by commas, say on stdout that they were reached, and never go on: the test kills the process there.
 *
 * @param points the value of AMC_HISTORY_FAILPOINTS, if it is set
 */
export function createCheckpoint(points: string | undefined): Checkpoint {
  const stops = new Set(points?.split(",").filter(Boolean));
  return async (point) => {
    if (!stops.has(point)) return;
    console.log(JSON.stringify({ event: "failpoint", point }));
    await new Promise(() => {});
  };
}
