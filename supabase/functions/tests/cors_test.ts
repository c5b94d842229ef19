import assert from "node:assert/strict";
import { corsHeaders } from "@supabase/supabase-js/cors";
import { withCors } from "../_shared/http/cors.ts";

const served = withCors((request) =>
  Promise.resolve(
    new Response(`seen ${request.method}`, {
      status: 418,
      headers: { "Content-Type": "text/tea" },
    }),
  )
);

Deno.test("a preflight request is answered without the function", async () => {
  const response = await served(
    new Request("http://localhost/", { method: "OPTIONS" }),
  );
  assert.equal(response.status, 204);
  assert.equal(await response.text(), "");
  assert.equal(response.headers.get("Access-Control-Allow-Origin"), "*");
  const headers = response.headers.get("Access-Control-Allow-Headers")!;
  for (const name of ["authorization", "apikey", "content-type"]) {
    assert.ok(headers.split(", ").includes(name), name);
  }
});

Deno.test("every response keeps its status, headers and body, and may be read by any origin", async () => {
  const response = await served(new Request("http://localhost/"));
  assert.equal(response.status, 418);
  assert.equal(response.headers.get("Content-Type"), "text/tea");
  assert.equal(response.headers.get("Access-Control-Allow-Origin"), "*");
  assert.equal(await response.text(), "seen GET");
});

Deno.test("a browser may send what supabase-js sends, and the idempotency key, to every function", async () => {
  const { headers } = await served(
    new Request("http://localhost/", { method: "OPTIONS" }),
  );
  const listed = (name: string, from: Headers) =>
    from.get(name)!.split(", ").sort();
  const sdk = new Headers(corsHeaders);
  assert.deepEqual(
    listed("Access-Control-Allow-Headers", headers),
    [
      ...listed("Access-Control-Allow-Headers", sdk),
      "idempotency-key",
    ].sort(),
  );
  assert.deepEqual(
    listed("Access-Control-Allow-Methods", headers),
    listed("Access-Control-Allow-Methods", sdk),
  );
  assert.equal(sdk.get("Access-Control-Allow-Origin"), "*");
});
