import assert from "node:assert/strict";
import { connected } from "../support/connected.ts";
import { eventually } from "../support/eventually.ts";
import { withCollection } from "./collection.ts";

/** The job runs each minute; the rest is for a loaded machine. */
const TIMEOUT_SECONDS = 300;

Deno.test("at the schedule's real cadence a week is tracked by the first tick after its query was checked", async () => {
  await withCollection({ weeks: 1 }, async ({ platform, collectionId }) => {
    await connected(platform.databaseUrl, async (sql) => {
      const checkedAt = await eventually("the check of the query", async () => {
        const [{ checked_at }] = await sql`
          select f.checked_at from public.amc_workflows f
          join public.report_data_collections c on c.workflow_id = f.id and c.instance_id = f.instance_id
          where c.id = ${collectionId}`;
        return checked_at;
      }, TIMEOUT_SECONDS);
      const job = await eventually("a run of the job", async () => {
        const [run] = await sql`
          select d.jobid from cron.job_run_details d join cron.job j using (jobid)
          where j.jobname = 'amc-history-collect' and d.start_time >= ${checkedAt}`;
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
        where d.jobid = ${job.jobid} and d.start_time >= ${checkedAt}
          and d.start_time <= ${week.intended_at}`;
      // None, if the tick that saw the check end went on with the week.
      assert.ok(runs.length <= 1, "at most one run of the job led to it");
      assert.ok(runs.every(({ status }) => status === "succeeded"));
    });
  });
});
