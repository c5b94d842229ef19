import { errorFor, isSuccess } from "./response_errors.ts";
import { parseError } from "./error_body.ts";
import {
  AbortedError,
  type AmcError,
  CredentialError,
  TokenUnavailableError,
  UnavailableError,
} from "./errors.ts";
import { checkedBaseUrl, type Region, TOKEN_URLS } from "./hosts.ts";
import { type AmcResponse, exchange, type NoResponse } from "./http.ts";
import { isObject, parseJson } from "./json.ts";
import { DEFAULT_RETRY, type RetryLimits, withRetry } from "./retry.ts";
import { createRuntime, type Runtime, type RuntimeOptions } from "./runtime.ts";
import { createRedactor, tidy } from "./sanitize.ts";
import { USER_AGENT } from "./version.ts";

/** A Login with Amazon credential. */
export interface Credential {
  clientId: string;
  clientSecret: string;
  refreshToken: string;
}

/** Gives access tokens for one credential; shared by all clients that use it. */
export interface TokenSource {
  /** The client id, which AMC wants as a header. */
  readonly clientId: string;
  /**
   * A token that is valid for at least a minute, usually from memory.
   *
   * @throws CredentialError when a person must reconnect; ThrottledError or UnavailableError when a later try may succeed
   */
  token(signal?: AbortSignal): Promise<string>;
  /** Forgets a token that AMC refused. A token that has been replaced since is left alone. */
  invalidate(rejected?: string): void;
  /** Takes the credential and its tokens out of a text. */
  redact(text: string): string;
}

/** Options of `createTokenSource`. */
export interface TokenSourceOptions extends RuntimeOptions {
  credential: Credential;
  region: Region;
  /** Overrides the region's token endpoint. */
  tokenUrl?: string;
  /** Milliseconds for one request to the endpoint. */
  timeoutMs?: number;
  /** Milliseconds before its end that a token is replaced. */
  refreshEarlyMs?: number;
  retry?: RetryLimits;
}

interface CachedToken {
  value: string;
  /** On the clock that never jumps. */
  expiresAt: number;
}

/** How long a token is valid at least when it is handed out, in milliseconds. */
const MIN_LIFE_MS = 60_000;

const PERMANENT = ["invalid_grant", "invalid_client", "unauthorized_client"];

/**
 * Makes the source of access tokens of one credential: the refresh-token grant of Login with Amazon (REF; H), cached,
 * replaced two minutes before its end, and never asked for twice at once.
 */
export function createTokenSource(options: TokenSourceOptions): TokenSource {
  const { credential } = options;
  const url = checkedBaseUrl(
    "The token URL",
    options.tokenUrl ?? TOKEN_URLS[options.region],
  );
  const early = Math.max(options.refreshEarlyMs ?? 120_000, MIN_LIFE_MS);
  const issued: string[] = [];
  const redact = createRedactor(() => [
    credential.clientSecret,
    credential.refreshToken,
    ...issued,
  ]);
  const runtime = createRuntime(options, redact);
  let cached: CachedToken | null = null;
  let refreshing: Promise<string> | null = null;

  async function refresh(): Promise<string> {
    try {
      cached = await withRetry(
        runtime,
        options.retry ?? DEFAULT_RETRY,
        undefined,
        () =>
          requestToken(runtime, url, credential, options.timeoutMs ?? 15_000),
      );
    } catch (error) {
      // The old token is still valid while the endpoint fails.
      const usable = cached !== null &&
        cached.expiresAt - runtime.now() >= MIN_LIFE_MS;
      if (!usable || error instanceof CredentialError) throw ofToken(error);
      return cached!.value;
    }
    issued.unshift(cached.value);
    issued.length = Math.min(issued.length, 4);
    return cached.value;
  }

  return {
    clientId: credential.clientId,
    redact,
    token(signal) {
      if (signal?.aborted) return Promise.reject(new AbortedError());
      if (cached !== null && cached.expiresAt - runtime.now() > early) {
        return Promise.resolve(cached.value);
      }
      refreshing ??= refresh().finally(() => refreshing = null);
      return unlessAborted(refreshing, signal);
    },
    invalidate(rejected) {
      if (rejected === undefined || cached?.value === rejected) cached = null;
    },
  };
}

async function requestToken(
  runtime: Runtime,
  url: string,
  credential: Credential,
  timeoutMs: number,
): Promise<CachedToken> {
  // Counted from before the request, so that the token is never believed to live longer than it does.
  const began = runtime.now();
  const response = await exchange(runtime, {
    operation: "refresh_token",
    method: "POST",
    url,
    headers: {
      "Accept": "application/json",
      "Content-Type": "application/x-www-form-urlencoded",
      "User-Agent": USER_AGENT,
    },
    body: new URLSearchParams({
      grant_type: "refresh_token",
      refresh_token: credential.refreshToken,
      client_id: credential.clientId,
      client_secret: credential.clientSecret,
    }).toString(),
    timeoutMs,
  });
  if (response.kind === "no_response" || !isSuccess(response)) {
    throw tokenError(runtime, response);
  }
  const body = parseJson(response.text);
  const token = isObject(body) ? body.access_token : undefined;
  if (!isObject(body) || typeof token !== "string" || token === "") {
    // Nothing of the body: it may hold a token under a name that is not expected.
    throw new UnavailableError(
      "Expected an access token from the token endpoint, got a response without one.",
      {
        status: response.status,
        requestId: response.requestId,
        retryable: true,
      },
    );
  }
  // 3600 (REF; H). Without it the token serves once.
  const seconds = Number(body.expires_in);
  const lives = Number.isFinite(seconds) && seconds > 0 ? seconds : 0;
  return { value: token, expiresAt: began + lives * 1000 };
}

/** Tells "no token" from "no response to what was asked with it": only the former concerns every call of the instance. */
function ofToken(error: unknown): unknown {
  if (!(error instanceof UnavailableError)) return error;
  return new TokenUnavailableError(error.message, error);
}

/** A refusal that only a person can resolve (REF; H for invalid_grant and invalid_client), or something that may pass. */
function tokenError(
  runtime: Runtime,
  response: AmcResponse | NoResponse,
): AmcError {
  if (response.kind === "no_response") {
    return errorFor(runtime, response, false);
  }
  const { status, requestId } = response;
  if (status < 400 || status >= 500 || status === 429) {
    return errorFor(runtime, response, false);
  }
  const body = parseJson(response.text);
  if (!isObject(body) || typeof body.error !== "string") {
    const words = runtime.redact(parseError(response.text).message);
    return new UnavailableError(
      `Expected a token, got status ${status}: ${words}`,
      { status, requestId, retryable: status === 408 },
    );
  }
  const words = typeof body.error_description === "string"
    ? body.error_description
    : "no description";
  const message = tidy(runtime.redact(`${body.error}: ${words}`));
  return PERMANENT.includes(body.error)
    ? new CredentialError(body.error, message, { status, requestId })
    : new UnavailableError(message, { status, requestId });
}

function unlessAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(new AbortedError());
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() =>
      signal.removeEventListener("abort", onAbort)
    );
  });
}
