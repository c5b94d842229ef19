import type { Harness } from "./harness.ts";

/** A POST that a webhook got. */
export interface Received {
  headers: Headers;
  body: string;
}

/** A webhook's server on this machine, whose answers a test decides. */
export interface WebhookListener extends AsyncDisposable {
  /** What it got, oldest first. */
  received: Received[];
  url: string;
  /** Answers from now on; never, while the promise is pending. */
  answer: () => Response | Promise<Response>;
  /** Stops listening: who connects is refused. */
  down(): Promise<void>;
  /** Listens again, at the same address. */
  up(): void;
}

/** Starts a webhook's server, which accepts what it gets. */
export function listen(): WebhookListener {
  let server: Deno.HttpServer<Deno.NetAddr> | null = null;
  let port = 0;
  const start = () => {
    server = Deno.serve(
      { port, hostname: "127.0.0.1", onListen: () => {} },
      async (request) => {
        const body = await request.text();
        listener.received.push({ headers: request.headers, body });
        return await listener.answer();
      },
    );
    port = server.addr.port;
  };
  const stop = async () => {
    await server?.shutdown();
    server = null;
  };
  const listener: WebhookListener = {
    received: [],
    url: "",
    answer: () => new Response(null, { status: 204 }),
    down: stop,
    up: start,
    [Symbol.asyncDispose]: stop,
  };
  start();
  listener.url = `http://127.0.0.1:${port}/services/T0SECRET/hook`;
  return listener;
}

/** Sets up a webhook of all instances. @returns its id */
export async function setWebhook(
  { sql }: Harness,
  name: string,
  form: "json" | "slack",
  { url }: WebhookListener,
  signingKey: string | null = null,
): Promise<string> {
  const secret = JSON.stringify({ url, signing_key: signingKey });
  await sql`select vault.create_secret(${secret}, ${name})`;
  const [{ id }] = await sql`
    select public.set_webhook(${name}, ${form}, secret_name => ${name}) as id`;
  return id;
}
