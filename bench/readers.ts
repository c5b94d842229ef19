import type postgres from "postgres";
import {
  type BenchDatabase,
  type BenchServer,
  settle,
} from "./support/database.ts";
import {
  type Figure,
  type Section,
  short,
  stated,
  under,
} from "./support/figure.ts";
import { fillInstances, fillWeeks, OWNER, WORKFLOW } from "./support/fill.ts";
import { keepPlans } from "./support/plans.ts";
import {
  interleaved,
  median,
  ratio,
  type Rounds,
  seconds,
} from "./support/rounds.ts";
import type { Size } from "./support/size.ts";

const INSTANCES = 200;
/** Those of the caller. */
const OF_CALLER = 20;
/** The one whose results are read. */
const READ = "amcbench0001";
const VIEW = `public.results_weekly_bench_${READ}`;
const ROWS_EACH = 20;
/** Seconds that a round of a query lasts at least, so that short ones run often. */
const ROUND = 0.25;
/** How many times as long as postgres a member may take. */
const MOST = 2;

/** What each query costs a member of some instances, and postgres, in a database with many loads. */
export async function benchReaders(
  server: BenchServer,
  size: Size,
): Promise<Section[]> {
  const database = await server.database("readers");
  await fillInstances(database, INSTANCES);
  await fillWeeks(database, size.manyWeeks, "finished", "readers");
  await fillRows(database);
  await settle(database);
  const figures: Figure[] = [];
  for (const [name, query] of Object.entries(await queries(database))) {
    figures.push(...described(name, await measured(database, query, size)));
    await keepBothPlans(database, name, query, size.keep);
  }
  await server.drop(database);
  return [{
    title: "Reading as a member",
    figures,
    meaning: [
      `${
        size.manyWeeks.toLocaleString("en")
      } weeks, executions and loads on ${INSTANCES} instances, the caller being a member of ${OF_CALLER}; ${ROWS_EACH} rows for each week of one of these, and 100 alerts an instance. Each query runs for at least ${ROUND} s in a round, over a direct connection: as \`authenticated\` with the member's claims, under row level security, and as \`postgres\`, whom no policy binds, with the condition that gives it the same rows.`,
    ],
  }];
}

/** Leaves the caller some instances, and gives one of them rows and all of them alerts. */
async function fillRows({ admin }: BenchDatabase): Promise<void> {
  await admin.unsafe(`
    delete from public.amc_instance_members where instance_id > 'amcbench00${OF_CALLER}';
    set session_replication_role = origin;
    set role postgres;
    select amc_history.create_result_table(f, '{campaign,impressions,spend}') from public.amc_workflows f
    where f.instance_id = '${READ}' and f.id = '${WORKFLOW}';
    update amc_history.result_tables set types = '{text,numeric,numeric}';
    select amc_history.create_result_views(t) from amc_history.result_tables t;
    reset role;
    set session_replication_role = replica;`);
  await admin.unsafe(`
    insert into amc_results.weekly_bench_${READ} (load_id, line, campaign, impressions, spend)
    select l.id, i, 'campaign ' || i, i * 1000, i * 1.5
    from public.result_loads l, generate_series(1, ${ROWS_EACH}) i where l.instance_id = '${READ}';
    insert into public.tracking_alerts (code, message, next_step, instance_id, subject)
    select 'late_execution', 'An alert.', 'None.', i.id, n::text from public.amc_instances i, generate_series(1, 100) n;`);
}

/** The queries, by name. Of instances of the caller, so that both roles find the same rows. */
async function queries(
  { admin }: BenchDatabase,
): Promise<Record<string, string>> {
  const [{ week_id, collection_id }] = await admin`
    select week_id, collection_id from ${admin.unsafe(VIEW)} limit 1`;
  const collection = `collection_id = '${collection_id}'`;
  return {
    "a week's rows": `select * from ${VIEW} where week_id = '${week_id}'`,
    "a year's sum, by month":
      `select date_trunc('month', week_start_date), sum(impressions), sum(spend) from ${VIEW} where ${collection} group by 1`,
    "sum of an instance":
      `select date_trunc('month', week_start_date), sum(impressions), sum(spend) from ${VIEW} group by 1`,
    "progress of a collection":
      `select * from public.collection_progress where ${collection}`,
    "progress of an instance":
      `select * from public.collection_progress where instance_id = '${READ}'`,
    "weeks of a collection":
      `select * from public.report_data_weeks where ${collection} order by week_start_date`,
    "week_results of a collection":
      `select * from public.week_results where ${collection} order by week_start_date`,
    "open alerts of an instance":
      `select * from public.tracking_alerts where instance_id = '${READ}' and resolved_at is null`,
  };
}

type Times = Rounds<"member" | "postgres">;

async function measured(
  database: BenchDatabase,
  query: string,
  { rounds }: Size,
): Promise<Times> {
  const member = database.asUser(OWNER);
  const owner = database.asOwner(1);
  try {
    const [seen, all] = [await member.unsafe(query), await owner.unsafe(query)];
    if (seen.length !== all.length || seen.length === 0) {
      throw new Error(
        `Expected the same rows for both, got ${seen.length} and ${all.length}: ${query}`,
      );
    }
    const runs = Math.ceil(
      ROUND / await seconds(() => owner.unsafe(query)),
    );
    const once = async (sql: postgres.Sql) =>
      await seconds(async () => {
        for (let i = 0; i < runs; i++) await sql.unsafe(query);
      }) / runs;
    return await interleaved(rounds, {
      member: () => once(member),
      postgres: () => once(owner),
    });
  } finally {
    await member.end({ timeout: 5 });
    await owner.end({ timeout: 5 });
  }
}

function described(name: string, times: Times): Figure[] {
  const each = (rounds: number[]) => `${short(median(rounds) * 1000)} ms`;
  return [
    under(
      `${name}, time as member ÷ as postgres`,
      ratio(times.member, times.postgres),
      MOST,
      "×",
    ),
    stated(`${name}, as member`, each(times.member)),
    stated(`${name}, as postgres`, each(times.postgres)),
  ];
}

async function keepBothPlans(
  database: BenchDatabase,
  name: string,
  query: string,
  keep: boolean,
): Promise<void> {
  const claims = JSON.stringify({ sub: OWNER, role: "authenticated" });
  const file = name.replaceAll(/\W+/g, "_");
  for (const role of ["authenticated", "postgres"]) {
    await keepPlans(
      database,
      `member_${file}_${role}`,
      role,
      `set local request.jwt.claims = '${claims}'; ${query}`,
      keep,
    );
  }
}
