const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/**
 * Stops something when this process is asked to end (Ctrl-C, SIGTERM, a closed terminal), then exits with the status
 * that is usual for the signal. Further signals are ignored meanwhile, so that stopping is not cut short.
 *
 * @param stop ends what is running; may be called while it is still starting
 * @returns a function that takes the listeners away
 */
export function stopOnSignals(stop: () => Promise<void>): () => void {
  let stopping = false;
  const listeners = Object.entries(SIGNALS).map(([signal, status]) => {
    const listener = async () => {
      if (stopping) return;
      stopping = true;
      await stop().catch((error) => console.error(error));
      Deno.exit(status);
    };
    Deno.addSignalListener(signal as Deno.Signal, listener);
    return { signal: signal as Deno.Signal, listener };
  });
  return () => {
    for (const { signal, listener } of listeners) {
      Deno.removeSignalListener(signal, listener);
    }
  };
}
