import { malformed } from "./response_errors.ts";
import { UnavailableError } from "./errors.ts";
import { type ExecutionObservation, parseExecution } from "./execution.ts";
import type { CallOptions } from "./executions.ts";
import { isObject, parseJson } from "./json.ts";
import { get, type Transport } from "./transport.ts";

/** Which executions to list. */
export interface ListQuery {
  /** Only those of this workflow; without it, all of the instance. */
  workflowId?: string;
  /** Only those made since; rounded down to a second. */
  minCreationTime: Date | string;
  /** Whether cancelled ones are shown; AMC hides them by default (SPEC; H). True unless said otherwise. */
  includeCancelled?: boolean;
}

/** All pages of a listing. */
export interface Listing {
  /** Newest first, each id once. */
  executions: ExecutionObservation[];
  /** Whether every entry could be read. If not, nothing can be concluded from an execution's absence. */
  complete: boolean;
  /** The `Date` header of the first page, ISO 8601: AMC's clock when the listing began. */
  serverDate: string | null;
  /** AMC's request id of each page. */
  requestIds: string[];
}

/** Far more than the executions of two days on one instance, at a hundred a page. */
const MAX_PAGES = 100;

/**
 * Lists executions, all pages.
 *
 * The last page has no `nextToken`, or null, or "" (PM captured, AWS; H).
 *
 * @throws UnavailableError when the pages do not come to an end, besides the errors of any read: a listing is returned whole or not at all
 */
export async function listExecutions(
  transport: Transport,
  query: ListQuery,
  options: CallOptions = {},
): Promise<Listing> {
  const found = new Map<string, ExecutionObservation>();
  const listing: Listing = {
    executions: [],
    complete: true,
    serverDate: null,
    requestIds: [],
  };
  const tokens = new Set<string>();
  const filters = filtersOf(query);
  let token = "";
  for (let page = 0; page < MAX_PAGES; page++) {
    const { response, entries, nextToken } = await pageOf(
      transport,
      token === "" ? filters : { ...filters, nextToken: token },
      options,
    );
    if (page === 0) listing.serverDate = response.serverDate;
    if (response.requestId !== null) {
      listing.requestIds.push(response.requestId);
    }
    for (const entry of entries) {
      const execution = parseExecution(entry, response.requestId);
      if (execution === null) listing.complete = false;
      // An execution that is created meanwhile shifts the pages: the first sight has the newer place, the last the newer status.
      else found.set(execution.id, execution);
    }
    token = nextToken;
    if (token === "") {
      listing.executions = [...found.values()];
      return listing;
    }
    if (tokens.has(token)) {
      throw new UnavailableError(
        "Expected a list of executions that ends, got the same page token twice.",
        { requestId: response.requestId },
      );
    }
    tokens.add(token);
  }
  throw new UnavailableError(
    `Expected a list of at most ${MAX_PAGES} pages, got more.`,
    { requestId: listing.requestIds.at(-1) },
  );
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
    limit: "100",
  };
}

function pageOf(
  transport: Transport,
  query: Record<string, string>,
  options: CallOptions,
) {
  return get(transport, {
    operation: "list_executions",
    method: "GET",
    path: "/workflowExecutions",
    query,
    signal: options.signal,
  }, (response) => {
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
