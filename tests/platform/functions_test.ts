import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createFunctionServer,
  type FunctionServer,
  type FunctionServerOptions,
} from "../../local/platform/functions/mod.ts";
import { eventually } from "../support/eventually.ts";

/** Serves functions written for a test, from a folder whose name has a space. */
async function withFunctions(
  sources: Record<string, string>,
  work: (functions: FunctionServer, lines: string[]) => Promise<void>,
  options: Partial<FunctionServerOptions> & { config?: string } = {},
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "amc history functions "));
  const blocks = Object.keys(sources).map((name) =>
    `[functions.${name}]\nverify_jwt = false\n`
  );
  await writeFile(
    join(folder, "config.toml"),
    options.config ?? blocks.join("\n"),
  );
  for (const [name, source] of Object.entries(sources)) {
    await mkdir(join(folder, "functions", name), { recursive: true });
    await writeFile(join(folder, "functions", name, "index.ts"), source);
    await writeFile(join(folder, "functions", name, "deno.json"), "{}");
  }
  const lines: string[] = [];
  const functions = await createFunctionServer({
    env: () => ({ SUPABASE_URL: "http://127.0.0.1:1" }),
    verifyJwt: (token) =>
      Promise.resolve(token === "good" ? { sub: "someone" } : null),
    supabaseFolder: folder,
    log: ({ function: name, line }) => lines.push(`${name}: ${line}`),
    ...options,
  });
  try {
    await work(functions, lines);
  } finally {
    await functions.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

const serving = (body: string) =>
  `export default { fetch: async (request: Request) => { ${body} } };`;
const call = (functions: FunctionServer, path: string, init?: RequestInit) =>
  functions.handle(
    new Request(`http://platform.test/functions/v1/${path}`, init),
  );

Deno.test("a function sees the variables it is given and no other", async () => {
  Deno.env.set("AMC_HISTORY_TEST_SECRET", "not for functions");
  await withFunctions({
    variables: serving("return Response.json(Deno.env.toObject());"),
  }, async (functions) => {
    const seen = await (await call(functions, "variables")).json();
    assert.deepEqual(Object.keys(seen).sort(), [
      "SB_EXECUTION_ID",
      "SB_REGION",
      "SUPABASE_URL",
    ]);
  });
});

Deno.test("a function can neither read files outside nor run programs", async () => {
  await withFunctions({
    nosy: serving(`
      const tries = [
        () => Deno.readTextFile("/etc/passwd"),
        () => Deno.writeTextFile("left.txt", ""),
        () => new Deno.Command("/bin/true").output(),
      ];
      const names = tries.map((one) =>
        one().then(() => "allowed", (error) => error.name));
      return Response.json(await Promise.all(names.map((name) => name)));`)
      .replace(
        "one().then",
        "Promise.resolve().then(one).then",
      ),
  }, async (functions) => {
    const names = await (await call(functions, "nosy")).json();
    assert.deepEqual(names, ["NotCapable", "NotCapable", "NotCapable"]);
  });
});

Deno.test("a function gets method, body, headers and the path from its name on", async () => {
  await withFunctions({
    echo: serving(`
      const url = new URL(request.url);
      return new Response(await request.text(), { status: 418, headers: {
        "x-seen": [request.method, url.pathname + url.search, request.headers.get("apikey")].join(" ") } });`),
  }, async (functions) => {
    const answer = await call(functions, "echo/more?a=1", {
      method: "POST",
      headers: { apikey: "key" },
      body: "body",
    });
    assert.equal(answer.status, 418);
    assert.equal(answer.headers.get("x-seen"), "POST /echo/more?a=1 key");
    assert.equal(await answer.text(), "body");
  });
});

Deno.test("a killed worker is replaced at the next request", async () => {
  await withFunctions({
    steady: serving(`return new Response("here");`),
  }, async (functions) => {
    assert.equal(await (await call(functions, "steady")).text(), "here");
    const { steady: before } = functions.pids();
    await functions.killAll();
    assert.deepEqual(functions.pids(), {});
    assert.equal(await (await call(functions, "steady")).text(), "here");
    assert.notEqual(functions.pids().steady, before);
  });
});

Deno.test("a request whose worker is killed meanwhile gets 502", async () => {
  await withFunctions({
    hanging: serving(`console.log("waiting"); await new Promise(() => {});`),
  }, async (functions, lines) => {
    const waiting = call(functions, "hanging");
    await eventually(
      "the request to arrive",
      () => Promise.resolve(lines.includes("hanging: waiting")),
    );
    await functions.killAll();
    const answer = await waiting;
    assert.equal(answer.status, 502);
    assert.equal((await answer.json()).code, "WORKER_ERROR");
  });
});

Deno.test("a worker is killed at its wall clock limit, whatever it is doing", async () => {
  await withFunctions(
    {
      busy: serving(`while (true);`),
    },
    async (functions, lines) => {
      const answer = await call(functions, "busy");
      assert.equal(answer.status, 502);
      await answer.body?.cancel();
      assert.deepEqual(functions.pids(), {});
      assert.match(lines.join("\n"), /"reason":"wall_clock"/);
    },
    { wallClockSeconds: 0.5 },
  );
});

Deno.test("a request without an answer gets 504 after the idle limit", async () => {
  await withFunctions(
    { hanging: serving(`await new Promise(() => {});`) },
    async (functions) => {
      const answer = await call(functions, "hanging");
      assert.equal(answer.status, 504);
      await answer.body?.cancel();
    },
    { idleSeconds: 0.5 },
  );
});

Deno.test("work given to EdgeRuntime.waitUntil goes on after the answer", async () => {
  await withFunctions({
    later: `
      let go: () => void;
      const told = new Promise<void>((resolve) => (go = resolve));
      export default { fetch(request: Request) {
        if (new URL(request.url).pathname === "/later/go") { go(); return new Response(); }
        EdgeRuntime.waitUntil(told.then(() => console.log("done later")));
        return new Response(null, { status: 202 });
      } };`,
  }, async (functions, lines) => {
    assert.equal((await call(functions, "later")).status, 202);
    assert.ok(!lines.includes("later: done later"));
    assert.equal((await call(functions, "later/go")).status, 200);
    await eventually(
      "the background work",
      () => Promise.resolve(lines.includes("later: done later")),
    );
  });
});

Deno.test("a function that does not load gets 503, and its log says why", async () => {
  await withFunctions({
    broken: `throw new Error("cannot load");`,
  }, async (functions, lines) => {
    for (let request = 1; request <= 2; request++) {
      const answer = await call(functions, "broken");
      assert.equal(answer.status, 503);
      assert.equal((await answer.json()).code, "BOOT_ERROR");
    }
    assert.match(lines.join("\n"), /cannot load/);
  });
});

Deno.test("an unknown or disabled function gets 404", async () => {
  await withFunctions(
    { off: serving("return new Response();") },
    async (functions) => {
      for (const name of ["off", "nowhere"]) {
        const answer = await call(functions, name);
        assert.equal(answer.status, 404);
        assert.equal((await answer.json()).code, "NOT_FOUND");
      }
    },
    { config: "[functions.off]\nenabled = false\n" },
  );
});

Deno.test("verify_jwt lets in a valid token and a preflight, and nothing else", async () => {
  await withFunctions(
    { closed: serving(`return new Response("in");`) },
    async (functions) => {
      const status = async (init?: RequestInit) => {
        const answer = await call(functions, "closed", init);
        await answer.body?.cancel();
        return answer.status;
      };
      const bearing = (token: string) => ({
        headers: { authorization: `Bearer ${token}` },
      });
      assert.equal(await status(), 401);
      assert.equal(await status(bearing("bad")), 401);
      assert.equal(await status(bearing("good")), 200);
      assert.equal(await status({ method: "OPTIONS" }), 200);
    },
    // No block: verify_jwt is true by default.
    { config: "" },
  );
});
