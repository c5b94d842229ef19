import type { BenchDatabase } from "./database.ts";

/** The one user, who owns all collections of a filled database. */
export const OWNER = "00000000-0000-4000-8000-000000000001";
/** The workflow that every instance has. */
export const WORKFLOW = "weekly-bench-0123456789ab";
const WEEKS_EACH = 50;

/**
 * Adds a user and instances of ten slots each, with their workflow saved. Triggers are off, as in
 * everything of this module: a million rows are filled in within a minute.
 */
export async function fillInstances(
  { admin }: BenchDatabase,
  count: number,
): Promise<void> {
  await admin.unsafe(`
    set session_replication_role = replica;
    insert into auth.users (id, email) values ('${OWNER}', 'owner@example.com');
    insert into public.amc_instances (id, entity_id, marketplace_id, region, credential_name, list_due_at, matcher_proved_at)
    select 'amcbench' || lpad(i::text, 4, '0'), 'ENTITY1', 'ATVPDKIKX0DER', 'NA', 'bench', '-infinity', now()
    from generate_series(1, ${count}) i;
    insert into public.amc_instance_members (instance_id, user_id) select id, '${OWNER}' from public.amc_instances;
    insert into public.amc_workflows (instance_id, id, name, sql_query, sql_written, saved_at, checked_at, version_hash, result_table, series_view)
    select id, '${WORKFLOW}', 'Weekly bench', 'select 1', 'select 1', now(), now(), 'bench', 'weekly_bench_' || id, 'series_weekly_bench_' || id from public.amc_instances;`);
}

/** The state of the weeks that {@link fillWeeks} adds. */
export type WeekState = "due" | "finished" | "running" | "tracked";

/**
 * Adds collections of 50 weeks, in turns over all instances, none with the window of another one.
 *
 * @param state due: pending, may begin at once. finished: completed, with execution, attempt and load, over the year
 *   past. running: without an execution. tracked: running, with an execution that a caller of update_week_status reported
 * @param label distinguishes these collections from those of another call
 */
export async function fillWeeks(
  { admin }: BenchDatabase,
  weeks: number,
  state: WeekState,
  label: string,
): Promise<void> {
  const collections = Math.ceil(weeks / WEEKS_EACH);
  await admin.unsafe(`
    set session_replication_role = replica;
    with instances as (select id, row_number() over (order by id) - 1 as n, count(*) over () as all_of_them from public.amc_instances)
    insert into public.report_data_collections (created_by, instance_id, workflow_id, start_date, end_date, parameter_values, name, created_at, series_view)
    select '${OWNER}', i.id, '${WORKFLOW}', date '2024-01-01', date '2024-01-01' + 7 * ${WEEKS_EACH} - 1,
      jsonb_build_object('set', '${label}', 'n', c::text), '${label}', now(), 'series_weekly_bench_' || i.id
    from generate_series(0, ${
    collections - 1
  }) c join instances i on i.n = c % i.all_of_them;`);
  await admin.unsafe(`
    insert into public.report_data_weeks (collection_id, instance_id, week_start_date, week_end_date, status, due_at,
      created_at, updated_at, started_at, finished_at, execution_id, data, surveyed_at)
    select c.id, c.instance_id, c.start_date + 7 * w, c.start_date + 7 * w + 6,
      ${WEEK_COLUMNS[state]}, now()
    from public.report_data_collections c, generate_series(0, ${
    WEEKS_EACH - 1
  }) w
    where c.name = '${label}'`);
  if (state === "finished" || state === "tracked") {
    await fillExecutions(admin, label, state);
  }
}

const SUMMARY =
  `'{"rows": 20, "bytes": 2048, "files": 1, "checksum": "sha256:0"}'::jsonb`;

const WEEK_COLUMNS: Record<WeekState, string> = {
  due: `'pending', now(), now(), now(), null, null, null, null`,
  finished:
    `'completed', null, now(), now(), now(), now(), gen_random_uuid()::text, ${SUMMARY}`,
  running: `'running', null, now(), now(), now(), null, null, null`,
  tracked:
    `'running', null, now(), now(), now(), null, gen_random_uuid()::text, null`,
};

async function fillExecutions(
  admin: BenchDatabase["admin"],
  label: string,
  state: "finished" | "tracked",
): Promise<void> {
  const weeks =
    `public.report_data_weeks w join public.report_data_collections c on c.id = w.collection_id and c.name = '${label}'`;
  const collected = state === "finished";
  await admin.unsafe(`
    insert into public.workflow_executions (id, week_id, instance_id, status, workflow_id, timeout_seconds, created_at, updated_at)
    select w.execution_id, w.id, w.instance_id, ${
    collected ? "'SUCCEEDED'" : "null"
  }, c.workflow_id, 21600, now(), now() from ${weeks};
    insert into public.week_attempts (week_id, instance_id, number, kind, state, outcome, intended_at, settle_after,
      fingerprint, window_key, slot, execution_id, ended_at)
    select w.id, w.instance_id, 1, ${
    collected
      ? "'collected', 'ended', 'collected'"
      : "'external', 'ended', 'external'"
  },
      now() - random() * interval '365 days', now(), 21600, md5(w.id::text), 1, w.execution_id, now()
    from ${weeks};`);
  if (!collected) return;
  await admin.unsafe(`
    insert into public.result_loads (execution_id, instance_id, fence, table_name, header, complete, started_at, completed_at, records, checksum, summary)
    select w.execution_id, w.instance_id, 2, 'bench', '{a}', true, now(), now(), 20, '0', ${SUMMARY} from ${weeks};`);
}

/**
 * Takes every slot of every instance: ten attempts each, whose executions run at AMC, for weeks that were due. The next
 * listing is not due yet.
 */
export async function takeAllSlots({ admin }: BenchDatabase): Promise<void> {
  await admin.unsafe(`
    set session_replication_role = replica;
    create temp table chosen as select w.id, w.instance_id, s.slot, gen_random_uuid()::text as execution_id
    from public.amc_instances i cross join lateral (
      select w.*, row_number() over () as slot from public.report_data_weeks w
      where w.instance_id = i.id and w.due_at is not null order by w.due_at limit i.max_parallel) s
    join public.report_data_weeks w on w.id = s.id;
    insert into public.workflow_executions (id, week_id, instance_id, status) select execution_id, id, instance_id, 'RUNNING' from chosen;
    insert into public.week_attempts (week_id, instance_id, number, kind, state, intended_at, settle_after, fingerprint,
      window_key, slot, execution_id)
    select id, instance_id, 1, 'collected', 'created', now(), now(), 21600, md5(id::text), slot, execution_id from chosen;
    update public.report_data_weeks w set status = 'running', due_at = null, started_at = now(), execution_id = c.execution_id
    from chosen c where c.id = w.id;
    update public.amc_instances set list_due_at = 'infinity';
    drop table chosen;`);
}

/** Frees every slot again. */
export async function freeAllSlots({ admin }: BenchDatabase): Promise<void> {
  await admin.unsafe(`
    set session_replication_role = replica;
    update public.week_attempts set state = 'ended', outcome = 'cancelled', ended_at = now() where state <> 'ended';`);
}
