import assert from "node:assert/strict";
import { RequestError } from "../_shared/http/request_error.ts";
import {
  readIdempotencyKey,
  readRequest,
} from "../start-collection/request.ts";

const GOOD = { instance: "amcr1aaaa1a", workflow: "weekly-0123" };

function requestOf(body: string, headers: Record<string, string> = {}) {
  return new Request("http://localhost/start-collection", {
    method: "POST",
    headers,
    body,
  });
}

async function refusalOf(body: string): Promise<RequestError> {
  try {
    await readRequest(requestOf(body));
  } catch (error) {
    assert.ok(error instanceof RequestError);
    return error;
  }
  assert.fail(`${body.slice(0, 80)} was taken`);
}

const TAKEN: Record<string, unknown>[] = [
  {},
  { weeks: 1 },
  { weeks: 0 },
  { start_date: "2024-01-01", end_date: "2024-01-07" },
  { week_starts_on: "sunday", time_zone: "America/New_York" },
  { parameter_values: { brand: "x", limit: 3, flags: [true, null] } },
];

for (const more of TAKEN) {
  Deno.test(`a request with ${JSON.stringify(more)} is read as it is`, async () => {
    const body = { ...GOOD, ...more };
    assert.deepEqual(await readRequest(requestOf(JSON.stringify(body))), body);
  });
}

/** What is wrong, the body, and the field that the message names. */
const REFUSED: [string, unknown, string][] = [
  ["no instance", { workflow: "w" }, "instance"],
  ["an empty instance", { ...GOOD, instance: "" }, "instance"],
  ["a number as instance", { ...GOOD, instance: 1 }, "instance"],
  ["a long instance", { ...GOOD, instance: "i".repeat(65) }, "instance"],
  ["no workflow", { instance: "i" }, "workflow"],
  ["a null workflow", { ...GOOD, workflow: null }, "workflow"],
  ["a long workflow", { ...GOOD, workflow: "w".repeat(129) }, "workflow"],
  ["weeks as text", { ...GOOD, weeks: "3" }, "weeks"],
  ["half a week", { ...GOOD, weeks: 1.5 }, "weeks"],
  ["more weeks than a number holds", { ...GOOD, weeks: 1e300 }, "weeks"],
  ["null weeks", { ...GOOD, weeks: null }, "weeks"],
  [
    "a day that is not there",
    { ...GOOD, start_date: "2024-02-30" },
    "start_date",
  ],
  [
    "a time as a date",
    { ...GOOD, end_date: "2024-02-03T00:00:00Z" },
    "end_date",
  ],
  ["an American date", { ...GOOD, start_date: "01/02/2024" }, "start_date"],
  ["a number as weekday", { ...GOOD, week_starts_on: 1 }, "week_starts_on"],
  ["a long zone", { ...GOOD, time_zone: "z".repeat(101) }, "time_zone"],
  ["a zone as number", { ...GOOD, time_zone: 2 }, "time_zone"],
  [
    "parameters as a list",
    { ...GOOD, parameter_values: [] },
    "parameter_values",
  ],
  [
    "parameters as text",
    { ...GOOD, parameter_values: "x" },
    "parameter_values",
  ],
  ["an unknown field", { ...GOOD, week: 3 }, "week"],
  ["an owner", { ...GOOD, owner_id: "x" }, "owner_id"],
  ["a list", [], "object"],
  ["null", null, "object"],
  ["a text", "weeks", "object"],
];

for (const [what, body, field] of REFUSED) {
  Deno.test(`${what} is refused as invalid_request, and the message names it`, async () => {
    const refusal = await refusalOf(JSON.stringify(body));
    assert.equal(refusal.status, 400);
    assert.equal(refusal.code, "invalid_request");
    assert.match(refusal.message, new RegExp(`\\b${field}\\b`));
    assert.match(refusal.message, /^[A-Z].*\.$/);
  });
}

Deno.test("all that is wrong is told at once", async () => {
  const { message } = await refusalOf('{"weeks": "x", "time_zone": 1}');
  for (const field of ["instance", "workflow", "weeks", "time_zone"]) {
    assert.match(message, new RegExp(`\\b${field}: `));
  }
});

