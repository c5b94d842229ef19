import assert from "node:assert/strict";
import type { Action } from "./actions.ts";
import type { Amc, Run } from "./amc.ts";
import type { Lane } from "./lane.ts";

/** An hour: what AMC accepted is in its list by then. */
const RESTORE_MS = 3_600_000;
/** What makes a week run again that has a result, or that the restored database does not have. */
const ASKS: Action["do"][] = [
  "retry",
  "retry all",
  "restate",
  "cancel",
  "cancel outside",
  "ask again",
  "end by hand",
  "a week passes",
  "keep current",
  "say",
  "slip",
];

/** A backup of a walk's database, from which it may be restored while AMC goes on. */
export class Backup {
  readonly #lane: Lane;
  readonly #amc: Amc;
  /** How many runs AMC had when the backup was made; null without one. */
  #runs: number | null = null;
  /** How many runs AMC had at the last restore; null once somebody asked for more since. */
  #atRestore: number | null = null;

  /** Whether two collections ask for the same windows: each runs for itself. */
  #isShared = false;

  constructor(lane: Lane, amc: Amc) {
    this.#lane = lane;
    this.#amc = amc;
  }

  /** Makes a backup, in the place of an earlier one. */
  async make(): Promise<void> {
    await this.#lane.sql.unsafe("savepoint backup");
    this.#runs = this.#amc.runs.length;
  }

  /** Restores the database from the backup. @returns whether there is one */
  async restore(): Promise<boolean> {
    if (this.#runs === null) return false;
    const { sql } = this.#lane;
    await sql.unsafe("rollback to backup");
    this.#amc.now += RESTORE_MS;
    await this.#lane.setClock(this.#amc.now);
    await this.#lane.readCredential();
    await this.#lane.asPostgres(() => sql`select amc_history.after_restore()`);
    for (const run of this.#amc.runs.slice(this.#runs)) {
      if (run.by === "us") run.by = "us before the restore";
    }
    this.#atRestore = this.#amc.runs.length;
    return true;
  }

  /** Notes a step that may ask for what AMC has run already. */
  note({ do: name }: Action): void {
    if (name === "collect elsewhere") this.#isShared = true;
    if (ASKS.includes(name)) this.#atRestore = null;
  }

  /** Asserts that nothing ran again since the restore whose result AMC has already. */
  check(): void {
    if (this.#atRestore === null || this.#isShared) return;
    const lost = this.#amc.runs.slice(this.#runs!, this.#atRestore)
      .filter(({ by }) => by === "us before the restore");
    const ours = this.#amc.runs.slice(this.#atRestore)
      .filter(({ by }) => by === "us");
    for (const run of ours) {
      const same = lost.filter(({ start }) => start === run.start);
      assert.ok(
        same.length === 0 || !same.every(hasResult),
        `${run.id} ran again what ${same[0]?.id} has`,
      );
    }
  }
}

/** Whether a run has a result, now or soon. */
function hasResult({ cancelledAt, endsAs }: Run): boolean {
  return cancelledAt === null && endsAs === "SUCCEEDED";
}
