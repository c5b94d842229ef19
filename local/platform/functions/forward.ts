import type { Worker } from "./process.ts";

/** Headers that belong to one connection, not to the request or response that carries them. */
const HOP_BY_HOP = [
  "connection",
  "host",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

/** How long to wait for the end of a worker whose connection broke, in ms. */
const ENDED_TIMEOUT_MS = 10_000;

/** A response of the platform itself, in the form of the hosted one. */
export function refusal(
  status: number,
  code: string,
  message: string,
): Response {
  return Response.json({ code, message }, { status });
}

/**
 * Sends a request on to a worker. As on the hosted platform, the function sees the path from its own name on.
 *
 * @param idleMs milliseconds to wait for the head of the response
 * @returns the function's response, 504 when none came in time, or 502 when the worker died meanwhile
 */
export async function forward(
  request: Request,
  worker: Worker,
  idleMs: number,
): Promise<Response> {
  const url = new URL(request.url);
  url.protocol = "http:";
  url.host = `127.0.0.1:${worker.port}`;
  url.pathname = url.pathname.replace(/^\/functions\/v1/, "");
  const headers = new Headers(request.headers);
  for (const name of HOP_BY_HOP) headers.delete(name);
  const idle = new AbortController();
  const timer = setTimeout(() => idle.abort(), idleMs);
  try {
    const response = await fetch(url, {
      method: request.method,
      headers,
      body: request.body,
      redirect: "manual",
      signal: idle.signal,
    });
    return copyOf(response);
  } catch {
    if (idle.signal.aborted) {
      return refusal(
        504,
        "IDLE_TIMEOUT",
        "The function gave no response within the request idle timeout",
      );
    }
    await endOf(worker);
    return refusal(
      502,
      "WORKER_ERROR",
      "Function exited before it answered (please check logs)",
    );
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Waits for the end of a worker whose connection broke: the connection breaks before the process is gone, and the next
 * request must find that it is gone. A worker that only closed the connection lives on; nothing tells the two apart.
 */
async function endOf(worker: Worker): Promise<void> {
  const timeout = Promise.withResolvers<void>();
  const timer = setTimeout(timeout.resolve, ENDED_TIMEOUT_MS);
  await Promise.race([worker.ended, timeout.promise]);
  clearTimeout(timer);
}

function copyOf(response: Response): Response {
  const headers = new Headers(response.headers);
  for (const name of HOP_BY_HOP) headers.delete(name);
  // fetch has decoded the body already.
  if (headers.has("content-encoding")) {
    headers.delete("content-encoding");
    headers.delete("content-length");
  }
  const { status, statusText } = response;
  return new Response(response.body, { status, statusText, headers });
}
