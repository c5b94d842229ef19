// Hosts one edge function in a process of its own. The function gets what the hosted runtime gives it
// (EdgeRuntime.waitUntil, a server) and nothing else of this checkout. Arguments: the URL of the function's module,
// the word that announces the port, and the names of the variables the function may see.

const [module, announcement, ...visible] = Deno.args;

// Deno itself needed these to start; the hosted platform does not show them.
for (const name of Object.keys(Deno.env.toObject())) {
  if (!visible.includes(name)) Deno.env.delete(name);
}

const background = new Set<Promise<unknown>>();
Object.defineProperty(globalThis, "EdgeRuntime", {
  value: {
    waitUntil(work: Promise<unknown>): Promise<unknown> {
      const settled = Promise.resolve(work).catch((error) =>
        console.error("A promise given to EdgeRuntime.waitUntil failed:", error)
      ).finally(() => background.delete(settled));
      background.add(settled);
      return work;
    },
  },
});

const loaded = await import(module);
const handler: unknown = loaded.default?.fetch;
if (typeof handler !== "function") {
  throw new Error(
    "Expected the function's module to export default an object with fetch(request), as Supabase's template does.",
  );
}

Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => console.log(`${announcement} ${port}`),
  onError(error) {
    console.error(error);
    return Response.json(
      {
        code: "WORKER_ERROR",
        message: "Function exited due to an error (please check logs)",
      },
      { status: 500 },
    );
  },
}, (request) => handler.call(loaded.default, request));
