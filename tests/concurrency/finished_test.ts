// A collection whose last two weeks end at the same time has finished once, however the two meet.
import assert from "node:assert/strict";
import { calls, commit, holds, waiting } from "./support/meeting.ts";
import type { Answer, Session } from "./support/sessions.ts";
import {
  addCollection,
  addInstance,
  after,
  clear,
  sharedHarness,
} from "./support/harness.ts";

const harness = sharedHarness();
const NOW = after(700);

/** Ends the nth week of the collection; what is told of it at the commit is told at once. */
function end(n: number): (session: Session) => Promise<Answer> {
  return async ({ sql }) => {
    await sql.unsafe(`
      do $$ begin
        perform public.update_week_status(w.collection_id, w.id, 'failed')
        from public.report_data_weeks w where w.week_start_date =
          (select min(v.week_start_date) + 7 * ${n} from public.report_data_weeks v);
        set constraints all immediate;
      end $$`);
    return "ended";
  };
}

for (const commits of [true, false]) {
  Deno.test(
    `the last two weeks end at once, and the first ${
      commits ? "commits" : "is rolled back"
    }`,
    async () => {
      const { sql } = harness();
      await clear(sql);
      await addInstance(sql, "amcfinish1");
      await addCollection(sql, "amcfinish1", 2);
      await sql`delete from public.tracking_events`;
      await using a = await holds(harness(), NOW, end(0));
      await using b = await calls(harness(), NOW, end(1));
      assert.equal(await waiting(harness(), b), true);
      if (commits) await commit(a);
      else await a.sql.unsafe("rollback");
      assert.equal(await b.started.answer, "ended");
      const [{ finished }] = await sql`
      select count(*)::integer as finished from public.tracking_events where event = 'collection_finished'`;
      assert.equal(finished, commits ? 1 : 0);
    },
  );
}
