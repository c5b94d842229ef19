import { type Api, type JwtKeys, makeJwtKeys, startApi } from "./api/mod.ts";
import {
  createFunctionServer,
  type FunctionLog,
  type FunctionServer,
} from "./functions/mod.ts";
import { type HttpSender, startHttpSender } from "./http_sender.ts";
import {
  type Cluster,
  type ClusterAddress,
  createDatabase,
  databaseUrl,
  type LoginRole,
  migrate,
  startCluster,
} from "./postgres/mod.ts";
import { type Scheduler, startScheduler } from "./scheduler.ts";
import { type Keys, makeKeys, storeVaultSecrets } from "./secrets.ts";
import { stopOnSignals } from "./signals.ts";

/** The options of {@link startPlatform}. */
export interface PlatformOptions {
  /**
   * A migrated database of a running cluster to use; both stay when the platform stops. Without it, a cluster of its own
   * is started, with a new database and the checkout's migrations.
   */
  database?: { cluster: ClusterAddress; name: string };
  /** TCP port of 127.0.0.1 for the API; a free one by default. */
  apiPort?: number;
  /** TCP port of 127.0.0.1 for a cluster of its own; a free one by default. */
  databasePort?: number;
  /** Variables for the functions beside those that the hosted platform gives (AMC_API_URL …). */
  functionEnv?: Record<string, string>;
  /** Seconds a function's worker may live; 400 by default. */
  wallClockSeconds?: number;
  /** The folder that holds `config.toml` and `functions`; `supabase` of the checkout by default. */
  supabaseFolder?: string;
  /** When given, every cron job runs each so many seconds, whatever its schedule. */
  tickSeconds?: number;
  /** False: no cron job runs, and nothing that pg_net queued is sent. */
  scheduled?: boolean;
  /** Keeps the database when the platform stops, and goes on with what an earlier start has kept. */
  keep?: { folder: string; state: PlatformState | null };
  /** Whether Ctrl-C and SIGTERM stop the platform and end this process (true by default). */
  stopOnSignals?: boolean;
  /** Ends a start that is under way: it fails with the signal's reason and leaves nothing behind. */
  signal?: AbortSignal;
  /** Called before each step, with what it is, such as "Starting Postgres". */
  step?: (what: string) => void;
  /** Receives each line that a function prints. */
  functionLog?: (entry: FunctionLog) => void;
  /** Receives lines of the platform's own parts. */
  log?: (part: "postgres" | "api" | "cron" | "net", line: string) => void;
}

/** What a platform needs to go on with a database that was kept: ports, passwords and keys. It holds secrets. */
export interface PlatformState {
  databasePort: number;
  apiPort: number;
  passwords: Record<LoginRole, string>;
  keys: Keys;
  jwtKeys: JwtKeys;
}

/** A running platform. */
export interface Platform {
  /** `http://127.0.0.1:<port>`: /rest/v1, /auth/v1, /functions/v1 */
  apiUrl: string;
  /** Connection URL of the role postgres. */
  databaseUrl: string;
  /** Connection URL of the superuser, for tests that must look behind the grants. */
  adminDatabaseUrl: string;
  publishableKey: string;
  /** Secret keys by name: `default`, and `cron`, which only wakes the worker. */
  secretKeys: { default: string; cron: string };
  createUser: Api["createUser"];
  signJwt: Api["signJwt"];
  functions: FunctionServer;
  /** What a later start needs to go on with this database; null when it has no cluster of its own. */
  state: PlatformState | null;
  /** The cluster that was started for this platform; null when it was given one. */
  cluster: Cluster | null;
  /** The stand-ins for the workers of pg_cron and pg_net; null when `scheduled` is false. */
  scheduler: Scheduler | null;
  httpSender: HttpSender | null;
  /** Ends everything that was started here. May be called more than once. */
  stop(): Promise<void>;
}

/**
 * Starts the embedded platform: Postgres with the migrations, the API, the functions, the schedule.
 *
 * @throws a sentence when a demanded port is taken, a migration fails, or a part cannot be run here; nothing is left
 *   running then
 */
