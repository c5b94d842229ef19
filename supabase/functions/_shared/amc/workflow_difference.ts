import { isObject } from "./json.ts";
import type { WorkflowDefinition } from "./workflow_definition.ts";

/** A workflow as AMC shows it. */
export type SeenWorkflow = Record<string, unknown> & { sqlQuery: string };

/**
 * The workflow in a response to a GET: flat, as SPEC says, or wrapped as `{"workflow":{…}}`, as a copy of it says (CONFLICT).
 *
 * @returns null for anything else, such as an error body with status 200
 */
export function workflowIn(
  body: unknown,
  workflowId: string,
): SeenWorkflow | null {
  if (!isObject(body)) return null;
  const seen = isObject(body.workflow) ? body.workflow : body;
  const { workflowId: id = workflowId, sqlQuery } = seen;
  if (id !== workflowId || typeof sqlQuery !== "string") return null;
  return { ...seen, sqlQuery };
}

/**
 * How a workflow that AMC has differs from the wanted one; null if it does not. White space outside of quotes says nothing:
 * AMC may keep a query in one line. What AMC leaves out contradicts nothing but parameters, which it would then refuse.
 */
export function differenceOf(
  wanted: WorkflowDefinition,
  seen: SeenWorkflow,
): string | null {
  if (plain(seen.sqlQuery) !== plain(wanted.sqlQuery)) {
    return "its sqlQuery is another one";
  }
  const parameters = parameterDifference(wanted, seen.inputParameters ?? []);
  if (parameters !== null) return parameters;
  const { outputFormat } = seen;
  if (outputFormat === undefined || outputFormat === null) return null;
  const differs = !isObject(outputFormat) ||
    Object.entries(wanted.outputFormat).some(([key, value]) =>
      (outputFormat[key] ?? value) !== value
    );
  return differs ? "its outputFormat is another one" : null;
}

function parameterDifference(
  { inputParameters }: WorkflowDefinition,
  seen: unknown,
): string | null {
  if (!Array.isArray(seen)) return "its inputParameters are no list";
  const byName = new Map(
    seen.filter(isObject).map((parameter) => [parameter.name, parameter]),
  );
  if (seen.length !== inputParameters.length || byName.size !== seen.length) {
    return `it has ${seen.length} inputParameters, not ${inputParameters.length}`;
  }
  for (const parameter of inputParameters) {
    if (!isObject(parameter)) continue;
    const { name } = parameter;
    const other = byName.get(name);
    if (other === undefined) return `it has no parameter ${name}`;
    for (const key of ["dataType", "columnType", "defaultValue"]) {
      const value = parameter[key] ?? null;
      // What was not sent may come back as AMC's default.
      if (value !== null && (other[key] ?? value) !== value) {
        return `the ${key} of its parameter ${name} is another one`;
      }
      if (key === "defaultValue" && value === null && !isBlank(other[key])) {
        return `its parameter ${name} has a defaultValue`;
      }
    }
  }
  return null;
}

function isBlank(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}

/** Runs of white space outside of quotes become one blank. */
function plain(sql: string): string {
  return sql.replace(
    /('(?:[^']|'')*'|"(?:[^"]|"")*")|\s+/g,
    (_, quoted) => quoted ?? " ",
  ).trim();
}
