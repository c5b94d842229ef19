/** AMC simulator: requests and responses as its handlers see them, and how bodies and pages are read. */
import { z } from "zod";
import { ApiError } from "./errors.ts";
import { randomText } from "./random.ts";
import type { Operation } from "./types.ts";

/** A request with its route. */
export interface Call {
  operation: Operation;
  method: string;
  url: URL;
  headers: Headers;
  body: Uint8Array;
  /** Path parameters: instanceId, executionId, workflowId, id. */
  params: Record<string, string>;
}

/** A body that is made while it is sent. */
export interface LongBody {
  length: number;
  chunks: Iterable<Uint8Array>;
}

/** A response before it is sent. */
export interface Reply {
  status: number;
  headers: Record<string, string>;
  body: Uint8Array | string | LongBody;
}

const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/** The request id, in two headers, and the transport header that AMC's responses carry (captured, H). */
export function amazonHeaders(): Record<string, string> {
  const requestId = randomText(20, UPPER);
  return {
    "x-amz-rid": requestId,
    "x-amz-request-id": requestId,
    "strict-transport-security": "max-age=47474747; includeSubDomains; preload",
  };
}

/** A JSON response of the Ads API with its vendor media type, such as `amcworkflowexecutions` (captured, H). */
export function json(
  family: string,
  body: unknown,
  status = 200,
): Reply {
  return {
    status,
    headers: {
      "content-type": `application/vnd.${family}.v1+json`,
      ...amazonHeaders(),
    },
    body: JSON.stringify(body),
  };
}

/** An error response with AMC's body (SPEC and observed, H). */
export function errorReply(status: number, details: string): Reply {
  return {
    status,
    headers: { "content-type": "application/json", ...amazonHeaders() },
    body: JSON.stringify({ code: String(status), details }),
  };
}

/** Reads a JSON body by a schema. @throws ApiError 400 naming the field */
export function parseBody<T extends z.ZodType>(
  schema: T,
  body: Uint8Array,
): z.output<T> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(body));
  } catch {
    throw new ApiError(400, "The request body is not valid JSON.");
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0];
  throw new ApiError(400, `Invalid value for ${path.join(".")}: ${message}`);
}

/** A query value; an empty one counts as absent (clients send empty ones, H). */
export function query(call: Call, name: string): string | null {
  return call.url.searchParams.get(name) || null;
}

/** Whether a query asks for the SQL. */
export function wantsWorkflow(call: Call): boolean {
  return query(call, "includeWorkflow") === "true";
}

/** The page size: 1..100, default 100 (SPEC, H). @throws ApiError 400 */
export function limitOf(call: Call): number {
  const text = query(call, "limit");
  const limit = text === null ? 100 : Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= 100) return limit;
  throw new ApiError(400, "limit must be a number from 1 to 100.");
}

/** Cuts a page out of a list by the position in its nextToken. @throws ApiError 400 for a bad token */
export function pageOf<T>(
  items: T[],
  call: Call,
): { page: T[]; nextToken: string | null } {
  const token = query(call, "nextToken");
  const from = token === null ? 0 : Number(decodeToken(token));
  if (!Number.isInteger(from) || from < 0) badToken();
  const to = from + limitOf(call);
  return {
    page: items.slice(from, to),
    nextToken: to < items.length ? encodeToken(String(to)) : null,
  };
}

/** An opaque page token. */
export function encodeToken(text: string): string {
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_");
}

/** The text of a page token. @throws ApiError 400 */
export function decodeToken(token: string): string {
  try {
    return atob(token.replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    return badToken();
  }
}

/** The error for a page token that is none. */
export function badToken(): never {
  throw new ApiError(400, "nextToken is not valid.");
}

/** How a list says that it has no further page (absent: captured, H; null and "" elsewhere). */
export function nextTokenField(
  nextToken: string | null,
  atEnd: "absent" | "null" | "empty",
): { nextToken?: string | null } {
  if (nextToken !== null) return { nextToken };
  if (atEnd === "absent") return {};
  return { nextToken: atEnd === "null" ? null : "" };
}
