import postgres from "postgres";
import { isInterval, nextRun, runsAtStart } from "./schedule_times.ts";
import { pollLoop } from "./poll_loop.ts";

/** How often the jobs are looked at, in ms. */
const POLL_MS = 200;

/** The options of {@link startScheduler}. */
export interface SchedulerOptions {
  /** Connection as supabase_admin: reads cron.job, writes cron.job_run_details. */
  adminDatabaseUrl: string;
  /** Connection as postgres: runs the jobs. */
  databaseUrl: string;
  /** When given, every active job runs each so many seconds, whatever its schedule; may be a fraction. */
  tickSeconds?: number;
  /** Receives a sentence about each run that failed and each job that cannot be run. */
  log?: (message: string) => void;
}

/** Runs the jobs of cron.job in one database, as pg_cron's background worker would. */
export interface Scheduler {
  /** Stops starting jobs and waits for the ones under way. */
  stop(): Promise<void>;
}

interface Job {
  jobid: string;
  schedule: string;
  command: string;
  username: string;
  database: string;
}

interface JobState {
  schedule: string;
  due: Date | null;
  /** Runs that fell due and have not begun. */
  pending: number;
  running: Promise<void> | null;
}

/**
 * Starts a scheduler. Each due job of cron.job runs as `postgres`, one run of a job at a time. Runs that fall due while it
 * is still running queue up and follow right after, one of them for a job in seconds. Each run leaves its row in
 * cron.job_run_details; one that a restart of the server interrupted is marked as failed afterwards, without an end.
 * While the database cannot be reached, the scheduler keeps trying.
 */
export function startScheduler(options: SchedulerOptions): Scheduler {
  const silent = { onnotice: () => {} };
  const admin = postgres(options.adminDatabaseUrl, { max: 2, ...silent });
  const asPostgres = postgres(options.databaseUrl, { max: 4, ...silent });
  const log = options.log ?? (() => {});
  const states = new Map<string, JobState>();

  const next = (schedule: string, after: Date) =>
    options.tickSeconds === undefined
      ? nextRun(schedule, after)
      : new Date(after.getTime() + options.tickSeconds * 1000);

  let serverStart: string | null = null;
  const look = async () => {
    const started = await startOfServer(admin);
    const starts = started !== null && started !== serverStart;
    // pg_cron starts with the server, and keeps nothing of what was before.
    if (starts) await failInterruptedRuns(admin);
    serverStart = started;
    const jobs = await activeJobs(admin);
    const now = new Date();
    forgetOthers(states, jobs);
    for (const job of jobs) {
      const known = states.get(job.jobid);
      const state = known && !starts && known.schedule === job.schedule
        ? known
        : {
          schedule: job.schedule,
          due: next(job.schedule, now),
          pending: starts && runsAtStart(job.schedule) ? 1 : 0,
          running: known?.running ?? null,
        };
      states.set(job.jobid, state);
      const waits = options.tickSeconds === undefined &&
        isInterval(job.schedule);
      countDue(state, now, waits, next);
      if (state.pending === 0 || state.running) continue;
      state.pending--;
      state.running = runJob(admin, asPostgres, job, log)
        .finally(() => (state.running = null));
    }
  };

  const loop = pollLoop(
    look,
    POLL_MS,
    (message) => log(`The scheduler cannot read cron.job: ${message}`),
  );
  return {
    async stop() {
      await loop.stop();
      await Promise.all([...states.values()].map((state) => state.running));
      await Promise.all([
        admin.end({ timeout: 5 }),
        asPostgres.end({ timeout: 5 }),
      ]);
    },
  };
}

/** Forgets the jobs that are no longer there, or no longer active. */
function forgetOthers(states: Map<string, JobState>, jobs: Job[]): void {
  for (const jobid of states.keys()) {
    if (!jobs.some((job) => job.jobid === jobid)) states.delete(jobid);
  }
}

/** Counts the runs that have fallen due by now; those of a job that waits for its run as one. */
function countDue(
  state: JobState,
  now: Date,
  waits: boolean,
  next: (schedule: string, after: Date) => Date | null,
): void {
  while (state.due !== null && state.due <= now) {
    state.pending = waits ? 1 : state.pending + 1;
    state.due = next(state.schedule, waits ? now : state.due);
  }
}

async function activeJobs(admin: postgres.Sql): Promise<Job[]> {
  const [{ present }] = await admin`
    select to_regclass('cron.job') is not null as present`;
  if (!present) return [];
  return await admin<Job[]>`
    select jobid, schedule, command, username, database
    from cron.job
    where active and database = current_database()
    order by jobid`;
}

/** When the server started; null before pg_cron is there. */
async function startOfServer(admin: postgres.Sql): Promise<string | null> {
  const [{ started }] = await admin`
    select case when to_regclass('cron.job') is not null
      then pg_postmaster_start_time()::text end as started`;
  return started;
}

/** As pg_cron does when it starts: whoever ran these is gone. When they ended is not known. */
async function failInterruptedRuns(admin: postgres.Sql): Promise<void> {
  await admin`
    update cron.job_run_details
    set status = 'failed', return_message = 'server restarted'
    where status in ('starting', 'running')`;
}

async function runJob(
  admin: postgres.Sql,
  asPostgres: postgres.Sql,
  job: Job,
  log: (message: string) => void,
): Promise<void> {
  try {
    const [{ runid }] = await admin`
      insert into cron.job_run_details
        (jobid, database, username, command, status, start_time)
      values (${job.jobid}, ${job.database}, ${job.username}, ${job.command},
        'running', clock_timestamp())
      returning runid`;
    const { status, message } = await execute(asPostgres, job);
    if (status === "failed") log(`Job ${job.jobid} failed: ${message}`);
    // pg_cron ends with the server: it does not live to record what it ran then.
    await admin`
      update cron.job_run_details
      set status = ${status}, return_message = ${message},
        end_time = clock_timestamp()
      where runid = ${runid} and start_time > pg_postmaster_start_time()`;
  } catch (error) {
    log(`Job ${job.jobid} could not be recorded: ${(error as Error).message}`);
  }
}

async function execute(
  asPostgres: postgres.Sql,
  job: Job,
): Promise<{ status: "succeeded" | "failed"; message: string }> {
  if (job.username !== "postgres") {
    return {
      status: "failed",
      message:
        `the local scheduler runs only jobs of postgres, not of ${job.username}`,
    };
  }
  try {
    const rows = await asPostgres.unsafe(job.command);
    const count = rows.length;
    return {
      status: "succeeded",
      message: `${count} ${count === 1 ? "row" : "rows"}`,
    };
  } catch (error) {
    return { status: "failed", message: `ERROR: ${(error as Error).message}` };
  }
}
