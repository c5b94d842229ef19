/** The exit status that is usual for each signal. */
const STATUSES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** Why something ended that a signal interrupted. */
export class Interrupted extends Error {
  /** @param status the exit status that is usual for the signal */
  constructor(readonly status: number) {
    super("Interrupted by a signal.");
  }
}

/**
 * Listens for Ctrl-C, SIGTERM and a closed terminal, for as long as this process lives. Only the first signal counts, so
 * that a second one does not cut short what ends because of the first.
 *
 * @param interrupted called once, at the first signal
 * @returns a signal that aborts with {@link Interrupted}
 */
export function listenForInterruption(interrupted: () => void): AbortSignal {
  const abort = new AbortController();
  for (const [signal, status] of Object.entries(STATUSES)) {
    Deno.addSignalListener(signal as Deno.Signal, () => {
      if (abort.signal.aborted) return;
      abort.abort(new Interrupted(status));
      interrupted();
    });
  }
  return abort.signal;
}

/**
 * Waits for some work, but not beyond an interruption.
 *
 * @throws the signal's reason once it is aborted; what the work throws
 */
export async function orInterrupted<T>(
  signal: AbortSignal | undefined,
  work: Promise<T>,
): Promise<T> {
  if (!signal) return await work;
  // Nobody waits for the work once it is given up.
  work.catch(() => {});
  let give!: (reason: unknown) => void;
  const given = new Promise<never>((_, reject) => (give = reject));
  const listener = () => give(signal.reason);
  signal.addEventListener("abort", listener);
  if (signal.aborted) listener();
  try {
    return await Promise.race([work, given]);
  } finally {
    signal.removeEventListener("abort", listener);
  }
}
