/** Does nothing, or stops the process, when the work reaches a named point. */
export type Reach = (point: string) => Promise<void>;

/**
 * Makes the named points. Only where a test has set AMC_HISTORY_TEST_POINTS do they do anything: the points that it names,
 * separated by commas, say on stdout that they were reached, and never go on: the test kills the process there.
 *
 * @param points the value of AMC_HISTORY_TEST_POINTS, if it is set
 */
export function createReach(points: string | undefined): Reach {
  const stops = new Set(points?.split(",").filter(Boolean));
  return async (point) => {
    if (!stops.has(point)) return;
    console.log(JSON.stringify({ event: "test_point", point }));
    await new Promise(() => {});
  };
}
