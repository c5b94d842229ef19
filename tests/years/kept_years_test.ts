// A collection that is kept current for three years: the clocks change, people come and go, the schedule stands still, the
// query gets a new version, and each week is collected once.
import assert from "node:assert/strict";
import { Amc } from "../walks/support/amc.ts";
import { withSession } from "../walks/support/session.ts";
import { addDays, beginningOf } from "../windows/support/calendar.ts";
import { checkEnd, INSTANCE, MEMBERS, Project } from "./support/project.ts";

const ZONE = "America/New_York";
const SETTLE_DAYS = 14;
const MINUTE_MS = 60_000;
/** The weeks that are asked for at first, before one is added by itself. */
const ASKED = 6;
const YEARS = 3;
const KEPT = Math.round(YEARS * 365.25 / 7);
/** The first week that is added by itself. */
const FIRST_KEPT = "2025-09-22";
/** In which of the kept weeks the schedule stands still, which is added with the next. */
const OUTAGE = 85;

type Step = (project: Project, collection: string) => Promise<string | void>;

/** What people do before a week is added; a step that moves to another collection answers its id. */
const STEPS: Record<number, Step> = {
  // Who started it leaves; another who asked for it stands behind it.
  30: async (project) => {
    await project.as("ann", "leave_instance", { instance_id: INSTANCE });
    assert.deepEqual(await project.troubles(), []);
  },
  40: async (project, collection_id) => {
    await project.as("bob", "pause_collection", { collection_id });
  },
  44: async (project, collection_id) => {
    assert.equal(await heldWeeks(project), 4);
    await project.as("bob", "resume_collection", { collection_id });
  },
  55: async (project, collection_id) => {
    const workflow_id = await project.saveVersion(
      "bob",
      "select name, impressions from traffic where impressions > 0",
    );
    const moved = await project.as("bob", "continue_with", {
      collection_id,
      workflow_id,
    });
    return (moved as { collection_id: string }).collection_id;
  },
  70: async (project, collection_id) => {
    await project.as("bob", "archive_collection", { collection_id });
  },
  73: async (project, collection_id) => {
    assert.equal(await heldWeeks(project), 3);
    await project.as("bob", "resume_collection", { collection_id });
  },
  // Nobody is left who stands behind it: its weeks wait until somebody does.
  100: async (project) => {
    await project.as("owner", "remove_member", {
      instance_id: INSTANCE,
      user_id: MEMBERS.bob,
    });
    assert.deepEqual(await project.troubles(), [
      "held_up",
      "standing: nobody_stands_behind",
    ]);
  },
  103: async (project, collection_id) => {
    assert.equal(await heldWeeks(project), 3);
    await project.as("owner", "take_over_collection", { collection_id });
    assert.deepEqual(await project.troubles(), []);
  },
};

/** How many weeks wait for a person. */
async function heldWeeks(project: Project): Promise<number> {
  return (await project.weeks()).filter(({ status }) => status === "pending")
    .length;
}

/** Lets the minute pass at which a week has settled: it is added in that minute, not before. */
async function addWeek(project: Project, start: string): Promise<void> {
  const settled = beginningOf(addDays(start, 7 + SETTLE_DAYS), ZONE);
  await project.passTo(settled - MINUTE_MS);
  assert.equal(await project.job("keep_collections_current"), 0, start);
  await project.passTo(settled);
  assert.equal(await project.job("keep_collections_current"), 1, start);
  assert.equal(await project.job("keep_collections_current"), 0, start);
}

/** The schedule stands still over two weeks' settling. */
async function standStill(project: Project, start: string): Promise<void> {
  const until = beginningOf(addDays(start, 14 + SETTLE_DAYS), ZONE);
  await project.standStillTo(until);
  assert.equal(await project.job("keep_collections_current"), 2, start);
}

/** Begins the collection. @returns its id */
async function begin(project: Project): Promise<string> {
  await project.arrange();
  const workflow = await project.saveVersion(
    "ann",
    "select name, impressions from traffic",
  );
  const id = await project.collect("ann", workflow, ASKED - 2, ZONE);
  assert.equal(await project.collect("bob", workflow, ASKED, ZONE), id);
  await project.as("ann", "set_keep_current", {
    collection_id: id,
    keep_current: true,
    settle_days: SETTLE_DAYS,
  });
  await project.settle();
  return id;
}

/** Checks that the weeks follow each other, and what AMC was asked for. */
async function checkYears(project: Project, moved: string): Promise<void> {
  const weeks = await project.weeks();
  const first = addDays(FIRST_KEPT, -7 * ASKED);
  assert.deepEqual(
    weeks.map(({ start, end }) => [start, end]),
    weeks.map((_, i) => [addDays(first, 7 * i), addDays(first, 7 * i + 6)]),
    "each week once, without a gap",
  );
  assert.equal(weeks.length, ASKED + KEPT);
  const onNew = weeks.map(({ collection_id }) => collection_id === moved);
  assert.equal(onNew.lastIndexOf(false), ASKED + 55 - 1);
  assert.equal(onNew.indexOf(true), ASKED + 55);
  assert.deepEqual(
    project.amc.runs.map(({ start, end, zone }) => [start, end, zone]).sort(),
    weeks.map(({ start }) => [
      `${start}T00:00:00`,
      `${addDays(start, 7)}T00:00:00`,
      ZONE,
    ]),
    "AMC was asked for each window once",
  );
  await checkEnd(project);
}

Deno.test({
  name: "a collection kept current for three years has every week once",
  // The timer of a load's time limit outlives the load.
  sanitizeOps: false,
  fn: () =>
    withSession(async (sql, signatures) => {
      const amc = new Amc(
        beginningOf(addDays(FIRST_KEPT, SETTLE_DAYS + 1), ZONE),
      );
      const project = new Project(sql, signatures, amc);
      await project.open();
      let collection = await begin(project);
      for (let n = 0; n < KEPT; n++) {
        const start = addDays(FIRST_KEPT, 7 * n);
        collection = await STEPS[n]?.(project, collection) ?? collection;
        if (n === OUTAGE) continue;
        if (n === OUTAGE + 1) await standStill(project, addDays(start, -7));
        else await addWeek(project, start);
        await project.settle();
      }
      await checkYears(project, collection);
      await sql.unsafe("rollback");
    }),
});
