import assert from "node:assert/strict";
import {
  openSql,
  type Query,
} from "../../supabase/functions/_shared/database/sql.ts";
import { withDatabase } from "../support/with_database.ts";

async function pidOf(query: Query): Promise<number> {
  const [{ pid }] = await query<{ pid: number }>`
    select pg_backend_pid() as pid`;
  return pid;
}

Deno.test("after the server ends a session new ones are opened, and a transaction on another goes on", async () => {
  await withDatabase(async ({ url }) => {
    const sql = openSql(url);
    try {
      await sql.begin(async (transaction) => {
        const id = async () =>
          (await transaction<{ id: string }>`select txid_current() as id`)[0]
            .id;
        const before = await id();
        const ended = await pidOf(sql);
        await assert.rejects(
          sql`select pg_terminate_backend(${ended})`,
          { code: "57P01" },
        );
        assert.notEqual(await pidOf(sql), ended);
        assert.equal(await id(), before);
      });
    } finally {
      await sql.end();
    }
  });
});
