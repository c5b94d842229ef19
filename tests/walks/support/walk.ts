import assert from "node:assert/strict";
import { type Action, askedFor, type Setting, WORKERS } from "./actions.ts";
import { Amc } from "./amc.ts";
import { checkMoment, checkStep } from "./invariants.ts";
import { ask } from "./asking.ts";
import { Backup } from "./backup.ts";
import { BEGIN, INSTANCE, type Lane, OWNER } from "./lane.ts";
import { type AttemptRow, type Picture, takePicture } from "./picture.ts";
import { Person } from "./person.ts";
import {
  attemptsForPerson,
  unfound,
  unsettled,
  waitsForPerson,
  weekWaits,
} from "./verdict.ts";
import { Worker } from "./worker.ts";

/** More calls than a tick makes. */
const ALL_CALLS = 2_000;
/** Seconds until the next tick: within the allowances of 520 and 300 s at first, then longer than any lease, pause or allowance. */
const SETTLING_SECONDS = [60, 330, 210, 250, 1_500];
const MAX_ROUNDS = 30;

/** How many walks reached each event or end of an attempt. */
export type Reached = Map<string, number>;

/** One walk: simulated workers and a simulated AMC against the database. */
export class Walk {
  readonly #lane: Lane;
  readonly #amc = new Amc(BEGIN);
  readonly #workers: Worker[];
  readonly #person: Person;
  readonly #backup: Backup;
  #picture: Picture | null = null;
  /** What happened, shown when the walk fails. */
  readonly trace: string[] = [];

  constructor(lane: Lane) {
    this.#lane = lane;
    this.#person = new Person(lane, this.#amc);
    this.#backup = new Backup(lane, this.#amc);
    this.#workers = Array.from({ length: WORKERS }, () => this.#hire());
  }

