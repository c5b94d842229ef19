// What a body may be: its length and its depth are limited, by what it says of itself and by what it is.
import assert from "node:assert/strict";
import { invalidRequest, readJson } from "../_shared/http/body.ts";
import { RequestError } from "../_shared/http/request_error.ts";

const MAX_BYTES = 100_000;

/** A request whose body comes in chunks, and how many of them were taken. */
function streamed(chunks: string[], headers: Record<string, string> = {}) {
  const taken = { chunks: 0, cancelled: false };
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const chunk = chunks[taken.chunks];
      if (chunk === undefined) return controller.close();
      taken.chunks++;
      controller.enqueue(new TextEncoder().encode(chunk));
    },
    cancel() {
      taken.cancelled = true;
    },
  }, { highWaterMark: 0 });
  const request = new Request("http://localhost/", {
    method: "POST",
    headers,
    body,
  });
  return { request, taken };
}

async function refusalOf(request: Request): Promise<[number, string]> {
  try {
    await readJson(request);
  } catch (error) {
    assert.ok(error instanceof RequestError, String(error));
    return [error.status, error.code];
  }
  assert.fail("the body was taken");
}

const posted = (body: BodyInit) =>
  new Request("http://localhost/", { method: "POST", body });

Deno.test("a body that says that it is too long is refused before any of it is read", async () => {
  for (const length of ["100001", "99999999999999999999", "1e9"]) {
    const { request, taken } = streamed(["{}"], { "Content-Length": length });
    assert.deepEqual(await refusalOf(request), [413, "request_too_large"]);
    assert.equal(taken.chunks, 0, length);
  }
});

Deno.test("a body that does not say how long it is is read no further than the limit", async () => {
  const { request, taken } = streamed(Array(1000).fill("x".repeat(30_000)));
  assert.deepEqual(await refusalOf(request), [413, "request_too_large"]);
  assert.equal(taken.chunks, 4);
  assert.ok(taken.cancelled);
});

Deno.test("a body that says that it is shorter than it is is read no further than the limit", async () => {
  const { request, taken } = streamed(Array(9).fill("x".repeat(60_000)), {
    "Content-Length": "10",
  });
  assert.deepEqual(await refusalOf(request), [413, "request_too_large"]);
  assert.equal(taken.chunks, 2);
});

Deno.test("the limit counts bytes: a body of that many is taken, in as many chunks as it comes", async () => {
  const text = JSON.stringify("ö".repeat((MAX_BYTES - 2) / 2));
  assert.equal(await readJson(posted(text)), JSON.parse(text));
  const { request } = streamed([...text.match(/.{1,997}/gs)!]);
  assert.equal(await readJson(request), JSON.parse(text));
  assert.deepEqual(await refusalOf(posted(text + " ")), [
    413,
    "request_too_large",
  ]);
});

const nested = (depth: number, open = "[", close = "]") =>
  open.repeat(depth) + close.repeat(depth);

Deno.test("a body that is nested too deep is a mistake like any other", async () => {
  for (
    const body of [
      nested(21),
      nested(49_000),
      nested(12_000, '{"a":', "}").replace(":}", ":1}"),
      `{"parameter_values": {"a": ${nested(20)}}}`,
    ]
  ) {
    assert.deepEqual(await refusalOf(posted(body)), [400, "invalid_request"]);
  }
  assert.deepEqual(await readJson(posted(nested(20))), JSON.parse(nested(20)));
  assert.equal(await readJson(posted(`"${nested(50)}"`)), nested(50));
});

Deno.test("what is no text is not JSON", async () => {
  for (
    const bytes of [[0x22, 0xff, 0x22], [0x1f, 0x8b, 8], [0xed, 0xa0, 0x80]]
  ) {
    assert.deepEqual(await refusalOf(posted(new Uint8Array(bytes))), [
      400,
      "invalid_json",
    ]);
  }
  assert.deepEqual(
    await refusalOf(new Request("http://localhost/", { method: "POST" })),
    [400, "invalid_json"],
  );
});

Deno.test("a message is short, however much is wrong", () => {
  const problems = Array.from(
    { length: 5000 },
    (_, n) => `${n}${"x".repeat(50_000)}: expected no field but instance`,
  );
  assert.ok(invalidRequest(problems).message.length < 3_000);
});
