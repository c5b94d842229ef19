/**
 * Stand-in for PostgREST: filters on rows, as parsed and as SQL.
 *
 * Supported: eq, neq, gt, gte, lt, lte, in, is, each with `not.` before it. All else is refused by name.
 */
import type { Column } from "./catalog.ts";
import { type Parameters, quoteIdentifier } from "./database.ts";
import { parseError, standIn, unknownColumn } from "./errors.ts";

/** A filter on one column. */
export interface Filter {
  column: string;
  negated: boolean;
  operator: string;
  value: string;
}

const comparisons: Record<string, string> = {
  eq: "=",
  neq: "<>",
  gt: ">",
  gte: ">=",
  lt: "<",
  lte: "<=",
};

const refused = [
  "like",
  "ilike",
  "match",
  "imatch",
  "isdistinct",
  "fts",
  "plfts",
  "phfts",
  "wfts",
  "cs",
  "cd",
  "ov",
  "sl",
  "sr",
  "nxr",
  "nxl",
  "adj",
];

const isValues: Record<string, string> = {
  null: "null",
  not_null: "not null",
  true: "true",
  false: "false",
  unknown: "unknown",
};

const operatorPattern = /^(not\.)?([a-z]+)(\([^)]*\))?\.(.*)$/s;

/** Whether a value of a query parameter is written as a filter rather than as an argument. */
export function looksLikeFilter(value: string): boolean {
  const match = operatorPattern.exec(value);
  return match !== null &&
    (match[2] in comparisons || match[2] === "in" || match[2] === "is" ||
      refused.includes(match[2]));
}

/**
 * Parses one filter.
 *
 * @param key the column, such as `week_id`
 * @param text operator and value, such as `not.in.(a,b)`
 * @throws ApiError PGRST100 when it is not a filter, STANDIN for what is not supported
 */
export function parseFilter(key: string, text: string): Filter {
  if (["and", "or", "not.and", "not.or"].includes(key)) {
    throw standIn(
      `logic trees (${key}=…)`,
      "Use several filters (all of them hold) or a function.",
    );
  }
  const column = /^"(.*)"$/s.exec(key)?.[1] ?? key;
  if (column === key && key.includes("->")) {
    throw standIn(
      `filters on JSON paths (${key})`,
      "Filter by a column, or use a view.",
    );
  }
  if (column === key && key.includes(".")) {
    throw standIn(
      `filters on embedded relations (${key})`,
      "Filter by a column, or use a view.",
    );
  }
  const match = operatorPattern.exec(text);
  const operator = match?.[2] ?? "";
  if (match && refused.includes(operator)) {
    throw standIn(
      `the operator "${operator}"`,
      "Use eq, neq, gt, gte, lt, lte, in or is.",
    );
  }
  if (
    !match ||
    !(operator in comparisons || operator === "in" || operator === "is")
  ) {
    throw parseError(
      "filter",
      text,
      `expecting an operator (eq, gt, ...) before the value`,
    );
  }
  if (match[3]) {
    throw standIn(
      `the modifier "${operator}${match[3]}"`,
      "Use in.(…), or several requests.",
    );
  }
  return { column, negated: match[1] !== undefined, operator, value: match[4] };
}

/** Parses `(a,"b,c",d)`. */
function parseList(text: string): string[] {
  const inner = /^\((.*)\)$/s.exec(text)?.[1];
  if (inner === undefined) {
    throw parseError("filter", `in.${text}`, 'expecting "("');
  }
  if (inner === "") return [];
  const items: string[] = [];
  let rest = inner;
  for (;;) {
    const match = /^(?:"((?:[^"\\]|\\.)*)"|([^,]*))(,|$)/s.exec(rest);
    if (!match) {
      throw parseError("filter", `in.${text}`, 'expecting "," or ")"');
    }
    items.push(
      match[1] === undefined ? match[2] : match[1].replace(/\\(.)/gs, "$1"),
    );
    if (match[3] === "") return items;
    rest = rest.slice(match[0].length);
  }
}

function arrayLiteral(items: string[]): string {
  const quoted = items.map((item) =>
    `"${item.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`
  );
  return `{${quoted.join(",")}}`;
}

/** A column of a relation, qualified and quoted; the name is the catalog's. */
export function columnSql(
  columns: Column[],
  relation: string,
  alias: string,
  name: string,
): string {
  const column = columns.find((column) => column.name === name);
  if (!column) throw unknownColumn(relation, name);
  return `${alias}.${quoteIdentifier(column.name)}`;
}

/** One filter as SQL; the value becomes a parameter that Postgres types by the column. */
export function filterSql(
  filter: Filter,
  column: string,
  parameters: Parameters,
): string {
  let sql: string;
  if (filter.operator === "is") {
    const value = isValues[filter.value.toLowerCase()];
    if (value === undefined) {
      throw parseError(
        "filter",
        `is.${filter.value}`,
        "expecting null, not_null or a tri-state",
      );
    }
    sql = `${column} is ${value}`;
  } else if (filter.operator === "in") {
    sql = `${column} = any (${
      parameters.add(arrayLiteral(parseList(filter.value)))
    })`;
  } else {
    sql = `${column} ${comparisons[filter.operator]} ${
      parameters.add(filter.value)
    }`;
  }
  return filter.negated ? `not (${sql})` : sql;
}
