import { setImmediate } from "node:timers/promises";
import { cancel } from "../../../supabase/functions/_shared/collector/cancel.ts";
import type { Collector } from "../../../supabase/functions/_shared/collector/collector.ts";
import { finish } from "../../../supabase/functions/_shared/collector/finish.ts";
import { list } from "../../../supabase/functions/_shared/collector/listing.ts";
import { load } from "../../../supabase/functions/_shared/collector/load.ts";
import { submit } from "../../../supabase/functions/_shared/collector/submit.ts";
import { runTick } from "../../../supabase/functions/_shared/collector/tick.ts";
import type { Amc } from "./amc.ts";
import { createClient } from "./client.ts";
import type { Gate } from "./gate.ts";
import type { Session } from "./session.ts";

/** What a worker can do. */
export const TASKS = {
  submit,
  list,
  load,
  finish,
  cancel,
  tick: (collector: Collector) =>
    // What it does next must not depend on a clock.
    runTick(collector, {
      rounds: 3,
      milliseconds: Infinity,
      lookAgainMilliseconds: Infinity,
    }),
};
/** A name in {@link TASKS}. */
export type Task = keyof typeof TASKS;

/** Where a worker works. */
type Place = Session & {
  /** Which credential is stored. */
  credential: number;
};

interface Waiting {
  name: string;
  act: () => Promise<unknown>;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

/** The steps between the bytes of a result and the next call need some turns of the event loop, never this many. */
const MAX_TURNS = 50;

/**
 * A worker that runs the collector's own steps, one call at a time: every call to the database or to AMC waits until the walk
 * lets it through. A worker whose calls are let through no more stands for a process that was killed.
 */
export class Worker {
  readonly #waiting: Waiting[] = [];
  readonly #collector: Collector;
  #asked = 0;
  #busy = false;

  constructor(lane: Place, amc: Amc, onTrace: (line: string) => void) {
    const gate: Gate = (name, act) =>
      new Promise((resolve, reject) => {
        this.#asked++;
        this.#waiting.push({ name, act, resolve, reject } as Waiting);
      });
    this.#collector = {
      rpc: lane.rpc((name, act) => gate(name, act)),
      sql: lane.gatedSql(gate),
      clients: {
        of: () => Promise.resolve(createClient(amc, gate, lane.credential)),
        forget: () => {},
        tryCredential: () => Promise.resolve(),
      },
      log: (level, event, fields = {}) => {
        const line = `${level} ${event} ${JSON.stringify(fields)}`;
        onTrace(`  ${line}`);
        // Only a fault of the collector or an unexpected refusal of the database ends a step with an error.
        if (event.endsWith("_failed") && level === "error") {
          lane.raised.push(line);
        }
      },
      now: () => amc.now,
      checkpoint: () => Promise.resolve(),
    };
  }

  get busy(): boolean {
    return this.#busy;
  }

  /** Begins a task, up to its first call. */
  async begin(task: Task): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    TASKS[task](this.#collector).finally(() => (this.#busy = false));
    await setImmediate();
  }

  /**
   * Lets calls through.
   *
   * @param calls how many at most
   * @param pick which of the calls that wait
   * @param twice whether each call runs twice, as after a lost answer
   */
  async goOn(calls: number, pick = 0, twice = false): Promise<void> {
    for (let call = 0; call < calls && this.#waiting.length > 0; call++) {
      const [next] = this.#waiting.splice(pick % this.#waiting.length, 1);
      const asked = this.#asked;
      try {
        if (twice && isRepeated(next.name)) await next.act();
        next.resolve(await next.act());
      } catch (error) {
        next.reject(error);
      }
      await setImmediate();
      const reads = next.name === "open result";
      for (let turn = 0; reads && turn < MAX_TURNS; turn++) {
        if (this.#asked > asked || !this.#busy) break;
        await setImmediate();
      }
    }
  }

  /** Ends the call that is under way, without its answer reaching anybody. */
  async dieInCall(pick: number): Promise<void> {
    if (this.#waiting.length === 0) return;
    const [last] = this.#waiting.splice(pick % this.#waiting.length, 1);
    await last.act().catch(() => {});
  }
}

/** Whether the collector repeats a call: it repeats idempotent reports, but no claim and no request to AMC. */
function isRepeated(name: string): boolean {
  return /^(record|settle|update|fail|mark|adopt)_|^report_create$/
    .test(name);
}
