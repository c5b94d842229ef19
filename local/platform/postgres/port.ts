/** Ports below those that Linux and macOS give to connections and to whoever asks for any port. */
const FIRST = 20_000;
const COUNT = 12_000;

/**
 * A TCP port of 127.0.0.1 that is free now. Another program may take it before it is used, but no connection does, also not
 * while a server that listens on it is down for a moment.
 */
export function freePort(): number {
  while (true) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    if (portIsFree(port)) return port;
  }
}

/** Tells whether a TCP port of 127.0.0.1 can be listened on now. */
export function portIsFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    throw error;
  }
}
