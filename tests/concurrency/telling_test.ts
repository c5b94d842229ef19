// Whoever changes a webhook holds up nobody who has something to tell it: what is told is left untold before its telling is
// waited for, and that is recorded.
import assert from "node:assert/strict";
import { calls, holds, waiting } from "./support/meeting.ts";
import {
  addCollection,
  addInstance,
  after,
  clear,
  sharedHarness,
} from "./support/harness.ts";

const harness = sharedHarness();
const NOW = after(900);
const RAISE = `select amc_history.raise_alert('held_up', 'No.', 'amctell1')`;
const RESOLVE =
  `update public.tracking_alerts set resolved_at = amc_history.clock_now()`;
const DUPLICATE = `insert into public.tracking_events
  (event, instance_id, execution_id) values ('duplicate_execution', 'amctell1', 'exec-1')`;
/** What was done: the alerts that are open, those that are resolved, and the duplicates. */
const DONE =
  `select concat_ws(' ', count(*) filter (where resolved_at is null), count(resolved_at),
    (select count(*) from public.tracking_events where event = 'duplicate_execution')) as done
  from public.tracking_alerts where code = 'held_up' and detail is null`;

const MEETINGS: [string, string, string, string][] = [
  ["raises an alert", "", RAISE, "1 0 0"],
  ["resolves an alert that waits to be told", RAISE, RESOLVE, "0 1 0"],
  ["records a duplicate", "", DUPLICATE, "0 0 1"],
  ["records one that waits to be told", DUPLICATE, DUPLICATE, "0 0 2"],
];

for (const [what, before, statement, done] of MEETINGS) {
  Deno.test(`whoever ${what} does not wait for who changes the webhook`, async () => {
    const { sql } = harness();
    await clear(sql);
    await sql`delete from public.tracking_events`;
    await sql`delete from public.stoppages`;
    await addInstance(sql, "amctell1");
    await addCollection(sql, "amctell1", 2);
    await sql`insert into public.webhooks (name, instance_id, form, tells, secret_name)
      values ('hook', 'amctell1', 'slack', '{alerts,resolved_alerts,duplicates}', 'hook')`;
    await sql.unsafe(before);
    // As one who deletes it does, and a worker that tells it.
    await using _changing = await holds(harness(), NOW, async (session) => {
      await session.sql`select from public.webhooks for update`;
      await session.sql`select from public.webhook_deliveries for update`;
    });
    await using telling = await calls(harness(), NOW, async (session) => {
      // Whoever waits without end is ended, and has done nothing.
      await session.sql.unsafe(
        `set role postgres; set statement_timeout = '20s'; ${statement}`,
      );
      return "done";
    });
    assert.equal(await waiting(harness(), telling), true);
    assert.equal(await telling.started.answer, "done");
    assert.equal((await sql.unsafe(DONE))[0].done, done);
    const [{ subject, code }] = await sql`
      select subject, code from public.stoppages where ended_at is null and kind = 'job'`;
    assert.deepEqual([subject, code], ["webhooks/queue", "55P03"]);
  });
}
