// A worker that the schedule cannot reach is told by the database, and told no more once it is reached.
import assert from "node:assert/strict";
import { connected } from "../support/connected.ts";
import { eventually } from "../support/eventually.ts";
import { withCollection } from "./collection.ts";

/** The schedule's requests are answered within seconds; the rest is for a loaded machine. */
const TIMEOUT_SECONDS = 300;

Deno.test("a wrong key and a wrong address of the schedule are told by one alert each, until they are right", async () => {
  await withCollection({ weeks: 1 }, async ({ platform }) => {
    await connected(platform.databaseUrl, async (sql) => {
      const secret = async (name: string) => {
        const [row] = await sql`
          select id, decrypted_secret as value from vault.decrypted_secrets where name = ${name}`;
        return row;
      };
      const store = (id: string, value: string) =>
        sql`select vault.update_secret(${id}::uuid, ${value})`;
      /** Wakes the worker until this is held up, or nothing is, and answers the open alerts once it has lasted. */
      const told = async (code: string | null) => {
        await eventually(`${code ?? "no stoppage"}`, async () => {
          // Something has to be due, or nobody is woken.
          await sql`update public.amc_instances set list_due_at = '-infinity', list_leased_until = null`;
          await sql`update public.report_data_weeks set surveyed_at = null`;
          await sql`select amc_history.dispatch_collect()`;
          await sql`select amc_history.watch()`;
          const open = await sql`select code from public.stoppages
            where kind in ('wake_up', 'schedule_secrets') and ended_at is null`;
          return code === null
            ? open.length === 0
            : open.some((row) => row.code === code);
        }, TIMEOUT_SECONDS);
        await sql`update public.stoppages set since = since - interval '1 hour' where ended_at is null`;
        await sql`select amc_history.watch()`;
        return (await sql`
          select code from public.tracking_alerts where resolved_at is null
            and code in ('worker_unreachable', 'schedule_not_configured')`)
          .map((row) => row.code);
      };
      const key = await secret("amc_history_cron_key");
      const url = await secret("amc_history_project_url");
      await store(key.id, "sb_secret_rotated");
      assert.deepEqual(await told("http_401"), ["worker_unreachable"]);
      await store(key.id, key.value);
      assert.deepEqual(await told(null), []);
      await store(url.id, `${url.value}/nowhere`);
      assert.deepEqual(await told("http_404"), ["worker_unreachable"]);
      await store(url.id, "project.supabase.co");
      assert.ok(
        (await told("address_refused")).includes("schedule_not_configured"),
      );
      await store(url.id, `${url.value}/`);
      assert.deepEqual(await told(null), [], "a slash at the end is no fault");
    });
  });
});
