import { dirname } from "node:path";
import { readLines } from "../lines.ts";
import { endWithThisProcess } from "../children.ts";
import type { Account } from "./account.ts";

/** What {@link startServer} needs to know. */
export interface ServerOptions {
  program: string;
  data: string;
  /** The folder it starts in; by default the one that the data folder is in. */
  cwd?: string;
  account: Account;
  port: number;
  settings: string[];
  log?: (line: string) => void;
}

/** A running postmaster. */
export interface Server {
  readonly pid: number;
  /** Sends a signal and waits until the process is gone; SIGINT is PostgreSQL's fast shutdown. */
  end(signal: "SIGINT" | "SIGKILL"): Promise<void>;
}

/** How often a start is tried while a dead postmaster's backends hold its shared memory; a minute in all. */
const MAX_ATTEMPTS = 600;
const RETRY_MS = 100;

/**
 * Starts a postmaster on a data folder and waits until it takes connections.
 *
 * @returns the server, or "port taken" when another program listens there
 * @throws with the server's own last lines when it ends instead
 */
export async function startServer(
  options: ServerOptions,
): Promise<Server | "port taken"> {
  for (let attempt = 1;; attempt++) {
    const outcome = await startOnce(options);
    if (outcome instanceof Array) {
      const lines = outcome.join("\n");
      if (/could not bind|could not create any TCP/.test(lines)) {
        return "port taken";
      }
      const held =
        /pre-existing shared memory block|lock file .* already exists/;
      if (!held.test(lines) || attempt === MAX_ATTEMPTS) {
        throw new Error(`PostgreSQL did not start:\n${lines}`);
      }
      await new Promise((done) => setTimeout(done, RETRY_MS));
      continue;
    }
    return outcome;
  }
}

/** One try: the server, or its last lines when it ended before it was ready. */
async function startOnce(options: ServerOptions): Promise<Server | string[]> {
  const child = new Deno.Command(options.program, {
    args: ["-D", options.data, ...settings(options)],
    ...(options.account ?? {}),
    cwd: options.cwd ?? dirname(options.data),
    env: { LC_ALL: "C", TZ: "UTC" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    // Ctrl-C reaches every process of the terminal's group; the server is ended by stop() instead.
    detached: true,
  }).spawn();
  const release = endWithThisProcess(child, "QUIT", options.account);
  const last: string[] = [];
  let ready!: () => void;
  const isReady = new Promise<void>((resolve) => (ready = resolve));
  const reading = eachLine(child.stderr, (line) => {
    last.push(line);
    if (last.length > 40) last.shift();
    options.log?.(line);
    if (line.includes("database system is ready to accept connections")) {
      ready();
    }
  });
  const ended = child.status.then(async () => {
    await release();
    await reading;
  });
  const outcome = await Promise.race([
    isReady.then(() => "ready" as const),
    ended.then(() => "ended" as const),
  ]);
  if (outcome === "ended") return last;
  return {
    pid: child.pid,
    async end(signal) {
      try {
        child.kill(signal);
      } catch {
        // It has ended already.
      }
      await ended;
    },
  };
}

function settings({ port, settings }: ServerOptions): string[] {
  const all = [
    "listen_addresses=127.0.0.1",
    `port=${port}`,
    "unix_socket_directories=",
    "fsync=on",
    "timezone=UTC",
    "log_timezone=UTC",
    "max_connections=100",
    "password_encryption=scram-sha-256",
    "ssl=on",
    ...settings,
  ];
  return all.flatMap((setting) => ["-c", setting]);
}

async function eachLine(
  stream: ReadableStream<Uint8Array>,
  take: (line: string) => void,
): Promise<void> {
  for await (const line of readLines(stream)) take(line);
}
