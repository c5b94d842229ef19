/** AMC simulator: sends responses, also those whose body is made while it is sent. */
import type { ServerResponse } from "node:http";
import type { LongBody, Reply } from "./http.ts";

/** Sends a whole response. */
export function send(response: ServerResponse, reply: Reply): void {
  const body = longBody(reply.body);
  response.writeHead(reply.status, {
    ...reply.headers,
    "content-length": body.length,
  });
  stream(response, body, () => response.end());
}

/**
 * Writes a body no faster than it is taken.
 *
 * @param next called once the last byte has left for the network
 */
export function stream(
  response: ServerResponse,
  { length, chunks }: LongBody,
  next: () => void,
): void {
  const source = chunks[Symbol.iterator]();
  let left = length;
  const write = () => {
    while (left > 0 && !response.destroyed) {
      const { value, done } = source.next();
      if (done) break;
      const part = value.subarray(0, left);
      left -= part.length;
      if (left === 0) {
        response.write(part, finish);
        return;
      }
      if (!response.write(part)) {
        response.once("drain", write);
        return;
      }
    }
    finish();
  };
  const finish = () => {
    if (!response.destroyed) next();
  };
  write();
}

/** Turns any body into one that is made while it is sent. */
export function longBody(body: Reply["body"]): LongBody {
  if (typeof body !== "string" && "chunks" in body) return body;
  const bytes = typeof body === "string"
    ? new TextEncoder().encode(body)
    : body;
  return { length: bytes.length, chunks: [bytes] };
}
