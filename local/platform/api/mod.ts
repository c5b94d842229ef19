/**
 * Stand-in for a Supabase project's API: gateway, PostgREST and Auth, as far as this project and a front
 * end on it use them, on one port of the loopback interface.
 *
 * It is for development and tests on machines without Docker. What it does not support it refuses by name
 * (code `STANDIN`). `tests/contract` runs the same suite against it and against a real project.
 */
import { Auth } from "./auth.ts";
import { openDatabase } from "./database.ts";
import { gateway, type GatewayOptions } from "./gateway.ts";
import { json } from "./http.ts";
import { makeKeyLookup } from "./keys.ts";
import { type JwtKeys, makeJwtKeys, makeTokens } from "./tokens.ts";

export { type JwtKeys, makeJwtKeys } from "./tokens.ts";

/** The options of `startApi`. */
export interface ApiOptions {
  /** Connects as the role `authenticator`, which may become anon, authenticated and service_role. */
  databaseUrl: string;
  /** Connects as a role that may write `auth.users`. */
  adminDatabaseUrl: string;
  /** The key pair that signs user JWTs; a new one when left out. */
  jwtKeys?: JwtKeys;
  /** `sb_publishable_…` keys by name. */
  publishableKeys: Record<string, string>;
  /** `sb_secret_…` keys by name. */
  secretKeys: Record<string, string>;
  /** The exposed schemas; the first is the default. */
  schemas: string[];
  /** Answers requests under `/functions/v1`. */
  functions: (request: Request) => Promise<Response>;
  /** 0, or left out: a free port. */
  port?: number;
  /** 127.0.0.1 when left out. */
  hostname?: string;
  /** How many rows one response has at most; 1000 when left out, as on a hosted project. */
  maxRows?: number;
  /** Gets one line for each request: method, path, status, milliseconds. */
  log?: (line: string) => void;
}

/** A running API. */
export interface Api {
  /** `http://127.0.0.1:<port>` */
  url: string;
  /** The public keys that user JWTs can be checked with. */
  jwks: { keys: unknown[] };
  /** Makes a confirmed user who can sign in with a password; refuses an address that is taken. */
  createUser(email: string, password: string): Promise<{ id: string }>;
  /** The claims of a user JWT, or null when it is not ours, has expired, or is for someone else. */
  verifyJwt(token: string): Promise<Record<string, unknown> | null>;
  /** Signs claims; `iat` and `exp` (in an hour) are added unless given. */
  signJwt(claims: Record<string, unknown>): Promise<string>;
  /** Stops listening, and closes the connections to the database. */
  stop(): Promise<void>;
}

/** How long requests under way may take to end when the API stops, in milliseconds. */
const stopGrace = 2000;

function listen(
  options: ApiOptions,
  signal: AbortSignal,
  handler: (request: Request) => Promise<Response>,
): Deno.HttpServer<Deno.NetAddr> {
  const { port = 0, hostname = "127.0.0.1" } = options;
  try {
    return Deno.serve({ port, hostname, signal, onListen: () => {} }, handler);
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    throw new Error(
      `Port ${port} on ${hostname} is taken: free it, or leave the port out to get a free one.`,
    );
  }
}

/** Answers one request and logs it; the query string stays out of the log. */
async function answer(
  routes: GatewayOptions,
  request: Request,
  log: ApiOptions["log"],
): Promise<Response> {
  const began = performance.now();
  const path = new URL(request.url).pathname;
  let response: Response;
  try {
    response = await gateway(routes, request);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    log?.(`${request.method} ${path} failed: ${reason}`);
    response = json(500, {
      message: "The local stand-in for the API failed",
      hint: reason,
    });
  }
  log?.(
    `${request.method} ${path} ${response.status} ${
      Math.round(performance.now() - began)
    } ms`,
  );
  return response;
}

/**
 * Starts the API.
 *
 * @returns its address, its public keys, and how to stop it
 * @throws Error with one sentence when a demanded port is taken
 */
export async function startApi(options: ApiOptions): Promise<Api> {
  const tokens = await makeTokens(options.jwtKeys ?? await makeJwtKeys());
  const keys = makeKeyLookup(options.publishableKeys, options.secretKeys);
  const database = openDatabase(options.databaseUrl, 10);
  const admin = openDatabase(options.adminDatabaseUrl, 2);
  let url = "";
  const auth = new Auth({
    database: admin,
    tokens,
    keys,
    issuer: () => `${url}/auth/v1`,
  });
  const { schemas, functions, maxRows = 1000 } = options;
  const routes = {
    rest: { database, tokens, schemas, maxRows },
    auth,
    keys,
    functions,
  };

  const abort = new AbortController();
  const closeDatabases = () =>
    Promise.all([database, admin].map((pool) => pool.end({ timeout: 2 })));
  const handle = (request: Request) => answer(routes, request, options.log);
  let server: Deno.HttpServer<Deno.NetAddr>;
  try {
    server = listen(options, abort.signal, handle);
  } catch (error) {
    await closeDatabases();
    throw error;
  }
  url = `http://${options.hostname ?? "127.0.0.1"}:${server.addr.port}`;

  return {
    url,
    jwks: tokens.jwks,
    async createUser(email, password) {
      const { id } = await auth.create({ email, password, confirmed: true });
      return { id };
    },
    async verifyJwt(token) {
      const verdict = await tokens.verify(token);
      return "claims" in verdict ? { ...verdict.claims } : null;
    },
    signJwt: (claims) => tokens.sign(claims),
    async stop() {
      const grace = setTimeout(() => abort.abort(), stopGrace);
      await server.shutdown();
      clearTimeout(grace);
      await closeDatabases();
    },
  };
}
