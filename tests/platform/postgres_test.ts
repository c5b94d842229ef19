import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import postgres from "postgres";
import {
  createDatabase,
  databaseUrl,
  freePort,
  startCluster,
} from "../../local/platform/postgres/mod.ts";
import { connected } from "../support/connected.ts";
import { eventually } from "../support/eventually.ts";
import { withDatabase } from "../support/with_database.ts";

Deno.test("the role postgres is no superuser and may become each API role", async () => {
  await withDatabase(async ({ url }) => {
    await connected(url, async (sql) => {
      const [role] = await sql`
        select rolsuper, rolcreaterole, rolcreatedb, rolbypassrls
        from pg_roles where rolname = current_user`;
      assert.deepEqual({ ...role }, {
        rolsuper: false,
        rolcreaterole: true,
        rolcreatedb: true,
        rolbypassrls: true,
      });
      for (const name of ["anon", "authenticated", "service_role"]) {
        await sql`set role ${sql(name)}`;
        await sql`reset role`;
      }
    });
  });
});

Deno.test("a session of postgres ends a statement after two minutes, as on the platform", async () => {
  await withDatabase(async ({ url, authenticatorUrl }) => {
    const limit = (of: string) =>
      connected(
        of,
        async (sql) =>
          (await sql`select current_setting('statement_timeout') as is`)[0].is,
      );
    assert.equal(await limit(url), "2min");
    assert.equal(await limit(authenticatorUrl), "8s");
  });
});

Deno.test("a new table in public is granted to no API role, service_role included", async () => {
  await withDatabase(async ({ url }) => {
    await connected(url, async (sql) => {
      await sql`create table public.new_table (id int)`;
      for (const name of ["anon", "authenticated", "service_role"]) {
        await sql`set role ${sql(name)}`;
        await assert.rejects(
          sql`select * from public.new_table`,
          { code: "42501" },
        );
        await sql`reset role`;
      }
    });
  });
});

Deno.test("auth.uid, auth.role and auth.jwt read the claims of the request", async () => {
  await withDatabase(async ({ url }) => {
    await connected(url, async (sql) => {
      const id = crypto.randomUUID();
      const claims = JSON.stringify({ sub: id, role: "authenticated" });
      await sql`select set_config('request.jwt.claims', ${claims}, false)`;
      await sql`set role authenticated`;
      const [row] = await sql`
        select auth.uid() as uid, auth.role() as role, auth.jwt() ->> 'sub' as sub`;
      assert.deepEqual({ ...row }, { uid: id, role: "authenticated", sub: id });
    });
  });
});

Deno.test("authenticator signs in as nobody and may read nothing by itself", async () => {
  await withDatabase(async ({ authenticatorUrl }) => {
    await connected(authenticatorUrl, async (sql) => {
      await assert.rejects(sql`select * from auth.users`, { code: "42501" });
      await sql`set role service_role`;
    });
  });
});

Deno.test("a killed postmaster restarts on its port with what was committed, and pg_net's tables empty", async () => {
  const cluster = await startCluster();
  try {
    await createDatabase(cluster, "app");
    const url = databaseUrl(cluster, "postgres", "app");
    await connected(url, async (sql) => {
      await sql`create extension pg_net with schema extensions`;
      await sql`create table public.kept (id int)`;
      await sql`insert into public.kept values (1)`;
      await sql`select net.http_get('http://127.0.0.1:1/')`;
    });
    const before = cluster.pid;
    await cluster.kill();
    assert.equal(cluster.pid, null);
    await cluster.start();
    assert.notEqual(cluster.pid, before);
    await connected(url, async (sql) => {
      assert.equal((await sql`select from public.kept`).length, 1);
      assert.equal((await sql`select from net.http_request_queue`).length, 0);
    });
  } finally {
    await cluster.stop();
  }
});

Deno.test("a demanded port that is taken is refused in one sentence", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  try {
    await assert.rejects(startCluster({ port }), {
      message: new RegExp(`^Port ${port} of 127.0.0.1 is taken[^\n]*$`),
    });
  } finally {
    listener.close();
  }
});

Deno.test("a port is chosen that no connection is given while its server is down", () => {
  // Linux gives connections ports from this one on, macOS higher ones.
  for (let n = 0; n < 100; n++) assert.ok(freePort() < 32_768);
});

Deno.test("a cluster ends with the process that started it, even when that is killed", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-all",
      "--no-check",
      "--quiet",
      fileURLToPath(new URL("./fixtures/hold_cluster.ts", import.meta.url)),
    ],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  const url = JSON.parse(new TextDecoder().decode(value));
  child.kill("SIGKILL");
  await child.status;
  await reader.cancel();
  // Connections are refused once the postmaster has let go of its port.
  await eventually("the server to take no connections any more", async () => {
    const sql = postgres(url, { max: 1 });
    try {
      return await sql`select 1`.then(
        () => false,
        (error) => error.code === "ECONNREFUSED",
      );
    } finally {
      await sql.end();
    }
  });
});
