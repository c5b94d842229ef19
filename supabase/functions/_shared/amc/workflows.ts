import { parseError } from "./error_body.ts";
import { saysAlreadyExists } from "./error_texts.ts";
import {
  AmcError,
  type ErrorFacts,
  NotFoundError,
  RefusedError,
  UnknownOutcomeError,
} from "./errors.ts";
import type { CallOptions } from "./executions.ts";
import type { AmcResponse } from "./http.ts";
import { isObject, parseJson } from "./json.ts";
import { malformed } from "./response_errors.ts";
import { get, type Transport, write } from "./transport.ts";
import type { WorkflowDefinition } from "./workflow_definition.ts";
import { differenceOf, workflowIn } from "./workflow_difference.ts";

/** AMC has another workflow under this id: nothing is run of it. */
export class WorkflowDiffersError extends AmcError {
  override name = "WorkflowDiffersError";
  constructor(message: string, facts: ErrorFacts = {}) {
    super("workflow_differs", message, facts);
  }
}

/** What AMC has under an id. */
interface Found {
  /** How it differs from what is wanted; null: it does not. */
  difference: string | null;
  requestId: string | null;
}

/**
 * Makes sure that a workflow is saved at AMC: gets it, and saves it if AMC does not have it. One with the same id is trusted only
 * if it is the same: somebody may have changed it at AMC.
 *
 * @returns whether this call saved it: AMC may then need a moment to show it
 * @throws WorkflowDiffersError when AMC has another one under the id
 * @throws UnknownOutcomeError when the response to the save was lost; calling again does no harm
 */
export async function ensureWorkflow(
  transport: Transport,
  workflow: WorkflowDefinition,
  options: CallOptions = {},
): Promise<{ created: boolean; requestId: string | null }> {
  const found = await find(transport, workflow, options) ??
    await save(transport, workflow, options) ??
    await find(transport, workflow, options);
  if (found === null) {
    throw new UnknownOutcomeError(
      `Expected workflow ${workflow.workflowId}, which AMC says exists already, got none: it may not show it yet.`,
    );
  }
  if ("created" in found) return found;
  const { difference, requestId } = found;
  if (difference === null) return { created: false, requestId };
  throw new WorkflowDiffersError(
    `AMC has another workflow under the id ${workflow.workflowId}: ${difference}. Nothing of it is run. Delete it at AMC, and ask for the check again.`,
    { requestId },
  );
}

/** What AMC has under the id; null if nothing. */
async function find(
  transport: Transport,
  workflow: WorkflowDefinition,
  { signal }: CallOptions,
): Promise<Found | null> {
  const { workflowId } = workflow;
  try {
    return await get(transport, {
      operation: "get_workflow",
      method: "GET",
      path: `/workflows/${encodeURIComponent(workflowId)}`,
      signal,
    }, (response) => {
      const seen = workflowIn(parseJson(response.text), workflowId);
      if (seen === null) {
        throw malformed(transport.runtime, response, `workflow ${workflowId}`);
      }
      const difference = differenceOf(workflow, seen);
      return { difference, requestId: response.requestId };
    });
  } catch (error) {
    // A 404 says that there is none, whoever wrote its body.
    const missing = error instanceof NotFoundError ||
      error instanceof AmcError && error.status === 404;
    if (missing) return null;
    throw error;
  }
}

/** Saves a workflow; null if AMC says that it exists already. */
async function save(
  transport: Transport,
  workflow: WorkflowDefinition,
  { signal }: CallOptions,
): Promise<{ created: true; requestId: string | null } | null> {
  try {
    const response = await write(transport, {
      operation: "create_workflow",
      method: "POST",
      path: "/workflows",
      body: {
        workflowId: workflow.workflowId,
        sqlQuery: workflow.sqlQuery,
        inputParameters: workflow.inputParameters,
        outputFormat: workflow.outputFormat,
      },
      signal,
    });
    refuseErrorBody(transport, response);
    return { created: true, requestId: response.requestId };
  } catch (error) {
    // "Workflow with ID x already exists." (AWS; H for the text, the status is not known.)
    if (error instanceof RefusedError && saysAlreadyExists(error.message)) {
      return null;
    }
    throw error;
  }
}

/** A success has an empty body, `{}` or the workflow (captured; H): one whose body is an error's saved nothing that is known of. */
function refuseErrorBody(
  { runtime }: Transport,
  { text, status, requestId }: AmcResponse,
): void {
  const body = parseJson(text);
  const isEmpty = (text ?? "").trim() === "" || isObject(body) &&
      (Object.keys(body).length === 0 || "workflowId" in body ||
        "workflow" in body);
  if (isEmpty) return;
  throw new UnknownOutcomeError(
    `Expected that AMC saves the workflow, got: ${
      runtime.redact(parseError(text).message).slice(0, 200)
    }`,
    { status, requestId },
  );
}
