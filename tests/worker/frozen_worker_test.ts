import assert from "node:assert/strict";
import type { ScriptedFaultInput } from "../../local/amc/mod.ts";
import { collect, type Harness, withHarness } from "./support/harness.ts";
import { holdAt } from "./support/held_worker.ts";
import { failpointNames } from "./support/failpoints.ts";
import { openWorker } from "./support/own_worker.ts";
import {
  assertOneCreateEach,
  finishAll,
  letAllowancesPass,
  letTimePass,
} from "./support/weeks.ts";

const WEEKS = 2;

/** How a worker is frozen. */
interface Freeze {
  /** How far it has come, for the test's name. */
  when: string;
  /** How often it passes the point before it is held there. */
  skip?: number;
  /** How many of its weeks are held there at once; both by default. */
  times?: number;
  /** What befalls the answers to its creates. */
  fault?: ScriptedFaultInput["fault"];
  /** AMC accepted none of its creates: another worker may create only once every allowance is over. */
  notAccepted?: true;
}

const LOST = { kind: "drop", point: "after" } as const;

/** Every named point has a row, or a test in lost_ids_test.ts: the last test sees to it. */
const FREEZES: Record<string, Freeze[]> = {
  after_claim: [
    { when: "having claimed weeks", times: 1, notAccepted: true },
  ],
  before_post: [
    { when: "about to POST", notAccepted: true },
  ],
  after_post: [
    { when: "having the ids in hand" },
    { when: "having lost the answers", fault: LOST },
    {
      when: "having been throttled",
      fault: { kind: "status", status: 429, retryAfter: 3600 },
      notAccepted: true,
    },
    {
      when: "having been refused",
      fault: { kind: "status", status: 403 },
      notAccepted: true,
    },
  ],
  after_record: [{ when: "having stored the ids" }],
  after_list: [
    { when: "having read the list before the first create", times: 1 },
    { when: "having read the list of its executions", times: 1, skip: 1 },
    {
      when: "having read the list for lost answers",
      times: 1,
      skip: 1,
      fault: LOST,
    },
  ],
  before_copy: [{ when: "about to load" }],
  after_copy: [{ when: "having copied and not committed" }],
  after_segment: [{ when: "having committed rows" }],
  before_complete: [{ when: "about to complete weeks" }],
};

for (const [point, freezes] of Object.entries(FREEZES)) {
  for (const freeze of freezes) {
    Deno.test(`frozen at ${point}, ${freeze.when}: a worker that wakes after another did its work changes nothing`, async () => {
      await withHarness({}, (harness) => freezeAndWake(harness, point, freeze));
    });
  }
}

async function freezeAndWake(
  harness: Harness,
  point: string,
  { skip, times = WEEKS, fault, notAccepted }: Freeze,
): Promise<void> {
  const { simulator } = harness;
  await collect(harness, WEEKS);
  if (fault) {
    simulator.script({ operation: "createExecution", times: WEEKS, fault });
  }
  await using frozen = await holdAt(harness, { point, skip, times });
  if (notAccepted) {
    assert.deepEqual(simulator.ledger(), []);
    await harness
      .sql`update public.amc_instances set matcher_proved_at = now()`;
    // Its lease runs out, and its creates become unknown; only then may the allowances be over.
    await using first = openWorker(harness);
    await letTimePass(harness);
    await first.tick();
    assert.deepEqual(simulator.ledger(), []);
    await letAllowancesPass(harness);
  }
  await using other = openWorker(harness);
  await letTimePass(harness);
  await finishAll(harness, other.tick);
  await assertOneCreateEach(harness);

  const before = await stateOf(harness);
  const creates = simulator.requests("createExecution").length;
  await frozen.wake();
  assert.deepEqual(await stateOf(harness), before);
  assert.equal(simulator.requests("createExecution").length, creates);
  await assertOneCreateEach(harness);
}

/** All that a worker's reports could change; but that the list can be matched stays true, however late it is said. */
async function stateOf({ sql }: Harness): Promise<unknown> {
  const [{ name }] = await sql`
    select quote_ident('results_' || table_name) as name from amc_history.result_tables`;
  const results = await sql.unsafe(
    `select md5(string_agg(r::text, ' ' order by r::text)) as rows from public.${name} r`,
  );
  return structuredClone({
    weeks: [...await sql`select * from public.report_data_weeks order by id`],
    attempts: [...await sql`select * from public.week_attempts order by id`],
    executions: [
      ...await sql`
        select id, week_id, status, adopted, cancel_requested_at from public.workflow_executions order by id`,
    ],
    loads: [...await sql`select * from public.result_loads order by id`],
    instance: [
      ...await sql`select paused_until, pause_reason from public.amc_instances`,
    ],
    alerts: [
      ...await sql`select code, resolved_at from public.tracking_alerts order by id`,
    ],
    results: [...results],
  });
}

Deno.test("every named point of the worker has a test of a worker that froze there", async () => {
  const inLostIds = "after_search_page";
  assert.deepEqual(
    [...Object.keys(FREEZES), inLostIds].sort(),
    await failpointNames(),
  );
});
