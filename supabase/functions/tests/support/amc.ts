// Helpers for the tests of the AMC client: an HTTP server that answers by script and keeps what it was asked.
import assert from "node:assert/strict";
import {
  type AmcClient,
  type AmcClientOptions,
  createAmcClient,
} from "../../_shared/amc/client.ts";
import type { CreateRequest } from "../../_shared/amc/create_outcome.ts";
import {
  type ExecutionObservation,
  parseExecution,
} from "../../_shared/amc/execution.ts";
import type { AmcLogEntry } from "../../_shared/amc/runtime.ts";
import {
  createTokenSource,
  type TokenSource,
  type TokenSourceOptions,
} from "../../_shared/amc/tokens.ts";

/** Where the API of the tests' instance begins. */
export const ROOT = "/amc/reporting/amcr1aaaa1a";
export const EXECUTION_ID = "b3a77999-7c8e-4289-9bf9-5da8f178536c";
export const SECRETS = {
  clientSecret: "amzn1.oa2-cs.v1.very-secret-client-value",
  refreshToken: "Atzr|very-secret-refresh-value",
  accessToken: "Atza|very-secret-access-value",
};

/** The answer to a create as captured, for the request below. */
export const CREATED = {
  createTime: "2024-09-25T03:11:52Z",
  dataGaps: [],
  disableAggregationControls: false,
  executionCategory: "AD_HOC",
  expireTime: "2024-09-26T03:11:52Z",
  ignoreDataGaps: false,
  lastUpdatedTime: "2024-09-25T03:11:52Z",
  parameterValues: {},
  status: "PENDING",
  timeWindowEnd: "2024-01-25T05:00:00Z",
  timeWindowEndOriginal: "2024-01-25T00:00:00",
  timeWindowStart: "2024-01-20T05:00:00Z",
  timeWindowStartOriginal: "2024-01-20T00:00:00",
  timeWindowTimeZoneOriginal: "America/New_York",
  waitUntil: "2024-09-25T02:11:52Z",
  workflowExecutionId: EXECUTION_ID,
  workflowExecutionTimeoutSeconds: 21_600,
  workflowId: "my-first-workflow",
};

export const REQUEST: CreateRequest = {
  workflowId: "my-first-workflow",
  timeWindowStart: "2024-01-20T00:00:00",
  timeWindowEnd: "2024-01-25T00:00:00",
  timeZone: "America/New_York",
  parameterValues: {},
  timeoutSeconds: 21_600,
};

/** What a create is given when its deadline does not matter. */
export const SOON = { deadline: Infinity };

/** Shortly before the captured create, in milliseconds. */
export const SENT_AT = Date.parse("2024-09-25T03:11:51Z");

/** The captured execution as the client reads it, with changes to AMC's fields. */
export function observed(
  change: Record<string, unknown> = {},
): ExecutionObservation {
  const execution = parseExecution({ ...CREATED, ...change }, "rid");
  assert(execution);
  return execution;
}

/** A signed link to the n-th file of a result. */
export function resultLink(n: number, signature = "1"): string {
  return `https://results.s3.us-east-1.amazonaws.com/${n}.csv?X-Amz-Signature=very-secret-${signature}`;
}

export interface Asked {
  method: string;
  path: string;
  query: Record<string, string>;
  headers: Record<string, string>;
  body: string;
}

type Handler = (asked: Asked, nth: number) => Response | Promise<Response>;

export interface Server extends AsyncDisposable {
  url: string;
  host: string;
  asked: Asked[];
}

/** A server on a free port; `handler` gets each request and its number from 0. */
export function serve(handler: Handler): Server {
  const asked: Asked[] = [];
  const server = Deno.serve({
    port: 0,
    hostname: "127.0.0.1",
    onListen() {},
  }, async (request) => {
    const url = new URL(request.url);
    const entry = {
      method: request.method,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: Object.fromEntries(request.headers),
      body: await request.text(),
    };
    asked.push(entry);
    return await handler(entry, asked.length - 1);
  });
  const host = `127.0.0.1:${server.addr.port}`;
  return {
    url: `http://${host}`,
    host,
    asked,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

export function json(
  body: unknown,
  status = 200,
  headers: Record<string, string> = {},
): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json", ...headers },
  });
}

