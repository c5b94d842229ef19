/** AMC simulator: the object that tests and the local platform hold. */
import type { Clock } from "./clock.ts";
import { explicitWindow, makeExecution } from "./create.ts";
import type { ChanceProfileInput, ScriptedFaultInput } from "./faults.ts";
import type { LedgerEntry, RequestEntry } from "./journal.ts";
import type { AmcServer, Observer } from "./server.ts";
import type { SettingsInput } from "./settings.ts";
import type {
  Credential,
  Execution,
  InstanceSettings,
  Operation,
  ResultSettings,
  Workflow,
} from "./types.ts";
import { saveWorkflow } from "./workflows.ts";
import { type SimulatorSnapshot, takeSnapshot } from "./snapshot.ts";
import type { SimulatorState } from "./state.ts";

/** A run that a person starts in AMC's console. */
export interface OutsideRun {
  /** Default: the first instance. */
  instanceId?: string;
  /** Default: `analytics-<uuid>`, as the console names its own (observed, M). */
  workflowId?: string;
  /** Local times `yyyy-MM-ddTHH:mm:ss`. */
  windowStart: string;
  windowEnd: string;
  /** Default UTC. */
  timeZone?: string;
  /** Default 21600. */
  timeoutSeconds?: number;
  parameterValues?: Record<string, unknown>;
  /** Seconds that it runs; default: as the settings say. */
  runSeconds?: number;
}

/** Which runs a set outcome applies to, and its reason. */
export interface OutcomeOptions {
  /** AMC's words, shown as statusReason. */
  reason?: string | null;
  instanceId?: string;
  /** Executions of the window that it applies to, from now on; default 1, "always" for all. */
  times?: number | "always";
}

/** A running simulator. Everything here is also reachable under `/_control/` for other processes. */
export class Simulator {
  /** The client, secret and refresh token that every instance accepts unless it names others. */
  readonly credential: Credential;
  readonly credentials: readonly Credential[];
  /** The clock of states, lags and createTime: advance, set, freeze, skew. */
  readonly clock: Clock;

  constructor(
    private readonly state: SimulatorState,
    private readonly server: AmcServer,
    /** Base URL: the value for AMC_API_URL. */
    readonly url: string,
  ) {
    this.credentials = state.credentials;
    this.credential = state.credentials[0];
    this.clock = state.clock;
  }

  /** The token endpoint: the value for AMC_TOKEN_URL. */
  get tokenUrl(): string {
    return `${this.url}/auth/o2/token`;
  }

  /** Host and port of the result links. */
  get resultHost(): string {
    return new URL(this.url).host;
  }

  /** The instances that are served. */
  instances(): InstanceSettings[] {
    return [...this.state.instances.values()].map(({ settings }) => settings);
  }

  /** Every create that AMC accepted, in order. */
  ledger(): LedgerEntry[] {
    return this.state.journal.ledger();
  }

  /** The requests so far (the latest 100,000), of one operation or of all. */
  requests(operation?: Operation): RequestEntry[] {
    return this.state.journal.requests(operation);
  }

  /** Requests per operation since the start. */
  requestCounts(): Partial<Record<Operation, number>> {
    return this.state.journal.counts();
  }

  /** All executions as they are now, oldest first, those of the console included. */
  executions(): Execution[] {
    this.state.settleAll();
    return [...this.state.executions.values()].map((execution) =>
      structuredClone(execution)
    );
  }

  /** Adds a fault that applies to the next matching requests. @throws z.ZodError when it is not one */
  script(fault: ScriptedFaultInput): void {
    this.state.faults.script(fault);
  }

  /** Forgets the scripted faults that have not fired. */
  clearScript(): void {
    this.state.faults.clear();
  }

  /** Lets faults happen by chance from now on; null ends it. The same seed repeats the draws. */
  chance(
    profile: ChanceProfileInput | null,
    seed: string | number = "1",
  ): void {
    this.state.faults.chance(profile, String(seed));
  }

