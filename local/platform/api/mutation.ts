/**
 * Stand-in for PostgREST: changing a relation (`POST`, `PATCH` and `DELETE /rest/v1/<relation>`).
 *
 * Inserts of one or several rows, updates and deletes with filters. Upserts are refused by name.
 */
import {
  checkSingular,
  outerSelect,
  type ResponseRow,
  rowResponse,
} from "./response.ts";
import { type JsonBody, readBody } from "./body.ts";
import { findRelation, type Relation } from "./catalog.ts";
import { Parameters, quoteIdentifier, run } from "./database.ts";
import { ApiError, standIn } from "./errors.ts";
import { acceptedForm, type Form } from "./media.ts";
import {
  parsePreferences,
  parseQuery,
  type Preferences,
  type Query,
} from "./params.ts";
import {
  orderSql,
  relationSource,
  relationSql,
  selectSql,
  whereSql,
} from "./read_sql.ts";
import type { RestContext } from "./context.ts";
import { unfiltered } from "./safe_update.ts";
import { becomeCaller, inTransaction, requestFacts } from "./transaction.ts";

/** The named columns of the body as rows of SQL; their types are the catalog's. */
function bodyRows(
  relation: Relation,
  names: string[],
  body: JsonBody,
  parameters: Parameters,
) {
  const columns = names.map((name) => {
    const column = relation.columns.find((column) => column.name === name);
    if (column) return column;
    throw new ApiError(
      400,
      "PGRST204",
      `Could not find the '${name}' column of '${relation.name}' in the schema cache`,
    );
  });
  const quoted = columns.map((column) => quoteIdentifier(column.name));
  const typed = columns.map((column, i) => `${quoted[i]} ${column.type}`).join(
    ", ",
  );
  const make = body.isArray ? "json_to_recordset" : "json_to_record";
  const from = `${make}(${
    parameters.add(body.text)
  }::text::json) as b(${typed})`;
  return { quoted, from };
}

function insertSql(
  relation: Relation,
  query: Query,
  preferences: Preferences,
  body: JsonBody,
  parameters: Parameters,
): string {
  if (query.columns === null && !body.uniform) {
    throw new ApiError(400, "PGRST102", "All object keys must match");
  }
  const names = query.columns ?? body.keys;
  const lacks = names.some((name) => !body.keys.includes(name)) ||
    !body.uniform;
  if (preferences.missingDefault && lacks) {
    throw standIn(
      'rows that lack columns with "missing=default"',
      "Give every row the same columns.",
    );
  }
  const target = `insert into ${relationSql(relation)} as t`;
  if (names.length === 0) {
    // `{}` is a row of defaults, `[]` is no row; several rows of defaults are refused by name.
    if (!body.isArray) return `${target} default values`;
    if (/[^\s[\]]/.test(body.text)) {
      throw standIn("several empty rows", "Insert them one by one.");
    }
    return "";
  }
  const { quoted, from } = bodyRows(relation, names, body, parameters);
  const list = quoted.join(", ");
  const values = quoted.map((name) => `b.${name}`).join(", ");
  return `${target} (${list}) select ${values} from ${from}`;
}

function updateSql(
  relation: Relation,
  body: JsonBody,
  parameters: Parameters,
): string {
  if (body.isArray) {
    throw standIn("an array as the body of an update", "Send one object.");
  }
  const { quoted, from } = bodyRows(relation, body.keys, body, parameters);
  const set = quoted.map((name) => `${name} = b.${name}`).join(", ");
  return `update ${relationSql(relation)} as t set ${set} from ${from}`;
}

/** Hosted projects load pg_safeupdate for the API: an unfiltered change is refused. */
function checkFiltered(method: string, query: Query): void {
  if (method === "POST" || query.filters.length > 0) return;
  throw unfiltered(method === "PATCH" ? "UPDATE" : "DELETE");
}

function checkQuery(method: string, query: Query): void {
  if (query.limit !== null || query.offset !== 0) {
    throw standIn("limit and offset on a change", "Filter the rows instead.");
  }
  if (method === "POST" && query.filters.length > 0) {
    throw standIn("filters on an insert", "Leave them out.");
  }
}

const statuses: Record<string, [number, number]> = {
  POST: [201, 201],
  PATCH: [200, 204],
  DELETE: [200, 204],
};

function mutationResponse(
  request: Request,
  row: ResponseRow,
  form: Form,
  preferences: Preferences,
): Response {
  const [withBody, without] = statuses[request.method];
  const total = preferences.count ? row.page : "*";
  const shown = request.method === "PATCH" && row.page !== "0"
    ? `0-${Number(row.page) - 1}`
    : "*";
  const status = preferences.representation ? withBody : without;
  return rowResponse(
    request,
    row,
    status,
    `${shown}/${total}`,
    form,
    preferences,
  );
}

/** Answers a change of a relation. */
export async function changeRelation(
  context: RestContext,
  request: Request,
  name: string,
): Promise<Response> {
  const query = parseQuery(request, false);
  const preferences = parsePreferences(request);
  const form = acceptedForm(request);
  const method = request.method;
  checkQuery(method, query);
  if (form === "csv" && preferences.representation) {
    throw standIn("CSV of what a change returns", "Ask for application/json.");
  }
  const body = method === "DELETE" ? null : await readBody(request, false);
  return await inTransaction(context.database, async (tx) => {
    const relation = await findRelation(tx, context.schema, name);
    const source = relationSource(relation);
    const parameters = new Parameters();
    const select = await selectSql(tx, source, query.select, "t");
    query.order.forEach((term) => select.needs.add(term.column));
    let change: string;
    if (method === "POST") {
      change = insertSql(relation, query, preferences, body!, parameters);
    } else if (method === "DELETE") {
      change = `delete from ${relationSql(relation)} as t`;
    } else if (body!.keys.length > 0) {
      change = updateSql(relation, body!, parameters);
    } else change = "";
    checkFiltered(method, query);
    const where = whereSql(source, query.filters, "t", parameters);
    // Only what is asked for is returned: reading a column takes a privilege of its own.
    const returned = preferences.representation && select.needs.size > 0
      ? [...select.needs].map(quoteIdentifier).map((column) => `t.${column}`)
        .join(", ")
      : "1";
    const rows = change === ""
      ? `select ${returned} from ${relationSql(relation)} as t where false`
      : `${change}${where} returning ${returned}`;
    const shown = preferences.representation
      ? `select ${select.list} from pgrst_source as t${select.joins}` +
        orderSql(source, query.order, "t")
      : "select from pgrst_source";
    await becomeCaller(
      tx,
      requestFacts(request, context.caller, context.schema),
      false,
    );
    const shape = preferences.representation ? form : null;
    const [row] = await run<ResponseRow>(
      tx,
      `with pgrst_source as (${rows}) ${outerSelect(shown, shape, null)}`,
      parameters.values,
    );
    if (form === "object" && preferences.representation) checkSingular(row);
    return mutationResponse(request, row, form, preferences);
  });
}
