import postgres from "postgres";
import { pollLoop } from "./poll_loop.ts";

/** How often the queue is looked at, in ms. */
const POLL_MS = 100;

/** As many requests as pg_net takes at once (pg_net.batch_size). */
const BATCH = 200;

/** The options of {@link startHttpSender}. */
export interface HttpSenderOptions {
  /** Connection as supabase_admin. */
  adminDatabaseUrl: string;
  /** Receives a sentence about each request that got no response. */
  log?: (message: string) => void;
}

/** Sends what net.http_post and its like queued, as pg_net's background worker would. */
export interface HttpSender {
  /** Stops taking requests from the queue and waits for those under way. */
  stop(): Promise<void>;
}

interface QueuedRequest {
  id: string;
  method: string;
  url: string;
  headers: Record<string, string> | null;
  body: Uint8Array<ArrayBuffer> | null;
  timeout_milliseconds: number;
}

/**
 * Starts a sender. A request is seen once the transaction that queued it has committed, is taken from the queue before it
 * is sent, and so is sent at most once. The response is kept in net._http_response for 6 hours.
 */
export function startHttpSender(options: HttpSenderOptions): HttpSender {
  const sql = postgres(options.adminDatabaseUrl, {
    max: 4,
    onnotice: () => {},
  });
  const log = options.log ?? (() => {});
  const underWay = new Set<Promise<void>>();

  const look = async () => {
    const [{ present }] = await sql`
      select to_regclass('net.http_request_queue') is not null as present`;
    if (!present) return;
    await sql`
      delete from net._http_response where created < now() - interval '6 hours'`;
    const requests = await sql<QueuedRequest[]>`
      delete from net.http_request_queue
      where id in (
        select id from net.http_request_queue order by id limit ${BATCH}
      )
      returning *`;
    for (const request of requests) {
      const sending = send(sql, request, log)
        .finally(() => underWay.delete(sending));
      underWay.add(sending);
    }
  };

  const loop = pollLoop(
    look,
    POLL_MS,
    (message) =>
      log(`The sender cannot read net.http_request_queue: ${message}`),
  );
  return {
    async stop() {
      await loop.stop();
      await Promise.all(underWay);
      await sql.end({ timeout: 5 });
    },
  };
}

async function send(
  sql: postgres.Sql,
  request: QueuedRequest,
  log: (message: string) => void,
): Promise<void> {
  const { id, method, url, timeout_milliseconds } = request;
  try {
    const response = await fetch(url, {
      method,
      headers: request.headers ?? {},
      body: request.body,
      redirect: "manual",
      signal: AbortSignal.timeout(timeout_milliseconds),
    });
    const content = await response.text();
    const headers = Object.fromEntries(response.headers);
    await sql`
      insert into net._http_response
        (id, status_code, content_type, headers, content, timed_out)
      values (${id}, ${response.status}, ${headers["content-type"] ?? null},
        ${sql.json(headers)}, ${content}, false)`;
  } catch (error) {
    const timedOut = (error as Error).name === "TimeoutError";
    const message = timedOut
      ? `Timeout of ${timeout_milliseconds} ms reached`
      : (error as Error).message;
    log(`Request ${id} (${method} ${withoutQuery(url)}): ${message}`);
    await sql`
      insert into net._http_response (id, timed_out, error_msg)
      values (${id}, ${timedOut}, ${message})`
      .catch(() => log(`The response to request ${id} could not be stored.`));
  }
}

function withoutQuery(url: string): string {
  return url.replace(/\?.*/, "");
}
