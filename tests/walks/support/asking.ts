import type { Action } from "./actions.ts";
import { ANALYST, INSTANCE, type Lane, OWNER } from "./lane.ts";
import type { Person } from "./person.ts";
import type { Picture, WeekRow } from "./picture.ts";

/** Which weeks a request prefers: those whose status fits. */
const WANTED: Partial<Record<Action["do"], string[]>> = {
  retry: ["failed", "cancelled", "skipped"],
  restate: ["completed"],
};

/** Makes the request of a person. */
export async function ask(
  action: Action,
  lane: Lane,
  person: Person,
  now: Picture,
): Promise<void> {
  if (action.do === "ask again") return await lane.collect(action.weeks);
  if (action.do === "collect elsewhere") return await lane.collectElsewhere(2);
  if (action.do === "leave") return await leave(lane, action.removed);
  if ("attempt" in action) {
    const unknown = now.attempts.filter(({ state }) =>
      state === "unknown" || state === "intended"
    );
    const some = unknown[action.attempt % Math.max(1, unknown.length)];
    if (some !== undefined) await person[action.do](some, now);
  } else if (action.do === "retry" || action.do === "restate") {
    const { id: week_id } = weekFor(action, now.weeks);
    await lane.call(`${action.do}_week`, { week_id });
  } else if (action.do === "end by hand") {
    await lane
      .sql`update public.report_data_weeks set status = 'skipped', due_at = null
      where id = ${
      weekFor(action, now.weeks).id
    } and status in ('pending', 'running')
        -- Ended before its survey, the week would be hidden from it.
        and surveyed_at is not null`;
  } else if ("collection" in action) {
    const ids = [...new Set(now.weeks.map((week) => week.collection_id))];
    await control(action, lane, ids[action.collection % ids.length]);
  }
}

function weekFor(
  action: Extract<Action, { week: number }>,
  weeks: WeekRow[],
): WeekRow {
  const wanted = WANTED[action.do] ?? ["running"];
  const fit = weeks.filter(({ status }) => wanted.includes(status));
  const some = fit.length > 0 ? fit : weeks;
  return some[action.week % some.length];
}

/** Ends the analyst's membership, by the analyst or the admin. */
async function leave(lane: Lane, removed: boolean): Promise<void> {
  const instance_id = INSTANCE;
  if (!await lane.hasAnalyst()) return;
  if (removed) {
    await lane.callAs(OWNER, "remove_member", {
      instance_id,
      user_id: ANALYST,
    });
  } else {
    await lane.callAs(ANALYST, "leave_instance", { instance_id });
  }
}

/** Makes a request for a collection. */
async function control(
  action: Extract<Action, { collection: number }>,
  lane: Lane,
  collection_id: string,
): Promise<void> {
  if (action.do === "take over") {
    await lane.callAs(OWNER, "take_over_collection", { collection_id });
  } else if (action.do === "keep current") {
    // One that came from another system is not kept current.
    const ours = await lane.sql`select from public.report_data_collections
      where id = ${collection_id} and imported_from is null`;
    if (ours.length === 0) return;
    await lane.call("set_keep_current", {
      collection_id,
      keep_current: action.keep,
      settle_days: action.days,
    });
  } else {
    const name = action.do === "retry all"
      ? "retry_failed_weeks"
      : `${action.do}_collection`;
    await lane.call(name, { collection_id });
  }
}
