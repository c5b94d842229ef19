// What pg_cron takes as a schedule and as a job, and who may see or change its jobs.
import assert from "node:assert/strict";
import { withExtensions } from "./support/extensions.ts";

Deno.test("cron.schedule takes what pg_cron takes", async () => {
  await withExtensions(async (sql) => {
    const taken = [
      "* * * * *",
      "*/5 0-12/2 1,15 jan-mar mon-fri",
      "0 0 $ * *",
      "@hourly",
      "1 second",
      "59 seconds",
      "@reboot",
      " @daily",
      "*/10 * * * * *",
      "0 0 * * * what follows the fifth field",
    ];
    for (const schedule of taken) {
      await sql`select cron.schedule(${schedule}, ${schedule}, 'select 1')`;
    }
    const refused = [
      "60 seconds",
      "0 seconds",
      "* * * *",
      "60 * * * *",
      "* 24 * * *",
      "* * 0 * *",
      "* * * 13 *",
      "* * * * 8",
      "*/0 * * * *",
      "5-1 * * * *",
      "every minute",
      "@Hourly",
      "",
    ];
    for (const schedule of refused) {
      await assert.rejects(
        sql`select cron.schedule(${schedule}, 'select 1')`,
        /invalid schedule/,
        schedule,
      );
    }
    const jobs = await sql`
      select schedule from cron.job where jobname = any(${taken}) order by jobid`;
    assert.deepEqual(jobs.map(({ schedule }) => schedule), taken);
  });
});

Deno.test("cron.schedule and cron.alter_job refuse null where it leaves nothing to run", async () => {
  await withExtensions(async (sql) => {
    for (
      const call of [
        "cron.schedule(null, 'select 1')",
        "cron.schedule('* * * * *', null)",
        "cron.schedule(null, '* * * * *', 'select 1')",
        "cron.schedule('a job', null, 'select 1')",
        "cron.schedule('a job', '* * * * *', null)",
        "cron.alter_job(null, active => false)",
      ]
    ) {
      await assert.rejects(
        sql.unsafe(`select ${call}`),
        /can not be NULL/,
        call,
      );
    }
  });
});

Deno.test("scheduling a name again replaces the job, and unscheduling removes it", async () => {
  await withExtensions(async (sql) => {
    const [{ id: first }] = await sql`
      select cron.schedule('a job', '* * * * *', 'select 1') as id`;
    const [{ id: second }] = await sql`
      select cron.schedule('a job', '30 seconds', 'select 2') as id`;
    assert.equal(first, second);
    await sql`select cron.alter_job(${first}, active => false)`;
    const [job] = await sql`
      select schedule, command, active, username from cron.job where jobid = ${first}`;
    assert.deepEqual({ ...job }, {
      schedule: "30 seconds",
      command: "select 2",
      active: false,
      username: "postgres",
    });
    await sql`select cron.unschedule('a job')`;
    assert.equal(
      (await sql`select from cron.job where jobid = ${first}`).length,
      0,
    );
    await assert.rejects(
      sql`select cron.unschedule('a job')`,
      /could not find valid entry for job 'a job'/,
    );
  });
});

Deno.test("postgres may not write cron.job directly, and the API roles see nothing of it", async () => {
  await withExtensions(async (sql) => {
    await assert.rejects(
      sql`update cron.job set active = false`,
      { code: "42501" },
    );
    await sql`set role service_role`;
    await assert.rejects(sql`select from cron.job`, { code: "42501" });
    await sql`reset role`;
  });
});
