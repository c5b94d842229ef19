import { randomBytes } from "node:crypto";
import type postgres from "postgres";
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
  type Cluster,
  createDatabase,
  databaseUrl,
  migrate,
  startCluster,
} from "../../../local/platform/postgres/mod.ts";
import { eventually } from "../../support/eventually.ts";
import { SupervisedPlatform } from "./platform.ts";
import { Scraper } from "./scrape.ts";
import { withSession } from "./sessions.ts";
import { chaosSeed } from "./weeks.ts";

/** A platform on a cluster of its own, on which collections of some weeks are under way. */
export interface ChaosHarness {
  cluster: Cluster;
  platform: SupervisedPlatform;
  simulator: Simulator;
  /** Gives some work a session of its own, as the role postgres; it may be refused like everyone else. */
  connect<T>(work: (sql: postgres.Sql) => Promise<T>): Promise<T>;
  /** Weeks of all collections together. */
  weeks: number;
  /** Makes some of the weeks due that {@link HarnessOptions.reserve} has held back. */
  release(weeks: number): Promise<void>;
  /** What the functions have logged so far. */
  lines: string[];
}

/** What {@link withHarness} may be told. */
export interface HarnessOptions {
  /** Weeks in all, spread over several instances. */
  weeks: number;
  /** Instances at least; two by default. */
  instances?: number;
  /** Faults of AMC from the first request on. */
  faults?: ChanceProfileInput;
  /** Settings of the Postgres server. */
  settings?: string[];
  /** Weeks that are not due at first, so that a fault finds work to interrupt however fast the others end. */
  reserve?: number;
}

const EMAIL = "owner@example.com";

/** Until the first creates: processes start meanwhile, which a loaded machine takes its time for. */
const START_TIMEOUT_SECONDS = 300;

/** Weeks of one collection at most; a few more would be allowed. */
const MAX_WEEKS = 50;

/** Executions take about a second, and AMC's list and GET lag within what shortenAllowances allows for. */
const AMC: SimulatorOptions = {
  execution: { pendingSeconds: 0.1, runSeconds: [0.3, 1] },
  lag: { listSeconds: [0, 2], getSeconds: [0, 1] },
  results: { rows: [20, 60] },
};

/**
 * Runs some work on a harness of its own, and ends everything that belongs to it afterwards.
 *
 * @throws what the work throws, with the seed in the message
 */
export async function withHarness(
  options: HarnessOptions,
  work: (harness: ChaosHarness) => Promise<void>,
): Promise<void> {
  try {
    await inHarness(options, work);
  } catch (error) {
    throw new Error(
      `With CHAOS_SEED=${chaosSeed}: ${(error as Error).message}`,
      { cause: error },
    );
  }
}

async function inHarness(
  options: HarnessOptions,
  work: (harness: ChaosHarness) => Promise<void>,
): Promise<void> {
  await using parts = new AsyncDisposableStack();
  const instances = instancesFor(options);
  const simulator = await startSimulator({
    ...AMC,
    instances: instances.map(({ instanceId }) => ({ instanceId })),
  });
  simulator.chance(options.faults ?? null, chaosSeed);
  parts.defer(() => simulator.stop());
  const cluster = await startCluster({ settings: options.settings });
  parts.defer(() => cluster.stop());
  const name = "chaos";
  await createDatabase(cluster, name);
  const url = databaseUrl(cluster, "postgres", name);
  await migrate(url);
  const lines: string[] = [];
  const platform = await SupervisedPlatform.start({
    cluster: {
      host: cluster.host,
      port: cluster.port,
      passwords: cluster.passwords,
      authority: cluster.authority,
    },
    name,
    functionEnv: simulatorEnv(simulator),
    user: { email: EMAIL, password: randomBytes(9).toString("base64url") },
  }, (line) => void lines.push(line));
  parts.defer(() => platform.stop());
  const connect: ChaosHarness["connect"] = (work) => withSession(url, work);
  await connect((sql) =>
    collect(platform, simulator, sql, instances, options.reserve ?? 0)
  );
  // Before, a lost create is left to a person, and chaos would only show that.
  await eventually(
    "a create of each instance",
    () => connect(provedAll),
    START_TIMEOUT_SECONDS,
  );
  const { weeks } = options;
  // The database may be away just now.
  const release = async (count: number) =>
    void await eventually(
      "weeks that become due",
      () => connect((sql) => makeDue(sql, count)).catch(() => null),
    );
  const scraper = await scrape(platform, simulator, cluster, connect);
  parts.defer(() => scraper.stop());
  await work({ cluster, platform, simulator, connect, weeks, release, lines });
  await scraper.prove();
}

