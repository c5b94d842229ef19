import type postgres from "postgres";
import {
  type BenchDatabase,
  type BenchServer,
  settle,
} from "./support/database.ts";
import {
  atLeast,
  because,
  type Section,
  short,
  stated,
} from "./support/figure.ts";
import { fillInstances, fillWeeks } from "./support/fill.ts";
import { keepPlans } from "./support/plans.ts";
import { median, ratio } from "./support/rounds.ts";
import type { Size } from "./support/size.ts";

interface Week {
  id: string;
  collection_id: string;
  execution_id: string | null;
}

type Call = (sql: postgres.Sql, week: Week) => Promise<string>;

const DATA = {
  rows: 868_000,
  bytes: 104_857_600,
  files: 1,
  checksum: "sha256:0",
  columns: ["campaign", "impressions"],
};

const report = async (
  sql: postgres.Sql,
  week: Week,
  executionId: string | null,
) => {
  const [row] = await sql`
    select * from public.update_week_status(${week.collection_id}, ${week.id}, 'completed', ${
    sql.json(DATA)
  }, ${executionId})`;
  return row.outcome;
};

/** Each takes a week that is running, and completes it in one round trip and one transaction. */
const CALLS: Record<string, { weeks: "running" | "tracked"; call: Call }> = {
  without: { weeks: "tracked", call: (sql, week) => report(sql, week, null) },
  known: {
    weeks: "tracked",
    call: (sql, week) => report(sql, week, week.execution_id),
  },
  withoutAny: {
    weeks: "running",
    call: (sql, week) => report(sql, week, null),
  },
  fresh: {
    weeks: "running",
    call: (sql, week) => report(sql, week, crypto.randomUUID()),
  },
  bare: {
    weeks: "running",
    async call(sql, week) {
      const rows = await sql`
        with e as (insert into public.workflow_executions (id, week_id) values (${crypto.randomUUID()}, ${week.id}) returning id)
        update public.report_data_weeks w set status = 'completed', data = ${
        sql.json(DATA)
      }, execution_id = e.id
        from e where w.id = ${week.id} and w.collection_id = ${week.collection_id} returning w.status, w.execution_id`;
      return rows.length === 1 ? "applied" : "nothing";
    },
  },
};

const BLOCKS = 10;

/** What update_week_status costs beside the same call without an id, and beside the statements that it cannot do without. */
export async function benchUpdateWeekStatus(
  server: BenchServer,
  size: Size,
): Promise<Section[]> {
  const database = await server.database("status");
  const perRound = size.statusCalls;
  await fillInstances(database, 100);
  const each = perRound * size.rounds;
  await fillWeeks(database, 3 * each + 100, "running", "running");
  await fillWeeks(database, 2 * each + 100, "tracked", "tracked");
  await settle(database);
  const pools = {
    running: await weeksOf(database, "running"),
    tracked: await weeksOf(database, "tracked"),
  };
  const rates = await measure(database, pools, size.rounds, perRound);
  await keepStatusPlans(database, pools, size.keep);
  await server.drop(database);
  return [describe(rates)];
}

type Pools = Record<"running" | "tracked", Week[]>;

async function weeksOf(
  { admin }: BenchDatabase,
  label: string,
): Promise<Week[]> {
  return await admin<Week[]>`
    select w.id, w.collection_id, w.execution_id from public.report_data_weeks w
    join public.report_data_collections c on c.id = w.collection_id
    where c.name = ${label} order by random()`;
}

/** Calls per second of each kind, in turns of a tenth of a round. */
async function measure(
  database: BenchDatabase,
  pools: Pools,
  rounds: number,
  perRound: number,
): Promise<Record<string, number[]>> {
  const sql = database.asService(1);
  const names = Object.keys(CALLS);
  const perBlock = Math.ceil(perRound / BLOCKS);
  const rates = Object.fromEntries(names.map((n) => [n, [] as number[]]));
  // The first calls of a session plan what the later ones reuse.
  for (const name of names) await block(sql, name, pools, 10);
  for (let round = 0; round < rounds; round++) {
    const spent = Object.fromEntries(names.map((n) => [n, 0]));
    for (let turn = 0; turn < BLOCKS; turn++) {
      for (let i = 0; i < names.length; i++) {
        const name = names[(turn + i) % names.length];
        spent[name] += await block(sql, name, pools, perBlock);
      }
    }
    for (const name of names) {
      rates[name].push(perBlock * BLOCKS / spent[name]);
    }
  }
  await sql.end();
  return rates;
}

/** @returns seconds */
async function block(
  sql: postgres.Sql,
  name: string,
  pools: Pools,
  calls: number,
): Promise<number> {
  const { weeks, call } = CALLS[name];
  const taken = pools[weeks].splice(0, calls);
  if (taken.length < calls) throw new Error(`Too few weeks for ${name}.`);
  const start = performance.now();
  for (const week of taken) {
    const outcome = await call(sql, week);
    if (outcome !== "applied") {
      throw new Error(`Expected ${name} to be applied, got ${outcome}.`);
    }
  }
  return (performance.now() - start) / 1000;
}

async function keepStatusPlans(
  database: BenchDatabase,
  pools: Pools,
  keep: boolean,
): Promise<void> {
  const statement = ({ id, collection_id, execution_id }: Week) =>
    `select * from public.update_week_status('${collection_id}', '${id}', 'completed', '${
      JSON.stringify(DATA)
    }', '${execution_id ?? crypto.randomUUID()}')`;
  const kept = [
    ["update_week_status_new_id", pools.running[0]],
    ["update_week_status_known_id", pools.tracked[0]],
  ] as const;
  for (const [name, week] of kept) {
    await keepPlans(database, name, "service_role", statement(week), keep);
  }
}

function describe(rates: Record<string, number[]>): Section {
  const rate = (name: string) => `${short(median(rates[name]))} calls/s`;
  return {
    title: "update_week_status",
    figures: [
      because(
        atLeast(
          "with a known id ÷ without",
          ratio(rates.known, rates.without),
          0.95,
        ),
        "the two differ by one look into an index, so this is what the machine did meanwhile rather than what the id costs.",
      ),
      because(
        atLeast(
          "with a new id ÷ without",
          ratio(rates.fresh, rates.withoutAny),
          0.7,
        ),
        "the id's own rows, an execution and an attempt with their keys, and the guard around them are what the call without an id does not write.",
      ),
      because(
        atLeast(
          "with a new id ÷ the bare insert and update",
          ratio(rates.fresh, rates.bare),
          0.8,
        ),
        "the lock and the rules come first, the attempt that records where the id came from has keys and indexes of its own, and an event is written; no one of these is most of it.",
      ),
      stated("without an id, week has one", rate("without")),
      stated("with the known id", rate("known")),
      stated("without an id, week has none", rate("withoutAny")),
      stated("with a new id", rate("fresh")),
      stated("bare insert and update", rate("bare")),
    ],
    meaning: [
      "One connection as `service_role`, prepared statements, each call its own transaction that reaches the disk. Every call completes a running week with a small summary; the kinds take turns every tenth of a round. *Known*: the week has the execution already that the call names. *New*: the id comes with this call, which makes the execution's row and an attempt of kind `external` beside the status. *Bare*: one statement by hand that inserts the execution and updates the week on the same tables, with their constraints and triggers, but without the function: no lock first, no fence, no rules, no event.",
    ],
  };
}
