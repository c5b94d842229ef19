/**
 * AMC simulator: the state behind its endpoints: instances with their workflows and executions, access tokens,
 * outcomes that a test has set, and the parts that all modules use (clock, settings, faults, journal).
 */
import { Clock } from "./clock.ts";
import { FaultBox } from "./faults.ts";
import { Journal } from "./journal.ts";
import { Queue, type Rules } from "./lifecycle.ts";
import { changeSettings, Settings, type SettingsInput } from "./settings.ts";
import type {
  Credential,
  Execution,
  InstanceSettings,
  ResultSettings,
  Workflow,
} from "./types.ts";

/** A saved workflow with the time of its creation (ms of the simulator's clock). */
export interface SavedWorkflow {
  workflow: Workflow;
  createdAt: number;
}

/** A schedule of AMC's own scheduler. Here it only blocks the deletion of its workflow. */
export interface Schedule {
  scheduleId: string;
  workflowId: string;
  [key: string]: unknown;
}

/** One instance and what it holds. */
export interface InstanceState {
  settings: InstanceSettings;
  workflows: Map<string, SavedWorkflow>;
  schedules: Map<string, Schedule>;
  queue: Queue;
}

/** An end that a test has set for the runs of a window. */
export interface SetOutcome {
  windowStart: string;
  instanceId?: string;
  status: string;
  reason: string | null;
  /** Executions it still applies to. */
  left: number;
}

/** All state of one simulator. */
export class SimulatorState {
  readonly clock = new Clock();
  readonly faults = new FaultBox();
  readonly journal = new Journal();
  readonly settings: Settings;
  readonly instances = new Map<string, InstanceState>();
  readonly executions = new Map<string, Execution>();
  /** Access tokens with their client id and end (ms of the machine's clock). */
  readonly tokens = new Map<string, { client: Credential; endsAt: number }>();
  /** Names of credentials whose refresh token was revoked. */
  readonly revoked = new Set<string>();
  /** Results that a test has set per window start. */
  readonly results = new Map<string, Partial<ResultSettings>>();
  outcomes: SetOutcome[] = [];
  /** Links signed up to this moment (ms of the machine's clock) are expired. */
  linksEndedAt = 0;
  /** Where the server listens, for links. */
  url = "";
  #sequence = 0;

  constructor(readonly credentials: Credential[], settings: SettingsInput) {
    this.settings = Settings.parse(settings);
  }

  /** Changes settings while running. @throws z.ZodError when a value is not allowed */
  change(change: SettingsInput): void {
    changeSettings(this.settings, change);
  }

  /** Adds an instance with the workflows that it starts with. */
  addInstance(settings: InstanceSettings): InstanceState {
    const instance: InstanceState = {
      settings,
      workflows: new Map(),
      schedules: new Map(),
      queue: new Queue(),
    };
    this.instances.set(settings.instanceId, instance);
    return instance;
  }

  /** Finds an instance. @throws Error naming the known ones when there is none */
  instance(instanceId: string): InstanceState {
    const instance = this.instances.get(instanceId);
    if (!instance) {
      const known = [...this.instances.keys()].join(", ");
      throw new Error(`expected an instance of ${known}, got ${instanceId}`);
    }
    return instance;
  }

  /** Stores a new execution in its instance's queue. */
  add(execution: Execution): void {
    this.executions.set(execution.executionId, execution);
    this.instance(execution.instanceId).queue.add(execution);
  }

  /** The next sequence number: it orders executions that have the same createTime. */
  nextSequence(): number {
    return ++this.#sequence;
  }

  /** Applies the transitions that are due at one instance. Call it before reading the instance's executions. */
  settle(instance: InstanceState): void {
    instance.queue.settle(this.clock.now(), this.#rules(instance));
  }

  /** Applies the transitions that are due at every instance. */
  settleAll(): void {
    for (const instance of this.instances.values()) this.settle(instance);
  }

  /** Cancels an execution that is not at an end. @returns whether it was cancelled */
  cancel(execution: Execution): boolean {
    const { queue } = this.instance(execution.instanceId);
    if (!queue.active().includes(execution)) return false;
    const skewMs = this.clock.shown() - this.clock.now();
    queue.end(execution, "CANCELLED", null, this.clock.now(), skewMs);
    return true;
  }

  /** Gives an execution the outcome that a test has set for its window, unless that is used up. Not to a dry run. */
  applySetOutcome(execution: Execution): void {
    if (execution.dryRun) return;
    const outcome = this.outcomes.find((set) =>
      set.left > 0 && set.windowStart === execution.windowStart &&
      (set.instanceId ?? execution.instanceId) === execution.instanceId
    );
    if (!outcome) return;
    outcome.left--;
    execution.plan.outcome = outcome.status;
    execution.plan.reason = outcome.reason;
  }

  #rules(instance: InstanceState): Rules {
    const { limits, execution } = this.settings;
    return {
      maxRunning: instance.settings.maxRunning ?? limits.maxRunning,
      expiredStatus: execution.expiredStatus,
      overlappingRuns: limits.overlappingRuns,
      skewMs: this.clock.shown() - this.clock.now(),
    };
  }
}
