import { UnavailableError } from "./errors.ts";
import { type ExecutionObservation, parseExecution } from "./execution.ts";
import type { CallOptions } from "./executions.ts";
import type { AmcResponse } from "./http.ts";
import { isObject, parseJson } from "./json.ts";
import { malformed } from "./response_errors.ts";
import type { Redact } from "./sanitize.ts";
import { get, type Transport } from "./transport.ts";

/** Which executions to list. */
export interface ListQuery {
  /** Only those of this workflow; without it, all of the instance. */
  workflowId?: string;
  /** Only those made since; rounded down to a second. */
  minCreationTime: Date | string;
  /** Whether cancelled ones are shown; AMC hides them by default (SPEC; H). True unless said otherwise. */
  includeCancelled?: boolean;
  /** Only of executions of these workflows are parameters kept, which may be large. All, unless it is given. */
  parametersOf?: ReadonlySet<string>;
}

/** All pages of a listing. */
export interface Listing {
  /** Newest first, each id once. */
  executions: ExecutionObservation[];
  /**
   * What stands for entries that could not be read: each with an id of its own making, and with what the entry says besides. One
   * that says nothing was created, at the latest, when the entry before it was. While it may be an attempt's execution, nothing
   * can be concluded from that one's absence.
   */
  skipped: ExecutionObservation[];
  /** Why they could not be read, a sentence each. */
  reasons: string[];
  /** Whether the pages were read from the newest execution to the oldest, but for single entries. */
  complete: boolean;
  /** The `Date` header of the first page, ISO 8601: AMC's clock when the listing began. */
  serverDate: string | null;
  /** AMC's request id of each page. */
  requestIds: string[];
}

/** As many as AMC puts on a page (SPEC; H). */
const PAGE = 100;
/** Far more than the executions of two days on one instance. */
const MAX_ENTRIES = 100 * PAGE;

/**
 * Lists executions, all pages. The last page has no `nextToken`, or null, or "" (PM captured, AWS; H).
 *
 * A page that is too large, since AMC echoes large parameters, is asked for again with half as many entries (`limit`; SPEC, H).
 * Where a single entry is too large, what comes after it is read from the other end.
 *
 * @throws UnavailableError when the pages do not come to an end, besides the errors of any read: a listing is returned whole or not at all
 */
export async function listExecutions(
  transport: Transport,
  query: ListQuery,
  options: CallOptions = {},
): Promise<Listing> {
  const filters = filtersOf(query);
  const kept = query.parametersOf;
  const newest = await readPages(transport, filters, options, kept);
  const { found, skipped, reasons, requestIds, serverDate } = newest;
  const listing: Listing = {
    executions: [...found.values()],
    skipped,
    reasons,
    complete: true,
    serverDate,
    requestIds,
  };
  if (newest.ended) return listing;
  reasons.push(`An entry ${since(newest.last)} is too large to be read.`);
  skipped.push(standIn({}, newest.last));
  const oldest = await readPages(
    transport,
    { ...filters, sortAscending: "true" },
    options,
    kept,
    newest.last,
  );
  const older = [...oldest.found.values()].filter(({ id }) => !found.has(id));
  listing.executions.push(...older.reverse());
  skipped.push(...oldest.skipped);
  reasons.push(...oldest.reasons);
  requestIds.push(...oldest.requestIds);
  return listing;
}

/** Pages from one end of the list. */
interface Pages {
  found: Map<string, ExecutionObservation>;
  skipped: ExecutionObservation[];
  reasons: string[];
  requestIds: string[];
  serverDate: string | null;
  /** No entry that follows was created later. */
  last: string | null;
  /** False where an entry was too large, after which nothing was read. */
  ended: boolean;
}