  #hire(): Worker {
    return new Worker(
      this.#lane,
      this.#amc,
      (line) => this.trace.push(line),
    );
  }

  /**
   * Plays the walk and rolls it back.
   *
   * @param seed of the random numbers of the database
   * @param check what must hold once everything has settled
   */
  async play(
    { setting, actions }: { setting: Setting; actions: Action[] },
    seed: number,
    reached: Reached,
    check: (now: Picture, amc: Amc) => void,
  ): Promise<void> {
    await this.#lane.begin(seed);
    try {
      await this.#arrange(setting);
      await this.#look(null);
      if (setting.restored && !setting.surveyed) {
        const open = setting.firstIsDone ? 1 : 0;
        this.#runWithoutUs(open, "us before the restore");
      }
      for (const action of actions) {
        this.trace.push(JSON.stringify(action));
        await this.#act(action);
        this.#backup.note(action);
        await this.#look(action);
      }
      await this.#settle(setting);
      check(this.#picture!, this.#amc);
      this.#backup.check();
      this.#count(reached);
    } finally {
      await this.#lane.end();
    }
  }

  async #arrange(setting: Setting): Promise<void> {
    this.#amc.course.lag = setting.lag;
    const { sql } = this.#lane;
    await sql`update public.amc_instances set max_parallel = ${setting.maxParallel},
      matcher_proved_at = ${
      setting.proved ? "2025-01-01" : null
    } where id = ${INSTANCE}`;
    await sql`update public.report_data_collections set failed_retries = ${setting.failedRetries}`;
    await sql`update public.report_data_weeks set surveyed_at = ${
      setting.surveyed ? "2025-01-01" : null
    }`;
    const [{ id, collection_id }] = await sql`
      select id, collection_id from public.report_data_weeks order by week_start_date limit 1`;
    if (setting.firstIsDone) {
      await this.#lane.call("update_week_status", {
        collection_id,
        week_id: id,
        status: "completed",
        data: {},
        execution_id: "before",
      });
    }
  }

  #count(reached: Reached): void {
    const { events, attempts } = this.#picture!;
    const ends = attempts.map(({ kind, outcome }) => `${kind}, ${outcome}`);
    for (const what of new Set([...events, ...ends])) {
      reached.set(what, (reached.get(what) ?? 0) + 1);
    }
  }

  async #look(action: Action | null): Promise<void> {
    assert.deepEqual(this.#lane.raised, [], "the database raises no error");
    // Checks what a commit would check.
    await this.#lane.sql.unsafe(
      "set constraints all immediate; set constraints all deferred",
    );
    const now = await takePicture(this.#lane);
    checkMoment(now);
    if (this.#picture !== null) checkStep(this.#picture, now, askedFor(action));
    this.#picture = now;
  }

  async #act(action: Action): Promise<void> {
    const amc = this.#amc;
    switch (action.do) {
      case "work": {
        const worker = this.#workers[action.worker];
        await worker.begin(action.task);
        return await worker.goOn(action.calls, action.pick);
      }
      case "repeat":
        return await this.#workers[action.worker].goOn(1, action.pick, true);
      case "die in a call":
        await this.#workers[action.worker].dieInCall(action.pick);
        this.#workers[action.worker] = this.#hire();
        return;
      case "crash":
        this.#workers[action.worker] = this.#hire();
        return;
      case "wait":
        return await this.#wait(action.seconds);
      case "fault":
        amc.faults.push(action.fault);
        return;
      case "trouble":
        amc.troubles.push(action.trouble);
        return;
      case "course":
        amc.course = action.course;
        return;
      case "cancel outside": {
        const run = amc.runs[action.run % Math.max(1, amc.runs.length)];
        if (run !== undefined && run.createdAt <= amc.now) amc.cancel(run);
        return;
      }
      case "a week passes":
        return await this.#outage();
      case "back up":
        return await this.#backup.make();
      case "restore":
        return await this.#restore();
      case "console run":
        return this.#runWithoutUs(action.week, "a person");
      default:
        return await ask(action, this.#lane, this.#person, this.#picture!);
    }
  }

  /** A week in which neither the schedule nor a worker runs; what the schedule does then. No worker lives that long. */
  async #outage(): Promise<void> {
    const { sql } = this.#lane;
    await this.#lane.asPostgres(() => sql`select amc_history.beat('dispatch')`);
    await this.#wait(7 * 86_400);
    await this.#lane.asPostgres(() =>
      sql`select amc_history.keep_collections_current(), amc_history.survey_after_gap()`
    );
    this.#workers.splice(0, WORKERS, ...this.#workers.map(() => this.#hire()));
  }

  /** Loses the database, if there is a backup, and every worker. */
  async #restore(): Promise<void> {
    if (!await this.#backup.restore()) return;
    this.#workers.splice(0, WORKERS, ...this.#workers.map(() => this.#hire()));
    this.#picture = null;
  }

  async #wait(seconds: number): Promise<void> {
    this.#amc.now += seconds * 1000;
    await this.#lane.setClock(this.#amc.now);
  }

  /** Lets AMC run the workflow over a week's window without an attempt of ours. */
  #runWithoutUs(n: number, by: "a person" | "us before the restore"): void {
    const weeks = this.#picture!.weeks;
    const start = Date.parse(`${weeks[n % weeks.length].start}T00:00:00Z`);
    const local = (ms: number) => new Date(ms).toISOString().slice(0, 19);
    const run = this.#amc.accept(
      {
        workflowId: this.#lane.workflow,
        start: local(start),
        end: local(start + 7 * 86_400_000),
        zone: "UTC",
        timeoutSeconds: by === "a person" ? 7200 : 43_210,
        parameters: {},
      },
      by,
      by === "a person" ? 0 : -600,
    );
    run.endsAt += 3_600_000;
  }

  /**
   * Lets workers tick until nothing moves any more; they still meet the faults that are left. Workers that stand still wake at
   * once, or only when all is done; those that died stay dead.
   */
  async #settle({ sleepLong }: Setting): Promise<void> {
    this.trace.push("settling");
    this.#amc.troubles = [];
    this.#amc.course = { ...this.#amc.course, seconds: 600, lag: 30 };
    if (!sleepLong) await this.#wake();
    await this.#workOn(attemptsForPerson);
    if (sleepLong) await this.#wake();
    await this.#workOn(attemptsForPerson);
    for (let times = 0; waitsForPerson(this.#picture!); times++) {
      assert.ok(times < MAX_ROUNDS, "a person has to act again and again");
      // A late report may have moved the time from which a person may resolve the attempt.
      await this.#wait(SETTLING_SECONDS.at(-1)!);
      this.trace.push("a person acts");
      const now = this.#picture!;
      for (const attempt of attemptsForPerson(now)) {
        // The first answer is wrong, and AMC contradicts it.
        if (times === 0) await this.#person.slip(attempt, now);
        else await this.#person.say(attempt, now);
      }
      for (const week of now.weeks.filter(weekWaits)) {
        const { id: week_id, collection_id } = week;
        if (week.forsaken) {
          await this.#lane.callAs(OWNER, "take_over_collection", {
            collection_id,
          });
        }
        await this.#lane.call("resume_collection", { collection_id });
        await this.#lane.call("retry_week", { week_id });
      }
      await this.#look(null);
      await this.#workOn(attemptsForPerson);
    }
  }

  async #wake(): Promise<void> {
    this.trace.push("all workers wake");
    for (const worker of this.#workers) await worker.goOn(ALL_CALLS);
    await this.#look(null);
  }

  /** Ticks until everything has settled, except the attempts that may wait. */
  async #workOn(mayWait: (now: Picture) => AttemptRow[]): Promise<void> {
    let left: string[] = [];
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const now = this.#picture!;
      const waiting = mayWait(now);
      left = [...unsettled(now, waiting), ...unfound(now, this.#amc, waiting)];
      if (left.length === 0) return;
      await this.#wait(SETTLING_SECONDS[round] ?? SETTLING_SECONDS.at(-1)!);
      this.trace.push(`round ${round}`);
      await this.#lane.reconnect();
      const worker = this.#hire();
      await worker.begin("tick");
      await worker.goOn(ALL_CALLS);
      assert.equal(worker.busy, false, "a tick ends");
      await this.#look(null);
    }
    assert.deepEqual(left, [], "nothing is stuck");
  }
}
