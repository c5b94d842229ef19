// A database that is restored from a backup: AMC ran weeks since that it does not know of. It finds them in AMC's list, and
// nothing runs twice.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import {
  createDatabase,
  dropDatabase,
} from "../../local/platform/postgres/mod.ts";
import { testCluster } from "../support/cluster.ts";
import { type TestDatabase, withDatabase } from "../support/with_database.ts";
import { Amc } from "../walks/support/amc.ts";
import { onDatabase } from "../walks/support/session.ts";
import { checkEnd, Project } from "./support/project.ts";

const MINUTE_MS = 60_000;
/** More calls than a worker makes. */
const ALL_CALLS = 1_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const BEGIN = Date.parse("2025-06-02T12:00:00Z");

/** How the restored database learns that it is one. */
const WAYS = {
  "after_restore()": async (project: Project) => {
    // As if the backup were so young that its schedule shows no gap.
    await project.passTo(project.amc.now);
    assert.ok(await project.job("after_restore") > 0);
  },
  // The first minute of the schedule sees it.
  "the gap in its schedule": () => Promise.resolve(),
};

/** What happens before the backup, after it, and once it is restored. */
interface Story {
  before(project: Project): Promise<void>;
  lost(project: Project): Promise<void>;
  after(project: Project): Promise<void>;
}

let opened = 0;

/** Works on a database in one transaction, which is committed. */
async function work(
  { url }: Pick<TestDatabase, "url">,
  amc: Amc,
  story: (project: Project) => Promise<void>,
): Promise<void> {
  await onDatabase(url, async (sql, signatures) => {
    const project = new Project(sql, signatures, amc);
    await project.open(++opened);
    await story(project);
    await sql.unsafe("commit");
  });
}

/** Tells a story: the backup is a copy of the database, in which all goes on after the original is lost. */
async function restore(
  { before, lost, after }: Story,
  way: keyof typeof WAYS,
): Promise<void> {
  const { cluster } = testCluster();
  const amc = new Amc(BEGIN);
  await withDatabase(async (original) => {
    await work(original, amc, before);
    const name = `backup_${randomBytes(6).toString("hex")}`;
    await createDatabase(cluster, name, { template: original.name });
    try {
      await work(original, amc, lost);
      const asked = amc.runs.length;
      const url = original.url.replace(original.name, name);
      await work({ url }, amc, async (project) => {
        await WAYS[way](project);
        await after(project);
        assert.deepEqual(
          amc.runs.slice(asked).map(({ start }) => start),
          [],
          "nothing runs twice",
        );
        await checkEnd(project, asked);
      });
    } finally {
      await dropDatabase(cluster, name);
    }
  });
}

/** Restates the week with this place. */
async function restateWeek(project: Project, n: number): Promise<void> {
  const week_id = (await project.weeks())[n].id;
  await project.as("owner", "restate_week", { week_id });
}

/** What is under way and what waits. */
async function statesOf({ sql }: Project): Promise<string[]> {
  const rows = await sql`
    select 'attempts ' || state || ': ' || count(*) as what from public.week_attempts where state <> 'ended'
    group by state
    union all select 'weeks due: ' || count(*) from public.report_data_weeks where due_at is not null order by 1`;
  return rows.map(({ what }) => what);
}

/** A backfill of twelve weeks: some are done, one failed and is due again, one is to be restated, two creates are in flight. */
const BACKFILL: Story = {
  before: async (project) => {
    const { amc } = project;
    await project.arrange();
    await project
      .sql`update public.amc_instances set max_parallel = 8 where true`;
    const workflow = await project.saveVersion(
      "ann",
      "select name, impressions from traffic",
    );
    await project.collect("ann", workflow, 4, "UTC");
    await project.tick();
    amc.runs.at(-1)!.endsAs = "FAILED";
    await project.settle();
    const weeks = await project.weeks();
    const failed = weeks.find(({ status }) => status === "failed")!;
    await project.collect("bob", workflow, 12, "UTC");
    await project.as("ann", "retry_week", { week_id: failed.id });
    await restateWeek(
      project,
      weeks.findIndex(({ status }) => status === "completed") + 8,
    );
    amc.faults.push("accepted, answer lost");
    // A worker that dies while it creates: what it sent is at AMC, whether it was told or not.
    const sent = amc.runs.length + 6;
    const worker = project.hire();
    await worker.begin("list");
    await worker.goOn(ALL_CALLS);
    await worker.begin("submit");
    for (let call = 0; amc.runs.length < sent && call < ALL_CALLS; call++) {
      await worker.goOn(1);
    }
    assert.deepEqual(await statesOf(project), [
      "attempts created: 4",
      "attempts intended: 3",
      "attempts unknown: 1",
      "weeks due: 2",
    ]);
  },
  lost: async (project) => {
    await project.passTo(project.amc.now + MINUTE_MS);
    await project.settle();
    await restateWeek(project, 10);
    await project.settle();
    await checkEnd(project);
    await project.passTo(project.amc.now + 2 * DAY_MS);
  },
  after: async (project) => {
    await project.settle();
    // Somebody asks again for what the lost database did.
    await restateWeek(project, 10);
    await project.settle();
  },
};

/** A collection that is kept current for a year, and restates its two newest weeks each week. */
const KEPT: Story = {
  before: async (project) => {
    await project.arrange();
    const workflow = await project.saveVersion(
      "ann",
      "select name, impressions from traffic",
    );
    const collection_id = await project.collect(
      "ann",
      workflow,
      3,
      "Europe/Berlin",
    );
    await project.as("ann", "set_keep_current", {
      collection_id,
      keep_current: true,
    });
    await project.as("ann", "set_restatement_policy", {
      collection_id,
      restate_weeks: 2,
      restate_every_days: 7,
    });
    await project.settle();
    await goOn(project, 8);
    // Then one week and two restatements wait.
    await project.passTo(project.amc.now + 7 * DAY_MS);
    await project.job("keep_collections_current");
    await project.job("open_restatements");
    assert.deepEqual(await statesOf(project), ["weeks due: 3"]);
  },
  lost: async (project) => {
    await project.settle();
    await goOn(project, 4);
  },
  after: async (project) => {
    await project.tick();
    assert.equal(await project.job("keep_collections_current"), 4);
    await project.settle();
    await project.job("open_restatements");
    await project.settle();
  },
};

/** Lets weeks pass, of which each adds one and restates two. */
async function goOn(project: Project, weeks: number): Promise<void> {
  for (let n = 0; n < weeks; n++) {
    await project.passTo(project.amc.now + 7 * DAY_MS);
    assert.equal(await project.job("keep_collections_current"), 1);
    await project.settle();
    await project.job("open_restatements");
    await project.settle();
  }
}

for (const way of Object.keys(WAYS) as (keyof typeof WAYS)[]) {
  for (
    const [what, story] of Object.entries({
      "backfill": BACKFILL,
      "year kept current": KEPT,
    })
  ) {
    Deno.test({
      name: `a ${what} that is restored, known by ${way}, runs nothing twice`,
      // The timer of a load's time limit outlives the load.
      sanitizeOps: false,
      fn: () => restore(story, way),
    });
  }
}
