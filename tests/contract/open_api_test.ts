import { deepEqual, equal } from "node:assert/strict";
import { type Harness, openHarness } from "./support/harness.ts";

/** What these tests read of the document. */
interface Description {
  swagger: string;
  info: Record<string, string>;
  definitions: Record<string, Definition>;
  parameters: Record<string, unknown>;
  paths: Record<string, Record<string, Operation>>;
}

interface Definition {
  required?: string[];
  properties: Record<string, unknown>;
  [field: string]: unknown;
}

interface Operation {
  tags: string[];
  parameters: unknown[];
  responses: Record<string, { description: string; schema?: unknown }>;
  [field: string]: unknown;
}

let harness: Harness;
let description: Description;
Deno.test.beforeAll(async () => {
  harness = await openHarness();
  const { data, error } = await harness.service().getOpenApiSpec();
  equal(error, null);
  description = data as unknown as Description;
});
Deno.test.afterAll(() => harness?.close());

const reference = (name: string) => ({ "$ref": `#/parameters/${name}` });

Deno.test("the root describes the API as Swagger 2.0, under its own media type", async () => {
  equal(description.swagger, "2.0");
  equal(typeof description.info.title, "string");
  const response = await harness.request("/rest/v1/", {
    headers: { apikey: harness.secretKey },
  });
  await response.body?.cancel();
  const head = await harness.request("/rest/v1/", {
    method: "HEAD",
    headers: { apikey: harness.secretKey },
  });
  equal(await head.text(), "");
  for (const { status, headers } of [response, head]) {
    deepEqual([status, headers.get("content-type")], [
      200,
      "application/openapi+json; charset=utf-8",
    ]);
  }
});

Deno.test("a table's definition has its columns, types, keys and what is required", () => {
  deepEqual(description.definitions.contract_authors, {
    required: ["id", "name"],
    properties: {
      id: {
        description: "Note:\nThis is a Primary Key.<pk/>",
        format: "bigint",
        type: "integer",
      },
      name: { format: "text", type: "string" },
    },
    type: "object",
  });
});

Deno.test("columns have defaults that are values, items of arrays, and foreign keys", () => {
  const { properties } = description.definitions.contract_notes;
  deepEqual(properties.amount, { format: "numeric", type: "number" });
  deepEqual(properties.tags, {
    format: "text[]",
    type: "array",
    items: { type: "string" },
  });
  deepEqual(properties.meta, { format: "jsonb" });
  deepEqual(properties['Odd "name'], {
    default: "as made",
    format: "text",
    type: "string",
  });
  deepEqual(properties.author_id, {
    description:
      "Note:\nThis is a Foreign Key to `contract_authors.id`.<fk table='contract_authors' column='id'/>",
    format: "bigint",
    type: "integer",
  });
});

Deno.test("comments, lengths and the values of an enum are told", () => {
  deepEqual(description.definitions.contract_shapes, {
    description: "Shapes\n\nIn many forms.",
    required: ["code", "mood"],
    properties: {
      code: {
        description: "Note:\nThis is a Primary Key.<pk/>",
        format: "character varying",
        maxLength: 10,
        type: "string",
      },
      mood: {
        description: "How it went",
        enum: ["calm", "busy"],
        format: "public.contract_mood",
        type: "string",
      },
      seen: { default: 3, format: "integer", type: "integer" },
      made: {
        default: "now()",
        format: "timestamp with time zone",
        type: "string",
      },
    },
    type: "object",
  });
  const { get } = description.paths["/contract_shapes"];
  deepEqual([get.summary, get.description], ["Shapes", "In many forms."]);
});

Deno.test("a view that cannot be changed has a path to read it only", () => {
  deepEqual(Object.keys(description.paths["/contract_moods"]), ["get"]);
  deepEqual(Object.keys(description.paths["/contract_titles"]).sort(), [
    "delete",
    "get",
    "patch",
    "post",
  ]);
});

Deno.test("a variadic parameter may be given several times", () => {
  deepEqual(description.paths["/rpc/contract_sum"].get.parameters, [{
    name: "numbers",
    required: true,
    in: "query",
    type: "array",
    collectionFormat: "multi",
    items: { format: "integer", type: "integer" },
  }]);
});

Deno.test("a table can be read and changed: its paths name their parameters", () => {
  const path = description.paths["/contract_authors"];
  deepEqual(path.get.tags, ["contract_authors"]);
  deepEqual(path.get.parameters, [
    reference("rowFilter.contract_authors.id"),
    reference("rowFilter.contract_authors.name"),
    ...[
      "select",
      "order",
      "range",
      "rangeUnit",
      "offset",
      "limit",
      "preferCount",
    ].map(reference),
  ]);
  deepEqual(path.get.responses["200"], {
    description: "OK",
    schema: {
      type: "array",
      items: { "$ref": "#/definitions/contract_authors" },
    },
  });
  deepEqual(path.post.parameters, [
    reference("body.contract_authors"),
    reference("select"),
    reference("preferPost"),
  ]);
  deepEqual(Object.keys(path).sort(), ["delete", "get", "patch", "post"]);
});

Deno.test("every parameter that a path refers to is described", () => {
  const named = JSON.stringify(description.paths).matchAll(
    /"#\/parameters\/((?:[^"\\]|\\.)+)"/g,
  );
  const missing = [...named].map(([, name]) => JSON.parse(`"${name}"`))
    .filter((name) => !(name in description.parameters));
  deepEqual(missing, []);
  deepEqual(description.parameters["rowFilter.contract_authors.name"], {
    name: "name",
    required: false,
    in: "query",
    type: "string",
  });
});

Deno.test("a function that changes nothing can be called with GET, another only with POST", () => {
  const add = description.paths["/rpc/contract_add"];
  deepEqual(add.get.parameters, [
    {
      format: "integer",
      in: "query",
      name: "a",
      required: true,
      type: "integer",
    },
    {
      format: "integer",
      in: "query",
      name: "b",
      required: false,
      type: "integer",
    },
  ]);
  deepEqual(add.post.parameters[0], {
    in: "body",
    name: "args",
    required: true,
    schema: {
      required: ["a"],
      type: "object",
      properties: {
        a: { format: "integer", type: "integer" },
        b: { format: "integer", type: "integer" },
      },
    },
  });
  deepEqual(add.post.tags, ["(rpc) contract_add"]);
  deepEqual(Object.keys(description.paths["/rpc/contract_write"]), ["post"]);
});

Deno.test("what the caller has no right to is left out", async () => {
  equal("contract_hidden" in description.definitions, false);
  equal("/rpc/contract_denied" in description.paths, false);
  const { client } = await harness.user();
  const token = (await client.auth.getSession()).data.session!.access_token;
  const response = await harness.request("/rest/v1/", {
    headers: { apikey: harness.secretKey, authorization: `Bearer ${token}` },
  });
  const seen: Description = await response.json();
  equal("contract_notes" in seen.definitions, true);
  equal("contract_pairs" in seen.definitions, false);
  equal("contract_pairs" in description.definitions, true);
  equal("/rpc/contract_write" in seen.paths, false);
});

Deno.test("a media type that the root does not have is PGRST107 with 406", async () => {
  const response = await harness.request("/rest/v1/", {
    headers: { apikey: harness.secretKey, accept: "text/csv" },
  });
  deepEqual([response.status, (await response.json()).code], [406, "PGRST107"]);
});
