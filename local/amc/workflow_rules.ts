/** AMC simulator: checks a workflow's fields, and the few errors of compiling that its text shows. */
import { z } from "zod";
import { ApiError, TEXTS } from "./errors.ts";
import type { Workflow } from "./types.ts";

const Character = z.string().length(1);

/** Fields of a workflow (SPEC, H); others are kept as they are. */
const fields = {
  sqlQuery: z.string().optional(),
  inputParameters: z.array(z.looseObject({ name: z.string().min(1) })).max(100)
    .optional(),
  outputColumns: z.array(z.looseObject({
    columnType: z.enum(["DIMENSION", "METRIC"]),
    dataType: z.string(),
    name: z.string(),
  })).optional(),
  outputFormat: z.looseObject({
    separatorCharacter: Character.optional(),
    quoteCharacter: Character.optional(),
    escapeCharacter: Character.optional(),
  }).optional(),
  privacyFilteringBehavior: z.enum(["REMOVE_ROWS", "REMOVE_VALUES"]).optional(),
  filteredMetricsDiscriminatorColumn: z.string().optional(),
  timeWindowType: z.string().optional(),
};

/** Letters, digits, `.`, `-`, `_` (SPEC, H). */
const WorkflowId = z.string().regex(/^[A-Za-z0-9._-]+$/, {
  error: "expected letters, digits, '.', '-' and '_'",
});

/** A workflow to be saved. */
export const NewWorkflow = z.looseObject({ workflowId: WorkflowId, ...fields });

/** A change of a saved workflow. */
export const ChangedWorkflow = z.looseObject({
  workflowId: WorkflowId.optional(),
  ...fields,
});

/** The workflow inside a create of an execution. */
export const AdHocWorkflow = ChangedWorkflow;

/**
 * Refuses what cannot compile: no SQL, no SELECT, or a CUSTOM_PARAMETER that is not declared.
 * The start of the text is observed, M; which problems are found at once and which later is not known.
 *
 * @throws ApiError 400
 */
export function checkCompiles(workflow: Partial<Workflow>): void {
  const name = workflow.workflowId ?? "adhoc";
  const sql = workflow.sqlQuery;
  if (sql === undefined) {
    if (workflow.query !== undefined) return;
    throw new ApiError(400, "sqlQuery is required.");
  }
  if (!/^\s*(--.*\n\s*)*(select|with)\b/i.test(sql)) {
    const problem = `Encountered "${
      sql.trim().split(/\s/)[0]
    }" at line 1, column 1`;
    throw new ApiError(400, TEXTS.compile(name, problem));
  }
  const declared = new Set(workflow.inputParameters?.map(({ name }) => name));
  for (const match of sql.matchAll(/custom_parameter\s*\(\s*'([^']+)'/gi)) {
    if (declared.has(match[1])) continue;
    const problem = `Parameter '${
      match[1]
    }' is not declared in inputParameters`;
    throw new ApiError(400, TEXTS.compile(name, problem));
  }
}
