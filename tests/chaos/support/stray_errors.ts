/**
 * Lets this process survive errors that no caller can catch, of the parts that stand in for the API, the schedule and pg_net.
 *
 * The database driver (postgres.js 3.4.9), when a session ends at a bad moment: it may write to a socket that is gone, from a
 * timer (porsager/postgres, issues 1066, 1154 and 1208), and looks up types for a new session in a promise that nobody awaits.
 * The query that was under way is refused all the same. And Deno.serve: to abort a server that is shutting down throws.
 *
 * A function's own process has no such help: there such an error ends the worker, as any crash does.
 *
 * @returns ends it
 */
export function tolerateStrayErrors(): Disposable {
  const onError = (event: ErrorEvent) => {
    if (isStray(event.error)) event.preventDefault();
  };
  const onRejection = (event: PromiseRejectionEvent) => {
    if (isStray(event.reason)) event.preventDefault();
  };
  globalThis.addEventListener("error", onError);
  globalThis.addEventListener("unhandledrejection", onRejection);
  return {
    [Symbol.dispose]: () => {
      globalThis.removeEventListener("error", onError);
      globalThis.removeEventListener("unhandledrejection", onRejection);
    },
  };
}

function isStray(error: unknown): boolean {
  const { stack = "", code = "" } = (error ?? {}) as {
    stack?: string;
    code?: string;
  };
  // A connection that was reset or closed comes without the driver's name at times.
  return /^(ECONNRESET|EPIPE)$/.test(code) ||
    /\/postgres\/3\.4\.9\/src\/connection\.js/.test(stack) ||
    /Bad resource ID[\s\S]*\/api\/mod\.ts/.test(stack);
}
