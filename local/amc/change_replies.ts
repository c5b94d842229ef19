/** AMC simulator: faults that change the body of a good response. */
import { type Fault } from "./faults.ts";
import type { Call, Reply } from "./http.ts";

type Json = Record<string, unknown>;
type FieldsFault = Extract<Fault, { kind: "show_fields" }>;

/** JSON texts that stand verbatim in a body, behind the marks that hold their places until it is written. */
class RawTexts {
  #texts: string[] = [];

  /** What to put where the text will stand. */
  mark(text: string): string {
    return `@@raw ${this.#texts.push(text) - 1}@@`;
  }

  /** Writes JSON with the texts in their places. */
  write(value: unknown): string {
    return JSON.stringify(value).replace(
      /"@@raw (\d+)@@"/g,
      (_, index) => this.#texts[Number(index)],
    );
  }
}

const CHANGING: Fault["kind"][] = [
  "wrapped",
  "missing_execution_id",
  "malformed_execution_id",
  "show_status",
  "show_fields",
  "list_entries",
];

/** Changes a good response: wraps it, shows other fields or statuses, puts entries into a list. */
export function applyReplyFaults(
  call: Call,
  reply: Reply,
  faults: Fault[],
): Reply {
  const changes = faults.filter(({ kind }) => CHANGING.includes(kind));
  if (changes.length === 0 || reply.status !== 200) return reply;
  const outer: Json = JSON.parse(reply.body as string);
  const inner = (outer.workflowExecution ?? outer) as Json;
  const list = inner.executions as Json[] | undefined;
  // Without the entries that faults put in: those are texts.
  const shown = list === undefined ? [inner] : [...list];
  const raw = new RawTexts();
  for (const fault of changes) {
    if (fault.kind === "missing_execution_id") delete inner.workflowExecutionId;
    if (fault.kind === "malformed_execution_id") {
      inner.workflowExecutionId = fault.value;
    }
    if (fault.kind === "show_status") {
      for (const execution of shown) execution.status = fault.status;
    }
    if (fault.kind === "show_fields") showFields(shown, fault, raw);
    // On the first page alone: the pages that follow show the rest.
    if (fault.kind !== "list_entries" || list === undefined) continue;
    if (call.url.searchParams.get("nextToken")) continue;
    const entries = fault.entries.map((text) => raw.mark(text));
    const at = fault.at === "first" ? 0 : list.length;
    (list as unknown[]).splice(at, 0, ...entries);
  }
  const wrap = changes.some(({ kind }) => kind === "wrapped") &&
    list === undefined;
  const body = wrap ? { workflowExecution: inner } : outer;
  return { ...reply, body: raw.write(body) };
}

function showFields(
  shown: Json[],
  { only, fields, missing }: FieldsFault,
  raw: RawTexts,
): void {
  for (const execution of shown) {
    const chosen = (only.executionId ?? execution.workflowExecutionId) ===
        execution.workflowExecutionId &&
      (only.workflowId ?? execution.workflowId) === execution.workflowId &&
      (only.windowStart ?? execution.timeWindowStartOriginal) ===
        execution.timeWindowStartOriginal;
    if (!chosen) continue;
    for (const name of missing) delete execution[name];
    for (const [name, text] of Object.entries(fields)) {
      execution[name] = raw.mark(text);
    }
  }
}