/** Has health and metrics asked all the while. */
async function scrape(
  platform: SupervisedPlatform,
  { credential }: Simulator,
  { passwords }: Cluster,
  connect: ChaosHarness["connect"],
): Promise<Scraper> {
  const token = await connect(async (sql) => {
    const [made] = await sql`
      select amc_history.create_metrics_token('prometheus') as token`;
    return made.token;
  });
  return new Scraper(platform.ready.apiUrl, token, () => [
    token,
    credential.clientSecret,
    credential.refreshToken,
    ...Object.values(passwords),
    // While it is started again it has none.
    ...Object.values(platform.ready?.secretKeys ?? {}),
  ]);
}

interface InstanceWeeks {
  instanceId: string;
  weeks: number;
}

/** Each instance has as many weeks as the others, or one less. */
function instancesFor(
  { weeks, instances = 2 }: HarnessOptions,
): InstanceWeeks[] {
  const count = Math.max(instances, Math.ceil(weeks / MAX_WEEKS));
  return Array.from({ length: count }, (_, index) => ({
    instanceId: `amcchaos${index + 1}`,
    weeks: Math.floor((weeks + index) / count),
  }));
}

/** Connects each instance, shortens the allowances, and makes one collection on each. */
async function collect(
  platform: SupervisedPlatform,
  simulator: Simulator,
  sql: postgres.Sql,
  instances: InstanceWeeks[],
  reserve: number,
): Promise<void> {
  const { userId: owner, databaseUrl } = platform.ready;
  const { clientId, clientSecret, refreshToken } = simulator.credential;
  const credential = sql.json({
    client_id: clientId,
    client_secret: clientSecret,
    refresh_token: refreshToken,
  });
  const { entityId, marketplaceId } = DEMO_INSTANCE;
  for (const { instanceId } of instances) {
    await sql`select amc_history.connect_instance(
      ${instanceId}, ${entityId}, ${marketplaceId}, 'NA', ${credential}, ${EMAIL})`;
  }
  await sql`update public.amc_instances set poll_seconds = 1`;
  await shortenAllowances(databaseUrl);
  // In one transaction: no worker sees a week of the reserve before it is held back.
  await sql.begin(async (sql) => {
    await createCollections(sql, instances, owner!);
    await sql`
      update public.report_data_weeks set due_at = 'infinity'
      where id in (select id from public.report_data_weeks order by week_start_date desc, id limit ${reserve})`;
  });
}

/** Makes weeks due now that were held back and, as a person's request does, has AMC's list read for them at once. */
function makeDue(sql: postgres.Sql, count: number) {
  return sql`
    with due as (
      update public.report_data_weeks set due_at = amc_history.clock_now()
      where id in (select id from public.report_data_weeks
        where status = 'pending' and due_at = 'infinity' order by week_start_date, id limit ${count})
      returning instance_id
    )
    update public.amc_instances i set list_due_at = least(i.list_due_at, amc_history.clock_now())
    where i.id in (select due.instance_id from due)`;
}

async function createCollections(
  sql: postgres.TransactionSql,
  instances: InstanceWeeks[],
  owner: string,
): Promise<void> {
  for (const { instanceId, weeks } of instances) {
    const [{ id: workflow }] = await sql`
      insert into public.amc_workflows (instance_id, name, sql_query, checked_at)
      values (${instanceId}, 'Weekly campaigns', ${DEMO_WORKFLOW
      .sqlQuery as string}, now()) returning id`;
    await sql`select public.start_collection(requested_by => ${owner}, instance_id => ${instanceId},
      workflow_id => ${workflow}, weeks => ${weeks})`;
  }
}
