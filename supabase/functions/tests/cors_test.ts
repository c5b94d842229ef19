import assert from "node:assert/strict";
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

Deno.test("a function says itself which methods and headers it takes", async () => {
  const own = withCors(() => Promise.resolve(new Response()), {
    methods: "POST",
    headers: "x-own",
  });
  const { headers } = await own(new Request("http://localhost/"));
  assert.equal(headers.get("Access-Control-Allow-Methods"), "POST");
  assert.equal(headers.get("Access-Control-Allow-Headers"), "x-own");
});
