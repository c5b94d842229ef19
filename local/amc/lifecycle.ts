/**
 * AMC simulator: how executions go from PENDING through RUNNING (and PUBLISHING) to their end. Nothing here uses
 * timers: `settle` applies every transition that is due by now, in the order in which they fell due. At most `maxRunning` of an
 * instance run at once, the rest wait in PENDING, first come first served (guide, M; the order is inferred).
 */
import { TEXTS } from "./errors.ts";
import type { Execution } from "./types.ts";

/** 24 h: expireTime is this long after createTime (captured, H). */
export const EXPIRE_MS = 24 * 3600 * 1000;

/** What the lifecycle needs to know from outside. */
export interface Rules {
  maxRunning: number;
  expiredStatus: string | null;
  /** Runs of an overlapping window after which the next is REJECTED; null: never. */
  overlappingRuns: number | null;
  /** Milliseconds by which shown times run ahead. */
  skewMs: number;
}

interface Step {
  at: number;
  execution: Execution;
  action: "start" | "expire" | "publish" | "end";
}

/** The executions of one instance and the state of their queue. */
export class Queue {
  /** Every execution, oldest first. */
  readonly all: Execution[] = [];
  #live = new Set<Execution>();
  #playedTo = 0;

  /** Adds an execution: a new one in PENDING, or one of an earlier simulator. */
  add(execution: Execution): void {
    this.all.push(execution);
    if (execution.endedAt === null) this.#live.add(execution);
  }

  /** Executions that have not ended. */
  active(): Execution[] {
    return [...this.#live];
  }

  /** Applies every transition that is due up to `now` (ms of the simulator's clock). */
  settle(now: number, rules: Rules): void {
    // Each execution takes at most four steps, so this ends.
    const most = this.#live.size * 4;
    for (let count = 0; count < most; count++) {
      const step = this.#next(rules);
      if (!step || step.at > now) break;
      this.#playedTo = Math.max(this.#playedTo, step.at);
      this.#take(step, rules);
    }
    this.#playedTo = Math.max(this.#playedTo, now);
  }

  /** Ends an execution at once, as a cancellation does. */
  end(
    execution: Execution,
    status: string,
    reason: string | null,
    at: number,
    skewMs: number,
  ): void {
    execution.status = status;
    execution.statusReason = reason;
    execution.updatedAt = at + skewMs;
    execution.endedAt = at;
    this.#live.delete(execution);
  }

  #next(rules: Rules): Step | null {
    let soonest: Step | null = null;
    let running = 0;
    const offer = (step: Step) => {
      if (!soonest || step.at < soonest.at) soonest = step;
    };
    for (const execution of this.#live) {
      if (execution.startedAt === null) continue;
      if (!execution.dryRun) running++;
      offer(nextOfRunning(execution));
    }
    for (const execution of this.#live) {
      if (execution.startedAt !== null) continue;
      const { acceptedAt, plan } = execution;
      if (execution.dryRun || running < rules.maxRunning) {
        // Never before a time up to which transitions were already applied.
        const ready = acceptedAt + plan.pendingSeconds * 1000;
        const at = Math.max(ready, this.#playedTo);
        offer({ at, execution, action: "start" });
      }
      if (rules.expiredStatus !== null) {
        offer({ at: acceptedAt + EXPIRE_MS, execution, action: "expire" });
      }
    }
    return soonest;
  }

  #take({ at, execution, action }: Step, rules: Rules): void {
    const { plan } = execution;
    const end = (status: string, reason: string | null) =>
      this.end(execution, status, reason, at, rules.skewMs);
    if (action === "expire") return end(rules.expiredStatus!, null);
    if (action === "end") return end(plan.outcome, plan.reason);
    if (action === "publish") {
      execution.status = "PUBLISHING";
      execution.updatedAt = at + rules.skewMs;
      return;
    }
    if (this.#overlapsTooOften(execution, rules)) {
      const { executionId, workflowId } = execution;
      return end("REJECTED", TEXTS.overlap(executionId, workflowId));
    }
    if (plan.outcome === "REJECTED") return end("REJECTED", plan.reason);
    execution.status = plan.runningStatus;
    execution.startedAt = at;
    execution.updatedAt = at + rules.skewMs;
  }

  /** Counts earlier runs of the instance that started on a window that overlaps this one. */
  #overlapsTooOften(execution: Execution, rules: Rules): boolean {
    if (rules.overlappingRuns === null || execution.dryRun) return false;
    const [start, end] = [execution.windowStartAt, execution.windowEndAt];
    if (start === null || end === null) return false;
    const earlier = this.all.filter((other) =>
      other !== execution && !other.dryRun && other.startedAt !== null &&
      (other.windowStartAt ?? Infinity) < end &&
      (other.windowEndAt ?? -Infinity) > start
    );
    return earlier.length >= rules.overlappingRuns;
  }
}

function nextOfRunning(execution: Execution): Step {
  const { plan, startedAt, status } = execution;
  const ran = startedAt! + plan.runSeconds * 1000;
  if (plan.publishingSeconds > 0 && status !== "PUBLISHING") {
    return { at: ran, execution, action: "publish" };
  }
  const at = ran + plan.publishingSeconds * 1000;
  return { at, execution, action: "end" };
}
