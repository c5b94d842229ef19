/**
 * Stand-in for PostgREST: reads the query string and the headers that shape a response.
 */
import { ApiError, parseError, standIn } from "./errors.ts";
import { type Filter, looksLikeFilter, parseFilter } from "./filters.ts";
import { parseSelect, type SelectItem } from "./select.ts";

/** One term of `order`. */
export interface OrderTerm {
  column: string;
  direction: "" | " asc" | " desc";
  nulls: "" | " nulls first" | " nulls last";
}

/** What a request asks of the rows. */
export interface Query {
  select: SelectItem[];
  filters: Filter[];
  order: OrderTerm[];
  /** How many rows at most, or null; a whole number as text. */
  limit: number | null;
  offset: number;
  /** The columns that an insert is to fill, or null when the body decides. */
  columns: string[] | null;
  /** The columns that an upsert finds rows by, or null for the primary key's. */
  onConflict: string[] | null;
  /** What is left in a GET to a function: its arguments. */
  args: [string, string][];
}

/** The preferences of the header `Prefer` that are supported. */
export interface Preferences {
  representation: boolean;
  count: boolean;
  missingDefault: boolean;
  /** What an insert does with rows that are there already; null: it fails. */
  resolution: "merge" | "ignore" | null;
  applied: string[];
}

/** Splits at commas outside double quotes. */
function splitList(text: string): string[] {
  return text.match(/(?:"(?:[^"\\]|\\.)*"|[^,"])+/g) ?? [];
}

function unquote(text: string): string {
  const quoted = /^"(.*)"$/s.exec(text)?.[1];
  return quoted === undefined ? text : quoted.replace(/\\(.)/g, "$1");
}

function parseOrder(text: string | null): OrderTerm[] {
  if (!text) return [];
  return splitList(text).map((term) => {
    if (term.includes("(")) {
      throw standIn(
        `order by an embedded relation (${term})`,
        "Order by a column, or use a view.",
      );
    }
    if (term.includes("->")) {
      throw standIn(
        `order by a JSON path (${term})`,
        "Order by a column, or use a view.",
      );
    }
    const match =
      /^("(?:[^"\\]|\\.)*"|[^.]+)(\.asc|\.desc)?(\.nullsfirst|\.nullslast)?$/
        .exec(term);
    if (!match) {
      throw parseError(
        "order",
        term,
        "expecting asc, desc, nullsfirst or nullslast",
      );
    }
    return {
      column: unquote(match[1]),
      direction: match[2] ? (match[2] === ".asc" ? " asc" : " desc") : "",
      nulls: match[3]
        ? (match[3] === ".nullsfirst" ? " nulls first" : " nulls last")
        : "",
    };
  });
}

function wholeNumber(name: string, text: string | null): number | null {
  if (text === null) return null;
  if (/^-[0-9]+$/.test(text) && name === "limit") {
    throw new ApiError(
      416,
      "PGRST103",
      "Requested range not satisfiable",
      "Limit should be greater than or equal to zero.",
    );
  }
  if (!/^[0-9]{1,15}$/.test(text)) {
    throw parseError(name, text, "expecting a whole number");
  }
  return Number(text);
}

/** Narrows limit and offset by the header `Range: <first>-<last>`; the unit is rows. */
function applyRange(query: Query, header: string | null): void {
  if (header === null) return;
  const match = /^(?:items=)?([0-9]{1,15})-([0-9]{1,15})?$/.exec(header.trim());
  if (!match) return; // PostgREST takes a range it cannot read as none
  const first = Number(match[1]);
  const last = match[2] === undefined ? null : Number(match[2]);
  if (last !== null && last < first) {
    throw new ApiError(
      416,
      "PGRST103",
      "Requested range not satisfiable",
      "The lower boundary must be lower than or equal to the upper boundary in the Range header.",
    );
  }
  const end = Math.min(
    last === null ? Infinity : last + 1,
    query.limit === null ? Infinity : query.offset + query.limit,
  );
  query.offset = Math.max(query.offset, first);
  query.limit = end === Infinity ? null : Math.max(0, end - query.offset);
}