  /** How often each fault has fired, as "operation: fault". */
  firedFaults(): Record<string, number> {
    return this.state.faults.fired();
  }

  /** Changes settings (limits, lags, answers, durations …) while it runs. @throws z.ZodError */
  change(settings: SettingsInput): void {
    this.state.change(settings);
  }

  /** Cancels an execution as a person in the console does. @returns false if it had ended */
  cancelOutside(executionId: string): boolean {
    this.state.settleAll();
    return this.state.cancel(this.#find(executionId));
  }

  /** Starts a run as a person in AMC's console does: lists show it, the ledger does not. @returns its id */
  startOutside(run: OutsideRun): string {
    const instance = this.state.instance(
      run.instanceId ?? this.instances()[0].instanceId,
    );
    const workflowId = run.workflowId ?? `analytics-${crypto.randomUUID()}`;
    const timeZone = run.timeZone ?? "UTC";
    const execution = makeExecution(this.state, instance, {
      workflow: instance.workflows.get(workflowId)?.workflow ?? { workflowId },
      window: explicitWindow(
        run.windowStart,
        run.windowEnd,
        timeZone,
        "reject",
      ),
      source: "console",
      timeZone,
      timeoutSeconds: run.timeoutSeconds ?? 21600,
      parameterValues: run.parameterValues ?? {},
    });
    if (run.runSeconds !== undefined) {
      execution.plan.runSeconds = run.runSeconds;
    }
    return execution.executionId;
  }

  /**
   * Sets how runs of a window end: FAILED, REJECTED, CANCELLED, SUCCEEDED, or any other word. It applies to a live run
   * of that window first, then to new ones.
   */
  setOutcome(
    windowStart: string,
    status: string,
    options: OutcomeOptions = {},
  ): void {
    const { state } = this;
    const left = options.times === "always" ? Infinity : options.times ?? 1;
    const { instanceId, reason = null } = options;
    state.outcomes.push({ windowStart, status, reason, left, instanceId });
    state.settleAll();
    for (const instance of state.instances.values()) {
      for (const execution of instance.queue.active()) {
        state.applySetOutcome(execution);
      }
    }
  }

  /** Sets the results of new runs of a window; null: as the settings say. */
  setResult(windowStart: string, result: Partial<ResultSettings> | null): void {
    if (result === null) this.state.results.delete(windowStart);
    else this.state.results.set(windowStart, result);
  }

  /** Saves a workflow as if it had been there before. */
  saveWorkflow(workflow: Workflow, instanceId?: string): void {
    const instance = this.state.instance(
      instanceId ?? this.instances()[0].instanceId,
    );
    saveWorkflow(this.state, instance, workflow);
    instance.workflows.get(workflow.workflowId)!.createdAt = 0;
  }

  /** Makes every access token unknown: the next requests get 401. */
  expireTokens(): void {
    this.state.tokens.clear();
  }

  /** Makes every link signed so far an expired one. */
  expireLinks(): void {
    this.state.linksEndedAt = Date.now();
  }

  /** Revokes a refresh token (invalid_grant from now on), or takes that back. */
  revoke(credentialName = this.credential.name, revoked = true): void {
    if (revoked) this.state.revoked.add(credentialName);
    else this.state.revoked.delete(credentialName);
  }

  /** Calls a function before each request is handled, and waits for it. @returns a function that stops this */
  observe(observer: Observer): () => void {
    this.server.observers.add(observer);
    return () => this.server.observers.delete(observer);
  }

  /** What a later simulator needs to go on where this one is. It holds the credentials' secrets. */
  snapshot(): SimulatorSnapshot {
    return takeSnapshot(this.state);
  }

  /** Ends the server and all its connections. */
  stop(): Promise<void> {
    return this.server.close();
  }

  #find(executionId: string): Execution {
    const execution = this.state.executions.get(executionId);
    if (execution) return execution;
    throw new Error(`expected the id of an execution, got ${executionId}`);
  }
}
