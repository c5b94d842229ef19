import assert from "node:assert/strict";
import { connected } from "../support/connected.ts";
import { withDatabase } from "../support/with_database.ts";

Deno.test("a job whose last run failed is told in Postgres' words, until one succeeds", async () => {
  await withDatabase(({ url, adminUrl }) =>
    connected(adminUrl, (admin) =>
      connected(url, async (sql) => {
        const ran = (status: string, words: string) =>
          admin`
            insert into cron.job_run_details (jobid, status, return_message, start_time)
            select jobid, ${status}, ${words}, now() from cron.job where jobname = 'amc-history-check'`;
        const told = async () => {
          await sql`select amc_history.watch()`;
          return (await sql`
            select subject, code, words from public.stoppages
            where kind = 'job' and ended_at is null`).map((row) => ({
            ...row,
          }));
        };
        const failure = {
          subject: "amc-history-check",
          code: "run_failed",
        };
        assert.deepEqual(await told(), []);
        await ran("failed", "ERROR: no space left");
        assert.deepEqual(await told(), [
          { ...failure, words: "ERROR: no space left" },
        ]);
        await ran("running", "");
        assert.equal((await told()).length, 1, "one that runs says nothing");
        await ran("succeeded", "1 row");
        assert.deepEqual(await told(), []);
        await ran("failed", "");
        assert.deepEqual(await told(), [
          { ...failure, words: "The run was interrupted." },
        ]);
      }))
  );
});
