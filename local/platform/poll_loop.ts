/** A loop that does its work, waits, and does it again until it is stopped. */
export interface PollLoop {
  /** Ends the loop after the work that is under way. */
  stop(): Promise<void>;
}

/**
 * Does some work again and again.
 *
 * @param work one round
 * @param everyMs milliseconds between the end of one round and the start of the next
 * @param failed called once for each series of failed rounds, not for each round
 */
export function pollLoop(
  work: () => Promise<void>,
  everyMs: number,
  failed: (message: string) => void,
): PollLoop {
  let stopped = false;
  let wake = () => {};
  const running = (async () => {
    let failing = false;
    while (!stopped) {
      try {
        await work();
        failing = false;
      } catch (error) {
        if (!failing) failed((error as Error).message);
        failing = true;
      }
      if (stopped) break;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, everyMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  })();
  return {
    async stop() {
      stopped = true;
      wake();
      await running;
    },
  };
}
