import fc from "fast-check";
import { readRequest } from "../../../supabase/functions/start-collection/request.ts";
import { RequestError } from "../../../supabase/functions/_shared/http/request_error.ts";
import { DatabaseError } from "../../../supabase/functions/_shared/database/errors.ts";
import type { World, WorldCollection } from "./world.ts";

/** What a member sends to start-collection in place of, or beside, what is right. */
const FIELDS: Record<string, unknown[]> = {
  weeks: [0, 1, 2, 60, 61, -1, 1.5, 1e10, 1e300, "2", null, [], true],
  start_date: [
    "0001-01-01",
    "0000-01-01",
    "0099-12-31",
    "-0044-03-15",
    "9999-12-25",
    "10000-01-01",
    "2025-02-30",
    "2024-02-29",
    "2025-1-1",
    "infinity",
    "now",
    "2025-05-01T00:00:00Z",
    "",
    20250501,
    null,
  ],
  end_date: [
    "0001-01-07",
    "9999-12-31",
    "2024-01-07",
    "2025-05-07",
    "2025-13-01",
    "epoch",
    {},
  ],
  week_starts_on: ["monday", "Sunday", "funday", "", " monday ", 1, null],
  time_zone: [
    "UTC",
    "America/Los_Angeles",
    "Pacific/Apia",
    "Asia/Kolkata",
    "Etc/GMT+12",
    "posixrules",
    "Factory",
    "+05:00",
    "EST5EDT",
    "nowhere/else",
    "utc",
    "",
    "../../etc/passwd",
    "UTC\u0000",
    7,
  ],
  parameter_values: [
    {},
    { name: "x" },
    { "": "" },
    { name: "\u0000" },
    { name: "\ud800" },
    { name: "v".repeat(96_000) },
    { name: "v".repeat(2_000) },
    { name: null },
    { name: [[[[[[[[[[]]]]]]]]]] },
    { "__proto__": "x", constructor: "y" },
    Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`p${i}`, "v"])),
    [],
    "text",
    null,
  ],
  instance: ["", "amcfuzz2", "AMCFUZZ1", "amc'fuzz", "x".repeat(65), 7, null],
  workflow: ["", "unknown", "a/b", "x".repeat(200), "\u0000", 7],
  unknown_field: [1],
};

/** What a member sends to save_workflow. */
const QUERIES: Record<string, unknown[]> = {
  name: [
    "",
    " ",
    "x".repeat(100),
    "x".repeat(101),
    "\u202eodd\u0007",
    "two\nlines",
    "İstanbul ß",
    "💥".repeat(50),
    "'; drop table x; --",
  ],
  sql_query: [
    "",
    " ",
    ";",
    "select 1;",
    "select 1 ; ; \n",
    "-- only a comment",
    "/* open comment select 1",
    "select '--not a comment' /* but this */ from traffic -- and this",
    "select 'it''s; fine' from traffic;",
    "select CUSTOM_PARAMETER('name') from traffic",
    "select CUSTOM_PARAMETER('nome') from traffic",
    "SELEC nonsense",
    `select '${"x".repeat(200_000)}' from traffic`,
    `select '${"x".repeat(3_000_000)}' from traffic`,
    "select '\ud800' from traffic",
    "select 'é漢字💥' from traffic",
    "select \u00a01 from\u3000traffic",
    `select ${"(".repeat(5000)}1${")".repeat(5000)}`,
  ],
  parameters: [
    [],
    [{ name: "name", dataType: "STRING", defaultValue: "x" }],
    [{ name: "name", dataType: "STRING", columnType: "DIMENSION" }],
    [{ nome: "name" }],
    [{ name: 7 }],
    [{}],
    [null],
    ["name"],
    [[]],
    {},
    "name",
    Array.from({ length: 500 }, (_, i) => ({
      name: `p${i}`,
      dataType: "STRING",
    })),
    [{ name: "name", defaultValue: "v".repeat(96_000) }],
    [{ name: "name" }, { name: "name" }],
  ],
};

const drawn = (fields: Record<string, unknown[]>) =>
  fc.record(
    Object.fromEntries(
      Object.entries(fields).map(([name, values]) => [
        name,
        fc.constantFrom(...values),
      ]),
    ),
    { requiredKeys: [] },
  );

/** What a member asks for. */
export interface InputFault {
  kind: "input";
  via: "start" | "save";
  fields: Record<string, unknown>;
}

/** A member's input, odd in some fields. */
export const anInput: fc.Arbitrary<InputFault> = fc.oneof(
  fc.record({
    kind: fc.constant("input" as const),
    via: fc.constant("start" as const),
    fields: drawn(FIELDS),
  }),
  fc.record({
    kind: fc.constant("input" as const),
    via: fc.constant("save" as const),
    fields: drawn(QUERIES),
  }),
);

/**
 * Sends a member's input as the edge function and the API would: a query is saved and collected.
 *
 * @returns what may be collected after it; null if the input was refused
 * @throws an error that is no refusal
 */
export async function send(
  world: World,
  { via, fields }: InputFault,
  { instanceId, workflowId, ownerId }: WorldCollection,
): Promise<string | null> {
  try {
    const right = { instance: instanceId, workflow: workflowId, weeks: 1 };
    if (via === "start") {
      return await start(world, ownerId, { ...right, ...fields });
    }
    const saved = await world.as(ownerId, () =>
      world.call("save_workflow", {
        instance_id: instanceId,
        name: "Of a member",
        sql_query: "select 'member' as x from traffic",
        ...fields,
      })) as { workflow_id: string };
    return await start(world, ownerId, {
      ...right,
      workflow: saved.workflow_id,
    });
  } catch (error) {
    if (isRefusal(error)) return null;
    throw error;
  }
}

async function start(
  world: World,
  requested_by: string,
  body: Record<string, unknown>,
): Promise<string> {
  const request = new Request("http://functions.localhost", {
    method: "POST",
    body: JSON.stringify(body),
  });
  const { instance, workflow, ...range } = await readRequest(request);
  const answer = await world.call("start_collection", {
    requested_by,
    instance_id: instance,
    workflow_id: workflow,
    ...range,
  }) as { collection_id: string };
  return answer.collection_id;
}

/** Whether a request was refused in a way that a person can act upon: with a stable code, or by a rule of a table. */
function isRefusal(error: unknown): boolean {
  if (error instanceof RequestError) return true;
  if (!(error instanceof DatabaseError)) return false;
  return /^[a-z0-9_]+$/.test(error.detail ?? "") || error.code === "23514" ||
    // What is no text or JSON for Postgres: the API answers 400 with its words.
    ["22P05", "22P02", "22021"].includes(error.code ?? "");
}
