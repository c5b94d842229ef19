import {
  type BenchDatabase,
  type BenchServer,
  settle,
} from "./support/database.ts";
import { type Section, short, stated, under } from "./support/figure.ts";
import { fillInstances, fillWeeks, OWNER, WORKFLOW } from "./support/fill.ts";
import { keepPlans } from "./support/plans.ts";
import { interleaved, median, ratio, seconds } from "./support/rounds.ts";
import type { Size } from "./support/size.ts";

/** Weeks on the instance, next to few: as many as 500 collections of 260 weeks have. */
const PART_OF_MANY = 8;
const FEW = 50;
/** Calls of a round. */
const CALLS = 20;
/** How many times as long a preview may take where much is collected. */
const MOST = 3;

/** Fifty weeks of a query: half of them are there. */
const PREVIEW = `select public.preview_collection('amcbench0001', '${WORKFLOW}',
  start_date => date '2024-01-01' + 175, end_date => date '2024-01-01' + 524, week_starts_on => 'monday',
  parameter_values => '{"n": "0", "set": "planning"}')`;

/** What a preview costs a member of an instance on which much is collected, and of one on which little is. */
export async function benchPlanning(
  server: BenchServer,
  size: Size,
): Promise<Section[]> {
  const weeks = size.manyWeeks / PART_OF_MANY;
  const many = await filled(server, "planning_many", weeks);
  const few = await filled(server, "planning_few", FEW);
  const times = await interleaved(size.rounds, {
    many: () => previews(many),
    few: () => previews(few),
  });
  await keepPlans(
    many,
    "preview_collection",
    "authenticated",
    `set local "request.jwt.claims" = '{"sub": "${OWNER}", "role": "authenticated"}'; ${PREVIEW}`,
    size.keep,
  );
  await server.drop(many);
  await server.drop(few);
  const milliseconds = (each: number[]) =>
    `${short((1000 * median(each)) / CALLS)} ms`;
  return [{
    title: "Planning",
    figures: [
      under(
        "a preview with many weeks there ÷ with few",
        ratio(times.many, times.few),
        MOST,
        "×",
      ),
      stated("a preview with many weeks there", milliseconds(times.many)),
      stated("with few", milliseconds(times.few)),
    ],
    meaning: [
      `A preview of 50 weeks, of which 25 are there, by \`preview_collection\` as a member; ${CALLS} in a round. The instance has ${
        weeks.toLocaleString("en")
      } weeks with their executions in collections of 50, or ${FEW}.`,
    ],
  }];
}

async function filled(
  server: BenchServer,
  name: string,
  weeks: number,
): Promise<BenchDatabase> {
  const database = await server.database(name);
  await fillInstances(database, 1);
  await fillWeeks(database, weeks, "finished", "planning");
  await database
    .admin`update public.amc_workflows set retention_months = 60, parameters = ${
    database.admin.json(["set", "n"].map((name) => (
      { name, dataType: "STRING", columnType: "CONSTANT", defaultValue: "" }
    )))
  } where true`;
  await settle(database);
  return database;
}

async function previews(database: BenchDatabase): Promise<number> {
  const sql = database.asUser(OWNER);
  try {
    const answer = JSON.stringify(await sql.unsafe(PREVIEW));
    if (!answer.includes('"extended":25')) {
      throw new Error(`Expected 25 weeks that are there, got ${answer}`);
    }
    return await seconds(async () => {
      for (let call = 0; call < CALLS; call++) await sql.unsafe(PREVIEW);
    });
  } finally {
    await sql.end({ timeout: 5 });
  }
}
