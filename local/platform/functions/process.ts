import { dirname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { endWithThisProcess } from "../children.ts";
import { readLines } from "../lines.ts";
import type { FunctionConfig } from "./config.ts";

const workerModule = fileURLToPath(new URL("./worker.ts", import.meta.url));

/** The hosted platform's heap for one worker, in MB. */
const HEAP_MB = 256;

/** How long a worker may take from its start until it listens, in ms; its packages are there already. */
const BOOT_TIMEOUT_MS = 120_000;

/** What Deno needs from this process's environment to find its cache; packages are fetched beforehand. */
const DENO_NEEDS = [
  "HOME",
  "XDG_CACHE_HOME",
  "DENO_DIR",
  "NPM_CONFIG_REGISTRY",
];

/** The options of {@link startWorker}. */
export interface WorkerOptions {
  config: FunctionConfig;
  /** The folder that the function may read: `supabase/functions`. */
  functionsFolder: string;
  /** All the variables that the function sees. */
  env: Record<string, string>;
  /** Milliseconds after which the worker is killed, whatever it is doing; they count from when it listens. */
  wallClockMs: number;
  /** Receives each line that the function prints. */
  log: (line: string, stream: "stdout" | "stderr") => void;
  /** Ends the worker when it is aborted, also while it starts. */
  signal: AbortSignal;
}

/** A running worker: one Deno process that serves one function. */
export interface Worker {
  readonly pid: number;
  readonly port: number;
  /** Settles when the process is gone; says why it ended. */
  readonly ended: Promise<"killed" | "wall_clock" | "exited">;
  /** Ends the process with SIGKILL and waits until it is gone. */
  kill(): Promise<void>;
}

/**
 * Starts a worker and waits until it listens on 127.0.0.1.
 *
 * @throws when the process ends or {@link BOOT_TIMEOUT_MS} pass before that
 */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const announcement = `listening-${crypto.randomUUID()}`;
  const child = spawn(options, announcement);
  const release = endWithThisProcess(child);
  let reason: "killed" | "wall_clock" | "exited" = "exited";
  const kill = (why: typeof reason) => {
    reason = why;
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
  };
  const abort = () => kill("killed");
  options.signal.addEventListener("abort", abort);
  if (options.signal.aborted) abort();
  const boot = setTimeout(() => kill("exited"), BOOT_TIMEOUT_MS);
  let wallClock: ReturnType<typeof setTimeout> | undefined;

  let announce!: (port: number) => void;
  const announced = new Promise<number>((resolve) => (announce = resolve));
  const reading = Promise.all([
    eachLine(child.stdout, (line) => {
      if (line.startsWith(`${announcement} `)) {
        wallClock = setTimeout(() => kill("wall_clock"), options.wallClockMs);
        announce(Number(line.slice(announcement.length + 1)));
      } else {
        options.log(line, "stdout");
      }
    }),
    eachLine(child.stderr, (line) => options.log(line, "stderr")),
  ]);
  const ended = child.status.then(async () => {
    const why = reason;
    clearTimeout(boot);
    options.signal.removeEventListener("abort", abort);
    await release();
    await reading;
    clearTimeout(wallClock);
    return why;
  });

  const port = await Promise.race([announced, ended.then(() => null)]);
  clearTimeout(boot);
  if (port === null) {
    throw new Error(
      `The function ${options.config.name} did not start; its log says why.`,
    );
  }
  return {
    pid: child.pid,
    port,
    ended,
    async kill() {
      kill("killed");
      await ended;
    },
  };
}

function spawn(options: WorkerOptions, announcement: string) {
  const { config, functionsFolder, env } = options;
  const needed: Record<string, string> = {};
  for (const name of DENO_NEEDS) {
    const value = Deno.env.get(name);
    if (value !== undefined) needed[name] = value;
  }
  return new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      "--no-lock",
      "--node-modules-dir=none",
      ...(config.importMap ? ["--config", config.importMap] : ["--no-config"]),
      `--v8-flags=--max-old-space-size=${HEAP_MB}`,
      "--allow-net",
      "--allow-env",
      "--allow-sys=hostname,osRelease",
      `--allow-read=${functionsFolder}`,
      workerModule,
      pathToFileURL(config.entrypoint).href,
      announcement,
      ...Object.keys(env),
    ],
    cwd: dirname(functionsFolder),
    clearEnv: true,
    env: {
      ...needed,
      DENO_NO_PACKAGE_JSON: "1",
      DENO_NO_UPDATE_CHECK: "1",
      NO_COLOR: "1",
      ...env,
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    // Ctrl-C reaches every process of the terminal's group; workers are ended by killAll() instead.
    detached: true,
  }).spawn();
}

async function eachLine(
  stream: ReadableStream<Uint8Array>,
  take: (line: string) => void,
): Promise<void> {
  for await (const line of readLines(stream)) take(line);
}
