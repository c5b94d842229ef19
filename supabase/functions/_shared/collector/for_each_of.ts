import { type Log, logFailure } from "../log.ts";
import { isInstanceWide } from "./pause_instance.ts";

/**
 * Does some work for each item, a few at the same time. A failure is logged, and the other items go on.
 *
 * @param concurrency how many items at the same time
 */
export async function forEachOf<Item extends object>(
  items: readonly Item[],
  concurrency: number,
  log: Log,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  const lanes = Array.from(
    { length: Math.min(concurrency, items.length) },
    async () => {
      for (
        let item = waiting.shift();
        item !== undefined;
        item = waiting.shift()
      ) {
        try {
          await work(item);
        } catch (error) {
          // Its instance is paused, and the item is claimed again afterwards.
          if (isInstanceWide(error)) continue;
          logFailure(log, "step_failed", error, item);
        }
      }
    },
  );
  await Promise.all(lanes);
}
