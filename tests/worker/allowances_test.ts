import assert from "node:assert/strict";
import postgres from "postgres";
import { CREATE_TIMEOUT_MS } from "../../supabase/functions/_shared/amc/client.ts";
import { withDatabase } from "../support/with_database.ts";

Deno.test("a worker gives a create up within the time that the database allows for", async () => {
  await withDatabase(async ({ url }) => {
    const sql = postgres(url, { max: 1, onnotice: () => {} });
    try {
      const [{ allowed }] = await sql`
        select extract(epoch from create_timeout)::float8 * 1000 as allowed from amc_history.allowances`;
      assert.ok(
        CREATE_TIMEOUT_MS <= allowed,
        `${CREATE_TIMEOUT_MS} ms, allowed are ${allowed} ms`,
      );
    } finally {
      await sql.end({ timeout: 5 });
    }
  });
});
