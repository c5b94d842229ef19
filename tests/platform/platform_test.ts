import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { connected } from "../support/connected.ts";
import { eventually } from "../support/eventually.ts";
import { withPlatform } from "../support/with_platform.ts";

const greeter = `
export default { async fetch(request: Request) {
  const keys = JSON.parse(Deno.env.get("SUPABASE_SECRET_KEYS") ?? "{}");
  const mine = request.headers.get("apikey") === keys.cron;
  console.log(JSON.stringify({ event: "called", mine, own: Deno.env.get("AMC_API_URL") }));
  return Response.json({ mine }, { status: 202 });
} };`;

/** A supabase folder with the one function \`greeter\`. */
async function withGreeter(
  work: (supabaseFolder: string) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "amc-history-platform-"));
  await mkdir(join(folder, "functions/greeter"), { recursive: true });
  await writeFile(
    join(folder, "config.toml"),
    "[functions.greeter]\nverify_jwt = false\n",
  );
  await writeFile(join(folder, "functions/greeter/index.ts"), greeter);
  await writeFile(join(folder, "functions/greeter/deno.json"), "{}");
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

Deno.test("a cron job reaches a function through pg_net, with the address and the key from Vault", async () => {
  await withGreeter(async (supabaseFolder) => {
    const lines: string[] = [];
    await withPlatform({
      supabaseFolder,
      functionEnv: { AMC_API_URL: "http://127.0.0.1:1" },
      tickSeconds: 0.5,
      functionLog: ({ line }) => lines.push(line),
    }, async ({ databaseUrl }) => {
      await connected(databaseUrl, async (sql) => {
        await sql`create extension if not exists pg_cron with schema pg_catalog`;
        await sql`create extension if not exists pg_net with schema extensions`;
        await sql`
          select cron.schedule('greet', '* * * * *', $$
            select net.http_post(
              url => (select decrypted_secret from vault.decrypted_secrets
                where name = 'amc_history_project_url') || '/functions/v1/greeter',
              headers => jsonb_build_object('apikey', (select decrypted_secret
                from vault.decrypted_secrets where name = 'amc_history_cron_key')))
          $$)`;
      });
      await eventually(
        "the function's log line",
        () => Promise.resolve(lines.some((line) => line.includes("called"))),
      );
      assert.deepEqual(
        JSON.parse(lines.find((line) => line.includes("called"))!),
        { event: "called", mine: true, own: "http://127.0.0.1:1" },
      );
    });
  });
});

Deno.test("a stopped platform leaves no worker and no open port", async () => {
  await withGreeter(async (supabaseFolder) => {
    let pid = 0;
    let apiUrl = "";
    await withPlatform({ supabaseFolder }, async (platform) => {
      apiUrl = platform.apiUrl;
      const { cron } = platform.secretKeys;
      const answer = await fetch(`${apiUrl}/functions/v1/greeter`, {
        headers: { apikey: cron },
      });
      assert.deepEqual(await answer.json(), { mine: true });
      pid = platform.functions.pids().greeter;
      assert.ok(pid > 0);
    });
    assert.throws(() => process.kill(pid, 0), { code: "ESRCH" });
    await assert.rejects(fetch(apiUrl));
  });
});
