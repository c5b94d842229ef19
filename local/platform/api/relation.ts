/**
 * Stand-in for PostgREST: reading a relation (`GET` and `HEAD /rest/v1/<relation>`).
 */
import {
  checkSingular,
  outerSelect,
  rangeOf,
  type ResponseRow,
  rowResponse,
} from "./response.ts";
import { findRelation } from "./catalog.ts";
import { Parameters, run } from "./database.ts";
import { acceptedForm } from "./media.ts";
import { parsePreferences, parseQuery } from "./params.ts";
import {
  orderSql,
  pageSql,
  relationSource,
  relationSql,
  selectSql,
  whereSql,
} from "./read_sql.ts";
import type { RestContext } from "./context.ts";
import { becomeCaller, inTransaction, requestFacts } from "./transaction.ts";

/**
 * Answers a read of a relation.
 *
 * @throws ApiError for what PostgREST refuses, or STANDIN for what only PostgREST can do
 */
export function readRelation(
  context: RestContext,
  request: Request,
  name: string,
): Promise<Response> {
  const query = parseQuery(request, false);
  const preferences = parsePreferences(request);
  const form = acceptedForm(request);
  return inTransaction(context.database, async (tx) => {
    const relation = await findRelation(tx, context.schema, name);
    const source = relationSource(relation);
    const parameters = new Parameters();
    const select = await selectSql(tx, source, query.select, "t");
    const from = `from ${relationSql(relation)} as t`;
    const where = whereSql(source, query.filters, "t", parameters);
    const rows = `select ${select.list} ${from}${select.joins}${where}` +
      orderSql(source, query.order, "t") + pageSql(query, context.maxRows);
    const total = preferences.count ? `select count(*) ${from}${where}` : null;
    await becomeCaller(
      tx,
      requestFacts(request, context.caller, context.schema),
      true,
    );
    const [row] = await run<ResponseRow>(
      tx,
      `with pgrst_source as (${rows}) ` +
        outerSelect("select t.* from pgrst_source as t", form, total),
      parameters.values,
    );
    if (form === "object") checkSingular(row);
    const { status, range } = rangeOf(row, query.offset);
    return rowResponse(request, row, status, range, form, preferences);
  });
}
