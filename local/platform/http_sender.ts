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
  /** Stops taking requests from the queue and waits for the batch that is under way. */
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

/** What came of a request: a row of net._http_response. */
interface Answer {
  id: string;
  status_code: number | null;
  content_type: string | null;
  headers: Record<string, string> | null;
  content: string | null;
  timed_out: boolean;
  error_msg: string | null;
}

/**
 * Starts a sender. A request is seen once the transaction that queued it has committed. Up to 200 make a batch, which is
 * sent at once; the next batch waits until each request of this one has its answer or its timeout. As with pg_net, whose
 * batch is one transaction, its requests stay in the queue until then, no answer is seen, and if it fails, its requests are
 * sent again. The answers are kept in net._http_response for 6 hours.
 */
export function startHttpSender(options: HttpSenderOptions): HttpSender {
  const sql = postgres(options.adminDatabaseUrl, {
    max: 2,
    onnotice: () => {},
  });
  const log = options.log ?? (() => {});

  const look = async () => {
    const [{ waiting }] = await sql`
      select to_regclass('net.http_request_queue') is not null as waiting`;
    if (!waiting) return;
    const requests = await sql<QueuedRequest[]>`
      select * from net.http_request_queue order by id limit ${BATCH}`;
    if (requests.length === 0) return;
    const answers = await Promise.all(
      requests.map((request) => send(request, log)),
    );
    await sql.begin(async (transaction) => {
      await transaction`
        delete from net._http_response where created < now() - interval '6 hours'`;
      await transaction`
        delete from net.http_request_queue where id = any(${
        requests.map(({ id }) => id)
      })`;
      for (const answer of answers) {
        await transaction`
          insert into net._http_response
            (id, status_code, content_type, headers, content, timed_out, error_msg)
          values (${answer.id}, ${answer.status_code}, ${answer.content_type},
            ${answer.headers && transaction.json(answer.headers)},
            ${answer.content}, ${answer.timed_out}, ${answer.error_msg})`;
      }
    });
  };

  const loop = pollLoop(
    look,
    POLL_MS,
    (message) => log(`The sender lost its batch or its queue: ${message}`),
  );
  return {
    async stop() {
      await loop.stop();
      await sql.end({ timeout: 5 });
    },
  };
}

/** Sends a request as libcurl does for pg_net: redirects are followed. */
async function send(
  request: QueuedRequest,
  log: (message: string) => void,
): Promise<Answer> {
  const { id, method, url, timeout_milliseconds } = request;
  const nothing = {
    id,
    status_code: null,
    content_type: null,
    headers: null,
    content: null,
    error_msg: null,
  };
  try {
    const response = await fetch(url, {
      method,
      headers: request.headers ?? {},
      body: request.body,
      signal: AbortSignal.timeout(timeout_milliseconds),
    });
    const content = await response.text();
    const headers = Object.fromEntries(response.headers);
    return {
      ...nothing,
      status_code: response.status,
      content_type: headers["content-type"] ?? null,
      headers,
      content,
      timed_out: false,
    };
  } catch (error) {
    const timedOut = (error as Error).name === "TimeoutError";
    const message = timedOut
      ? `Timeout of ${timeout_milliseconds} ms reached`
      : (error as Error).message;
    log(`Request ${id} (${method} ${withoutQuery(url)}): ${message}`);
    return { ...nothing, timed_out: timedOut, error_msg: message };
  }
}

function withoutQuery(url: string): string {
  return url.replace(/\?.*/, "");
}
