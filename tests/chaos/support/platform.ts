import { fileURLToPath } from "node:url";
import { endWithThisProcess } from "../../../local/platform/children.ts";
import { readLines } from "../../../local/platform/lines.ts";
import {
  type ClusterAddress,
  freePort,
} from "../../../local/platform/postgres/mod.ts";

/** What a platform process is told. */
export interface PlatformOrder {
  cluster: ClusterAddress;
  /** The database, with the migrations applied. */
  name: string;
  functionEnv: Record<string, string>;
  apiPort: number;
  /** Created once the platform is up. */
  user?: { email: string; password: string };
}

/** What a platform process tells of itself. */
interface Ready {
  apiUrl: string;
  databaseUrl: string;
  adminDatabaseUrl: string;
  secretKeys: { default: string; cron: string };
  userId: string | null;
}

/** How long the API may take to answer before its process counts as stuck: long, since a loaded machine is slow. */
const PROBE_TIMEOUT_MS = 30_000;
const PROBE_EVERY_MS = 2_000;

const main = fileURLToPath(new URL("./platform_process.ts", import.meta.url));

/**
 * A platform in a process of its own, started again whenever it dies or its API gives no answer, as a supervisor would do
 * with the parts that it stands for. Its database driver (postgres.js 3.4.9) writes to sessions that ended a moment ago, from a
 * timer where nobody can catch it (porsager/postgres, issues 1066 and 1208), and can get stuck connecting again: the services
 * that it stands for are not written with it, so neither may decide a test.
 */
export class SupervisedPlatform {
  #order: PlatformOrder;
  #process!: PlatformProcess;
  #stopped = false;
  #starting: Promise<void>;
  #probe: ReturnType<typeof setTimeout> | undefined;
  /** Why its process was started again, each time. */
  readonly restarts: string[] = [];

  private constructor(
    order: Omit<PlatformOrder, "apiPort">,
    private readonly log: (line: string) => void,
  ) {
    this.#order = { ...order, apiPort: freePort() };
    this.#starting = this.#start();
  }

  /** @param log receives each line that a function prints */
  static async start(
    order: Omit<PlatformOrder, "apiPort">,
    log: (line: string) => void,
  ): Promise<SupervisedPlatform> {
    const platform = new SupervisedPlatform(order, log);
    await platform.#starting;
    delete platform.#order.user;
    return platform;
  }

  /** What the running process tells of itself; keys are others after each start. */
  get ready(): Ready {
    return this.#process.ready!;
  }

  /** Kills all processes of functions with SIGKILL. @returns how many of them were workers */
  async killFunctions(): Promise<number> {
    await this.#starting;
    return await this.#process.kill();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#probe);
    await this.#starting.catch(() => {});
    await this.#process.stop();
  }

  async #start(): Promise<void> {
    const userId = this.#process?.ready?.userId ?? null;
    this.#process = new PlatformProcess(this.#order, this.log);
    const { ended } = this.#process;
    await this.#process.started;
    this.ready.userId ??= userId;
    ended.then(() => {
      if (this.#stopped) return;
      this.restarts.push(this.#process.lastWords);
      clearTimeout(this.#probe);
      this.#starting = this.#startAgain();
      this.#starting.catch(() => {});
    });
    this.#watch();
  }

  /** The database may be away just now, for as long as a test has it so. */
  async #startAgain(): Promise<void> {
    while (!this.#stopped) {
      try {
        return await this.#start();
      } catch {
        await new Promise((done) => setTimeout(done, 500));
      }
    }
  }

  #watch(): void {
    const { apiUrl, secretKeys } = this.ready;
    const watched = this.#process;
    this.#probe = setTimeout(async () => {
      try {
        const answer = await fetch(
          `${apiUrl}/rest/v1/amc_instances?select=id&limit=1`,
          {
            headers: { apikey: secretKeys.default },
            signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
          },
        );
        await answer.body?.cancel();
      } catch (error) {
        watched.lastWords = `The API gave no answer: ${
          (error as Error).message
        }`;
        if (!this.#stopped) watched.end();
        return;
      }
      if (!this.#stopped && watched === this.#process) this.#watch();
    }, PROBE_EVERY_MS);
  }
}

/** One process: started once, and gone once it has ended. */
class PlatformProcess {
  readonly #child: Deno.ChildProcess;
  readonly #orders: WritableStreamDefaultWriter<Uint8Array>;
  readonly #killed: ((processes: number) => void)[] = [];
  ready: Ready | null = null;
  /** The first line of what it said last on stderr. */
  lastWords = "It ended without a word.";
  readonly started: Promise<void>;
  readonly ended: Promise<void>;

  constructor(order: PlatformOrder, log: (line: string) => void) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-all", "--no-prompt", "--quiet", main],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      detached: true,
    }).spawn();
    const release = endWithThisProcess(this.#child);
    this.#orders = this.#child.stdin.getWriter();
    this.#say(JSON.stringify(order));
    let isReady!: () => void;
    const announced = new Promise<void>((resolve) => isReady = resolve);
    const reading = Promise.all([this.#read(log, isReady), this.#hear()]);
    this.ended = this.#child.status.then(async () => {
      await release();
      await reading;
      for (const answer of this.#killed.splice(0)) answer(0);
      await this.#orders.close().catch(() => {});
    });
    this.started = Promise.race([
      announced,
      this.ended.then(() => {
        if (!this.ready) {
          throw new Error(`The platform did not start: ${this.lastWords}`);
        }
      }),
    ]);
  }

  async #read(log: (line: string) => void, isReady: () => void): Promise<void> {
    for await (const line of readLines(this.#child.stdout)) {
      const at = line.indexOf(" ");
      const what = JSON.parse(line.slice(at + 1));
      if (line.startsWith("log ")) log(what);
      if (line.startsWith("killed ")) this.#killed.shift()?.(what);
      if (line.startsWith("ready ")) {
        this.ready = what;
        isReady();
      }
    }
  }

  async #hear(): Promise<void> {
    for await (const line of readLines(this.#child.stderr)) {
      // deno-lint-ignore no-control-regex
      const plain = line.replace(/\x1b\[[0-9;]*m/g, "");
      if (plain.startsWith("error: ")) this.lastWords = plain;
    }
  }

  #say(order: string): void {
    this.#orders.write(new TextEncoder().encode(`${order}\n`)).catch(() => {});
  }

  kill(): Promise<number> {
    const answer = new Promise<number>((resolve) => this.#killed.push(resolve));
    this.#say("kill");
    return Promise.race([answer, this.ended.then(() => 0)]);
  }

  /** Ends it at once. */
  end(): void {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
  }

  /** Has it end what it started; after some seconds it is ended at once. */
  async stop(): Promise<void> {
    const impatience = setTimeout(() => this.end(), 5_000);
    await this.#orders.close().catch(() => {});
    await this.ended;
    clearTimeout(impatience);
  }
}
