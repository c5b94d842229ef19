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
    }),
    Object.values(others).map(() => null),
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
  for (const status of ["SUCCESS", "succeeded", "", "constructor"]) {
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
