/**
 * Stand-in for PostgREST: calling a function (`/rest/v1/rpc/<function>`).
 *
 * One statement; Postgres itself turns the JSON of the body into arguments and the result into JSON.
 */
import {
  checkSingular,
  outerSelect,
  rangeOf,
  type ResponseRow,
  rowResponse,
  type Shape,
} from "./response.ts";
import { type JsonBody, readBody } from "./body.ts";
import {
  Parameters,
  quoteIdentifier,
  run,
  type Transaction,
} from "./database.ts";
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
  pageSql,
  selectSql,
  type Source,
  whereSql,
} from "./read_sql.ts";
import type { RestContext } from "./context.ts";
import {
  findRoutine,
  type Routine,
  routineColumns,
  type RoutineParameter,
} from "./routines.ts";
import { checkFilteredWithin } from "./safe_update.ts";
import { becomeCaller, inTransaction, requestFacts } from "./transaction.ts";

// Of the settings that a function carries, those that PostgREST sets for the whole transaction.
const hoisted = [
  "statement_timeout",
  "plan_filter.statement_cost_limit",
  "default_transaction_isolation",
];

/** The arguments of a call: from the query string, or from the body. */
type Arguments = { query: [string, string][] } | {
  body: JsonBody;
  wholeBody: boolean;
};

function passed(parameter: RoutineParameter, value: string): string {
  return `${parameter.variadic ? "variadic " : ""}${
    quoteIdentifier(parameter.name)
  } := ${value}`;
}

/** The call with its arguments, and what must stand before it in `from`. */
function callSql(routine: Routine, args: Arguments, parameters: Parameters) {
  const name = `${quoteIdentifier(routine.schema)}.${
    quoteIdentifier(routine.name)
  }`;
  if ("query" in args) {
    const list = args.query.map(([key, value]) => {
      const parameter = routine.parameters.find((parameter) =>
        parameter.name === key
      )!;
      if (parameter.variadic) {
        throw standIn(
          "variadic arguments in a query string",
          "Call the function with POST.",
        );
      }
      return passed(parameter, `${parameters.add(value)}::${parameter.type}`);
    });
    return { before: "", call: `${name}(${list.join(", ")})` };
  }
  if (args.wholeBody) {
    const type = routine.parameters[0].type;
    return {
      before: "",
      call: `${name}(${parameters.add(args.body.text)}::text::${type})`,
    };
  }
  const given = routine.parameters.filter((parameter) =>
    args.body.keys.includes(parameter.name)
  );
  if (given.length === 0) return { before: "", call: `${name}()` };
  const typed = given.map((parameter) =>
    `${quoteIdentifier(parameter.name)} ${parameter.type}`
  );
  const list = given.map((parameter) =>
    passed(parameter, `pgrst_body.${quoteIdentifier(parameter.name)}`)
  );
  return {
    before: `json_to_record(${
      parameters.add(args.body.text)
    }::text::json) as pgrst_body(${typed.join(", ")}), lateral `,
    call: `${name}(${list.join(", ")})`,
  };
}

function shapeOf(routine: Routine, form: Form): Shape {
  if (form === "csv") return "csv";
  const single = form === "object";
  if (!routine.composite) {
    return routine.returnsSet && !single ? "scalars" : "scalar";
  }
  return routine.returnsSet && !single ? "array" : "object";
}

function selectsAll(query: Query): boolean {
  return query.select.every((item) => item.kind === "all");
}

/** PostgREST's header names every column of the function, whatever is selected: then it would not fit the rows. */
function checkCsvQuery(query: Query): void {
  if (selectsAll(query)) return;
  throw standIn(
    "select with CSV on a function",
    "Select all columns, or ask for application/json.",
  );
}

/** Refuses what needs named columns on a function that returns none. */
function checkScalarQuery(query: Query): void {
  if (
    selectsAll(query) && query.filters.length === 0 && query.order.length === 0
  ) {
    return;
  }
  throw standIn(
    "select, filters and order on a function that returns no named columns",
    "Leave them out, or return a table.",
  );
}

