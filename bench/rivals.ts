import { Logger, makeWorkerUtils, run } from "graphile-worker";
import { PgBoss } from "pg-boss";
import { CONNECTIONS } from "./cycle.ts";
import type { BenchDatabase } from "./support/database.ts";

/** A job queue that does nothing with its jobs: what it costs to take one and to report it done. */
export interface Rival extends AsyncDisposable {
  /** Adds jobs, then takes and completes them all. @returns seconds without the adding */
  cycle(jobs: number): Promise<number>;
}

/** graphile-worker as it comes: ten tasks at once, each job taken and completed by a statement of its own. */
export async function graphileWorker(database: BenchDatabase): Promise<Rival> {
  const settings = {
    connectionString: database.url,
    maxPoolSize: CONNECTIONS,
    logger: new Logger(() => () => {}),
  };
  const utils = await makeWorkerUtils(settings);
  await utils.migrate();
  const sql = database.asOwner(1);
  return {
    async cycle(jobs) {
      await sql`
        select graphile_worker.add_job('week', json_build_object('week', n), max_attempts := 8)
        from generate_series(1, ${jobs}) n`;
      return await drain(settings, jobs);
    },
    async [Symbol.asyncDispose]() {
      await sql.end({ timeout: 5 });
      await utils.release();
    },
  };
}

async function drain(
  settings: { connectionString: string; maxPoolSize: number; logger: Logger },
  jobs: number,
): Promise<number> {
  let start = 0;
  let completed = 0;
  const all = Promise.withResolvers<void>();
  const runner = await run({
    ...settings,
    concurrency: CONNECTIONS,
    noHandleSignals: true,
    taskList: {
      week: () => {
        start ||= performance.now();
      },
    },
  });
  // The report reached the database, so the job is done.
  runner.events.on("job:complete", () => {
    if (++completed === jobs) all.resolve();
  });
  await all.promise;
  const spent = (performance.now() - start) / 1000;
  await runner.stop();
  return spent;
}

/** pg-boss as it comes: ten loops over ten connections, each of which fetches jobs and completes each by itself. */
export async function pgBoss(
  database: BenchDatabase,
  batchSize: number,
): Promise<Rival> {
  const boss = new PgBoss({
    connectionString: database.url,
    max: CONNECTIONS,
    supervise: false,
    schedule: false,
  });
  await boss.start();
  await boss.createQueue("week");
  return {
    async cycle(jobs) {
      await boss.insert(
        "week",
        Array.from({ length: jobs }, (_, week) => ({ data: { week } })),
      );
      const start = performance.now();
      await Promise.all(
        Array.from({ length: CONNECTIONS }, () => fetchAll(boss, batchSize)),
      );
      return (performance.now() - start) / 1000;
    },
    async [Symbol.asyncDispose]() {
      await boss.stop({ graceful: false });
    },
  };
}

async function fetchAll(boss: PgBoss, batchSize: number): Promise<void> {
  for (
    let jobs = await boss.fetch("week", { batchSize });
    jobs.length > 0;
    jobs = await boss.fetch("week", { batchSize })
  ) {
    for (const job of jobs) await boss.complete("week", job.id);
  }
}
