import type postgres from "postgres";
import { openDirect } from "../supabase/functions/_shared/database/direct.ts";
import { type Csv, makeCsv, stream } from "./support/csv.ts";
import { type BenchDatabase, settle } from "./support/database.ts";
import { type Section, short, stated } from "./support/figure.ts";
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

type Name = "owner" | "postgres" | "ownerBeside" | "postgresBeside";

/** Reading one week of a result through its view, as its owner over the API does and as postgres. */
export async function benchReading(
  database: BenchDatabase,
  size: Size,
): Promise<Section> {
  await database.admin.unsafe(`truncate ${RESULTS.table}`);
  const csv = makeCsv({ rows: size.rowsRead });
  const weeks: string[] = [];
  for (let week = 0; week < 3; week++) weeks.push(await add(database, csv));
  await settle(database);
  const alone = await read(database, weeks[1], csv.rows, size.rounds);
  await keepReadingPlans(database, "alone", weeks[1], size.keep);
  const others = size.fewWeeks;
  await fillWeeks(database, others, "finished", "others");
  await settle(database);
  const beside = await read(database, weeks[1], csv.rows, size.rounds);
  await keepReadingPlans(database, "beside_others", weeks[1], size.keep);
  return describe(
    {
      owner: alone.owner,
      postgres: alone.postgres,
      ownerBeside: beside.owner,
      postgresBeside: beside.postgres,
    },
    csv.rows,
    others,
  );
}

/** Loads a week and completes it. @returns the week's id */
async function add(database: BenchDatabase, csv: Csv): Promise<string> {
  const claimed = await claimLoad(database);
  const direct = openDirect(database.url);
  try {
    const body = () => stream(csv.chunks);
    const summary = await load(direct, claimed, body, csv.bytes);
    await complete(database, claimed, summary);
  } finally {
    await direct.end({ timeout: 5 });
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
  times: Rounds<Name>,
  rows: number,
  others: number,
): Section {
  const shown = (name: Name) => `${short(median(times[name]))} s`;
  const share = (above: Name, below: Name) =>
    short(ratio(times[above], times[below]));
  const besides = `beside ${others.toLocaleString("en")} other loads`;
  return {
    title: "Reading a week",
    figures: [
      stated(
        `${rows.toLocaleString("en")} rows as their owner`,
        shown("owner"),
      ),
      stated("the same as postgres", shown("postgres")),
      stated("owner ÷ postgres, time", share("owner", "postgres")),
      stated(`as their owner, ${besides}`, shown("ownerBeside")),
      stated(`as postgres, ${besides}`, shown("postgresBeside")),
      stated(
        `owner ÷ postgres, time, ${besides}`,
        share("ownerBeside", "postgresBeside"),
      ),
    ],
    meaning: [
      `All rows of one week of three through the workflow's view, until the last has come and was read into objects, over a direct connection: as \`authenticated\` with the owner's claims, under row level security, and as \`postgres\`, whom no policy binds. *Beside other loads*: the same week, after the same owner has as many more completed weeks (without rows), since the policies look at loads and executions.`,
    ],
  };
}
