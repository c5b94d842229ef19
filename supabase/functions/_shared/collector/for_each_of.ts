import type { Log } from "../log.ts";

/**
 * Does some work for each item, a few at once. An item whose work fails is logged and stops no other.
 *
 * @param atOnce how many at the same time
 */
export async function forEachOf<Item extends object>(
  items: readonly Item[],
  atOnce: number,
  log: Log,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  const lanes = Array.from(
    { length: Math.min(atOnce, items.length) },
    async () => {
      for (
        let item = waiting.shift();
        item !== undefined;
        item = waiting.shift()
      ) {
        try {
          await work(item);
        } catch (error) {
          logFailure(log, "step_failed", error, item);
        }
      }
    },
  );
  await Promise.all(lanes);
}

/** Logs a failure that nobody is waiting for, with the ids of what it was about. What was claimed is taken up again when its lease ends. */
export function logFailure(
  log: Log,
  event: string,
  error: unknown,
  about: object = {},
): void {
  const { instance_id, collection_id, week_id, attempt_id, execution_id } =
    about as Record<string, unknown>;
  const { name, message, code } = error as Error & { code?: string };
  log("error", event, {
    instance_id,
    collection_id,
    week_id,
    attempt_id,
    execution_id,
    error: name,
    code,
    message,
  });
}
