import assert from "node:assert/strict";
import { openSql } from "../../supabase/functions/_shared/database/sql.ts";
import { eventually } from "../support/eventually.ts";
import { withDatabase } from "../support/with_database.ts";

Deno.test("after the server ends a session new ones are opened, and a transaction on another goes on", async () => {
  await withDatabase(async ({ url }) => {
    const sql = openSql(url);
    try {
      await sql.begin(async (transaction) => {
        const [{ before }] = await transaction`select txid_current() as before`;
        const { options } = sql;
        await sql`select pg_terminate_backend(pg_backend_pid())`.catch(
          () => {},
        );
        await eventually(
          "new connections",
          () => Promise.resolve(sql.options !== options),
        );
        const [{ answer }] = await sql`select 42 as answer`;
        assert.equal(answer, 42);
        const [{ after }] = await transaction`select txid_current() as after`;
        assert.equal(after, before);
      });
    } finally {
      await sql.end({ timeout: 5 });
    }
  });
});
