import { createClient } from "@supabase/supabase-js";
import type postgres from "postgres";
import { DEMO_WORKFLOW, startSimulator } from "../../local/amc/mod.ts";
import type { SettingsInput, Simulator } from "../../local/amc/mod.ts";
import { type Platform, startPlatform } from "../../local/platform/platform.ts";
import type { ClusterAddress } from "../../local/platform/postgres/mod.ts";
import { createAmcClients } from "../../supabase/functions/_shared/collector/amc_clients.ts";
import type { Collector } from "../../supabase/functions/_shared/collector/collector.ts";
import { runTick } from "../../supabase/functions/_shared/collector/tick.ts";
import {
  openSql,
  type Sql,
} from "../../supabase/functions/_shared/database/sql.ts";
import type { Database } from "../../supabase/functions/_shared/database/database.types.ts";
import { createRpc } from "../../supabase/functions/_shared/database/rpc.ts";
import { createLog } from "../../supabase/functions/_shared/log.ts";
import type { BenchDatabase } from "./database.ts";

/** One execution in the slot that it held. */
export interface SlotHistory {
  instanceId: string;
  slot: number;
  /** Milliseconds of AMC's clock. */
  acceptedAt: number;
  endedAt: number | null;
  /** Which tick created it, from 0. */
  tick: number;
}

/** The collector and a simulator, whose clock moves only between ticks. */
export interface CadenceRun extends AsyncDisposable {
  simulator: Simulator;
  sql: postgres.Sql;
  /** Lets so many seconds pass, then ticks once. @returns seconds that the tick took */
  tick(seconds: number): Promise<number>;
  /** Ticks once with a worker that stops for good when it reaches a named point. */
  tickUntil(point: string): Promise<void>;
  completed(): Promise<number>;
  /** Attempts whose execution is under way. */
  running(): Promise<number>;
  /** Executions by instance, slot and time. */
  slots(): Promise<SlotHistory[]>;
}

const EMAIL = "bench@example.com";

/** Starts a simulator with so many instances, an API on the database, and so many weeks for each instance. */
export async function openCadenceRun(
  cluster: ClusterAddress,
  database: BenchDatabase,
  instances: number,
  weeks = 60,
  results: SettingsInput["results"] = { rows: 20 },
): Promise<CadenceRun> {
  await using parts = new AsyncDisposableStack();
  const ids = Array.from({ length: instances }, (_, n) => `amcbench${n}aa`);
  const simulator = await startSimulator({
    instances: ids.map((instanceId) => ({ instanceId })),
    execution: { pendingSeconds: 1, runSeconds: [40, 420] },
    results,
  });
  parts.defer(() => simulator.stop());
  simulator.clock.freeze();
  const platform = await startPlatform({
    database: { cluster, name: database.name },
    scheduled: false,
    stopOnSignals: false,
  });
  parts.defer(() => platform.stop());
  const sql = database.asOwner(2);
  parts.defer(() => sql.end({ timeout: 5 }));
  await collectFrom(sql, platform, simulator, ids, weeks);
  const { collector, workerSql } = makeCollector(platform, simulator);
  parts.defer(() => workerSql.end());
  const kept = parts.move();
  return makeRun(sql, simulator, collector, () => kept.disposeAsync());
}

async function collectFrom(
  sql: postgres.Sql,
  platform: Platform,
  { credential }: Simulator,
  ids: string[],
  weeks: number,
): Promise<void> {
  const { id: owner } = await platform.createUser(EMAIL, "Measures-52-weeks");
  const login = sql.json({
    client_id: credential.clientId,
    client_secret: credential.clientSecret,
    refresh_token: credential.refreshToken,
  });
  const sqlQuery = String(DEMO_WORKFLOW.sqlQuery);
  for (const id of ids) {
    await sql`
      select amc_history.connect_instance(${id}, 'ENTITY1AA1AA11AAA1', 'ATVPDKIKX0DER', 'NA', ${login}, ${EMAIL})`;
    const [{ workflow }] = await sql`
      select workflow_id as workflow from public.save_workflow(${id}, 'Weekly campaigns', ${sqlQuery})`;
    // What is measured is the pace of weeks.
    await sql`update public.amc_workflows set checked_at = now() where id = ${workflow}`;
    await sql`
      select public.start_collection(${owner}, ${id}, ${workflow}, ${weeks})`;
  }
}

