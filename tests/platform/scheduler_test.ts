import assert from "node:assert/strict";
import { nextRun } from "../../local/platform/schedule_times.ts";
import { startScheduler } from "../../local/platform/scheduler.ts";
import { connected } from "../support/connected.ts";
import { eventually } from "../support/eventually.ts";
import { type TestDatabase, withDatabase } from "../support/with_database.ts";
import type postgres from "postgres";

const at = (text: string) => new Date(`2026-03-29T${text}Z`);

Deno.test("the next run follows the cron line in GMT, whatever the local zone", () => {
  assert.deepEqual(nextRun("* * * * *", at("00:00:30")), at("00:01:00"));
  assert.deepEqual(nextRun("* * * * *", at("00:01:00")), at("00:02:00"));
  assert.deepEqual(nextRun("30 2 * * *", at("00:00:00")), at("02:30:00"));
  assert.deepEqual(nextRun("@hourly", at("00:59:59")), at("01:00:00"));
  assert.deepEqual(
    nextRun("0 0 $ * *", at("00:00:00")),
    new Date("2026-03-31T00:00:00Z"),
  );
});

Deno.test("the next run of an interval is that many seconds after the last start", () => {
  assert.deepEqual(nextRun("30 seconds", at("00:00:10")), at("00:00:40"));
  assert.deepEqual(nextRun("1 second", at("00:00:10")), at("00:00:11"));
});

/** A scheduler on a database where no job is active but those that the work schedules. */
async function withScheduler(
  tickSeconds: number | undefined,
  work: (sql: postgres.Sql, messages: string[]) => Promise<void>,
): Promise<void> {
  await withDatabase(({ url, adminUrl }: TestDatabase) =>
    connected(url, async (sql) => {
      await sql`create extension if not exists pg_cron with schema pg_catalog`;
      await sql`select cron.alter_job(jobid, active => false) from cron.job`;
      await sql`create table public.runs (at timestamptz default clock_timestamp())`;
      const messages: string[] = [];
      const scheduler = startScheduler({
        adminDatabaseUrl: adminUrl,
        databaseUrl: url,
        tickSeconds,
        log: (message) => messages.push(message),
      });
      try {
        await work(sql, messages);
      } finally {
        await scheduler.stop();
      }
    })
  );
}

Deno.test("a job in seconds runs at its own cadence as postgres, and each run is recorded", async () => {
  await withScheduler(undefined, async (sql) => {
    await sql`
      select cron.schedule('tick', '1 second', 'insert into public.runs default values')`;
    const details = await eventually("two runs", async () => {
      const rows = await sql`
        select username, status, return_message, end_time >= start_time as ended
        from cron.job_run_details where status = 'succeeded'`;
      return rows.length >= 2 && rows;
    });
    assert.deepEqual({ ...details[0] }, {
      username: "postgres",
      status: "succeeded",
      return_message: "0 rows",
      ended: true,
    });
  });
});

Deno.test("told a tick, every active job runs at it, whatever its schedule; an inactive one does not", async () => {
  await withScheduler(0.2, async (sql) => {
    await sql`
      select cron.schedule('yearly', '0 0 1 1 *', 'insert into public.runs default values')`;
    const id = await sql.begin(async (transaction) => {
      const [{ id }] = await transaction`
        select cron.schedule('off', '* * * * *', 'select 1') as id`;
      await transaction`select cron.alter_job(${id}, active => false)`;
      return id;
    });
    await eventually(
      "three runs",
      async () => (await sql`select from public.runs`).length >= 3,
    );
    const off = await sql`
      select from cron.job_run_details where jobid = ${id}`;
    assert.equal(off.length, 0);
  });
});

Deno.test("a job that fails is recorded with its error and told to the log, and runs again", async () => {
  await withScheduler(0.2, async (sql, messages) => {
    await sql`select cron.schedule('bad', '* * * * *', 'select 1 / 0')`;
    const [row] = await eventually("two failures", async () => {
      const rows = await sql`
        select status, return_message from cron.job_run_details
        where status = 'failed'`;
      return rows.length >= 2 && rows;
    });
    assert.equal(row.return_message, "ERROR: division by zero");
    assert.match(messages.join("\n"), /division by zero/);
  });
});

Deno.test("a job that is still running is not started again", async () => {
  await withScheduler(0.2, async (sql) => {
    await sql`select pg_advisory_lock(1)`;
    await sql`
      select cron.schedule('slow', '* * * * *', 'select pg_advisory_xact_lock(1)')`;
    await sql`
      select cron.schedule('quick', '* * * * *', 'insert into public.runs default values')`;
    await eventually(
      "five runs of the quick job",
      async () => (await sql`select from public.runs`).length >= 5,
    );
    const slow = await sql`
      select from cron.job_run_details where command like '%advisory%'`;
    assert.equal(slow.length, 1);
    await sql`select pg_advisory_unlock(1)`;
  });
});
