import { join } from "node:path";
import { readLines } from "../../local/platform/lines.ts";
import { serverAccount } from "../../local/platform/postgres/account.ts";
import { localFolder } from "../../local/platform/postgres/binaries.ts";
import { checkout } from "../../local/platform/postgres/mod.ts";

/** What a run of `npm start` came to. */
export interface Ended {
  code: number;
  stdout: string[];
  stderr: string[];
}

/** A run of `npm start` that is under way. */
export class NpmStart {
  readonly stdout: string[] = [];
  readonly stderr: string[] = [];
  /** Settles when the process and what it printed have ended. */
  readonly ended: Promise<Ended>;
  readonly #child: Deno.ChildProcess;
  #arrived = Promise.withResolvers<void>();

  /**
   * Starts it, without npm around it.
   *
   * @param args its options
   * @param env added to this process's environment
   */
  constructor(args: string[], env: Record<string, string> = {}) {
    this.#child = new Deno.Command("node", {
      args: [join(checkout, "local/cli.mjs"), "start", ...args],
      env,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const reading = [
      this.#read(this.#child.stdout, this.stdout),
      this.#read(this.#child.stderr, this.stderr),
    ];
    this.ended = this.#child.status.then(async ({ code }) => {
      await Promise.all(reading);
      this.#arrived.resolve();
      return { code, stdout: this.stdout, stderr: this.stderr };
    });
  }

  /** Waits for a line on stdout that matches. @throws with all that was printed when the process ends without it */
  async line(pattern: RegExp): Promise<string> {
    let isOver = false;
    this.ended.then(() => (isOver = true));
    while (true) {
      const found = this.stdout.find((line) => pattern.test(line));
      if (found !== undefined) return found;
      if (isOver) {
        throw new Error(
          `Expected a line ${pattern}, got:\n${
            [...this.stdout, ...this.stderr].join("\n")
          }`,
        );
      }
      await this.#arrived.promise;
    }
  }

  /** Sends a signal, as Ctrl-C sends SIGINT. */
  signal(signal: Deno.Signal = "SIGINT"): void {
    this.#child.kill(signal);
  }

  async #read(stream: ReadableStream<Uint8Array>, lines: string[]) {
    for await (const line of readLines(stream)) {
      lines.push(line);
      this.#arrived.resolve();
      this.#arrived = Promise.withResolvers();
    }
  }
}

/**
 * Gives some work a folder in place of the checkout's `.local`, with the PostgreSQL that is there already.
 *
 * @param work gets the folder, for the variable AMC_HISTORY_LOCAL
 */
export async function withLocalFolder(
  work: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "amc-history-local-" });
  try {
    await Deno.chmod(folder, 0o755);
    const installed = await localFolder(await serverAccount());
    await Deno.symlink(join(installed, "postgres"), join(folder, "postgres"));
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The command lines of all processes that name a folder. */
export async function processesNaming(folder: string): Promise<string[]> {
  const { stdout } = await new Deno.Command("ps", {
    args: ["-A", "-ww", "-o", "args="],
  }).output();
  return new TextDecoder().decode(stdout).split("\n")
    .filter((line) => line.includes(folder));
}
