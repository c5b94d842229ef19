/**
 * Stand-in for PostgREST: changing a relation (`POST`, `PATCH` and `DELETE /rest/v1/<relation>`).
 *
 * Inserts and upserts of one or several rows, updates and deletes with filters.
 */
import {
  checkSingular,
  outerSelect,
  type ResponseRow,
  rowResponse,
} from "./response.ts";
import { type JsonBody, readBody } from "./body.ts";
import { findRelation, primaryKey, type Relation } from "./catalog.ts";
import {
  Parameters,
  quoteIdentifier,
  run,
  type Transaction,
} from "./database.ts";
import { ApiError, standIn, unknownColumn } from "./errors.ts";
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

/** Counts the rows that are inserted: an upsert that inserts none is answered with 200. */
function counting(by: 1 | -1): string {
  const so =
    "coalesce(nullif(current_setting('pgrst.inserted', true), ''), '0')";
  return `set_config('pgrst.inserted', (${so}::int + ${by})::text, true) is not null`;
}

/** What an insert does with rows that are there, with a space before it; nothing where no key tells which those are. */
function conflictSql(
  relation: Relation,
  key: string[],
  resolution: Preferences["resolution"],
  quoted: string[],
): string {
  if (resolution === null || key.length === 0) return "";
  const unknown = key.find((name) =>
    !relation.columns.some((column) => column.name === name)
  );
  if (unknown !== undefined) throw unknownColumn(relation.name, unknown);
  const on = ` where ${counting(1)} on conflict (${
    key.map(quoteIdentifier).join(", ")
  })`;
  if (resolution === "ignore") return `${on} do nothing`;
  const set = quoted.map((name) => `${name} = excluded.${name}`).join(", ");
  return `${on} do update set ${set} where ${counting(-1)}`;
}

function insertSql(
  relation: Relation,
  query: Query,
  preferences: Preferences,
  body: JsonBody,
  parameters: Parameters,
  key: string[],
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
  return `${target} (${list}) select ${values} from ${from}` +
    conflictSql(relation, key, preferences.resolution, quoted);
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
  const merged = preferences.resolution === "merge" && row.inserted === "0";
  const status = merged ? 200 : preferences.representation ? withBody : without;
  return rowResponse(
    request,
    row,
    status,
    `${shown}/${total}`,
    form,
    preferences,
  );
}

/** The columns that an upsert finds rows by; says that the preference was heeded. */
async function conflictKey(
  tx: Transaction,
  relation: Relation,
  query: Query,
  { resolution, applied }: Preferences,
): Promise<string[]> {
  if (resolution === null) return [];
  applied.unshift(`resolution=${resolution}-duplicates`);
  return query.onConflict ?? await primaryKey(tx, relation);
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
      const key = await conflictKey(tx, relation, query, preferences);
      change = insertSql(relation, query, preferences, body!, parameters, key);
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
