/**
 * Stand-in for PostgREST: the statement's outer select, and the HTTP response made from its row.
 *
 * Postgres writes the body as JSON or CSV; it is handed on as it is.
 */
import { ApiError } from "./errors.ts";
import { corsHeaders } from "./http.ts";
import { type Form, mediaTypes } from "./media.ts";
import type { Preferences } from "./params.ts";

/** How the rows become one text. */
export type Shape = "array" | "object" | "scalar" | "scalars" | "csv";

/** What the outer select returns. */
export interface ResponseRow {
  body: string | null;
  page: string;
  total: string | null;
  headers: string | null;
  status: string | null;
  /** How many rows an upsert inserted; null for what is none. */
  inserted: string | null;
}

// As PostgREST writes CSV: the first row's names, not quoted, and each row as Postgres writes a composite value.
const csv = `coalesce((select string_agg(h.name, ',')
      from (select json_object_keys(row_to_json(s.*)) as name
              from (select * from pgrst_source limit 1) s) h), '')
    || e'\\n' || coalesce(string_agg(substr((r.*)::text, 2, length((r.*)::text) - 2), e'\\n'), '')`;

// `r.*` is the row, also where a column is called r.
const bodies: Record<Shape, string> = {
  array: "coalesce(json_agg(r.*), '[]')",
  object: "coalesce(json_agg(r.*)->0, 'null')",
  scalar: "coalesce(json_agg(r.pgrst_scalar)->0, 'null')",
  scalars: "coalesce(json_agg(r.pgrst_scalar), '[]')",
  csv,
};

/**
 * The outer select over the rows of a response.
 *
 * @param rows the rows, as a select statement; for CSV it reads from `pgrst_source`, whose columns are the header
 * @param shape how they become one text, or null for a response without a body
 * @param total a statement that counts all rows there are, or null
 */
export function outerSelect(
  rows: string,
  shape: Shape | null,
  total: string | null,
): string {
  return `select ${
    shape === null ? "null::text" : `${bodies[shape]}::text`
  } as body,
    count(*)::text as page, ${
    total === null ? "null::text" : `(${total})::text`
  } as total,
    nullif(current_setting('response.headers', true), '') as headers,
    nullif(current_setting('response.status', true), '') as status,
    nullif(current_setting('pgrst.inserted', true), '') as inserted
    from (${rows}) r`;
}

/** Checks that exactly one row is there when a single object was asked for. */
export function checkSingular(row: ResponseRow): void {
  if (row.page === "1") return;
  throw new ApiError(
    406,
    "PGRST116",
    "Cannot coerce the result to a single JSON object",
    `The result contains ${row.page} rows`,
  );
}

/** Status and `Content-Range` of a response with rows from an offset on. */
export function rangeOf(
  row: ResponseRow,
  offset: number,
): { status: number; range: string } {
  const page = Number(row.page);
  const last = offset + page - 1;
  const total = row.total === null ? null : Number(row.total);
  if (total !== null && offset > total && offset !== 0) {
    throw new ApiError(
      416,
      "PGRST103",
      "Requested range not satisfiable",
      `An offset of ${offset} was requested, but there are only ${total} rows.`,
      null,
      { "content-range": `*/${total}` },
    );
  }
  const shown = total !== 0 && page > 0 ? `${offset}-${last}` : "*";
  const status = total !== null && page < total ? 206 : 200;
  return { status, range: `${shown}/${total ?? "*"}` };
}

/** Headers and status that a function set with `response.headers` and `response.status`. */
function ownHeaders(row: ResponseRow): [string, string][] {
  if (row.headers === null) return [];
  try {
    return JSON.parse(row.headers).flatMap((entry: Record<string, string>) =>
      Object.entries(entry)
    );
  } catch {
    throw new ApiError(
      500,
      "PGRST111",
      "response.headers guc must be a JSON array composed of objects with a single key and a string value",
    );
  }
}

/**
 * The HTTP response for a row.
 *
 * @param status used unless the function set its own
 * @param range the value of `Content-Range`, or null for none
 * @param form the form of the body
 */
export function rowResponse(
  request: Request,
  row: ResponseRow,
  status: number,
  range: string | null,
  form: Form,
  preferences: Preferences,
): Response {
  const own = row.status === null ? status : Number(row.status);
  if (!Number.isInteger(own) || own < 200 || own > 599) {
    throw new ApiError(
      500,
      "PGRST112",
      "response.status guc must be a valid status code",
    );
  }
  const headers = new Headers(corsHeaders);
  if (range !== null) headers.set("content-range", range);
  if (preferences.applied.length > 0) {
    headers.set("preference-applied", preferences.applied.join(", "));
  }
  const hasBody = row.body !== null && own !== 204 && own !== 304;
  if (hasBody) {
    headers.set("content-type", `${mediaTypes[form]}; charset=utf-8`);
  }
  for (const [name, value] of ownHeaders(row)) headers.set(name, value);
  const body = hasBody && request.method !== "HEAD" ? row.body : null;
  return new Response(body, { status: own, headers });
}
