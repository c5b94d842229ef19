import assert from "node:assert/strict";
import { post } from "../_shared/webhooks/post.ts";
import { keptWords } from "../_shared/webhooks/words.ts";

const KEY = `k3y${"0123456789abcdef".repeat(12)}`;
const secretAt = (url: string) => ({ url, signingKey: KEY });

/** An answer of which there is more to come, if what was read suffices. */
function begun(text: string): BodyInit {
  if (text.length < 4000) return text;
  return new ReadableStream({
    start: (stream) => stream.enqueue(new TextEncoder().encode(text)),
  });
}

/** The words kept of a webhook that answers 500 with a text made from its own address. */
async function kept(answer: (url: string) => string): Promise<string> {
  let url = "";
  await using server: Deno.HttpServer<Deno.NetAddr> = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    () => new Response(begun(answer(url)), { status: 500 }),
  );
  url = `http://127.0.0.1:${server.addr.port}/hooks/${"T0SECRET".repeat(20)}`;
  const outcome = await post(url, {}, "{}", {
    hosts: ["127.0.0.1"],
    resolve: () => Promise.resolve([]),
    timeoutMs: 10_000,
  });
  assert.equal(outcome.code, "http_500");
  return keptWords(outcome, secretAt(url));
}

const ANSWERS: [string, (url: string) => string][] = [
  ["its address again and again", (url) => url.repeat(400)],
  ["the key again and again", () => `${KEY} `.repeat(400)],
  ["the key, encoded", () => encodeURIComponent(`${KEY}/`).repeat(400)],
  ["control characters and the key", () => `\n\n\n${KEY}`.repeat(400)],
  // Reading stops in the middle of the last one.
  ...[1, 7, 50, 120, 194].map((cut): [string, (url: string) => string] => [
    `the key, of which ${cut} characters are read last`,
    () => `${KEY.repeat(20)}${"x".repeat(100)}${KEY.slice(0, cut)}`,
  ]),
];

for (const [what, answer] of ANSWERS) {
  Deno.test(`no part of a secret is kept of a webhook that answers ${what}`, async () => {
    const words = await kept(answer);
    assert.match(words, /^It answered with status 500: ./);
    for (const secret of [KEY, "T0SECRET".repeat(20)]) {
      for (let from = 0; from + 5 <= secret.length; from++) {
        assert.ok(!words.includes(secret.slice(from, from + 5)), words);
      }
    }
  });
}

Deno.test("a short answer is kept whole", async () => {
  assert.equal(
    await kept(() => "No such channel."),
    "It answered with status 500: No such channel.",
  );
});
