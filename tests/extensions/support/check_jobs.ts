import { equal, ok } from "node:assert/strict";
import { join } from "node:path";
import type postgres from "postgres";
import { checkout, databaseUrl } from "../../../local/platform/postgres/mod.ts";
import { connected } from "../../support/connected.ts";
import { eventually } from "../../support/eventually.ts";
import { expandIncludes } from "../../support/psql_includes.ts";
import type { DebianCluster } from "./debian_cluster.ts";

/**
 * Lets the real pg_cron run the jobs: until one of them has queued a wake-up for a week that is due, and until a run that a crash
 * cut short has been purged.
 */
export async function checkJobs(
  cluster: DebianCluster,
  database: string,
  check: (name: string, work: () => Promise<unknown>) => Promise<boolean>,
): Promise<void> {
  const url = databaseUrl(cluster, "postgres", database);
  await connected(url, startCollection);
  await runJobs(cluster);
  await check(
    "pg_cron's job queues a wake-up for a week that is due",
    () => connected(url, expectWakeUp),
  );
  await check(
    "a run that a crash cut short is purged, though it never ended",
    () => purgeInterrupted(cluster, url),
  );
}

/** A collection whose weeks are due, and what the schedule needs to call. */
async function startCollection(sql: postgres.Sql): Promise<void> {
  const { text } = await expandIncludes(
    join(checkout, "supabase/tests/_shared/three_weeks.psql"),
  );
  // Its weeks are of January 2025, and the jobs run by the real clock.
  await sql.unsafe(`begin; ${text};
    update public.amc_workflows set retention_months = 120;
    select vault.create_secret('http://project.test', 'amc_history_project_url', '');
    select vault.create_secret('sb_secret_for_a_test', 'amc_history_cron_key', '');
    commit`);
}

async function runJobs(cluster: DebianCluster): Promise<void> {
  const url = databaseUrl(cluster, "supabase_admin", "postgres");
  await connected(url, async (sql) => {
    await sql`alter system set cron.launch_active_jobs = on`;
    await sql`select pg_reload_conf()`;
  });
}

async function expectWakeUp(sql: postgres.Sql): Promise<void> {
  await eventually("a run of the job", async () => {
    const runs = await sql`
      select from cron.job_run_details d join cron.job j using (jobid)
      where j.jobname = 'amc-history-collect' and d.status = 'succeeded'`;
    return runs.length > 0;
  });
  const urls = await sql`select url from net.http_request_queue`;
  ok(urls.length > 0, "it queued nothing");
  equal(urls[0].url, "http://project.test/functions/v1/collect");
}

/**
 * Kills the sleeping run's process, so that the postmaster ends all others and recovers. (The postmaster itself is not killed:
 * pg_cron's launcher would outlive it, and keep a new one from starting.)
 */
async function crash(cluster: DebianCluster): Promise<void> {
  const url = databaseUrl(cluster, "supabase_admin", "postgres");
  const [{ pid }] = await connected(
    url,
    (sql) =>
      sql`select pid from pg_stat_activity
        where query like '%pg_sleep%' and pid <> pg_backend_pid()`,
  );
  Deno.kill(pid, "SIGKILL");
  await eventually(
    "the server to recover",
    () => connected(url, (sql) => sql`select from pg_roles`).catch(() => null),
  );
}

async function purgeInterrupted(
  cluster: DebianCluster,
  url: string,
): Promise<void> {
  const runs = (sql: postgres.Sql) =>
    sql`select runid, status, end_time from cron.job_run_details
      where command like '%pg_sleep%' order by runid`;
  await connected(url, async (sql) => {
    await sql`select cron.schedule('sleeper', '1 second', 'select pg_sleep(600)')`;
    await eventually(
      "the sleeper to run",
      async () => (await runs(sql))[0]?.status === "running",
    );
  });
  await crash(cluster);
  await connected(url, async (sql) => {
    await sql`select cron.unschedule('sleeper')`;
    const [{ runid, end_time }] = await eventually(
      "pg_cron to find the run that was cut short",
      async () => {
        const found = await runs(sql);
        return found[0].status === "failed" && found;
      },
    );
    equal(end_time, null, "this pg_cron gives such a run an end");
    await sql`select set_config('amc_history.clock', (now() + interval '30 days')::text, false)`;
    await sql`select amc_history.purge_history()`;
    const left = (await runs(sql)).filter((run) => run.runid === runid);
    equal(left.length, 0, "its record is still there");
  });
}
