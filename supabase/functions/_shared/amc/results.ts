import { retryAfterSeconds, type RetryLimits, withRetry } from "./retry.ts";
import {
  AbortedError,
  type AmcError,
  LinkExpiredError,
  NotFoundError,
  RefusedError,
  ResultChangedError,
  UnavailableError,
} from "./errors.ts";
import { parseError } from "./error_body.ts";
import { isAllowedHost, isOwnMachine } from "./hosts.ts";
import {
  guard,
  logEntry,
  readText,
  toAmcResponse,
  toNoResponse,
} from "./http.ts";
import type { Runtime } from "./runtime.ts";
import { shownLink, tidy } from "./sanitize.ts";
import { USER_AGENT } from "./version.ts";

/** Which part of a result file, and of which version of it. */
export interface OpenResultOptions {
  /** Bytes from `start` to `end` inclusive, or to the file's end. */
  range?: { start: number; end?: number };
  /** The etag that the file must still have. */
  ifMatch?: string;
  /** Ends the request, and the body while it is being read. */
  signal?: AbortSignal;
}

/** An open result file. */
export interface OpenedResult {
  status: number;
  /** The bytes as they arrive. The timeout ends with the headers: the reader sets a limit through the signal. */
  body: ReadableStream<Uint8Array>;
  etag: string | null;
  /** Bytes in this body, or null when not said. */
  length: number | null;
  /** Bytes in the whole file, or null when not said. */
  totalLength: number | null;
  /** Whether the server serves ranges. */
  acceptsRanges: boolean;
}

/** What opening a link needs. */
export interface ResultAccess {
  runtime: Runtime;
  hosts: readonly string[];
  timeoutMs: number;
  retry: RetryLimits;
}

/**
 * Opens a result link. It carries its own signature: none of our authorization headers goes with it (S3 refuses two),
 * no redirect is followed, and only allowed hosts are asked. Errors and logs show it without its query.
 *
 * @param link as AMC gave it, minutes ago at most
 * @throws LinkExpiredError (ask for fresh links), ResultChangedError, NotFoundError, RefusedError (also for a link that is
 *   not allowed), UnavailableError (also for a 429: the storage throttles, not AMC)
 */
export async function openResult(
  access: ResultAccess,
  link: string,
  options: OpenResultOptions = {},
): Promise<OpenedResult> {
  const url = checkedLink(link, access.hosts);
  const headers = headersOf(options);
  const { runtime, retry } = access;
  return await withRetry(runtime, retry, options.signal, async () => {
    const response = await head(access, url, headers, options.signal);
    if (response.status === 200 || response.status === 206) {
      return await opened(response, url, options);
    }
    const text = await boundedText(access, response, options.signal);
    throw linkError(runtime, response, text, url);
  });
}

function checkedLink(link: string, hosts: readonly string[]): string {
  const url = URL.canParse(link) ? new URL(link) : null;
  const shown = shownLink(link);
  const secure = url?.protocol === "https:" ||
    (url?.protocol === "http:" && isOwnMachine(url.hostname));
  if (url === null || !secure || url.username || url.password) {
    throw notAllowed(`Expected an https link to a result, got ${shown}.`);
  }
  if (!isAllowedHost(url, hosts)) {
    throw notAllowed(
      `Expected a link to one of ${hosts.join(", ")}, got ${shown}. ` +
        "If it is right, add its host to AMC_RESULT_HOSTS.",
    );
  }
  return link;
}

function notAllowed(message: string): RefusedError {
  return new RefusedError(message, {}, "link_not_allowed");
}

function headersOf(options: OpenResultOptions): Record<string, string> {
  const headers: Record<string, string> = {
    "Accept": "*/*",
    // The bytes as stored: lengths and ranges must mean them.
    "Accept-Encoding": "identity",
    "User-Agent": USER_AGENT,
  };
  const { range, ifMatch } = options;
  if (range !== undefined) {
    const { start, end } = range;
    const valid = Number.isSafeInteger(start) && start >= 0 &&
      (end === undefined || (Number.isSafeInteger(end) && end >= start));
    if (!valid) {
      throw new RangeError("Expected a range of whole bytes, start to end.");
    }
    headers["Range"] = `bytes=${start}-${end ?? ""}`;
  }
  if (ifMatch !== undefined) headers["If-Match"] = ifMatch;
  return headers;
}

