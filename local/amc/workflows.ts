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
import type { InstanceState, SavedWorkflow, World } from "./world.ts";

const FAMILY = "amcworkflows";

/** `GET …/workflows`. */
export function listWorkflows(
  world: World,
  state: InstanceState,
  call: Call,
): Reply {
  const all = [...state.workflows.values()].map(({ workflow }) => workflow);
  const { page, nextToken } = pageOf(all, call);
  const { nextTokenAtEnd } = world.settings.answers;
  return json(FAMILY, {
    workflows: page,
    ...nextTokenField(nextToken, nextTokenAtEnd),
  });
}

/** `POST …/workflows`: answers `{}` as application/octet-stream (captured, H). */
export function createWorkflow(
  world: World,
  state: InstanceState,
  call: Call,
): Reply {
  const workflow = parseBody(NewWorkflow, call.body) as Workflow;
  if (state.workflows.has(workflow.workflowId)) {
    throw new ApiError(
      world.settings.answers.alreadyExistsStatus,
      TEXTS.workflowExists(workflow.workflowId),
    );
  }
  checkCompiles(workflow);
  saveWorkflow(world, state, workflow);
  return emptyOctets();
}

/** Saves a workflow as a create does, without its checks. */
export function saveWorkflow(
  world: World,
  state: InstanceState,
  workflow: Workflow,
): void {
  const createdAt = world.clock.now();
  state.workflows.set(workflow.workflowId, { workflow, createdAt });
}

/** `GET …/workflows/{workflowId}`: a flat object (SPEC, H). */
export function getWorkflow(
  world: World,
  state: InstanceState,
  call: Call,
): Reply {
  return json(FAMILY, find(world, state, call).workflow);
}

/** `PUT …/workflows/{workflowId}`: replaces the fields that were sent. Runs under way keep what they began with. */
export function updateWorkflow(
  world: World,
  state: InstanceState,
  call: Call,
): Reply {
  const saved = find(world, state, call);
  const change = parseBody(ChangedWorkflow, call.body) as Partial<Workflow>;
  const { workflowId } = saved.workflow;
  const workflow = { ...saved.workflow, ...change, workflowId };
  checkCompiles(workflow);
  state.workflows.set(workflowId, { ...saved, workflow });
  return emptyOctets();
}

/** `DELETE …/workflows/{workflowId}`: refused while a schedule uses it (SPEC, H; the text is invented). */
export function deleteWorkflow(
  world: World,
  state: InstanceState,
  call: Call,
): Reply {
  const { workflowId } = find(world, state, call).workflow;
  const used = [...state.schedules.values()].some((schedule) =>
    schedule.workflowId === workflowId
  );
  if (used) {
    throw new ApiError(
      400,
      `Workflow with ID ${workflowId} is referenced by a schedule.`,
    );
  }
  state.workflows.delete(workflowId);
  return emptyOctets();
}

function find(world: World, state: InstanceState, call: Call): SavedWorkflow {
  const { workflowId } = call.params;
  const saved = state.workflows.get(workflowId);
  const lagMs = world.settings.lag.workflowSeconds * 1000;
  if (!saved || saved.createdAt + lagMs > world.clock.now()) {
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
