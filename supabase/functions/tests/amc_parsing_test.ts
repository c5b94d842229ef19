import assert from "node:assert/strict";
import fc from "fast-check";
import { isExecutionId, parseExecution } from "../_shared/amc/execution.ts";
import { classifyStatus, isTerminal } from "../_shared/amc/status.ts";
import { parseJson } from "../_shared/amc/json.ts";
import { CREATED, EXECUTION_ID, observed } from "./support/amc.ts";

Deno.test("the captured answer to a create is read whole", () => {
  assert.deepEqual(observed(), {
    id: EXECUTION_ID,
    workflow_id: "my-first-workflow",
    status: "PENDING",
    status_reason: null,
    created_at: "2024-09-25T03:11:52Z",
    updated_at: "2024-09-25T03:11:52Z",
    expires_at: "2024-09-26T03:11:52Z",
    execution_seconds: null,
    output_columns: null,
    time_window_start: "2024-01-20T00:00:00",
    time_window_end: "2024-01-25T00:00:00",
    time_zone: "America/New_York",
    window_start_at: "2024-01-20T05:00:00Z",
    window_end_at: "2024-01-25T05:00:00Z",
    timeout_seconds: 21_600,
    parameter_values: {},
    request_id: "rid",
  });
});

Deno.test("a finished execution brings its seconds and columns", () => {
  const columns = [{ columnType: "METRIC", dataType: "LONG", name: "n" }];
  const execution = observed({
    status: "SUCCEEDED",
    executionTime: 55,
    outputColumns: columns,
    validatedTime: "2024-09-25T03:11:54.792Z",
    outputS3URI: "N/A",
  });
  assert.equal(execution.execution_seconds, 55);
  assert.deepEqual(execution.output_columns, columns);
});

Deno.test("an execution of a relative window has none", () => {
  const execution = parseExecution({
    workflowExecutionId: EXECUTION_ID,
    timeWindowTimeZoneOriginal: "UTC",
    workflowId: "transient_c3393afa",
  }, null);
  assert.deepEqual(
    [
      execution?.time_window_start,
      execution?.window_start_at,
      execution?.status,
      execution?.request_id,
    ],
    [null, null, null, null],
  );
});

Deno.test("a window without UTC fields is computed from the local ones", () => {
  const execution = observed({
    timeWindowStart: null,
    timeWindowEnd: undefined,
  });
  assert.equal(execution.window_start_at, "2024-01-20T05:00:00.000Z");
  assert.equal(execution.window_end_at, "2024-01-25T05:00:00.000Z");
});

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
    "timeWindowStartOriginal",
    "workflowId",
    "status",
    "createTime",
    "lastUpdatedTime",
    "expireTime",
    "executionTime",
    "outputColumns",
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

Deno.test("AMC's words for a download that will not be are the reason", () => {
  const why = (...channels: unknown[]) =>
    observed({ outputChannels: channels }).status_reason;
  const of = (type: string, status: string, statusReason?: string) => ({
    channel: { type },
    status,
    statusReason,
  });
  assert.equal(
    why(of("ACR", "FAILED", "x"), of("DOWNLOAD", "UNAVAILABLE", "Clean room.")),
    "The download is UNAVAILABLE: Clean room.",
  );
  assert.equal(
    why(of("DOWNLOAD", "FAILED")),
    "The download is FAILED: AMC does not say why.",
  );
  assert.equal(why(of("DOWNLOAD", "AVAILABLE", "fine")), null);
  assert.equal(why(null, 7, "x"), null);
});

Deno.test("the reason loses control characters, marks of direction and secrets", () => {
  const statusReason =
    "a\u0007b \u202egnp.exe\u2069 Atza|very-secret \u009bx\u2028y";
  assert.equal(
    observed({ statusReason }).status_reason,
    "a b gnp.exe [removed] x y",
  );
});

Deno.test("numbers may come as text", () => {
  const execution = observed({
    executionTime: "55",
    workflowExecutionTimeoutSeconds: "21600",
  });
  assert.equal(execution.execution_seconds, 55);
  assert.equal(execution.timeout_seconds, 21_600);
});

Deno.test("an unknown status is kept as it came", () => {
  assert.equal(observed({ status: "Re-Queued" }).status, "Re-Queued");
});

Deno.test("the reason comes from whichever field has it", () => {
  for (
    const field of ["statusReason", "message", "details", "messageSubject"]
  ) {
    assert.equal(observed({ [field]: "why" }).status_reason, "why");
  }
  assert.equal(observed({ statusReason: "", details: "d" }).status_reason, "d");
});

Deno.test("the id comes from workflowExecutionId only", () => {
  for (
    const value of [
      {},
      null,
      "x",
      7,
      [],
      [CREATED],
      { id: EXECUTION_ID },
      { executionId: EXECUTION_ID, workflowId: EXECUTION_ID },
      { workflowExecution: null },
      { workflowExecution: { id: EXECUTION_ID } },
      { workflowExecutionId: null, workflowExecution: CREATED },
    ]
  ) assert.equal(parseExecution(value, null), null);
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

Deno.test("ids are well-formed from 1 to 128 characters of a small alphabet", () => {
  for (const id of [EXECUTION_ID, "a", "A.b_c:d-1", "a".repeat(128)]) {
    assert(isExecutionId(id), id);
  }
  for (
    const id of [
      "",
      " a",
      "a ",
      "a b",
      "-a",
      "a/b",
      "a\n",
      "é",
      "a".repeat(129),
      null,
      7,
    ]
  ) assert(!isExecutionId(id), String(id));
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

Deno.test("statuses are classified, and an unknown one counts as in progress", () => {
  const classes = {
    PENDING: "in_progress",
    RUNNING: "in_progress",
    PUBLISHING: "in_progress",
    SUCCEEDED: "succeeded",
    FAILED: "failed",
    REJECTED: "rejected",
    CANCELLED: "cancelled",
  };
  for (const [status, expected] of Object.entries(classes)) {
    assert.deepEqual(classifyStatus(status), {
      class: expected,
      unknown: false,
    });
    assert.equal(
      isTerminal(classifyStatus(status).class),
      expected !== "in_progress",
    );
  }
  for (const status of ["Succeeded", "succeeded", " SUCCEEDED"]) {
    assert.equal(classifyStatus(status).class, "succeeded");
    assert.equal(observed({ status }).status, "SUCCEEDED");
  }
  for (const status of ["CANCELED", "Canceled", "cancelled"]) {
    assert.equal(classifyStatus(status).class, "cancelled");
    assert.equal(observed({ status }).status, "CANCELLED");
  }
  for (const status of ["SUCCESS", "", "constructor"]) {
    assert.deepEqual(classifyStatus(status), {
      class: "in_progress",
      unknown: true,
    });
  }
  assert.deepEqual(classifyStatus(null), {
    class: "in_progress",
    unknown: false,
  });
});
