/**
 * A simulator of Amazon Marketing Cloud's reporting API, for development and tests. It speaks the protocol over
 * HTTP on 127.0.0.1: Login with Amazon, accounts and instances, workflows, executions, signed result links. It
 * keeps a ledger of every create that it accepted, runs executions by a clock that can be advanced, and injects
 * faults when told to. It was made from published facts and was not checked against the live service.
 *
 * @example
 * const amc = await startSimulator({ execution: { runSeconds: 3600 } });
 * amc.script({ operation: "createExecution", fault: { kind: "drop", point: "after" } });
 * // … let a client work against amc.url and amc.tokenUrl …
 * amc.clock.advance(3600);
 * await amc.stop();
 */
import { answerControl } from "./control.ts";
import { DEMO_INSTANCE } from "./demo.ts";
import { randomCredential } from "./lwa.ts";
import { AmcServer } from "./server.ts";
import type { SettingsInput } from "./settings.ts";
import { Simulator } from "./simulator.ts";
import type { Credential, InstanceSettings, Workflow } from "./types.ts";
import { restoreSnapshot, type SimulatorSnapshot } from "./snapshot.ts";
import { SimulatorState } from "./state.ts";

export { DEMO_INSTANCE, DEMO_WORKFLOW } from "./demo.ts";
export type {
  ChanceProfileInput,
  Fault,
  ScriptedFaultInput,
} from "./faults.ts";
export type { LedgerEntry, RequestEntry } from "./journal.ts";
export { lostAnswersProfile, mixedProfile } from "./profiles.ts";
export { entry, oddEntries } from "./odd_entries.ts";
export type { SimulatorSnapshot } from "./snapshot.ts";
export type { SettingsInput } from "./settings.ts";
export type { OutcomeOptions, OutsideRun, Simulator } from "./simulator.ts";
export type {
  Credential,
  Execution,
  InstanceSettings,
  Operation,
  ResultSettings,
  Workflow,
} from "./types.ts";

/** How a simulator starts: its settings (see settings.ts for each and its default) and what it holds. */
export interface SimulatorOptions extends SettingsInput {
  /** Port on 127.0.0.1; default 0: a free one. */
  port?: number;
  /** Instances; what is left out is as in DEMO_INSTANCE. Default: that one. */
  instances?: (Partial<InstanceSettings> & { instanceId: string })[];
  /** Credentials; what is left out is random. Default: one named `amazon`. */
  credentials?: Partial<Credential>[];
  /** Workflows that every instance has from the start. */
  workflows?: Workflow[];
  /** AMC's own schedules that every instance has from the start. */
  schedules?: { scheduleId: string; workflowId: string }[];
  /** What an earlier simulator held; its credentials count, not those above. */
  snapshot?: SimulatorSnapshot;
}

/**
 * Starts a simulator in this process.
 *
 * @returns the running simulator; `stop()` ends it
 * @throws Error when a demanded port is taken; z.ZodError for a setting that is not allowed
 */
export async function startSimulator(
  options: SimulatorOptions = {},
): Promise<Simulator> {
  const {
    port = 0,
    instances = [DEMO_INSTANCE],
    credentials = [{}],
    workflows = [],
    schedules = [],
    snapshot,
    ...settings
  } = options;
  const state = new SimulatorState(
    snapshot?.credentials ?? credentials.map((given, index) => ({
      ...randomCredential(index === 0 ? "amazon" : `amazon-${index + 1}`),
      ...given,
    })),
    settings,
  );
  for (const given of instances) {
    const instance = state.addInstance({ ...DEMO_INSTANCE, ...given });
    for (const workflow of workflows) {
      instance.workflows.set(workflow.workflowId, { workflow, createdAt: 0 });
    }
    for (const schedule of schedules) {
      instance.schedules.set(schedule.scheduleId, schedule);
    }
  }
  if (snapshot) restoreSnapshot(state, snapshot);
  const server: AmcServer = new AmcServer(
    state,
    (method, url, body) => answerControl(simulator, method, url, body),
  );
  state.url = "http://127.0.0.1";
  state.url = await server.listen(port);
  const simulator: Simulator = new Simulator(state, server, state.url);
  return simulator;
}
