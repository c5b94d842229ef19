// What an execution of AMC's is read as: its id, window, status and reason.
import assert from "node:assert/strict";
import { isExecutionId, parseExecution } from "../_shared/amc/execution.ts";
import { classifyStatus, isTerminal } from "../_shared/amc/status.ts";
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

Deno.test("the instants of a window are AMC's alone, or unknown", () => {
  const instants = (fields: Record<string, unknown>) => {
    const { window_start_at, window_end_at, unread = [] } = observed(fields);
    return [window_start_at, window_end_at, ...unread];
  };
  const [start, end] = ["2024-01-20T05:00:00Z", "2024-01-25T05:00:00Z"];
  assert.deepEqual(
    instants({ timeWindowStart: null, timeWindowEnd: undefined }),
    [null, null],
  );
  // Zone data of another year.
  assert.deepEqual(
    instants({ timeWindowStart: "2024-01-20T04:00:00.000Z" }),
    ["2024-01-20T04:00:00.000Z", end],
  );
  for (
    const odd of [
      "2024-01-20",
      "now",
      1705726800,
      "0001-01-20T05:00:00Z",
      "1999-12-30T23:59:59Z",
      "2100-01-02T00:00:01Z",
      "2024-02-30T05:00:00Z",
      ["2024-01-20T05:00:00Z"],
    ]
  ) {
    assert.deepEqual(
      instants({ timeWindowEnd: odd }),
      [start, null, "timeWindowEnd"],
      String(odd),
    );
  }
  for (const early of [start, "2024-01-19T05:00:00Z"]) {
    assert.deepEqual(
      instants({ timeWindowEnd: early }),
      [null, null, "timeWindowStart", "timeWindowEnd"],
    );
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
