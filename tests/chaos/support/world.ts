import { randomBytes } from "node:crypto";
import postgres from "postgres";
import {
  type ChanceProfileInput,
  DEMO_INSTANCE,
  DEMO_WORKFLOW,
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from "../../../local/amc/mod.ts";
import { provedAll, shortenAllowances } from "../../../local/demo/chaos.ts";
import { simulatorEnv } from "../../../local/demo/setup.ts";
import {
  type Platform,
  startPlatform,
} from "../../../local/platform/platform.ts";
import {
  type Cluster,
  createDatabase,
  databaseUrl,
  migrate,
  startCluster,
} from "../../../local/platform/postgres/mod.ts";

import { eventually } from "../../support/eventually.ts";
import { tolerateStrayErrors } from "./stray_errors.ts";

/** A platform on a cluster of its own, on which collections of some weeks are under way. */
export interface ChaosWorld {
  cluster: Cluster;
  platform: Platform;
  simulator: Simulator;
  /** As the role postgres. It may be refused or cut off like everyone else. */
  sql: postgres.Sql;
  /** Weeks of all collections together. */
  weeks: number;
  /** What the functions have logged so far. */
  lines: string[];
}

/** What {@link withWorld} may be told. */
export interface WorldOptions {
  /** Weeks in all, spread over several instances. */
  weeks: number;
  /** Instances at least; two by default. */
  instances?: number;
  /** Faults of AMC from the first request on. */
  faults?: ChanceProfileInput;
  /** Settings of the Postgres server. */
  settings?: string[];
}

/** Weeks of one collection at most; a few more would be allowed. */
const MOST_WEEKS = 50;

/** Executions take about a second, and AMC's list and GET lag within what shorten_allowances.sql allows for. */
const AMC: SimulatorOptions = {
  execution: { pendingSeconds: 0.1, runSeconds: [0.3, 1] },
  lag: { listSeconds: [0, 2], getSeconds: [0, 1] },
  results: { rows: [20, 60] },
};

/** Gives some work a world, and ends all that belongs to it afterwards. */
export async function withWorld(
  options: WorldOptions,
  work: (world: ChaosWorld) => Promise<void>,
): Promise<void> {
  await using parts = new AsyncDisposableStack();
  parts.use(tolerateStrayErrors());
  const instances = instancesFor(options);
  const simulator = await startSimulator({
    ...AMC,
    instances: instances.map(({ instanceId }) => ({ instanceId })),
  });
  simulator.chance(options.faults ?? null, "chaos");
  parts.defer(() => simulator.stop());
  const cluster = await startCluster({ settings: options.settings });
  parts.defer(() => cluster.stop());
  const name = "chaos";
  await createDatabase(cluster, name);
  const url = databaseUrl(cluster, "postgres", name);
  await migrate(url);
  const lines: string[] = [];
  const platform = await startPlatform({
    database: { cluster, name },
    stopOnSignals: false,
    tickSeconds: 0.5,
    functionEnv: simulatorEnv(simulator),
    functionLog: ({ line }) => void lines.push(line),
  });
  parts.defer(() => platform.stop());
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  parts.defer(() => sql.end({ timeout: 5 }));
  await collect(platform, simulator, sql, instances);
  // Before, a lost create is left to a person, and chaos would only show that.
  await eventually("a create of each instance", () => provedAll(sql), 60);
  const { weeks } = options;
  await work({ cluster, platform, simulator, sql, weeks, lines });
}

interface InstanceWeeks {
  instanceId: string;
  weeks: number;
}

/** Each instance has as many weeks as the others, or one less. */
function instancesFor(
  { weeks, instances = 2 }: WorldOptions,
): InstanceWeeks[] {
  const count = Math.max(instances, Math.ceil(weeks / MOST_WEEKS));
  return Array.from({ length: count }, (_, index) => ({
    instanceId: `amcchaos${index + 1}`,
    weeks: Math.floor((weeks + index) / count),
  }));
}

/** Connects each instance, shortens the allowances, and makes one collection on each. */
async function collect(
  platform: Platform,
  simulator: Simulator,
  sql: postgres.Sql,
  instances: InstanceWeeks[],
): Promise<void> {
  const email = "owner@example.com";
  const password = randomBytes(9).toString("base64url");
  const { id: owner } = await platform.createUser(email, password);
  const { clientId, clientSecret, refreshToken } = simulator.credential;
  const credential = sql.json({
    client_id: clientId,
    client_secret: clientSecret,
    refresh_token: refreshToken,
  });
  const { entityId, marketplaceId } = DEMO_INSTANCE;
  for (const { instanceId } of instances) {
    await sql`select private.connect_instance(
      ${instanceId}, ${entityId}, ${marketplaceId}, 'NA', ${credential}, ${email})`;
  }
  await sql`update public.amc_instances set poll_seconds = 1`;
  await shortenAllowances(platform.databaseUrl);
  for (const { instanceId, weeks } of instances) {
    const [{ id: workflow }] = await sql`
      insert into public.amc_workflows (instance_id, name, sql_query)
      values (${instanceId}, 'Weekly campaigns', ${DEMO_WORKFLOW
      .sqlQuery as string}) returning id`;
    await sql`select public.create_collection(owner_id => ${owner}, instance_id => ${instanceId},
      workflow_id => ${workflow}, weeks => ${weeks})`;
  }
}
