import assert from "node:assert/strict";
import {
  createDatabase,
  databaseUrl,
  startCluster,
} from "../../local/platform/postgres/mod.ts";
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

Deno.test("what follows the fifth field is ignored, and @reboot has no next run", () => {
  assert.deepEqual(nextRun("5 * * * * *", at("00:00:30")), at("00:05:00"));
  assert.deepEqual(nextRun("@hourly of it", at("00:59:59")), at("01:00:00"));
  assert.equal(nextRun("@reboot", at("00:00:00")), null);
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

Deno.test("a job that is still running is not started again, and what it misses meanwhile follows", async () => {
  await withScheduler(0.2, async (sql) => {
    await sql`select pg_advisory_lock(1)`;
    await sql`
      select cron.schedule('slow', '* * * * *',
        'select pg_advisory_xact_lock_shared(1)')`;
    await sql`
      select cron.schedule('quick', '* * * * *', 'insert into public.runs default values')`;
    const quickRuns = async () => (await sql`select from public.runs`).length;
    const slow = (status: string) =>
      sql`
        select start_time from cron.job_run_details
        where command like '%advisory%' and status = ${status} order by runid`;
    await eventually(
      "five runs of the quick job",
      async () => await quickRuns() >= 5,
    );
    assert.equal((await slow("running")).length, 1);
    assert.equal((await slow("succeeded")).length, 0);
    await sql`select cron.alter_job(jobid, active => false) from cron.job
      where jobname = 'quick'`;
    await sql`select pg_advisory_unlock(1)`;
    const missed = await quickRuns() - 1;
    await eventually(
      "the missed runs",
      async () => (await slow("succeeded")).length > missed,
    );
  });
});

Deno.test("a job in seconds makes up for one run that it missed, and no more", async () => {
  await withScheduler(undefined, async (sql) => {
    await sql`select pg_advisory_lock(1)`;
    await sql`
      select cron.schedule('slow', '1 second', 'select pg_advisory_xact_lock_shared(1)')`;
    await sql`
      select cron.schedule('quick', '1 second', 'insert into public.runs default values')`;
    await eventually(
      "four runs of the quick job",
      async () => (await sql`select from public.runs`).length >= 4,
    );
    // Whatever is pending then is seen: nothing falls due any more.
    await sql`select cron.alter_job(jobid, schedule => '0 0 1 1 *') from cron.job
      where jobname = 'slow'`;
    await eventually(
      "the next run of the quick job",
      async () => (await sql`select from public.runs`).length >= 6,
    );
    await sql`select pg_advisory_unlock(1)`;
    await eventually("the run to end", async () =>
      (await sql`
        select from cron.job_run_details
        where command like '%advisory%' and status = 'running'`).length === 0);
    const runs = await sql`
      select from cron.job_run_details where command like '%advisory%'`;
    assert.ok(runs.length <= 2, `${runs.length} runs`);
  });
});

Deno.test("@reboot runs once, when the scheduler starts", async () => {
  await withDatabase(({ url, adminUrl }) =>
    connected(url, async (sql) => {
      await sql`select cron.alter_job(jobid, active => false) from cron.job`;
      await sql`create table public.runs (at timestamptz default clock_timestamp())`;
      const job = (name: string, schedule: string) =>
        sql`
          select cron.schedule(${name}, ${schedule},
            ${`insert into public.runs default values returning '${name}'`})`;
      await job("start", "@reboot");
      const scheduler = startScheduler({
        adminDatabaseUrl: adminUrl,
        databaseUrl: url,
      });
      try {
        const runs = async () => (await sql`select from public.runs`).length;
        await eventually("its run", async () => await runs() === 1);
        await job("each second", "1 second");
        await job("too late", "@reboot");
        await eventually("three more runs", async () => await runs() >= 4);
        const found = await sql`
          select command from cron.job_run_details where command not like '%second%'`;
        assert.equal(found.length, 1);
        assert.match(found[0].command, /'start'/);
      } finally {
        await scheduler.stop();
      }
    })
  );
});

Deno.test("a run that a restart of the server interrupted has failed, without an end", async () => {
  const cluster = await startCluster();
  try {
    await createDatabase(cluster, "app");
    const url = databaseUrl(cluster, "postgres", "app");
    await connected(url, async (sql) => {
      await sql`create extension pg_cron with schema pg_catalog`;
      await sql`select cron.schedule('long', '1 second', 'select pg_sleep(600)')`;
    });
    const scheduler = startScheduler({
      adminDatabaseUrl: databaseUrl(cluster, "supabase_admin", "app"),
      databaseUrl: url,
    });
    const statuses = () =>
      connected(url, (sql) =>
        sql`
          select status, return_message, end_time from cron.job_run_details
          order by runid`);
    try {
      await eventually(
        "the run",
        async () => (await statuses())[0]?.status === "running",
      );
      await cluster.kill();
      await cluster.start();
      await connected(
        url,
        (sql) =>
          sql`select cron.alter_job(jobid, active => false) from cron.job`,
      );
      const [run] = await eventually("it to be told failed", async () => {
        const rows = await statuses();
        return rows[0]?.status === "failed" && rows;
      });
      assert.deepEqual({ ...run }, {
        status: "failed",
        return_message: "server restarted",
        end_time: null,
      });
    } finally {
      await cluster.kill();
      await scheduler.stop();
    }
  } finally {
    await cluster.stop();
  }
});

Deno.test("the purge deletes the record of an interrupted run, whose end nobody knows", async () => {
  await withDatabase(({ url, adminUrl }) =>
    connected(adminUrl, async (admin) => {
      const run = (command: string, status: string, start: string, end = "") =>
        admin`
          insert into cron.job_run_details
            (jobid, database, username, command, status, start_time, end_time)
          values (1, current_database(), 'postgres', ${command}, ${status},
            nullif(${start}, '')::timestamptz, nullif(${end}, '')::timestamptz)`;
      await run("old", "succeeded", "2025-01-01", "2025-01-01");
      await run("interrupted", "failed", "2025-01-01");
      await run("interrupted as it began", "failed", "");
      await run("new", "succeeded", "2025-03-01", "2025-03-01");
      await run("interrupted lately", "failed", "2025-03-01");
      await run("begins", "starting", "");
      await run("runs", "running", "2025-03-03");
      const left = () =>
        admin`select command from cron.job_run_details order by runid`;
      await connected(url, async (sql) => {
        await sql`set amc_history.clock = '2025-03-03T12:00:00Z'`;
        await sql`update amc_history.allowances set rows_at_once = 2`;
        await sql`select amc_history.purge_history()`;
        assert.equal((await left()).length, 5);
        await sql`select amc_history.purge_history()`;
      });
      assert.deepEqual((await left()).map(({ command }) => command), [
        "new",
        "interrupted lately",
        "begins",
        "runs",
      ]);
    })
  );
});
