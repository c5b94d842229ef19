import assert from "node:assert/strict";
import { connected } from "../support/connected.ts";
import { eventually } from "../support/eventually.ts";
import { withCollection } from "./collection.ts";

/** The job runs each minute; the rest is for a loaded machine. */
const TIMEOUT_SECONDS = 300;

Deno.test("at the schedule's real cadence a week is tracked by the first tick after it became due", async () => {
  await withCollection({ weeks: 1 }, async ({ platform, collectionId }) => {
    await connected(platform.databaseUrl, async (sql) => {
      const [{ created_at }] = await sql`
        select created_at from public.report_data_collections where id = ${collectionId}`;
      const job = await eventually("a run of the job", async () => {
        const [run] = await sql`
          select d.jobid from cron.job_run_details d join cron.job j using (jobid)
          where j.jobname = 'amc-history-collect' and d.start_time >= ${created_at}`;
        return run;
      }, TIMEOUT_SECONDS);
      // The week must be tracked by this run, however long a loaded machine takes for it.
      await sql`select cron.unschedule(${job.jobid}::bigint)`;
      const [week] = await eventually("a tracked week", async () => {
        const rows = await sql`
          select w.execution_id, a.intended_at from public.report_data_weeks w
          join public.week_attempts a on a.week_id = w.id
          where w.execution_id is not null`;
        return rows.length > 0 && rows;
      }, TIMEOUT_SECONDS);
      const runs = await sql`
        select d.status, d.start_time from cron.job_run_details d
        where d.jobid = ${job.jobid} and d.start_time >= ${created_at}
          and d.start_time <= ${week.intended_at}`;
      assert.equal(runs.length, 1, "one run of the job led to the attempt");
      assert.equal(runs[0].status, "succeeded");
    });
  });
});
