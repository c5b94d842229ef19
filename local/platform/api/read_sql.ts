/**
 * Stand-in for PostgREST: a select over a relation as SQL, with many-to-one joins.
 *
 * Names come from the catalog, values are parameters.
 */
import {
  type Column,
  type ForeignKey,
  foreignKeysBetween,
  type Relation,
} from "./catalog.ts";
import {
  type Parameters,
  quoteIdentifier,
  type Transaction,
} from "./database.ts";
import { ApiError, standIn } from "./errors.ts";
import { columnSql, type Filter, filterSql } from "./filters.ts";
import type { OrderTerm, Query } from "./params.ts";
import type { SelectItem } from "./select.ts";

/** Rows to read from: a relation, or what a function returned. */
export interface Source {
  /** The relation, when embedding is possible; null for rows of a function. */
  relation: Relation | null;
  name: string;
  columns: Column[];
}

/** A select list with the joins that it needs, and the columns of the source that it reads. */
export interface SelectSql {
  list: string;
  joins: string;
  needs: Set<string>;
}

/** The source for a relation. */
export function relationSource(relation: Relation): Source {
  return { relation, name: relation.name, columns: relation.columns };
}

/** A relation's qualified name as SQL. */
export function relationSql(relation: Relation): string {
  return `${quoteIdentifier(relation.schema)}.${
    quoteIdentifier(relation.name)
  }`;
}

function describe(key: ForeignKey, relation: Relation): Record<string, string> {
  const near = `${relation.name}(${key.columns.join(", ")})`;
  const far = `${key.target.name}(${key.targetColumns.join(", ")})`;
  return {
    cardinality: key.toOne ? "many-to-one" : "one-to-many",
    embedding: `${relation.name} with ${key.target.name}`,
    relationship: `${key.constraint} using ${near} and ${far}`,
  };
}

/** Chooses the foreign key that an embedded relation is joined by. */
async function chooseKey(
  tx: Transaction,
  relation: Relation,
  item: Extract<SelectItem, { kind: "embed" }>,
): Promise<ForeignKey> {
  const all = await foreignKeysBetween(tx, relation, item.relation);
  const hint = item.hint;
  const keys = all.filter((key) =>
    hint === null || key.constraint === hint ||
    (key.toOne ? key.columns : key.targetColumns).join() === hint
  );
  if (keys.length === 0) {
    const by = hint === null ? "'" : `' using the hint '${hint}'`;
    throw new ApiError(
      400,
      "PGRST200",
      `Could not find a relationship between '${relation.name}' and '${item.relation}' in the schema cache`,
      `Searched for a foreign key relationship between '${relation.name}' and '${item.relation}${by} in the schema '${relation.schema}', but no matches were found.`,
    );
  }
  if (keys.length > 1) {
    const names = keys.map((key) => `'${item.relation}!${key.constraint}'`)
      .join(", ");
    throw new ApiError(
      300,
      "PGRST201",
      `Could not embed because more than one relationship was found for '${relation.name}' and '${item.relation}'`,
      keys.map((key) => describe(key, relation)),
      `Try changing '${item.relation}' to one of the following: ${names}. Find the desired relationship in the 'details' key.`,
    );
  }
  if (!keys[0].toOne) {
    throw standIn(
      `one-to-many joins (${relation.name} with ${item.relation})`,
      "Read the relations with two requests, or use a view or a function.",
    );
  }
  return keys[0];
}

/** An embedded relation as SQL: its item in the list, its join, and the columns that it is joined by. */
async function embedSql(
  tx: Transaction,
  source: Source,
  item: Extract<SelectItem, { kind: "embed" }>,
  alias: string,
  counter: { next: number },
): Promise<{ item: string; join: string; columns: string[] }> {
  if (source.relation === null) {
    throw standIn(
      "relations embedded in the rows of a function",
      "Return the columns instead.",
    );
  }
  const key = await chooseKey(tx, source.relation, item);
  const number = counter.next++;
  const [inner, join] = [`e${number}`, `j${number}`];
  const target = relationSource(key.target);
  const nested = await selectSql(tx, target, item.items, inner, counter);
  const on = key.columns.map((column, i) =>
    `${inner}.${quoteIdentifier(key.targetColumns[i])} = ${alias}.${
      quoteIdentifier(column)
    }`
  );
  const from = `${relationSql(key.target)} as ${inner}${nested.joins}`;
  const rows = `select ${nested.list} from ${from} where ${on.join(" and ")}`;
  return {
    item: `row_to_json(${join}.*) as ${
      quoteIdentifier(item.alias ?? item.relation)
    }`,
    join: ` left join lateral (${rows}) as ${join} on true`,
    columns: key.columns,
  };
}

/**
 * A select list as SQL.
 *
 * @param alias the name that the source has in SQL
 * @param counter gives each join a name of its own
 * @throws ApiError 42703 for a column that is not there, PGRST200 and PGRST201 for a relation that is
 *   not joined by exactly one foreign key
 */
export async function selectSql(
  tx: Transaction,
  source: Source,
  items: SelectItem[],
  alias: string,
  counter = { next: 1 },
): Promise<SelectSql> {
  const list: string[] = [];
  const joins: string[] = [];
  const needs = new Set<string>();
  for (const item of items) {
    if (item.kind === "all") {
      for (const column of source.columns) needs.add(column.name);
      list.push(`${alias}.*`);
    } else if (item.kind === "column") {
      const column = columnSql(source.columns, source.name, alias, item.name);
      needs.add(item.name);
      const value = item.cast === null
        ? column
        : `cast(${column} as ${item.cast})`;
      list.push(`${value} as ${quoteIdentifier(item.alias ?? item.name)}`);
    } else {
      const embed = await embedSql(tx, source, item, alias, counter);
      embed.columns.forEach((column) => needs.add(column));
      joins.push(embed.join);
      if (item.items.length > 0) list.push(embed.item);
    }
  }
  return { list: list.join(", "), joins: joins.join(""), needs };
}

/** The filters as a `where` clause with a space before it, or nothing. */
export function whereSql(
  source: Source,
  filters: Filter[],
  alias: string,
  parameters: Parameters,
): string {
  if (filters.length === 0) return "";
  const terms = filters.map((filter) =>
    filterSql(
      filter,
      columnSql(source.columns, source.name, alias, filter.column),
      parameters,
    )
  );
  return ` where ${terms.join(" and ")}`;
}

/** The order as an `order by` clause with a space before it, or nothing. */
export function orderSql(
  source: Source,
  order: OrderTerm[],
  alias: string,
): string {
  if (order.length === 0) return "";
  const terms = order.map((term) =>
    columnSql(source.columns, source.name, alias, term.column) +
    term.direction + term.nulls
  );
  return ` order by ${terms.join(", ")}`;
}

/** `limit` and `offset` as SQL; never more rows than the API gives at once. */
export function pageSql(query: Query, maxRows: number): string {
  const limit = Math.min(query.limit ?? maxRows, maxRows);
  return ` limit ${limit} offset ${query.offset}`;
}