/** AMC's error body. */
export function refusal(
  status: number,
  details: string,
  headers: Record<string, string> = {},
): Response {
  return json({ code: String(status), details }, status, headers);
}

export function html(status: number): Response {
  return new Response(
    `<html><head><title>${status}</title></head><body><h1>${status} Something</h1><hr>openresty</body></html>`,
    { status, headers: { "content-type": "text/html" } },
  );
}

/** The token endpoint's answer to its n-th request. */
export function granted(nth = 0, expires_in: unknown = 3600): Response {
  return json({
    access_token: `${SECRETS.accessToken}-${nth}`,
    token_type: "bearer",
    expires_in,
    refresh_token: SECRETS.refreshToken,
  });
}

/** A token source that needs no endpoint, and counts. */
export function fakeTokens(
  overrides: Partial<TokenSource> = {},
): TokenSource & { given: number; invalidated: (string | undefined)[] } {
  const source = {
    clientId: "amzn1.application-oa2-client.test",
    given: 0,
    invalidated: [] as (string | undefined)[],
    token(): Promise<string> {
      source.given++;
      return Promise.resolve(
        source.invalidated.length === 0
          ? SECRETS.accessToken
          : `${SECRETS.accessToken}-${source.invalidated.length}`,
      );
    },
    invalidate(rejected?: string): void {
      source.invalidated.push(rejected);
    },
    redact: (text: string) => text.replaceAll(SECRETS.accessToken, "[removed]"),
    ...overrides,
  };
  return source;
}

/** A client of a server, with waits that are over at once and kept. */
export function clientOf(
  server: { url: string; host: string },
  options: Partial<AmcClientOptions> = {},
): { client: AmcClient; log: AmcLogEntry[]; waits: number[] } {
  const log: AmcLogEntry[] = [];
  const waits: number[] = [];
  const client = createAmcClient({
    instance: {
      instanceId: "amcr1aaaa1a",
      entityId: "ENTITY1AA1AA11AAA1",
      marketplaceId: "ATVPDKIKX0DER",
      region: "NA",
    },
    tokens: fakeTokens(),
    apiUrl: server.url,
    resultHosts: ["127.0.0.1"],
    random: () => 0.5,
    wallNow: () => SENT_AT,
    wait: (ms) => {
      waits.push(ms);
      return Promise.resolve();
    },
    log: (entry) => log.push(entry),
    ...options,
  });
  return { client, log, waits };
}

export function tokensOf(
  server: { url: string },
  options: Partial<TokenSourceOptions> = {},
): TokenSource {
  return createTokenSource({
    credential: {
      clientId: "amzn1.application-oa2-client.test",
      clientSecret: SECRETS.clientSecret,
      refreshToken: SECRETS.refreshToken,
    },
    region: "NA",
    tokenUrl: `${server.url}/auth/o2/token`,
    random: () => 0.5,
    wait: () => Promise.resolve(),
    ...options,
  });
}

/** Timers that fire when told to. */
export function manualTimers() {
  const pending = new Map<number, { ms: number; fire: () => void }>();
  let next = 0;
  return {
    /** The milliseconds of the timers that run. */
    running: () => [...pending.values()].map((timer) => timer.ms),
    startTimer(ms: number, fire: () => void) {
      const id = next++;
      pending.set(id, { ms, fire });
      return () => void pending.delete(id);
    },
    /** Fires every running timer of this length. */
    fire(ms: number) {
      for (const [id, timer] of [...pending]) {
        if (timer.ms !== ms) continue;
        pending.delete(id);
        timer.fire();
      }
    },
  };
}

/** A fetch that answers only when its signal aborts. */
export function hangingFetch() {
  const { promise: called, resolve } = Promise.withResolvers<void>();
  let calls = 0;
  const fetch: typeof globalThis.fetch = (_, init) => {
    calls++;
    resolve();
    const signal = init!.signal!;
    return new Promise((_, reject) =>
      signal.addEventListener("abort", () => reject(signal.reason))
    );
  };
  return { fetch, called, calls: () => calls };
}

/** Whether a text holds a secret of these tests. */
export function holdsSecret(value: unknown): boolean {
  const text = value instanceof Error
    ? `${value.message} ${value.stack} ${JSON.stringify(value)} ${
      Deno.inspect(value)
    }`
    : `${JSON.stringify(value)} ${Deno.inspect(value)}`;
  return /very-secret/.test(text);
}
