/** AMC simulator: checks a workflow's fields, and the few errors of compiling that its text shows. */
import { z } from "zod";
import { ApiError, TEXTS } from "./errors.ts";
import type { Settings } from "./settings.ts";
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
 * Refuses a workflow without SQL and, unless that is found only when it runs, one that does not compile.
 *
 * @throws ApiError 400
 */
export function checkCompiles(
  workflow: Partial<Workflow>,
  settings: Settings["queries"],
): void {
  if (workflow.sqlQuery === undefined && workflow.query === undefined) {
    throw new ApiError(400, "sqlQuery is required.");
  }
  if (settings.compiledAt === "run") return;
  const problem = compileProblem(workflow, settings);
  if (problem !== null) throw new ApiError(400, problem);
}

/**
 * Why a query does not compile: no SELECT, a CUSTOM_PARAMETER that is not declared, or a table that AMC does not have.
 * The start of the text is observed, M; which problems are found at once and which later is not known.
 *
 * @returns AMC's words; null if it compiles, as a workflow without SQL does
 */
export function compileProblem(
  workflow: Partial<Workflow>,
  settings: Settings["queries"],
): string | null {
  const { sqlQuery, workflowId = "adhoc" } = workflow;
  if (sqlQuery === undefined) return null;
  const problem = sqlProblem(workflow, sqlQuery, settings);
  return problem === null ? null : TEXTS.compile(workflowId, problem);
}

function sqlProblem(
  workflow: Partial<Workflow>,
  sql: string,
  settings: Settings["queries"],
): string | null {
  if (settings.comments === "refused") {
    // Of the same length, so that places stay true.
    const bare = sql.replace(
      /'(?:[^']|'')*'|"(?:[^"]|"")*"/g,
      (quoted) => quoted.replace(/[^\n]/g, "x"),
    );
    const at = bare.search(/--|\/\*/);
    if (at >= 0) {
      const { line, column } = placeOf(sql, at);
      return `Encountered "${
        sql.slice(at, at + 2)
      }" at line ${line}, column ${column}`;
    }
  }
  if (!/^\s*(--.*\n\s*)*(select|with)\b/i.test(sql)) {
    return `Encountered "${sql.trim().split(/\s/)[0]}" at line 1, column 1`;
  }
  const declared = new Set(workflow.inputParameters?.map(({ name }) => name));
  for (const match of sql.matchAll(/custom_parameter\s*\(\s*'([^']+)'/gi)) {
    if (declared.has(match[1])) continue;
    return `Parameter '${match[1]}' is not declared in inputParameters`;
  }
  for (const table of settings.missingTables) {
    const at = sql.indexOf(table);
    if (at < 0) continue;
    const { line, column } = placeOf(sql, at);
    return TEXTS.missingTable(table, line, column);
  }
  return null;
}

function placeOf(sql: string, at: number): { line: number; column: number } {
  const lines = sql.slice(0, at).split("\n");
  return { line: lines.length, column: lines.at(-1)!.length + 1 };
}
