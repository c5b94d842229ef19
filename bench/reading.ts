import type postgres from "postgres";
import { openSql } from "../supabase/functions/_shared/database/sql.ts";
import { type Csv, makeCsv, stream } from "./support/csv.ts";
import { type BenchDatabase, settle } from "./support/database.ts";
import { type Figure, type Section, short, stated } from "./support/figure.ts";
import { fillWeeks, OWNER } from "./support/fill.ts";
import { claimLoad, complete, load, RESULTS } from "./support/loads.ts";
import { keepPlans } from "./support/plans.ts";
import {
  interleaved,
  median,
  ratio,
  type Rounds,
  seconds,
} from "./support/rounds.ts";
import type { Size } from "./support/size.ts";

/** Rows of a week that is small. */
const FEW_ROWS = 20;

/** Seconds of each round, for a large and a small week. */
interface Times {
  large: Rounds<"owner" | "postgres">;
  small: Rounds<"owner" | "postgres">;
}

/** Reading one week of a result through its view, as its owner over the API does and as postgres. */
export async function benchReading(
  database: BenchDatabase,
  size: Size,
): Promise<Section> {
  await database.admin.unsafe(`truncate ${RESULTS.table}`);
  const csv = makeCsv({ rows: size.rowsRead });
  const few = makeCsv({ rows: FEW_ROWS });
  await add(database, csv);
  const large = await add(database, csv);
  const small = await add(database, few);
  const readBoth = async (name: string): Promise<Times> => {
    await settle(database);
    await keepReadingPlans(database, `large_${name}`, large, size.keep);
    await keepReadingPlans(database, `small_${name}`, small, size.keep);
    return {
      large: await read(database, large, csv.rows, size.rounds),
      small: await read(database, small, FEW_ROWS, size.rounds),
    };
  };
  const alone = await readBoth("alone");
  await fillWeeks(database, size.otherLoads, "finished", "others");
  const beside = await readBoth("beside_others");
  return describe(alone, beside, csv.rows, size.otherLoads);
}

/** Loads a week and completes it. @returns the week's id */
async function add(database: BenchDatabase, csv: Csv): Promise<string> {
  const claimed = await claimLoad(database);
  const sql = openSql(database.url);
  try {
    const body = () => stream(csv.chunks);
    const summary = await load(sql, claimed, body, csv.bytes);
    await complete(database, claimed, summary);
  } finally {
    await sql.end();
  }
  return claimed.weekId;
}

/** Seconds until all rows of the week have come. */
async function read(
  database: BenchDatabase,
  weekId: string,
  rows: number,
  rounds: number,
): Promise<Rounds<"owner" | "postgres">> {
  const asOwner = database.asUser(OWNER);
  const asPostgres = database.asOwner(1);
  const all = async (sql: postgres.Sql) => {
    const found = await sql`
      select * from ${sql.unsafe(RESULTS.view)} where week_id = ${weekId}`;
    if (found.length !== rows) {
      throw new Error(`Expected ${rows} rows, got ${found.length}.`);
    }
  };
  try {
    for (const sql of [asOwner, asPostgres]) await all(sql);
    return await interleaved(rounds, {
      owner: () => seconds(() => all(asOwner)),
      postgres: () => seconds(() => all(asPostgres)),
    });
  } finally {
    await asOwner.end({ timeout: 5 });
    await asPostgres.end({ timeout: 5 });
  }
}

async function keepReadingPlans(
  database: BenchDatabase,
  name: string,
  weekId: string,
  keep: boolean,
): Promise<void> {
  const claims = JSON.stringify({ sub: OWNER, role: "authenticated" });
  for (const role of ["authenticated", "postgres"]) {
    await keepPlans(
      database,
      `read_week_${role}_${name}`,
      role,
      `set local request.jwt.claims = '${claims}'; select * from ${RESULTS.view} where week_id = '${weekId}'`,
      keep,
    );
  }
}

function describe(
  alone: Times,
  beside: Times,
  rows: number,
  others: number,
): Section {
  const both = (name: string, times: Times["large"]): Figure[] => [
    stated(`${name}, as their owner`, `${short(median(times.owner))} s`),
    stated(`${name}, as postgres`, `${short(median(times.postgres))} s`),
    stated(
      `${name}, time as owner ÷ as postgres`,
      short(ratio(times.owner, times.postgres)),
    ),
  ];
  const large = `${rows.toLocaleString("en")} rows`;
  const small = `${FEW_ROWS} rows`;
  const besides = `beside ${others.toLocaleString("en")} other loads`;
  return {
    title: "Reading a week",
    figures: [
      ...both(large, alone.large),
      ...both(small, alone.small),
      ...both(`${large} ${besides}`, beside.large),
      ...both(`${small} ${besides}`, beside.small),
    ],
    meaning: [
      `All rows of one week of three through the workflow's view, until the last has come and was read into objects, over a direct connection: as \`authenticated\` with the owner's claims, under row level security, and as \`postgres\`, whom no policy binds. *Beside other loads*: the same weeks, after the same owner has as many more completed weeks (without rows), since the policies look at loads and executions.`,
    ],
  };
}
