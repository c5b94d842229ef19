import type { ExecutionObservation } from "../../../supabase/functions/_shared/amc/mod.ts";

/** How an execution ends if nobody cancels it. */
export type End = "SUCCEEDED" | "FAILED" | "REJECTED";

/** An execution at the AMC of a walk. Times are in milliseconds on the walk's clock. */
export interface Run {
  id: string;
  /** Whose create it was; before the restore: the database that knew of it is lost. */
  by: "us" | "us before the restore" | "a person";
  workflowId: string;
  start: string;
  end: string;
  zone: string;
  timeoutSeconds: number;
  parameters: ExecutionObservation["parameter_values"];
  /** When AMC accepted it; in the future while the request is under way. */
  createdAt: number;
  /** From when the list and a GET show it. */
  visibleAt: number;
  endsAt: number;
  endsAs: End;
  cancelledAt: number | null;
}

/** What the next create meets. */
export type Fault =
  | "accepted, answer lost"
  | "lost on the way"
  | "accepted minutes later"
  | "throttled"
  | "accepted, but throttled"
  | "quota"
  | "refused"
  | "unauthorized"
  | "no token"
  | "credential refused"
  | "workflow not visible";

/** How executions go that AMC accepts from now on. */
export interface Course {
  seconds: number;
  endsAs: End;
  /** List lag, in seconds; the instance allows for 300. */
  lag: number;
}

/** What a create asks for. */
export type Asked = Pick<
  Run,
  "workflowId" | "start" | "end" | "zone" | "timeoutSeconds" | "parameters"
>;

/** An AMC in memory: its executions advance by the walk's clock. */
export class Amc {
  now: number;
  readonly runs: Run[] = [];
  faults: Fault[] = [];
  /** How many of the next reads fail, and whether as a throttle. */
  troubles: ("throttled" | "unavailable")[] = [];
  course: Course = { seconds: 600, endsAs: "SUCCEEDED", lag: 30 };

  constructor(now: number) {
    this.now = now;
  }

  /** Accepts a create, now or some seconds later. */
  accept(asked: Asked, by: Run["by"] = "us", inSeconds = 0): Run {
    const { seconds, endsAs, lag } = this.course;
    const createdAt = this.now + inSeconds * 1000;
    const run: Run = {
      ...asked,
      id: `run-${this.runs.length + 1}`,
      by,
      createdAt,
      visibleAt: createdAt + lag * 1000,
      endsAt: createdAt + seconds * 1000,
      endsAs,
      cancelledAt: null,
    };
    this.runs.push(run);
    return run;
  }

  /** The executions that the list shows now. */
  shown(): Run[] {
    return this.runs.filter(({ visibleAt }) => visibleAt <= this.now);
  }

  cancel(run: Run): void {
    if (endOf(run) > this.now) run.cancelledAt = this.now;
  }

  observe(run: Run): ExecutionObservation {
    const at = (ms: number) => new Date(ms).toISOString();
    const ended = endOf(run) <= this.now;
    const running = this.now >= run.createdAt + 30_000;
    const lastChange = ended
      ? endOf(run)
      : running
      ? run.createdAt + 30_000
      : run.createdAt;
    return {
      id: run.id,
      workflow_id: run.workflowId,
      status: ended
        ? (run.cancelledAt === null ? run.endsAs : "CANCELLED")
        : running
        ? "RUNNING"
        : "PENDING",
      status_reason: ended && run.endsAs !== "SUCCEEDED" ? "AMC's words" : null,
      created_at: at(run.createdAt),
      updated_at: at(lastChange),
      expires_at: null,
      execution_seconds: null,
      output_columns: null,
      time_window_start: run.start,
      time_window_end: run.end,
      time_zone: run.zone,
      window_start_at: null,
      window_end_at: null,
      timeout_seconds: run.timeoutSeconds,
      parameter_values: run.parameters,
      request_id: `request-${run.id}`,
    };
  }
}

/** When an execution ends, or ended. */
export function endOf({ endsAt, cancelledAt }: Run): number {
  return cancelledAt ?? endsAt;
}
