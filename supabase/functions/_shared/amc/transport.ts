import { errorFor, isSuccess } from "./response_errors.ts";
import type { Region } from "./hosts.ts";
import {
  type AmcResponse,
  exchange,
  type NoResponse,
  type Outgoing,
} from "./http.ts";
import { type RetryLimits, withRetry } from "./retry.ts";
import type { Runtime } from "./runtime.ts";
import type { TokenSource } from "./tokens.ts";
import { USER_AGENT } from "./version.ts";

/** An AMC instance and what its requests must name. */
export interface Instance {
  /** AMC's instance id, e.g. `amcr1aaaa1a`. */
  instanceId: string;
  /** The AMC account id, `ENTITY…`; header AdvertiserId. */
  entityId: string;
  marketplaceId: string;
  region: Region;
}

/** What all operations of one client share. */
export interface Transport {
  runtime: Runtime;
  instance: Instance;
  tokens: TokenSource;
  /** Without a trailing slash. */
  apiUrl: string;
  requestTimeoutMs: number;
  createTimeoutMs: number;
  retry: RetryLimits;
}

/** One operation on the reporting API. */
export interface Call {
  operation: string;
  method: "GET" | "POST" | "PUT";
  /** Below `/amc/reporting/{instanceId}`; its parts are encoded already. */
  path: string;
  query?: Record<string, string>;
  body?: unknown;
  signal?: AbortSignal;
}

/** The request of a call: URL, the four headers that AMC wants (SPEC, PM; H), and ours. */
export function outgoing(
  transport: Transport,
  call: Call,
  token: string,
  timeoutMs: number,
): Outgoing {
  const { instance, tokens, apiUrl } = transport;
  const query = call.query ? `?${new URLSearchParams(call.query)}` : "";
  const headers: Record<string, string> = {
    "Authorization": `Bearer ${token}`,
    "Amazon-Advertising-API-ClientId": tokens.clientId,
    "Amazon-Advertising-API-AdvertiserId": instance.entityId,
    "Amazon-Advertising-API-MarketplaceId": instance.marketplaceId,
    "Accept": "application/json, */*;q=0.8",
    "User-Agent": USER_AGENT,
  };
  // Plain JSON is accepted beside the media types of the specification (AWS, NB; H).
  if (call.body !== undefined) headers["Content-Type"] = "application/json";
  return {
    operation: call.operation,
    method: call.method,
    url: `${apiUrl}/amc/reporting/${
      encodeURIComponent(instance.instanceId)
    }${call.path}${query}`,
    headers,
    body: call.body === undefined ? undefined : JSON.stringify(call.body),
    timeoutMs,
    signal: call.signal,
  };
}

/**
 * Carries out a read: retried on 429, 5xx and network failures within the bounds, and once with a fresh token
 * after a 401.
 *
 * @param read makes the result from a successful response; a retryable error that it throws is retried too
 * @throws AmcErrors
 */
export function get<T>(
  transport: Transport,
  call: Call,
  read: (response: AmcResponse) => T,
): Promise<T> {
  const { runtime, retry } = transport;
  const renewal = { used: false };
  return withRetry(runtime, retry, call.signal, async () => {
    const response = await authorized(transport, call, renewal);
    if (response.kind === "response" && isSuccess(response)) {
      return read(response);
    }
    throw errorFor(runtime, response, false);
  });
}

/**
 * Carries out a write other than create: never retried, except once with a fresh token after a 401, which says
 * that nothing was done.
 *
 * @throws AmcErrors; UnknownOutcomeError when AMC may have carried it out
 */
export async function write(
  transport: Transport,
  call: Call,
): Promise<AmcResponse> {
  const response = await authorized(transport, call, { used: false });
  if (response.kind === "response" && isSuccess(response)) return response;
  throw errorFor(transport.runtime, response, true);
}

async function authorized(
  transport: Transport,
  call: Call,
  renewal: { used: boolean },
): Promise<AmcResponse | NoResponse> {
  const { runtime, tokens, requestTimeoutMs } = transport;
  const token = await tokens.token(call.signal);
  const send = (value: string) =>
    exchange(runtime, outgoing(transport, call, value, requestTimeoutMs));
  const response = await send(token);
  const refused = response.kind === "response" && response.status === 401;
  if (!refused || renewal.used) return response;
  renewal.used = true;
  tokens.invalidate(token);
  return await send(await tokens.token(call.signal));
}