/** @param last when reading from the oldest on: no entry was created later */
async function readPages(
  transport: Transport,
  filters: Record<string, string>,
  options: CallOptions,
  kept: ListQuery["parametersOf"],
  last?: string | null,
): Promise<Pages> {
  const pages: Pages = {
    found: new Map(),
    skipped: [],
    reasons: [],
    requestIds: [],
    serverDate: null,
    last: last ?? null,
    ended: true,
  };
  const how = { redact: transport.runtime.redact, kept };
  const tokens = new Set<string>();
  let token = "";
  let limit = PAGE;
  for (let asked = 0; asked < MAX_ENTRIES;) {
    const { response, entries, nextToken } = await pageOf(
      transport,
      {
        ...filters,
        limit: String(limit),
        ...(token === "" ? {} : { nextToken: token }),
      },
      options,
    );
    pages.serverDate ??= response.serverDate;
    if (response.requestId !== null) {
      pages.requestIds.push(response.requestId);
    }
    if (entries === null) {
      if (limit === 1) return { ...pages, ended: false };
      limit = Math.floor(limit / 2);
      continue;
    }
    asked += limit;
    limit = Math.min(2 * limit, PAGE);
    for (const entry of entries) {
      const execution = take(pages, entry, response.requestId, how);
      if (last === undefined) pages.last = execution?.created_at ?? pages.last;
    }
    token = nextToken;
    if (token === "") return pages;
    if (tokens.has(token)) {
      throw new UnavailableError(
        "Expected a list of executions that ends, got the same page token twice.",
        { requestId: response.requestId },
      );
    }
    tokens.add(token);
  }
  throw new UnavailableError(
    `Expected a list of at most ${MAX_ENTRIES / PAGE} pages, got more.`,
    { requestId: pages.requestIds.at(-1) },
  );
}

/** How entries are read: without secrets, and with the parameters of which workflows. */
interface Reading {
  redact: Redact;
  kept: ListQuery["parametersOf"];
}

/** Takes one entry of a page. @returns it, if it could be read */
function take(
  pages: Pages,
  entry: unknown,
  requestId: string | null,
  { redact, kept }: Reading,
): ExecutionObservation | null {
  const execution = parseExecution(entry, requestId, redact);
  if (execution !== null) {
    if (kept?.has(execution.workflow_id ?? "") === false) {
      execution.parameter_values = null;
    }
    // An execution that is created meanwhile shifts the pages: the first sight has the newer place, the last the newer status.
    pages.found.set(execution.id, execution);
    return execution;
  }
  pages.skipped.push(standIn(entry, pages.last, redact));
  pages.reasons.push(
    `Entry ${pages.found.size + pages.skipped.length} ${
      since(pages.last)
    } has no well-formed workflowExecutionId.`,
  );
  return null;
}

/** What stands for an entry without a readable id. The list goes from newer to older, so it is no newer than the one before. */
function standIn(
  entry: unknown,
  last: string | null,
  redact?: Redact,
): ExecutionObservation {
  const plain = isObject(entry) ? entry : {};
  const wrapped = plain.workflowExecution;
  const seen = parseExecution(
    {
      ...(isObject(wrapped) ? wrapped : plain),
      workflowExecutionId: `skipped-${crypto.randomUUID()}`,
    },
    null,
    redact,
  )!;
  return { ...seen, created_at: seen.created_at ?? last };
}

function since(last: string | null): string {
  return last === null ? "of AMC's list" : `of AMC's list, behind ${last},`;
}

/** Creation times go without a zone suffix, in UTC (SPEC; H). */
function filtersOf(query: ListQuery): Record<string, string> {
  const since = new Date(query.minCreationTime);
  if (Number.isNaN(since.getTime())) {
    throw new TypeError("minCreationTime must be an instant.");
  }
  return {
    ...(query.workflowId === undefined ? {} : { workflowId: query.workflowId }),
    minCreationTime: since.toISOString().slice(0, 19),
    timeZone: "UTC",
    includeCancelled: String(query.includeCancelled ?? true),
  };
}

/**
 * Reads one entry of a list.
 *
 * @param last when the entry before it was created
 * @returns it, or what stands for it where its id cannot be read
 */
export function takeEntry(
  entry: unknown,
  last: string | null,
  requestId: string | null,
  redact: Redact,
): { execution: ExecutionObservation; isReadable: boolean } {
  const execution = parseExecution(entry, requestId, redact);
  return execution === null
    ? { execution: standIn(entry, last, redact), isReadable: false }
    : { execution, isReadable: true };
}

/** One page; its entries are null where it is too large. */
export function pageOf(
  transport: Transport,
  query: Record<string, string>,
  options: CallOptions,
): Promise<
  { response: AmcResponse; entries: unknown[] | null; nextToken: string }
> {
  return get(transport, {
    operation: "list_executions",
    method: "GET",
    path: "/workflowExecutions",
    query,
    signal: options.signal,
  }, (response) => {
    if (response.tooLarge) return { response, entries: null, nextToken: "" };
    const page = parseJson(response.text);
    const nextToken = isObject(page) ? page.nextToken ?? "" : undefined;
    // A body without a list is not an empty list.
    if (
      !isObject(page) || !Array.isArray(page.executions) ||
      typeof nextToken !== "string"
    ) throw malformed(transport.runtime, response, "a list of executions");
    const entries: unknown[] = page.executions;
    return { response, entries, nextToken };
  });
}
