/**
 * AMC simulator: what outlives its process, as data that JSON can hold: credentials, saved workflows, executions and
 * the ledger. Settings, faults, access tokens and the log of requests begin anew.
 */
import type { LedgerEntry } from "./journal.ts";
import type { SavedWorkflow, SimulatorState } from "./state.ts";
import type { Credential, Execution } from "./types.ts";

/** The state of a simulator at one moment. It holds the credentials' secrets. */
export interface SimulatorSnapshot {
  credentials: Credential[];
  workflows: (SavedWorkflow & { instanceId: string })[];
  executions: Execution[];
  ledger: LedgerEntry[];
}

/** Takes a snapshot of a state. */
export function takeSnapshot(state: SimulatorState): SimulatorSnapshot {
  const workflows = [...state.instances].flatMap(([instanceId, instance]) =>
    [...instance.workflows.values()].map((saved) => ({ ...saved, instanceId }))
  );
  return structuredClone({
    credentials: state.credentials,
    workflows,
    executions: [...state.executions.values()],
    ledger: state.journal.ledger(),
  });
}

/**
 * Restores workflows, executions and ledger into a state that has none yet; its credentials are given to it before.
 *
 * @throws Error when the state lacks an instance of the snapshot
 */
export function restoreSnapshot(
  state: SimulatorState,
  snapshot: SimulatorSnapshot,
): void {
  const { workflows, executions, ledger } = structuredClone(snapshot);
  for (const { instanceId, ...saved } of workflows) {
    const instance = state.instance(instanceId);
    instance.workflows.set(saved.workflow.workflowId, saved);
  }
  for (const execution of executions) {
    state.add(execution);
    while (state.nextSequence() < execution.sequence);
  }
  state.journal.restore(ledger);
}