/** The parameters that are no filters. */
const OWN = ["select", "order", "limit", "offset", "columns", "on_conflict"];

/**
 * Reads the query string of a request.
 *
 * @param argsAllowed for a GET to a function: parameters that are not filters are its arguments
 * @throws ApiError PGRST100 for what cannot be parsed, STANDIN for what is not supported
 */
export function parseQuery(request: Request, argsAllowed: boolean): Query {
  const params = new URL(request.url).searchParams;
  const query: Query = {
    select: parseSelect(params.get("select")),
    filters: [],
    order: parseOrder(params.get("order")),
    limit: wholeNumber("limit", params.get("limit")),
    offset: wholeNumber("offset", params.get("offset")) ?? 0,
    columns: params.has("columns")
      ? splitList(params.get("columns")!).map(unquote)
      : null,
    onConflict: params.has("on_conflict")
      ? splitList(params.get("on_conflict")!).map(unquote)
      : null,
    args: [],
  };
  for (const name of OWN) {
    if (params.getAll(name).length > 1) {
      throw standIn(`the parameter "${name}" given twice`, "Give it once.");
    }
  }
  for (const [key, value] of params) {
    if (OWN.includes(key) || key === "apikey") continue;
    if (argsAllowed && !looksLikeFilter(value)) query.args.push([key, value]);
    else query.filters.push(parseFilter(key, value));
  }
  if (request.method === "GET" || request.method === "HEAD") {
    applyRange(query, request.headers.get("range"));
  }
  return query;
}

const refusedPreferences: Record<string, string> = {
  "max-affected": "Filter more narrowly, or call a function.",
  timezone: "Convert time zones in a function or a view.",
  tx: "Transactions always commit.",
  params: "Pass named arguments.",
};

/** Reads the header `Prefer`; what is known to PostgREST but not supported here is refused by name. */
export function parsePreferences(request: Request): Preferences {
  const preferences: Preferences = {
    representation: false,
    count: false,
    missingDefault: false,
    resolution: null,
    applied: [],
  };
  for (const part of (request.headers.get("prefer") ?? "").split(",")) {
    const [name, value = ""] = part.trim().split("=");
    if (name in refusedPreferences) {
      throw standIn(`the preference "${name}"`, refusedPreferences[name]);
    }
    if (name === "count") {
      if (value !== "exact") {
        throw standIn(`the preference "count=${value}"`, "Use count=exact.");
      }
      preferences.count = true;
      preferences.applied.push("count=exact");
    } else if (name === "return") {
      if (value === "headers-only") {
        throw standIn(
          `the preference "return=headers-only"`,
          "Use minimal or representation.",
        );
      }
      preferences.representation = value === "representation";
      preferences.applied.push(
        `return=${preferences.representation ? "representation" : "minimal"}`,
      );
    } else if (name === "resolution" && value.endsWith("-duplicates")) {
      preferences.resolution = value === "merge-duplicates"
        ? "merge"
        : "ignore";
    } else if (name === "missing") {
      preferences.missingDefault = value === "default";
    }
  }
  return preferences;
}

/** The exposed schema that a request asks for with `Accept-Profile` or `Content-Profile`. */
export function requestedSchema(request: Request, schemas: string[]): string {
  const reads = request.method === "GET" || request.method === "HEAD";
  const asked = request.headers.get(
    reads ? "accept-profile" : "content-profile",
  );
  if (asked === null || schemas.includes(asked)) return asked ?? schemas[0];
  throw new ApiError(
    406,
    "PGRST106",
    `Invalid schema: ${asked}`,
    null,
    `Only the following schemas are exposed: ${schemas.join(", ")}`,
  );
}
