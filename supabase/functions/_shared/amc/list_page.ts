import type { ExecutionObservation } from "./execution.ts";
import type { CallOptions } from "./executions.ts";
import { NotFoundError, RefusedError } from "./errors.ts";
import { isObject } from "./json.ts";
import { pageOf, takeEntry } from "./listing.ts";
import type { Transport } from "./transport.ts";

/** Which page of the list of executions to read, the newest first. */
export interface PageQuery {
  /** Only those made since; an instant in ISO 8601. */
  minCreationTime: string;
  /** And until then. */
  maxCreationTime: string;
  /** AMC's token of the page, with which the same times go; null: the first. */
  nextToken: string | null;
  /** How many entries; 1 to 100 (SPEC; H). */
  limit: number;
}

/** An entry of a page: what is read of every execution, and its SQL. */
export interface ListedExecution extends ExecutionObservation {
  /** The SQL that ran, where AMC says it (`includeWorkflow`; SPEC, H). */
  sql_query: string | null;
  /** False for an entry whose id could not be read, which has one of our making. */
  is_readable: boolean;
}

/** What asking for one page came to. */
export type ListPage =
  | {
    kind: "page";
    executions: ListedExecution[];
    nextToken: string | null;
  }
  /** Too many bytes: to be asked for with a smaller limit. */
  | { kind: "too_large" }
  /** AMC does not take the token, which may have expired. */
  | { kind: "token_refused" };

/**
 * Reads one page of the list of executions, with their SQL: one call of AMC, besides repetitions of one that failed. Who reads a
 * long list page by page keeps where it is, and may be interrupted anywhere.
 *
 * @throws the errors of any read
 */
export async function listPage(
  transport: Transport,
  { minCreationTime, maxCreationTime, nextToken, limit }: PageQuery,
  options: CallOptions = {},
): Promise<ListPage> {
  try {
    const page = await pageOf(transport, {
      minCreationTime: withoutZone(minCreationTime),
      maxCreationTime: withoutZone(maxCreationTime),
      timeZone: "UTC",
      includeCancelled: "true",
      includeWorkflow: "true",
      limit: String(limit),
      ...(nextToken === null ? {} : { nextToken }),
    }, options);
    if (page.entries === null) return { kind: "too_large" };
    const executions: ListedExecution[] = [];
    let last: string | null = null;
    for (const entry of page.entries) {
      const taken = takeEntry(
        entry,
        last,
        page.response.requestId,
        transport.runtime.redact,
      );
      executions.push({
        ...taken.execution,
        sql_query: sqlOf(entry),
        is_readable: taken.isReadable,
      });
      last = taken.execution.created_at ?? last;
    }
    return { kind: "page", executions, nextToken: page.nextToken || null };
  } catch (error) {
    const isRefused = error instanceof NotFoundError ||
      error instanceof RefusedError &&
        (error.status === 400 || error.status === 422);
    if (nextToken !== null && isRefused) return { kind: "token_refused" };
    throw error;
  }
}

/** Creation times go without a zone suffix, in UTC, in whole seconds (SPEC; H). */
function withoutZone(instant: string): string {
  return new Date(instant).toISOString().slice(0, 19);
}

/** The SQL of an entry: its own field (SPEC; H), or that of a workflow in it. */
function sqlOf(entry: unknown): string | null {
  if (!isObject(entry)) return null;
  const seen = isObject(entry.workflowExecution)
    ? entry.workflowExecution
    : entry;
  const workflow = isObject(seen.workflow) ? seen.workflow : {};
  const sql = seen.sqlQuery ?? workflow.sqlQuery;
  return typeof sql === "string" && sql !== "" ? sql : null;
}
