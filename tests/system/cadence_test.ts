import assert from "node:assert/strict";
import { connected } from "../support/connected.ts";
import { eventually } from "../support/eventually.ts";
import { withCollection } from "./collection.ts";

/** The job runs each minute; the rest is for a loaded machine. */
const TIMEOUT_SECONDS = 300;

Deno.test("at the schedule's real cadence a week is tracked by the first tick after its query was checked", async () => {
  await withCollection({ weeks: 1 }, async ({ platform, collectionId }) => {
    await connected(platform.databaseUrl, async (sql) => {
      // AMC has compiled the query before: a check has ticks of its own.
      const [{ checked_at: checkedAt }] = await sql`
        update public.amc_workflows f set checked_at = now() from public.report_data_collections c
        where c.workflow_id = f.id and c.instance_id = f.instance_id and c.id = ${collectionId}
        returning f.checked_at`;
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
      // None, if a tick was under way already.
      assert.ok(runs.length <= 1, "at most one run of the job led to it");
      assert.ok(runs.every(({ status }) => status === "succeeded"));
    });
  });
});
