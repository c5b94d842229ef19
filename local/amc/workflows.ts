/** AMC simulator: saved workflows (SPEC, H). */
import { ApiError, TEXTS } from "./errors.ts";
import {
  amazonHeaders,
  type Call,
  json,
  nextTokenField,
  pageOf,
  parseBody,
  type Reply,
} from "./http.ts";
import type { Workflow } from "./types.ts";
import {
  ChangedWorkflow,
  checkCompiles,
  NewWorkflow,
} from "./workflow_rules.ts";
import type { InstanceState, SavedWorkflow, SimulatorState } from "./state.ts";

const FAMILY = "amcworkflows";

/** `GET …/workflows`. */
export function listWorkflows(
  state: SimulatorState,
  instance: InstanceState,
  call: Call,
): Reply {
  const all = [...instance.workflows.values()].map(({ workflow }) => workflow);
  const { page, nextToken } = pageOf(all, call);
  const { nextTokenAtEnd } = state.settings.answers;
  return json(FAMILY, {
    workflows: page,
    ...nextTokenField(nextToken, nextTokenAtEnd),
  });
}

/** `POST …/workflows`: answers `{}` as application/octet-stream (captured, H). */
export function createWorkflow(
  state: SimulatorState,
  instance: InstanceState,
  call: Call,
): Reply {
  const workflow = parseBody(NewWorkflow, call.body) as Workflow;
  if (instance.workflows.has(workflow.workflowId)) {
    throw new ApiError(
      state.settings.answers.alreadyExistsStatus,
      TEXTS.workflowExists(workflow.workflowId),
    );
  }
  checkCompiles(workflow, state.settings.queries);
  saveWorkflow(state, instance, workflow);
  return emptyOctets();
}

/** Saves a workflow as a create does, without its checks. */
export function saveWorkflow(
  state: SimulatorState,
  instance: InstanceState,
  workflow: Workflow,
): void {
  const createdAt = state.clock.now();
  instance.workflows.set(workflow.workflowId, { workflow, createdAt });
}

/** `GET …/workflows/{workflowId}`: a flat object (SPEC, H). */
export function getWorkflow(
  state: SimulatorState,
  instance: InstanceState,
  call: Call,
): Reply {
  return json(FAMILY, find(state, instance, call).workflow);
}

/** `PUT …/workflows/{workflowId}`: replaces the fields that were sent. Runs under way keep what they began with. */
export function updateWorkflow(
  state: SimulatorState,
  instance: InstanceState,
  call: Call,
): Reply {
  const saved = find(state, instance, call);
  const change = parseBody(ChangedWorkflow, call.body) as Partial<Workflow>;
  const { workflowId } = saved.workflow;
  const workflow = { ...saved.workflow, ...change, workflowId };
  checkCompiles(workflow, state.settings.queries);
  instance.workflows.set(workflowId, { ...saved, workflow });
  return emptyOctets();
}

/** `DELETE …/workflows/{workflowId}`: refused while a schedule uses it (SPEC, H; the text is invented). */
export function deleteWorkflow(
  state: SimulatorState,
  instance: InstanceState,
  call: Call,
): Reply {
  const { workflowId } = find(state, instance, call).workflow;
  const used = [...instance.schedules.values()].some((schedule) =>
    schedule.workflowId === workflowId
  );
  if (used) {
    throw new ApiError(
      400,
      `Workflow with ID ${workflowId} is referenced by a schedule.`,
    );
  }
  instance.workflows.delete(workflowId);
  return emptyOctets();
}

function find(
  state: SimulatorState,
  instance: InstanceState,
  call: Call,
): SavedWorkflow {
  const { workflowId } = call.params;
  const saved = instance.workflows.get(workflowId);
  const lagMs = state.settings.lag.workflowSeconds * 1000;
  if (!saved || saved.createdAt + lagMs > state.clock.now()) {
    throw new ApiError(404, TEXTS.noWorkflow(workflowId));
  }
  return saved;
}

function emptyOctets(): Reply {
  return {
    status: 200,
    headers: {
      "content-type": "application/octet-stream",
      ...amazonHeaders(),
    },
    body: "{}",
  };
}
