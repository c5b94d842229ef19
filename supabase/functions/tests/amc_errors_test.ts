import assert from "node:assert/strict";
import { parseError } from "../_shared/amc/error_body.ts";
import { backoffMs, retryAfterSeconds } from "../_shared/amc/retry.ts";

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
  ['{"details":{"a":1}}', '{"a":1}', true],
  ['{"details":["one","two","one"]}', "one; two", true],
  ['{"details":[{"x":{"message":"deep"}}]}', '{"x":{"message":"deep"}}', true],
  ['{"Message":"M"}', "M", true],
  ['{"errors":[{"message":"m"}]}', "m", true],
  ['{"errors":[]}', '{"errors":[]}', false],
  ['{"details":" ","errors":[{}],"error":"e"}', "e", true],
  [
    '{"message":"Das Zeitfenster ist ungültig."}',
    "Das Zeitfenster ist ungültig.",
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
