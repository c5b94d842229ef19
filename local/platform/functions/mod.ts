import { join } from "node:path";
import { checkout } from "../postgres/checkout.ts";
import { type FunctionConfig, readFunctionConfigs } from "./config.ts";
import { fetchPackages } from "./packages.ts";
import { startWorker, type Worker } from "./process.ts";
import { forward, refusal } from "./forward.ts";

/** The options of {@link createFunctionServer}. */
export interface FunctionServerOptions {
  /** The variables that each function sees, asked for at each start of a worker. */
  env: () => Record<string, string>;
  /** Tells whether a JWT is valid (its claims, or null); used for functions with `verify_jwt = true`. */
  verifyJwt: (token: string) => Promise<Record<string, unknown> | null>;
  /** The folder that holds `config.toml` and `functions`; `supabase` of the checkout by default. */
  supabaseFolder?: string;
  /** Seconds a worker may live from when it listens; 400 by default, as on the hosted platform. */
  wallClockSeconds?: number;
  /** Seconds a request may wait for a response before it gets 504; 150 by default. */
  idleSeconds?: number;
  /** Receives each line that a function prints. */
  log?: (entry: FunctionLog) => void;
}

/** One line that a function printed. */
export interface FunctionLog {
  function: string;
  stream: "stdout" | "stderr";
  line: string;
}

/** Serves the edge functions of `supabase/functions`, each in a process of its own. */
export interface FunctionServer {
  /** Answers a request whose path begins with `/functions/v1/<name>`. */
  handle(request: Request): Promise<Response>;
  /** Process ids of the workers that run now, by function. */
  pids(): Record<string, number>;
  /** Ends all workers with SIGKILL; the next request starts a new one. */
  killAll(): Promise<void>;
  /** Ends all workers and starts no new ones. */
  stop(): Promise<void>;
}

/**
 * Makes a function server. A worker starts with the first request for its function, and again with the first one after it
 * died or was killed.
 *
 * @throws when `config.toml` cannot be read
 */
export async function createFunctionServer(
  options: FunctionServerOptions,
): Promise<FunctionServer> {
  const supabaseFolder = options.supabaseFolder ?? join(checkout, "supabase");
  const configs = await readFunctionConfigs(supabaseFolder);
  const workers = new Workers(options, join(supabaseFolder, "functions"));
  const idleMs = (options.idleSeconds ?? 150) * 1000;

  return {
    async handle(request) {
      const name = new URL(request.url).pathname.split("/")[3] ?? "";
      const config = configs.get(name);
      if (!config?.enabled) {
        return refusal(404, "NOT_FOUND", "Requested function was not found");
      }
      const unauthorized = await checkJwt(request, config, options.verifyJwt);
      if (unauthorized) return unauthorized;
      let worker: Worker;
      try {
        worker = await workers.get(config);
      } catch (error) {
        options.log?.({
          function: name,
          stream: "stderr",
          line: (error as Error).message,
        });
        return refusal(
          503,
          "BOOT_ERROR",
          "Function failed to start (please check logs)",
        );
      }
      return await forward(request, worker, idleMs);
    },
    pids: () => workers.pids(),
    killAll: () => workers.killAll(),
    stop: () => workers.stop(),
  };
}

async function checkJwt(
  request: Request,
  config: FunctionConfig,
  verifyJwt: FunctionServerOptions["verifyJwt"],
): Promise<Response | null> {
  // A browser's preflight carries no token.
  if (!config.verifyJwt || request.method === "OPTIONS") return null;
  const header = request.headers.get("authorization");
  if (header === null) {
    return refusal(
      401,
      "UNAUTHORIZED_NO_AUTH_HEADER",
      "Missing authorization header",
    );
  }
  const token = /^bearer\s+(\S+)$/i.exec(header)?.[1];
  if (token && await verifyJwt(token)) return null;
  return refusal(401, "UNAUTHORIZED_INVALID_JWT_FORMAT", "Invalid JWT");
}

/** The workers by function; a function has at most one at a time. */
class Workers {
  #starting = new Map<string, Promise<Worker>>();
  #running = new Map<string, Worker>();
  #fetched = new Set<string>();
  #stop = new AbortController();

  constructor(
    private readonly options: FunctionServerOptions,
    private readonly functionsFolder: string,
  ) {}

  get(config: FunctionConfig): Promise<Worker> {
    const known = this.#starting.get(config.name);
    if (known) return known;
    if (this.#stop.signal.aborted) {
      return Promise.reject(new Error("The function server is stopped."));
    }
    const starting = this.#start(config);
    this.#starting.set(config.name, starting);
    starting.catch(() => this.#starting.delete(config.name));
    return starting;
  }

  async #start(config: FunctionConfig): Promise<Worker> {
    const { name } = config;
    const log = (line: string, stream: "stdout" | "stderr") =>
      this.options.log?.({ function: name, stream, line });
    if (!this.#fetched.has(name)) {
      const problem = await fetchPackages(config, this.#stop.signal);
      if (problem === null) this.#fetched.add(name);
      else log(problem, "stderr");
    }
    const worker = await startWorker({
      config,
      functionsFolder: this.functionsFolder,
      env: {
        ...this.options.env(),
        SB_REGION: "local",
        SB_EXECUTION_ID: crypto.randomUUID(),
      },
      wallClockMs: (this.options.wallClockSeconds ?? 400) * 1000,
      log,
      signal: this.#stop.signal,
    });
    this.#running.set(name, worker);
    worker.ended.then((reason) => {
      this.#running.delete(name);
      this.#starting.delete(name);
      if (this.#stop.signal.aborted) return;
      log(
        JSON.stringify({ event: "worker_ended", function: name, reason }),
        "stderr",
      );
    });
    if (this.#stop.signal.aborted) await worker.kill();
    return worker;
  }

  pids(): Record<string, number> {
    return Object.fromEntries(
      [...this.#running].map(([name, worker]) => [name, worker.pid]),
    );
  }

  async killAll(): Promise<void> {
    await Promise.all([...this.#running.values()].map((one) => one.kill()));
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.allSettled(this.#starting.values());
    await this.killAll();
  }
}