for (const body of ["", "weeks=3", "{", "undefined", "{'instance': 'x'}"]) {
  Deno.test(`the body ${JSON.stringify(body)} is refused as invalid_json`, async () => {
    const refusal = await refusalOf(body);
    assert.deepEqual([refusal.status, refusal.code], [400, "invalid_json"]);
  });
}

Deno.test("a body of more than 100,000 bytes is refused as request_too_large", async () => {
  const filled = (length: number) => {
    const empty = JSON.stringify({ ...GOOD, parameter_values: { a: "" } });
    return JSON.stringify({
      ...GOOD,
      parameter_values: { a: "x".repeat(length - empty.length) },
    });
  };
  const refusal = await refusalOf(filled(100_001));
  assert.deepEqual([refusal.status, refusal.code], [413, "request_too_large"]);
  assert.equal(
    (await readRequest(requestOf(filled(100_000)))).instance,
    GOOD.instance,
  );
});

Deno.test("a name that objects have from birth is a field like any other", async () => {
  const refusal = await refusalOf(
    '{"instance": "i", "workflow": "w", "__proto__": {"weeks": 3}}',
  );
  assert.equal(refusal.code, "invalid_request");
  const { parameter_values } = await readRequest(requestOf(
    '{"instance": "i", "workflow": "w", "parameter_values": {"constructor": 1}}',
  ));
  assert.equal(JSON.stringify(parameter_values), '{"constructor":1}');
});

Deno.test("an Idempotency-Key of 1 to 200 characters is taken as it is, and none is none", () => {
  const keyOf = (key: string) =>
    readIdempotencyKey(requestOf("{}", { "Idempotency-Key": key }));
  assert.equal(readIdempotencyKey(requestOf("{}")), undefined);
  assert.equal(keyOf("a"), "a");
  assert.equal(keyOf("order 66 / ö"), "order 66 / ö");
  assert.equal(keyOf("k".repeat(200)), "k".repeat(200));
  for (const key of ["", "k".repeat(201)]) {
    assert.throws(() => keyOf(key), (error) => {
      assert.ok(error instanceof RequestError);
      assert.equal(error.status, 400);
      assert.equal(error.code, "invalid_idempotency_key");
      return true;
    });
  }
});

Deno.test("the key is taken in the body as well, and must not differ from the header's", async () => {
  const sent = async (body: string | undefined, header?: string) => {
    const request = requestOf(
      JSON.stringify({ ...GOOD, idempotency_key: body }),
      header === undefined ? {} : { "Idempotency-Key": header },
    );
    const { idempotency_key } = await readRequest(request);
    return readIdempotencyKey(request, idempotency_key);
  };
  assert.equal(await sent("a"), "a");
  assert.equal(await sent("a", "a"), "a");
  assert.equal(await sent(undefined, "b"), "b");
  assert.equal(await sent("k".repeat(200)), "k".repeat(200));
  assert.equal(await sent(undefined), undefined);
  await assert.rejects(sent("a", "b"), { code: "invalid_idempotency_key" });
  await assert.rejects(sent("a", ""), { code: "invalid_idempotency_key" });
});

for (const key of ["", "k".repeat(201), 7, null, ["a"]]) {
  Deno.test(`the key ${JSON.stringify(key).slice(0, 20)} in the body is refused`, async () => {
    const refusal = await refusalOf(
      JSON.stringify({ ...GOOD, idempotency_key: key }),
    );
    assert.equal(refusal.code, "invalid_request");
    assert.match(refusal.message, /idempotency_key/);
  });
}

for (const text of ["\\u0000", "\\ud800", "a\\udc00"]) {
  Deno.test(`a text with ${text} is refused before Postgres sees it`, async () => {
    const refusal = await refusalOf(
      `{"instance": "i", "workflow": "w", "parameter_values": {"a": "${text}"}}`,
    );
    assert.deepEqual([refusal.status, refusal.code], [400, "invalid_request"]);
  });
}
