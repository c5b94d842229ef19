import assert from "node:assert/strict";
import type { Workflow } from "../../../local/amc/types.ts";
import { affected, type Case, type Fault, lies } from "./cases.ts";
import { play, type Played } from "./play.ts";
import { isTold, unexplained } from "./telling.ts";
import type { VirtualAmc } from "./virtual_amc.ts";
import type { CollectionKey, World } from "./world.ts";

/** The minute in which each collection is done while nothing goes wrong. */
export type Baseline = Map<CollectionKey, number>;

/** How much longer an unaffected collection may take. */
const SLOWER = 1.3;
/** Creates that a week may be sent in the time of a case, whatever AMC answers. */
const MOST_POSTS = 12;

/** Measures how long the collections take while nothing goes wrong. */
export async function baselineOf(
  world: World,
  workflows: { instanceId: string; workflow: Workflow }[],
): Promise<Baseline> {
  await world.begin(1);
  try {
    const trace: string[] = [];
    const { doneAt, failures } = await play(world, {
      faults: [],
      workflows,
      follow: world.collections,
      trace,
      isQuiet: () => Promise.resolve(false),
    });
    assert.deepEqual(failures, [], "nothing fails without a fault");
    const baseline: Baseline = new Map();
    for (const { key, id } of world.collections) {
      const minute = doneAt.get(id);
      assert.ok(minute, `${key} is done\n${trace.join("\n")}`);
      baseline.set(key, minute);
    }
    return baseline;
  } finally {
    await world.end();
  }
}

/** The collections that no fault of a case concerns. */
function unaffected(world: World, faults: readonly Fault[]) {
  const hit = new Set(faults.flatMap(affected));
  return world.collections.filter(({ key }) => !hit.has(key));
}

/** Whether all that no fault concerns is done, and all that is open says why. */
export async function isSettled(
  world: World,
  amc: VirtualAmc,
  faults: readonly Fault[],
): Promise<boolean> {
  const ids = unaffected(world, faults).map(({ id }) => id);
  const [{ open }] = await world.sql`
    select count(*)::integer as open from public.report_data_weeks
    where status in ('pending', 'running') and collection_id = any(${ids})`;
  return open === 0 && (await unexplained(world, amc)).length === 0 &&
    await isTold(world);
}

/** What must hold at the end of a case. */
export function check(
  world: World,
  { faults }: Case,
  { amc, doneAt, failures, minutes, silent, wronglyTold, stays }: Played,
  baseline: Baseline,
): void {
  assert.deepEqual(failures, [], "no step fails with an error of our own");
  for (const { key, id } of unaffected(world, faults)) {
    const most = Math.ceil(SLOWER * baseline.get(key)!);
    const done = doneAt.get(id);
    assert.ok(
      done !== undefined && done <= most,
      `${key} is done after ${
        done ?? "more than " + minutes
      } minutes; without the fault after ${baseline.get(key)}`,
    );
  }
  checkCreates(amc, faults.some(lies));
  assert.deepEqual(silent, [], "what is not done says why");
  assert.deepEqual([...wronglyTold], [], "what lasts is told, and told once");
  assert.deepEqual(stays, [], "nothing stays that a success should have ended");
}

/** No week is created while an execution of it may run or has a result, and none is sent for ever. */
function checkCreates(amc: VirtualAmc, mayRepeat: boolean): void {
  amc.state.settleAll();
  for (const [key, posts] of amc.posts) {
    assert.ok(posts <= MOST_POSTS, `${posts} creates were sent for ${key}`);
  }
  if (mayRepeat) return;
  const runs = Map.groupBy(
    amc.created,
    (run) => `${run.instanceId} ${run.workflowId} ${run.windowStart}`,
  );
  for (const [key, ofWindow] of runs) {
    for (const [i, run] of ofWindow.entries()) {
      const next = ofWindow[i + 1];
      const over = run.endedAt !== null && run.status !== "SUCCEEDED" &&
        run.endedAt <= (next?.acceptedAt ?? 0);
      assert.ok(
        next === undefined || over,
        `${key} was created again while its execution was ${run.status}`,
      );
    }
  }
}