/** The head of the response; the body is not read yet. */
async function head(
  access: ResultAccess,
  url: string,
  headers: Record<string, string>,
  signal: AbortSignal | undefined,
): Promise<Response> {
  const { runtime } = access;
  const request = { operation: "open_result", method: "GET", url } as const;
  const began = runtime.now();
  const limit = guard(runtime, access.timeoutMs, signal);
  try {
    const response = await runtime.fetch(url, {
      headers,
      redirect: "manual",
      signal: limit.signal,
    });
    const seen = toAmcResponse(response, null);
    runtime.log(logEntry(request, seen, runtime.now() - began));
    return response;
  } catch (error) {
    const failed = toNoResponse(runtime, error, limit.ended());
    runtime.log(logEntry(request, failed, runtime.now() - began));
    if (failed.reason === "aborted") throw new AbortedError();
    throw new UnavailableError(`${failed.message} (${shownLink(url)})`, {
      retryable: true,
    });
  } finally {
    limit.release();
  }
}

async function boundedText(
  access: ResultAccess,
  response: Response,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  const limit = guard(access.runtime, access.timeoutMs, signal);
  try {
    return await readText(response, limit.signal);
  } finally {
    limit.release();
  }
}

/** Returns the body once it is known to be the part that was requested. */
async function opened(
  response: Response,
  url: string,
  options: OpenResultOptions,
): Promise<OpenedResult> {
  const { headers, status } = response;
  const length = countOf(headers.get("content-length"));
  const part = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(
    headers.get("content-range") ?? "",
  );
  const start = options.range?.start ?? 0;
  const right = status === 206
    ? options.range !== undefined && Number(part?.[1]) === start
    : start === 0 && options.range?.end === undefined;
  if (!right) {
    await response.body?.cancel();
    throw new UnavailableError(
      `Expected the bytes from ${start}, got others (${shownLink(url)}).`,
      { status, requestId: toAmcResponse(response, null).requestId },
      "wrong_range",
    );
  }
  return {
    status,
    body: response.body ?? new ReadableStream({ start: (c) => c.close() }),
    etag: headers.get("etag"),
    length,
    totalLength: status === 206 ? countOf(part?.[3] ?? null) : length,
    acceptsRanges: status === 206 || headers.get("accept-ranges") === "bytes",
  };
}

function countOf(value: string | null): number | null {
  return value !== null && /^\d{1,15}$/.test(value) ? Number(value) : null;
}

/** The error for S3's response: XML with a Code (general S3 behaviour; expired links 403, SKILL; M). */
function linkError(
  runtime: Runtime,
  response: Response,
  text: string | null,
  url: string,
): AmcError {
  const { status, requestId } = toAmcResponse(response, null);
  const code = tagOf(text, "Code");
  // Of the XML only code and message: the rest quotes the signature.
  const words = code === null
    ? parseError(text).message.slice(0, 200)
    : `${code}: ${tagOf(text, "Message") ?? ""}`;
  const message = runtime.redact(
    tidy(`Status ${status}: ${words} (${shownLink(url)})`),
  );
  const facts = { status, requestId };
  if (status === 403 && code !== null) {
    return new LinkExpiredError(message, facts);
  }
  // The credentials that signed the link ended before it did.
  if (
    status === 400 &&
    (code === "ExpiredToken" || code === "TokenRefreshRequired")
  ) {
    return new LinkExpiredError(message, facts);
  }
  if (status === 404) return new NotFoundError(message, facts);
  if (status === 412) return new ResultChangedError(message, facts);
  const retryable = status >= 500 || status === 408 || status === 429;
  if (status >= 400 && !retryable) return new RefusedError(message, facts);
  // A throttle by the storage is no ThrottledError, which would pause the instance's calls to AMC.
  const wait = retryAfterSeconds(response.headers, runtime.wallNow());
  return new UnavailableError(message, {
    ...facts,
    retryable,
    retryAfterSeconds: wait,
  });
}

function tagOf(text: string | null, tag: string): string | null {
  const match = new RegExp(`<${tag}>([^<]{1,500})</${tag}>`).exec(text ?? "");
  return match === null ? null : match[1].trim();
}
