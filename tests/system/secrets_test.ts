import assert from "node:assert/strict";
import { connected } from "../support/connected.ts";
import { eventually } from "../support/eventually.ts";
import { withCollection } from "./collection.ts";

/** Two weeks take some seconds; the rest is for a loaded machine. */
const TIMEOUT_SECONDS = 300;

Deno.test("no secret reaches the functions' logs or a table that an API role may read", async () => {
  const lines: string[] = [];
  await withCollection({
    weeks: 2,
    platform: { tickSeconds: 1, functionLog: ({ line }) => lines.push(line) },
  }, async ({ platform, simulator, client, collectionId }) => {
    await eventually("the collection's end", async () => {
      const { data } = await client.from("collection_progress").select("status")
        .eq("collection_id", collectionId).single();
      return data?.status === "completed";
    }, TIMEOUT_SECONDS);
    const { clientSecret, refreshToken } = simulator.credential;
    const { data: { session } } = await client.auth.getSession();
    const secrets = [
      clientSecret,
      refreshToken,
      platform.secretKeys.default,
      platform.secretKeys.cron,
      session!.access_token,
      new URL(platform.databaseUrl).password,
      "Atza|",
      "X-Amz-Signature=",
    ];
    const log = lines.join("\n");
    assert.match(
      log,
      /execution_id/,
      "the log of the functions is there to be searched",
    );
    const tables = await readableTables(platform.adminDatabaseUrl);
    assert.match(
      tables,
      /weekly-campaigns/,
      "the tables are there to be searched",
    );
    for (const secret of secrets) {
      const shown = `${secret.slice(0, 4)}… of ${secret.length} characters`;
      assert.ok(!log.includes(secret), `the log holds the secret ${shown}`);
      assert.ok(!tables.includes(secret), `a table holds the secret ${shown}`);
    }
  });
});

/** All rows of every table and view that anon, authenticated or service_role may select from, as text. */
async function readableTables(url: string): Promise<string> {
  return await connected(url, async (sql) => {
    const relations = await sql`
      select format('%I.%I', n.nspname, c.relname) as name
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'v', 'm', 'p') and n.nspname in ('public', 'amc_history', 'amc_results')
        and (has_table_privilege('anon', c.oid, 'select')
          or has_table_privilege('authenticated', c.oid, 'select')
          or has_table_privilege('service_role', c.oid, 'select'))`;
    const texts: string[] = [];
    for (const { name } of relations) {
      const rows = await sql.unsafe(
        `select to_jsonb(t)::text as row from ${name} t`,
      );
      texts.push(...rows.map(({ row }) => row));
    }
    return texts.join("\n");
  });
}