export async function startPlatform(
  options: PlatformOptions = {},
): Promise<Platform> {
  const parts = new AsyncDisposableStack();
  const abort = new AbortController();
  const signal = options.signal
    ? AbortSignal.any([abort.signal, options.signal])
    : abort.signal;
  let stopping: Promise<void> | null = null;
  // What is being started must have ended before its parts can be.
  const end = async () => {
    abort.abort();
    await started.catch(() => {});
    await parts.disposeAsync();
  };
  const stop = () => stopping ??= end();
  if (options.stopOnSignals !== false) parts.defer(stopOnSignals(stop));
  const started = startParts({ ...options, signal }, parts, stop);
  try {
    return await started;
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startParts(
  options: PlatformOptions,
  parts: AsyncDisposableStack,
  stop: () => Promise<void>,
): Promise<Platform> {
  const { cluster, urls } = await openDatabase(options, parts);
  options.signal?.throwIfAborted();
  options.step?.("Starting the API and the schedule");
  const keys = options.keep?.state?.keys ?? makeKeys();
  const jwtKeys = options.keep?.state?.jwtKeys ?? await makeJwtKeys();
  const { api, functions } = await startServers(
    options,
    parts,
    urls,
    { ...keys, jwt: jwtKeys },
  );
  await storeVaultSecrets(urls.postgres, {
    amc_history_project_url: api.url,
    amc_history_cron_key: keys.secret.cron,
  });
  options.signal?.throwIfAborted();
  const { scheduler, httpSender } = startSchedule(options, parts, urls);
  return {
    apiUrl: api.url,
    databaseUrl: urls.postgres,
    adminDatabaseUrl: urls.supabase_admin,
    publishableKey: keys.publishable.default,
    secretKeys: keys.secret,
    createUser: api.createUser,
    signJwt: api.signJwt,
    functions,
    state: cluster && {
      databasePort: cluster.port,
      apiPort: Number(new URL(api.url).port),
      passwords: cluster.passwords,
      keys,
      jwtKeys,
    },
    cluster,
    scheduler,
    httpSender,
    stop,
  };
}

interface Urls {
  postgres: string;
  authenticator: string;
  supabase_admin: string;
}

async function openDatabase(
  options: PlatformOptions,
  parts: AsyncDisposableStack,
): Promise<{ cluster: Cluster | null; urls: Urls }> {
  const urlsOf = (cluster: ClusterAddress, name: string): Urls => ({
    postgres: databaseUrl(cluster, "postgres", name),
    authenticator: databaseUrl(cluster, "authenticator", name),
    supabase_admin: databaseUrl(cluster, "supabase_admin", name),
  });
  if (options.database) {
    const { cluster, name } = options.database;
    return { cluster: null, urls: urlsOf(cluster, name) };
  }
  const { keep, signal, step } = options;
  step?.("Starting Postgres");
  const cluster = await startCluster({
    port: options.databasePort ?? keep?.state?.databasePort,
    log: (line) => options.log?.("postgres", line),
    keep: keep && { folder: keep.folder, passwords: keep.state?.passwords },
    signal,
  });
  parts.defer(() => cluster.stop());
  const name = "amc_history";
  if (!keep?.state) await createDatabase(cluster, name);
  const urls = urlsOf(cluster, name);
  signal?.throwIfAborted();
  step?.("Applying the migrations");
  await migrate(urls.postgres, undefined, signal);
  return { cluster, urls };
}

async function startServers(
  options: PlatformOptions,
  parts: AsyncDisposableStack,
  urls: Urls,
  keys: Keys & { jwt: JwtKeys },
): Promise<{ api: Api; functions: FunctionServer }> {
  let api: Api | null = null;
  const functions = await createFunctionServer({
    env: () => ({
      SUPABASE_URL: api?.url ?? "",
      SUPABASE_DB_URL: urls.postgres,
      SUPABASE_PUBLISHABLE_KEYS: JSON.stringify(keys.publishable),
      SUPABASE_SECRET_KEYS: JSON.stringify(keys.secret),
      SUPABASE_JWKS: JSON.stringify(api?.jwks ?? { keys: [] }),
      ...options.functionEnv,
    }),
    verifyJwt: (token) => api?.verifyJwt(token) ?? Promise.resolve(null),
    supabaseFolder: options.supabaseFolder,
    wallClockSeconds: options.wallClockSeconds,
    log: options.functionLog,
  });
  api = await startApi({
    databaseUrl: urls.authenticator,
    adminDatabaseUrl: urls.supabase_admin,
    jwtKeys: keys.jwt,
    publishableKeys: keys.publishable,
    secretKeys: keys.secret,
    schemas: ["public"],
    functions: (request) => functions.handle(request),
    port: options.apiPort ?? options.keep?.state?.apiPort,
    hostname: "127.0.0.1",
    log: (line) => options.log?.("api", line),
  });
  // Ending the workers ends the requests that wait for them.
  parts.defer(api.stop);
  parts.defer(() => functions.stop());
  return { api, functions };
}

function startSchedule(
  options: PlatformOptions,
  parts: AsyncDisposableStack,
  urls: Urls,
): Pick<Platform, "scheduler" | "httpSender"> {
  if (options.scheduled === false) return { scheduler: null, httpSender: null };
  const httpSender = startHttpSender({
    adminDatabaseUrl: urls.supabase_admin,
    log: (line) => options.log?.("net", line),
  });
  parts.defer(() => httpSender.stop());
  const scheduler = startScheduler({
    adminDatabaseUrl: urls.supabase_admin,
    databaseUrl: urls.postgres,
    tickSeconds: options.tickSeconds,
    log: (line) => options.log?.("cron", line),
  });
  parts.defer(() => scheduler.stop());
  return { scheduler, httpSender };
}
