import type { Worker } from "./process.ts";

/** Headers that belong to one connection, not to the request or answer they come with. */
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

/** An answer of the platform itself, in the form that the hosted one gives. */
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
 * @param idleMs milliseconds to wait for the head of the answer
 * @returns the function's answer, or 504 when it gave none in time, or 502 when the worker died meanwhile
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
    const answer = await fetch(url, {
      method: request.method,
      headers,
      body: request.body,
      redirect: "manual",
      signal: idle.signal,
    });
    return copyOf(answer);
  } catch {
    if (idle.signal.aborted) {
      return refusal(
        504,
        "IDLE_TIMEOUT",
        "The function gave no answer within the request idle timeout",
      );
    }
    // The broken connection is seen before the end of the process; the next request shall find that it is gone.
    await Promise.race([
      worker.ended,
      new Promise((done) => setTimeout(done, 1000)),
    ]);
    return refusal(
      502,
      "WORKER_ERROR",
      "Function exited before it answered (please check logs)",
    );
  } finally {
    clearTimeout(timer);
  }
}

function copyOf(answer: Response): Response {
  const headers = new Headers(answer.headers);
  for (const name of HOP_BY_HOP) headers.delete(name);
  // fetch has decoded the body already.
  if (headers.has("content-encoding")) {
    headers.delete("content-encoding");
    headers.delete("content-length");
  }
  const { status, statusText } = answer;
  return new Response(answer.body, { status, statusText, headers });
}
