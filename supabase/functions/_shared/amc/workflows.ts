import { saysAlreadyExists } from "./error_texts.ts";
import { NotFoundError, RefusedError } from "./errors.ts";
import type { CallOptions } from "./executions.ts";
import { get, type Transport, write } from "./transport.ts";

/** A saved workflow. A version never changes: its id names its content. */
export interface WorkflowDefinition {
  /** Letters, digits, `.`, `-`, `_` (SPEC; H). */
  workflowId: string;
  sqlQuery: string;
  /** AMC's `inputParameters`, at most 100 (SPEC; H). */
  inputParameters: readonly unknown[];
  /** AMC's `outputFormat`: separatorCharacter, quoteCharacter, escapeCharacter. Always given, since the defaults are not documented. */
  outputFormat: Record<string, unknown>;
}

/**
 * Makes sure that a workflow is saved at AMC: gets it, and saves it if AMC does not have it. One with the same id is the same
 * workflow, since the id names its content.
 *
 * @returns whether this call saved it: AMC may then need a moment to show it
 * @throws UnknownOutcomeError when the response to the save was lost; calling again does no harm
 */
export async function ensureWorkflow(
  transport: Transport,
  workflow: WorkflowDefinition,
  options: CallOptions = {},
): Promise<{ created: boolean; requestId: string | null }> {
  const { signal } = options;
  try {
    return await get(transport, {
      operation: "get_workflow",
      method: "GET",
      path: `/workflows/${encodeURIComponent(workflow.workflowId)}`,
      signal,
    }, (response) => ({ created: false, requestId: response.requestId }));
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
  }
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
    return { created: true, requestId: response.requestId };
  } catch (error) {
    // "Workflow with ID x already exists." (AWS; H for the text, the status is not known.)
    if (error instanceof RefusedError && saysAlreadyExists(error.message)) {
      return { created: false, requestId: error.requestId };
    }
    throw error;
  }
}
