import assert from "node:assert/strict";
import {
  clientOf,
  CREATED,
  EXECUTION_ID,
  hangingFetch,
  json,
  manualTimers,
  REQUEST,
  serve,
  SOON,
} from "./support/amc.ts";

Deno.test("a create follows no redirect", async () => {
  await using elsewhere = serve(() => json(CREATED));
  await using server = serve(() =>
    new Response(null, {
      status: 307,
      headers: { location: `${elsewhere.url}/amc` },
    })
  );
  const { client } = clientOf(server);
  const outcome = await client.createExecution(REQUEST, SOON);
  assert(outcome.kind === "unknown");
  assert.equal(outcome.reason, "redirect");
  assert.equal(server.asked.length, 1);
  assert.equal(elsewhere.asked.length, 0);
});

/** Answers GETs, and drops the connection once it has read a POST. */
function droppingServer() {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const state = { posts: 0, connections: 0 };
  const { encode, decode } = {
    encode: (text: string) => new TextEncoder().encode(text),
    decode: (bytes: Uint8Array) => new TextDecoder().decode(bytes),
  };
  async function talk(connection: Deno.Conn) {
    const buffer = new Uint8Array(65_536);
    let text = "";
    for (;;) {
      const read = await connection.read(buffer).catch(() => null);
      if (read === null) break;
      text += decode(buffer.subarray(0, read));
      if (text.startsWith("GET ")) {
        text = "";
        const body = JSON.stringify(CREATED);
        await connection.write(
          encode(
            `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
          ),
        );
      } else if (text.includes("workflowExecutionTimeoutSeconds")) {
        state.posts++;
        break;
      }
    }
    connection.close();
  }
  const serving = (async () => {
    const talks: Promise<void>[] = [];
    for await (const connection of listener) {
      state.connections++;
      talks.push(talk(connection));
    }
    await Promise.all(talks);
  })();
  const host = `127.0.0.1:${listener.addr.port}`;
  return {
    state,
    host,
    url: `http://${host}`,
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
    },
  };
}

Deno.test("a create whose reused connection drops after it was read is unknown and not sent again", async () => {
  await using server = droppingServer();
  const { client } = clientOf(server);
  await client.getExecution(EXECUTION_ID);
  const outcome = await client.createExecution(REQUEST, SOON);
  assert(outcome.kind === "unknown");
  assert.equal(outcome.reason, "network");
  assert.equal(outcome.status, null);
  assert.deepEqual(server.state, { posts: 1, connections: 1 });
});

Deno.test("a create whose new connection drops after it was read is unknown and not sent again", async () => {
  await using server = droppingServer();
  const { client } = clientOf(server);
  const outcome = await client.createExecution(REQUEST, SOON);
  assert(outcome.kind === "unknown");
  assert.deepEqual(server.state, { posts: 1, connections: 1 });
});

Deno.test("a create tells the length of its body", async () => {
  await using server = serve(() => json(CREATED));
  const { client } = clientOf(server);
  await client.createExecution(REQUEST, SOON);
  const [{ headers, body }] = server.asked;
  assert.equal(headers["content-length"], String(body.length));
  assert.equal(headers["transfer-encoding"], undefined);
});

Deno.test("an answer that breaks off is unknown", async () => {
  const { client } = clientOf({ url: "https://amc.test", host: "" }, {
    fetch: () =>
      Promise.resolve(
        new Response(
          new ReadableStream({
            start(controller) {
              controller.enqueue(new TextEncoder().encode('{"workflowExec'));
            },
            pull(controller) {
              controller.error(new Error("broken"));
            },
          }),
        ),
      ),
  });
  const outcome = await client.createExecution(REQUEST, SOON);
  assert(outcome.kind === "unknown");
  assert.equal(outcome.reason, "no_id");
});

Deno.test("a refused connection is unknown", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const host = `127.0.0.1:${listener.addr.port}`;
  listener.close();
  const { client } = clientOf({ url: `http://${host}`, host });
  const outcome = await client.createExecution(REQUEST, SOON);
  assert(outcome.kind === "unknown");
  assert.equal(outcome.reason, "network");
});

Deno.test("a create without an answer is given up after 30 seconds, as unknown", async () => {
  const timers = manualTimers();
  const { fetch, called, calls } = hangingFetch();
  const { client, log } = clientOf({ url: "https://amc.test", host: "" }, {
    fetch,
    startTimer: timers.startTimer,
  });
  const creating = client.createExecution(REQUEST, SOON);
  await called;
  assert.deepEqual(timers.running(), [30_000]);
  timers.fire(30_000);
  const outcome = await creating;
  assert(outcome.kind === "unknown");
  assert.equal(outcome.reason, "timeout");
  assert.equal(calls(), 1);
  assert.equal(log[0].outcome, "timeout");
});

Deno.test("the 30 seconds hold for the body too", async () => {
  const timers = manualTimers();
  const { promise: reading, resolve } = Promise.withResolvers<void>();
  const { client } = clientOf({ url: "https://amc.test", host: "" }, {
    fetch: () =>
      Promise.resolve(
        new Response(new ReadableStream({ pull: () => resolve() })),
      ),
    startTimer: timers.startTimer,
  });
  const creating = client.createExecution(REQUEST, SOON);
  await reading;
  timers.fire(30_000);
  assert.equal((await creating).kind, "unknown");
});

Deno.test("a caller that gives up after the create left gets unknown", async () => {
  const { fetch, called } = hangingFetch();
  const { client } = clientOf({ url: "https://amc.test", host: "" }, { fetch });
  const caller = new AbortController();
  const creating = client.createExecution(REQUEST, {
    ...SOON,
    signal: caller.signal,
  });
  await called;
  caller.abort();
  const outcome = await creating;
  assert(outcome.kind === "unknown");
  assert.equal(outcome.reason, "aborted");
});
