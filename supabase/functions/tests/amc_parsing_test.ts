import assert from "node:assert/strict";
import fc from "fast-check";
import {
  backoffMs,
  classifyStatus,
  createRedactor,
  type ExecutionObservation,
  isExecutionId,
  isTerminal,
  parseError,
  parseExecution,
  retryAfterSeconds,
  shownLink,
} from "../_shared/amc/mod.ts";
import { parseJson } from "../_shared/amc/json.ts";
import { CREATED, EXECUTION_ID, holdsSecret, SECRETS } from "./support/amc.ts";

function parsed(change: Record<string, unknown> = {}): ExecutionObservation {
  const execution = parseExecution({ ...CREATED, ...change }, "rid");
  assert(execution);
  return execution;
}

Deno.test("the captured answer to a create is read whole", () => {
  assert.deepEqual(parsed(), {
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
  const execution = parsed({
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
  const execution = parsed({ timeWindowStart: null, timeWindowEnd: undefined });
  assert.equal(execution.window_start_at, "2024-01-20T05:00:00.000Z");
  assert.equal(execution.window_end_at, "2024-01-25T05:00:00.000Z");
});

Deno.test("a field of an unexpected form is unknown and spoils no other", () => {
  const execution = parsed({
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
  const execution = parsed({
    executionTime: "55",
    workflowExecutionTimeoutSeconds: "21600",
  });
  assert.equal(execution.execution_seconds, 55);
  assert.equal(execution.timeout_seconds, 21_600);
});

Deno.test("an unknown status is kept as it came", () => {
  assert.equal(parsed({ status: "Re-Queued" }).status, "Re-Queued");
});

Deno.test("the reason comes from whichever field has it", () => {
  for (
    const field of ["statusReason", "message", "details", "messageSubject"]
  ) {
    assert.equal(parsed({ [field]: "why" }).status_reason, "why");
  }
  assert.equal(parsed({ statusReason: "", details: "d" }).status_reason, "d");
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

const ERROR_BODIES: [string | null, string, boolean][] = [
  [
    '{"code":"403","details":"Unauthorized request."}',
    "Unauthorized request.",
    true,
  ],
  ['{"details":"d","message":"m"}', "d", true],
  ['{"details":"","message":"m"}', "m", true],
  ['{"details":{"a":1},"message":"m"}', "m", true],
  [
    '{"message":"Endpoint request timed out"}',
    "Endpoint request timed out",
    true,
  ],
  ['{"statusReason":"s"}', "s", false],
  ['{"other":1}', '{"other":1}', false],
  ["[1]", "[1]", false],
  ["plain  words\n", "plain words", false],
  [
    "<html><head><style>p{}</style><title>429</title></head><body>Too <b>Many</b></body></html>",
    "429 Too Many",
    false,
  ],
  ["", "(empty body)", false],
  [null, "(empty body)", false],
];
for (const [body, message, fromAmc] of ERROR_BODIES) {
  Deno.test(`the error body ${JSON.stringify(body)} says "${message}"`, () => {
    const error = parseError(body);
    assert.equal(error.message, message);
    assert.equal(error.fromAmc, fromAmc);
  });
}

Deno.test("a long error text is cut", () => {
  const error = parseError(JSON.stringify({ details: "x".repeat(100_000) }));
  assert.equal(error.message.length, 2_000);
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

Deno.test("Retry-After is read as seconds or as a date by the answer's own clock", () => {
  const now = Date.parse("2024-09-25T03:00:00Z");
  const read = (retry: string, date?: string) =>
    retryAfterSeconds(
      new Headers({ "retry-after": retry, ...(date ? { date } : {}) }),
      now,
    );
  assert.equal(retryAfterSeconds(new Headers(), now), null);
  assert.equal(read("0"), 0);
  assert.equal(read(" 12 "), 12);
  assert.equal(read("1.5"), 1.5);
  assert.equal(read("999999999"), 86_400);
  assert.equal(read("Wed, 25 Sep 2024 03:00:30 GMT"), 30);
  assert.equal(
    read("Wed, 25 Sep 2024 03:00:30 GMT", "Wed, 25 Sep 2024 02:59:30 GMT"),
    60,
  );
  assert.equal(read("Wed, 25 Sep 2024 02:00:00 GMT"), 0);
  for (const odd of ["-5", "soon", "", "1e9", "NaN"]) {
    assert.equal(read(odd), null, odd);
  }
});

Deno.test("a backoff has full jitter below a bound that doubles up to its cap", () => {
  const limits = { tries: 9, totalMs: 1, baseMs: 500, capMs: 8_000 };
  assert.equal(backoffMs(1, () => 0, limits), 0);
  const tops = [1, 2, 3, 4, 5, 6, 7].map((n) => backoffMs(n, () => 1, limits));
  assert.deepEqual(tops, [500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
});

Deno.test("secrets are taken out of texts by shape and by value", () => {
  const redact = createRedactor(() => ["hunter22", "a b&c="]);
  for (
    const text of [
      `Bearer ${SECRETS.accessToken}`,
      `{"refresh_token":"${SECRETS.refreshToken}"}`,
      `client_secret=${SECRETS.clientSecret}&x=1`,
      `client_secret: "very-secret-odd"`,
      "see https://a.s3.amazonaws.com/x.csv?X-Amz-Signature=very-secret.",
      "X-Amz-Security-Token=very-secret",
      `refresh_token=${encodeURIComponent(SECRETS.refreshToken)}`,
    ]
  ) assert(!holdsSecret(redact(text)), redact(text));
  assert.equal(
    redact(`hunter22 ${encodeURIComponent("a b&c=")} a b&c=`),
    "[removed] [removed] [removed]",
  );
  assert.equal(redact("nothing to hide"), "nothing to hide");
});

Deno.test("a link is shown without user and query", () => {
  assert.equal(
    shownLink("https://u:very-secret@a.test:8443/x/y.csv?very-secret#z"),
    "https://a.test:8443/x/y.csv",
  );
  assert.equal(shownLink("nonsense?very-secret"), "(not a URL)");
});
