/** Marks that the work has reached a named point: does nothing, or stops there for good. */
export type Checkpoint = (point: string) => Promise<void>;

/**
 * Makes the function that marks named points. It does something only where a test has set AMC_HISTORY_FAILPOINTS: at a point
 * named there it prints a line `{"event": "failpoint", "point": …}` and never returns, so that the test can kill the process.
 *
 * @param points the value of AMC_HISTORY_FAILPOINTS: names separated by commas; undefined if it is not set
 */
export function createCheckpoint(points: string | undefined): Checkpoint {
  const stops = new Set(points?.split(",").filter(Boolean));
  return async (point) => {
    if (!stops.has(point)) return;
    console.log(JSON.stringify({ event: "failpoint", point }));
    await new Promise(() => {});
  };
}
