// What a session of the API may set does not move time: not for its own statements, and not where a function works with its
// owner's rights.
import assert from "node:assert/strict";
import postgres from "postgres";
import { type TestDatabase, withDatabase } from "../support/with_database.ts";

const OWNER = "a0000000-0000-4000-8000-000000000001";
const YEAR = 365 * 24 * 3600 * 1000;

/** Has an owner with a collection, then asks as a session of the API's login role what the clock says. */
async function started(database: TestDatabase): Promise<string> {
  const sql = postgres(database.url, { max: 1, onnotice: () => {} });
  try {
    await sql`insert into auth.users (id, email, email_confirmed_at)
      values (${OWNER}, 'owner@clock.test', now())`;
    await sql`select amc_history.connect_instance('amcclock1', 'ENTITYTEST', 'ATVPDKIKX0DER', 'NA',
      '{"client_id": "c", "client_secret": "s", "refresh_token": "r"}', 'owner@clock.test')`;
    const [{ made }] =
      await sql`select public.start_collection(${OWNER}, 'amcclock1',
      (public.save_workflow('amcclock1', 'Weekly', 'select 1')).workflow_id, 2) ->> 'collection_id' as made`;
    return made;
  } finally {
    await sql.end({ timeout: 5 });
  }
}

Deno.test("a session of the API moves no clock", async (t) => {
  await withDatabase(async (database) => {
    const collection = await started(database);
    for (const role of ["authenticated", "service_role"]) {
      for (
        const set of ["1999-01-01T00:00:00Z", "2999-01-01", "infinity", "never"]
      ) {
        await t.step(`${role} sets ${set}`, async () => {
          const sql = postgres(database.authenticatorUrl, { max: 1 });
          try {
            const claims = JSON.stringify({ sub: OWNER, role });
            await sql`select set_config('amc_history.clock', ${set}, false),
              set_config('request.jwt.claims', ${claims}, false), set_config('role', ${role}, false)`;
            const [{ at }] = await sql`select amc_history.clock_now() as at`;
            assert.ok(Math.abs(at.getTime() - Date.now()) < YEAR, `${at}`);
            await sql`select public.pause_collection(${collection})`;
            const [{ paused_at }] = await sql`
              select paused_at from public.report_data_collections where id = ${collection}`;
            assert.ok(Math.abs(paused_at - Date.now()) < YEAR, `${paused_at}`);
            await sql`select public.resume_collection(${collection})`;
          } finally {
            await sql.end({ timeout: 5 });
          }
        });
      }
    }
  });
});
