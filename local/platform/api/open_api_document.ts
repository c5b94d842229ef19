/**
 * Stand-in for PostgREST: the OpenAPI 2 document, from what the catalog says.
 *
 * It has PostgREST's names for parameters, tags and notes, which tools that read the document rely on.
 */
import type {
  Described,
  DescribedColumn,
  DescribedFunction,
  DescribedTable,
} from "./open_api_catalog.ts";
import {
  bodyParameter,
  commonParameters,
  type Json,
  queryParameter,
  reference,
  rowFilter,
  typeSchema,
  withoutEmpty,
} from "./open_api_schema.ts";

/** The default as a JSON value; undefined when it is an expression that only Postgres can evaluate. */
function defaultOf(column: DescribedColumn): unknown {
  if (column.default === null) return undefined;
  if (typeSchema(column.type).type === "string") {
    const suffix = `::${column.type}`;
    return column.default.endsWith(suffix)
      ? column.default.slice(0, -suffix.length).replace(/^'+|'+$/g, "")
      : column.default;
  }
  try {
    return JSON.parse(column.default);
  } catch {
    return undefined;
  }
}

/** The comment on a column with PostgREST's notes on its keys. */
function columnDescription(column: DescribedColumn): string | null {
  const notes: string[] = [];
  if (column.primaryKey) notes.push("This is a Primary Key.<pk/>");
  if (column.references) {
    const { table, column: target } = column.references;
    notes.push(
      `This is a Foreign Key to \`${table}.${target}\`.<fk table='${table}' column='${target}'/>`,
    );
  }
  if (notes.length === 0) return column.description;
  const comment = column.description === null
    ? ""
    : `${column.description}\n\n`;
  return comment + ["Note:", ...notes].join("\n");
}

function definition(table: DescribedTable): Json {
  const required = table.columns.filter(({ nullable }) => !nullable);
  return withoutEmpty({
    description: table.description,
    required: required.map(({ name }) => name),
    properties: Object.fromEntries(table.columns.map((column) => [
      column.name,
      withoutEmpty({
        default: defaultOf(column),
        description: columnDescription(column),
        enum: column.values,
        format: column.type,
        maxLength: column.maxLength,
        ...typeSchema(column.type),
      }),
    ])),
    type: "object",
  });
}

/** A comment's first line as the summary, the rest as the description. */
function summaryOf(comment: string | null): Json {
  const [summary, ...rest] = (comment ?? "").split("\n");
  return withoutEmpty({
    summary: comment === null ? null : summary,
    description: rest.join("\n").replace(/^\n+/, ""),
  });
}

const described = (description: string) => ({ description });

function tablePath(table: DescribedTable): Json {
  const { name } = table;
  const common = { tags: [name], ...summaryOf(table.description) };
  const filters = table.columns.map((column) => rowFilter(name, column.name));
  const references = (...names: string[]) => names.map(reference);
  const read = {
    ...common,
    parameters: references(
      ...filters,
      ...["select", "order", "range", "rangeUnit", "offset", "limit"],
      "preferCount",
    ),
    responses: {
      "200": {
        description: "OK",
        schema: {
          type: "array",
          items: { "$ref": `#/definitions/${name}` },
        },
      },
      "206": described("Partial Content"),
    },
  };
  if (!table.writable) return { get: read };
  const body = `body.${name}`;
  return {
    get: read,
    post: {
      ...common,
      parameters: references(body, "select", "preferPost"),
      responses: { "201": described("Created") },
    },
    patch: {
      ...common,
      parameters: references(...filters, body, "preferReturn"),
      responses: { "204": described("No Content") },
    },
    delete: {
      ...common,
      parameters: references(...filters, "preferReturn"),
      responses: { "204": described("No Content") },
    },
  };
}

function functionPath(routine: DescribedFunction, mediaTypes: string[]): Json {
  const { parameters } = routine;
  const common = {
    tags: [`(rpc) ${routine.name}`],
    ...summaryOf(routine.description),
    produces: mediaTypes.filter((type) => type !== "text/csv"),
    responses: { "200": described("OK") },
  };
  const required = parameters.filter((parameter) => parameter.required);
  const schema = withoutEmpty({
    description: routine.description,
    required: required.map(({ name }) => name),
    properties: Object.fromEntries(parameters.map(({ name, type }) => [
      name,
      { format: type, ...typeSchema(type) },
    ])),
    type: "object",
  });
  const post = {
    ...common,
    parameters: [
      { ...bodyParameter("args", schema), required: true },
      reference("preferParams"),
    ],
  };
  return routine.volatile ? { post } : {
    get: { ...common, parameters: parameters.map(queryParameter) },
    post,
  };
}

function tableParameters(table: DescribedTable): [string, Json][] {
  const { name } = table;
  const body = bodyParameter(name, { "$ref": `#/definitions/${name}` });
  return [
    [`body.${name}`, { ...body, description: name }],
    ...table.columns.map((column): [string, Json] => [
      rowFilter(name, column.name),
      withoutEmpty({
        name: column.name,
        description: column.description,
        required: false,
        in: "query",
        type: "string",
      }),
    ]),
  ];
}

/**
 * Makes the document.
 *
 * @param described what the caller may see
 * @param root the URL that the document was asked for at
 * @param mediaTypes the media types of rows
 */
export function openApiDocument(
  described: Described,
  root: URL,
  mediaTypes: string[],
): Json {
  const { tables, functions } = described;
  const { summary, description } = summaryOf(described.description);
  const introspection = {
    tags: ["Introspection"],
    summary: "OpenAPI description (this document)",
    produces: ["application/openapi+json", "application/json"],
    responses: { "200": { description: "OK" } },
  };
  return {
    swagger: "2.0",
    info: {
      version: "stand-in",
      title: summary ?? "PostgREST API",
      description: description ??
        "This is a dynamic API generated by PostgREST",
    },
    host: root.host,
    basePath: root.pathname.replace(/\/$/, ""),
    schemes: [root.protocol.replace(":", "")],
    consumes: mediaTypes,
    produces: mediaTypes,
    definitions: Object.fromEntries(
      tables.map((table) => [table.name, definition(table)]),
    ),
    parameters: {
      ...commonParameters,
      ...Object.fromEntries(tables.flatMap(tableParameters)),
    },
    paths: {
      "/": { get: introspection },
      ...Object.fromEntries(
        tables.map((table) => [`/${table.name}`, tablePath(table)]),
      ),
      ...Object.fromEntries(functions.map((routine) => [
        `/rpc/${routine.name}`,
        functionPath(routine, mediaTypes),
      ])),
    },
    externalDocs: {
      description: "PostgREST Documentation",
      url: "https://docs.postgrest.org/en/stable/references/api.html",
    },
  };
}
