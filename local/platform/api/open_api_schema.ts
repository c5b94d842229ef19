/**
 * Stand-in for PostgREST: the small parts of the OpenAPI 2 document: types, and parameters that all paths share.
 */
import type { DescribedParameter } from "./open_api_catalog.ts";

/** A part of the document. */
export type Json = Record<string, unknown>;

/** An object without the fields that say nothing: null, undefined, the empty text, an empty list. */
export function withoutEmpty(fields: Json): Json {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) =>
      value !== null && value !== undefined && value !== "" &&
      !(Array.isArray(value) && value.length === 0)
    ),
  );
}

const types: Record<string, string> = {
  boolean: "boolean",
  smallint: "integer",
  integer: "integer",
  bigint: "integer",
  numeric: "number",
  real: "number",
  "double precision": "number",
};

/** The JSON type of an SQL type, with the items of an array; json and jsonb may be of any. */
export function typeSchema(type: string): Json {
  if (type === "json" || type === "jsonb") return {};
  if (type.endsWith("[]")) {
    return { type: "array", items: typeSchema(type.slice(0, -2)) };
  }
  return { type: types[type] ?? "string" };
}

/** A reference to a parameter of the document. */
export function reference(name: string): Json {
  return { "$ref": `#/parameters/${name}` };
}

/** The name of the parameter that filters by a column. */
export function rowFilter(table: string, column: string): string {
  return `rowFilter.${table}.${column}`;
}

/** A parameter that is the body of a request. */
export function bodyParameter(name: string, schema: Json): Json {
  return { name, required: false, in: "body", schema };
}

/** A function's parameter in a query string; an array is given there as text such as `{1,2}`. */
export function queryParameter(parameter: DescribedParameter): Json {
  const { name, type, required, variadic } = parameter;
  const schema = typeSchema(type);
  if (variadic) {
    return {
      name,
      required,
      in: "query",
      type: "array",
      collectionFormat: "multi",
      items: { ...schema.items as Json, format: type.slice(0, -2) },
    };
  }
  const scalar = schema.type === undefined || schema.type === "array"
    ? "string"
    : schema.type;
  return { name, required, in: "query", format: type, type: scalar };
}

function prefer(...values: string[]): Json {
  return withoutEmpty({
    name: "Prefer",
    description: "Preference",
    required: false,
    in: "header",
    type: "string",
    enum: values,
  });
}

function text(name: string, description: string, place: string): Json {
  return { name, description, required: false, in: place, type: "string" };
}

const returns = [
  "return=representation",
  "return=minimal",
  "return=none",
];
const paging = "Limiting and Pagination";

/** The parameters that the paths of all tables and functions share. */
export const commonParameters: Readonly<Record<string, Json>> = {
  preferParams: prefer(),
  preferReturn: prefer(...returns),
  preferCount: prefer("count=none"),
  preferPost: prefer(
    ...returns,
    "resolution=ignore-duplicates",
    "resolution=merge-duplicates",
  ),
  select: text("select", "Filtering Columns", "query"),
  on_conflict: text("on_conflict", "On Conflict", "query"),
  order: text("order", "Ordering", "query"),
  range: text("Range", paging, "header"),
  rangeUnit: { ...text("Range-Unit", paging, "header"), default: "items" },
  offset: text("offset", paging, "query"),
  limit: text("limit", paging, "query"),
};