function functionSettings(routine: Routine): [string, string][] {
  return routine.settings.map((setting): [string, string] => {
    const at = setting.indexOf("=");
    return [setting.slice(0, at), setting.slice(at + 1)];
  }).filter(([name]) => hoisted.includes(name));
}

function checkArguments(query: Query): void {
  const names = query.args.map(([name]) => name);
  if (new Set(names).size < names.length) {
    throw standIn(
      "an argument given twice in a query string",
      "Give it once, or use POST.",
    );
  }
}

/** A call that was resolved: the function, and the statement that calls it and reads its rows. */
async function planCall(
  tx: Transaction,
  context: RestContext,
  name: string,
  query: Query,
  body: JsonBody | null,
  preferences: Preferences,
  form: Form,
): Promise<{ routine: Routine; statement: string; values: (string | null)[] }> {
  const names = body === null ? query.args.map(([name]) => name) : body.keys;
  const post = body !== null;
  const { routine, wholeBody } = await findRoutine(
    tx,
    context.schema,
    name,
    names,
    post,
  );
  if (body?.isArray && !wholeBody) {
    throw standIn(
      "an array as the arguments of a function",
      "Send one object.",
    );
  }
  const parameters = new Parameters();
  const args = body === null ? { query: query.args } : { body, wholeBody };
  const { before, call } = callSql(routine, args, parameters);
  const columns = await routineColumns(tx, routine);
  if (columns.length === 0) checkScalarQuery(query);
  const source: Source = { relation: null, name: routine.name, columns };
  const select = await selectSql(tx, source, query.select, "t");
  const where = whereSql(source, query.filters, "t", parameters);
  const called = routine.composite
    ? `select pgrst_call.* from ${before}${call} as pgrst_call`
    : `select pgrst_call.pgrst_scalar from ${before}(select ${call} as pgrst_scalar) as pgrst_call`;
  const rows = `select ${select.list} from pgrst_source as t${where}` +
    orderSql(source, query.order, "t") + pageSql(query, context.maxRows);
  const total = preferences.count
    ? `select count(*) from pgrst_source as t${where}`
    : null;
  const outer = outerSelect(rows, shapeOf(routine, form), total);
  return {
    routine,
    statement: `with pgrst_source as (${called}) ${outer}`,
    values: parameters.values,
  };
}

/** Answers a call of a function. */
export async function callFunction(
  context: RestContext,
  request: Request,
  name: string,
): Promise<Response> {
  const post = request.method === "POST";
  if (!post && request.method !== "GET" && request.method !== "HEAD") {
    throw new ApiError(
      405,
      "PGRST101",
      `Cannot use the ${request.method} method on RPC`,
    );
  }
  const query = parseQuery(request, !post);
  const preferences = parsePreferences(request);
  const form = acceptedForm(request);
  checkArguments(query);
  if (form === "csv") checkCsvQuery(query);
  const body = post ? await readBody(request, true) : null;
  return await inTransaction(context.database, async (tx) => {
    const plan = await planCall(
      tx,
      context,
      name,
      query,
      body,
      preferences,
      form,
    );
    const { routine } = plan;
    await checkFilteredWithin(
      context.database,
      tx,
      context.schema,
      routine.name,
    );
    const readOnly = !post || routine.volatility !== "v";
    const facts = requestFacts(request, context.caller, context.schema);
    await becomeCaller(tx, facts, readOnly, functionSettings(routine));
    const [row] = await run<ResponseRow>(tx, plan.statement, plan.values);
    // The statement reads the value of a void function too, since Postgres might not call it otherwise; the response has none.
    if (routine.returnsVoid) row.body = null;
    else if (form === "object") checkSingular(row);
    const page = rangeOf(row, query.offset);
    const status = routine.returnsVoid ? 204 : page.status;
    return rowResponse(request, row, status, page.range, form, preferences);
  });
}
