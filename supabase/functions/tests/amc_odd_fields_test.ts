// Fields of AMC's that no column takes are null and noted, and spoil nothing else.
import assert from "node:assert/strict";
import fc from "fast-check";
import { isExecutionId, parseExecution } from "../_shared/amc/execution.ts";
import { parseJson } from "../_shared/amc/json.ts";
import { EXECUTION_ID, observed } from "./support/amc.ts";

Deno.test("a field of an unexpected form is unknown and spoils no other", () => {
  const execution = observed({
    workflowId: 7,
    status: { a: 1 },
    createTime: "yesterday",
    lastUpdatedTime: 1727233912,
    expireTime: [],
    executionTime: "fast",
    outputColumns: "many",
    timeWindowStartOriginal: "2024-13-45",
    timeWindowTimeZoneOriginal: null,
    workflowExecutionTimeoutSeconds: {},
    parameterValues: ["any", { thing: null }],
  });
  assert.equal(execution.id, EXECUTION_ID);
  assert.equal(execution.window_start_at, "2024-01-20T05:00:00Z");
  assert.deepEqual(execution.parameter_values, ["any", { thing: null }]);
  const { id: _id, window_start_at: _start, window_end_at: _end, ...others } =
    execution;
  assert.deepEqual(
    Object.values({
      ...others,
      parameter_values: null,
      time_window_end: null,
      request_id: null,
      unread: null,
    }),
    Object.values(others).map(() => null),
  );
  assert.deepEqual(execution.unread, [
    "workflowId",
    "status",
    "createTime",
    "lastUpdatedTime",
    "expireTime",
    "executionTime",
    "outputColumns",
    "timeWindowStartOriginal",
    "workflowExecutionTimeoutSeconds",
  ]);
});

const UNKEPT: Record<string, unknown[]> = {
  workflowExecutionTimeoutSeconds: [
    1.5,
    21600.5,
    3_000_000_000,
    1e300,
    2 ** 63,
    -1,
    "1.5",
    "a day",
    "99999999999",
    true,
  ],
  executionTime: [-3, 1e300, 2 ** 31, "1e3"],
  createTime: [
    "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00+01:00",
    "9999-12-31T23:00:00-18:00",
    "2026-02-30T00:00:00Z",
    "2026-06-30T23:59:60Z",
    "infinity",
    1_790_000_000,
  ],
  timeWindowStartOriginal: ["0000-01-01T00:00:00", "2026-09-25", 7],
  status: [7, "S".repeat(5000)],
  workflowId: [7, "w".repeat(5000)],
  timeWindowTimeZoneOriginal: [{}, "z".repeat(5000)],
  outputColumns: [{}, [null], [{ name: 7 }], [{ name: "n".repeat(5000) }]],
};

for (const [field, values] of Object.entries(UNKEPT)) {
  Deno.test(`a ${field} that no column takes is null and noted`, () => {
    for (const value of values) {
      const { unread } = observed({ [field]: value });
      assert.deepEqual(unread, [field], JSON.stringify(value));
    }
  });
}

Deno.test("a time with an offset that Postgres does not take is kept in UTC", () => {
  const cases = {
    "2024-09-25T03:11:52+18:00": "2024-09-24T09:11:52.000Z",
    "2024-09-25T03:11:52-23:59": "2024-09-26T03:10:52.000Z",
    "2024-09-25T03:11:52+0530": "2024-09-24T21:41:52.000Z",
    "2024-09-25T03:11:52.123456789Z": "2024-09-25T03:11:52.123456789Z",
  };
  for (const [createTime, expected] of Object.entries(cases)) {
    assert.equal(observed({ createTime }).created_at, expected);
  }
});

Deno.test("parameter values that are huge or nested without end equal none of ours", () => {
  let deep: unknown = [];
  for (let depth = 0; depth < 20_000; depth++) deep = [deep];
  for (const parameterValues of [{ brand: "b".repeat(1e6) }, { deep }]) {
    const execution = observed({ parameterValues });
    assert.equal(execution.parameter_values, "(too large to keep)");
    assert.deepEqual(execution.unread, ["parameterValues"]);
  }
});

Deno.test("any JSON can be read without an exception, and gives a well-formed id or nothing", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    const bare = parseExecution(value, null);
    assert(bare === null || isExecutionId(bare.id));
    const fields = typeof value === "object" && value !== null ? value : {};
    const execution = parseExecution({
      ...fields,
      workflowExecutionId: EXECUTION_ID,
      status: value,
      createTime: value,
      timeWindowStartOriginal: value,
      workflowExecutionTimeoutSeconds: value,
      outputColumns: value,
    }, null);
    assert.equal(execution?.id, EXECUTION_ID);
  }));
});

Deno.test("strings that Postgres cannot store are mended, others are left alone", () => {
  assert.deepEqual(parseJson('{"a\\u0000":"x\\u0000y","b":["\\ud800"]}'), {
    a: "xy",
    b: ["\ufffd"],
  });
  assert.deepEqual(parseJson('{"a":"\\\\u0000","b":"\\ud83d\\ude00"}'), {
    a: "\\u0000",
    b: "😀",
  });
  assert.deepEqual(parseJson('\ufeff{"a":1}'), { a: 1 });
  assert.equal(parseJson("{"), undefined);
  assert.equal(parseJson(null), undefined);
});