function makeCollector(
  platform: Platform,
  simulator: Simulator,
): { collector: Collector; workerSql: Sql } {
  const log = createLog((line) => {
    const { level } = JSON.parse(line);
    // Nothing goes wrong here, so what does is shown.
    if (level !== "info") console.error(line);
  });
  const workerSql = openSql(platform.databaseUrl);
  const service = createClient<Database>(
    platform.apiUrl,
    platform.secretKeys.default,
    { auth: { persistSession: false, autoRefreshToken: false } },
  );
  const collector: Collector = {
    rpc: createRpc(service),
    sql: workerSql,
    clients: createAmcClients(workerSql, {
      apiUrl: simulator.url,
      tokenUrl: simulator.tokenUrl,
      resultHosts: [simulator.resultHost],
    }, log),
    log,
    now: () => performance.now(),
    checkpoint: () => Promise.resolve(),
  };
  return { collector, workerSql };
}

function makeRun(
  sql: postgres.Sql,
  simulator: Simulator,
  collector: Collector,
  dispose: () => Promise<void>,
): CadenceRun {
  const createdIn = new Map<string, number>();
  let ticks = 0;
  return {
    simulator,
    sql,
    async tickUntil(point) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const stopped = new Promise<void>(() => {});
      const ended = runTick({
        ...collector,
        checkpoint(reached) {
          if (reached !== point) return Promise.resolve();
          resolve();
          return stopped;
        },
      }).then(() => {
        throw new Error(`Expected the worker to reach ${point}.`);
      });
      await Promise.race([promise, ended]);
    },
    async tick(seconds) {
      simulator.clock.advance(seconds);
      await letPass(sql, seconds);
      const start = performance.now();
      await runTick(collector);
      const spent = (performance.now() - start) / 1000;
      for (const { executionId } of simulator.ledger()) {
        if (!createdIn.has(executionId)) createdIn.set(executionId, ticks);
      }
      ticks++;
      return spent;
    },
    async completed() {
      const [{ n }] = await sql`
        select count(*)::integer as n from public.report_data_weeks where status = 'completed'`;
      return n;
    },
    async running() {
      const [{ n }] = await sql`
        select count(*)::integer as n from public.week_attempts where state = 'created'`;
      return n;
    },
    async slots() {
      const held = await sql`
        select execution_id, instance_id, slot from public.week_attempts where execution_id is not null`;
      return slotHistory(simulator, createdIn, held);
    },
    [Symbol.asyncDispose]: dispose,
  };
}

/** Shifts every time that something waits for into the past: as if so many seconds had gone by. */
async function letPass(sql: postgres.Sql, seconds: number): Promise<void> {
  await sql.unsafe(`
    update public.amc_instances set list_due_at = list_due_at - interval '${seconds} seconds',
      list_leased_until = list_leased_until - interval '${seconds} seconds',
      paused_until = paused_until - interval '${seconds} seconds';
    update public.week_attempts set leased_until = leased_until - interval '${seconds} seconds',
      due_at = due_at - interval '${seconds} seconds', settle_after = settle_after - interval '${seconds} seconds'
    where state <> 'ended'`);
}

function slotHistory(
  simulator: Simulator,
  createdIn: Map<string, number>,
  held: postgres.RowList<postgres.Row[]>,
): SlotHistory[] {
  const executions = new Map(
    simulator.executions().map((one) => [one.executionId, one]),
  );
  return held.map(({ execution_id, instance_id, slot }) => {
    const { acceptedAt, endedAt } = executions.get(execution_id)!;
    const tick = createdIn.get(execution_id) ?? 0;
    return { instanceId: instance_id, slot, acceptedAt, endedAt, tick };
  }).sort((a, b) =>
    a.instanceId.localeCompare(b.instanceId) || a.slot - b.slot ||
    a.acceptedAt - b.acceptedAt
  );
}
