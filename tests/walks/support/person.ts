import type { Amc } from "./amc.ts";
import type { Lane } from "./lane.ts";
import type { AttemptRow, Picture } from "./picture.ts";

/** A person who reads AMC's console, which shows what the list does not show yet. */
export class Person {
  constructor(private readonly lane: Lane, private readonly amc: Amc) {}

  /** Confirms the execution that a create made, or that it made none. */
  async say(attempt: AttemptRow, { weeks }: Picture): Promise<void> {
    const { start } = weeks.find(({ id }) => id === attempt.week_id)!;
    const run = this.amc.runs.find((run) =>
      run.by !== "a person" && run.timeoutSeconds === attempt.fingerprint &&
      run.start.startsWith(start) && run.createdAt <= this.amc.now
    );
    if (run === undefined) {
      await this.lane.call("confirm_no_execution", { attempt_id: attempt.id });
    } else {
      await this.#confirm(attempt, run.id);
    }
  }

  /** Confirms a wrong execution: one of another week that no attempt has, or one that AMC does not have. */
  async slip(attempt: AttemptRow, now: Picture): Promise<void> {
    const { start } = now.weeks.find(({ id }) => id === attempt.week_id)!;
    const known = new Set(now.executions.map(({ id }) => id));
    const other = this.amc.runs.find((run) =>
      !known.has(run.id) && !run.start.startsWith(start)
    );
    await this.#confirm(attempt, other?.id ?? "run-0");
  }

  async #confirm(attempt: AttemptRow, execution_id: string): Promise<void> {
    await this.lane.call("confirm_execution", {
      attempt_id: attempt.id,
      execution_id,
    });
  }
}
