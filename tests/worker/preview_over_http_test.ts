// A preview answers what a start would do, and does nothing; a refusal tells every field that is wrong.
import assert from "node:assert/strict";
import { type Harness, withHarness } from "./support/harness.ts";
import {
  collections,
  instance,
  send,
  start,
} from "./support/start_collection.ts";

/** Every table of the API, counted. */
async function rows({ sql }: Harness): Promise<unknown> {
  return await sql`
    select c.relname, (xpath('/row/n/text()', query_to_xml(format('select count(*) as n from %s', c.oid::regclass), false,
      true, '')))[1]::text as n
    from pg_class c where c.relnamespace in ('public'::regnamespace, 'amc_history'::regnamespace) and c.relkind = 'r'
    order by c.relname`;
}

Deno.test("a preview answers what a start then does, and makes nothing", async () => {
  await withHarness({}, async (harness) => {
    const asked = { weeks: 4, time_zone: "utc", name: "Planned" };
    const before = await rows(harness);
    const planned = await start(harness, { ...asked, dry_run: true }, {
      "Idempotency-Key": "planned",
    });
    assert.equal(planned.status, 200);
    const { accepted, refusals, plan } = await planned.json();
    assert.deepEqual([accepted, refusals], [true, []]);
    assert.deepEqual(
      [plan.collection_id, plan.created, plan.executions, plan.time_zone],
      [null, true, 4, "UTC"],
    );
    assert.deepEqual([plan.pace.basis, plan.pace.samples], ["guess", 0]);
    assert.deepEqual(await rows(harness), before);

    // The key is of no use to a preview, and free for the start.
    const started = await start(harness, asked, {
      "Idempotency-Key": "planned",
    });
    assert.equal(started.status, 201);
    const { collection_id, weeks } = await started.json();
    const days = (of: { week_start_date: string }[]) =>
      of.map(({ week_start_date }) => week_start_date);
    assert.deepEqual(days(plan.weeks), days(weeks));
    const again = await start(harness, {
      ...asked,
      weeks: 6,
      time_zone: "zulu",
      dry_run: true,
    });
    const { plan: more } = await again.json();
    assert.deepEqual(
      [more.collection_id, more.created, more.extended, more.executions],
      [collection_id, false, 2, 2],
    );
    // A member may ask the database itself, too.
    const { data, error } = await harness.owner.rpc("preview_collection", {
      instance_id: instance,
      workflow_id: harness.workflow,
      weeks: 6,
    });
    assert.equal(error, null);
    const strip = (of: { pace: unknown }) => ({ ...of, pace: null });
    assert.deepEqual(strip((data as { plan: typeof more }).plan), strip(more));
    assert.equal(await collections(harness), 1);
  });
});

const WRONG = {
  weeks: 61,
  time_zone: "Mars/Olympus",
  week_starts_on: "noday",
  parameter_values: { brand: "x" },
  settle_days: 1,
};
const WRONG_FIELDS = [
  "parameter_values unknown_parameter",
  "settle_days settle_days_out_of_range",
  "time_zone unknown_time_zone",
  "week_starts_on unknown_weekday",
  "weeks weeks_out_of_range",
];

interface Wrong {
  field: string;
  code: string;
  message: string;
}

const told = (fields: Wrong[]) =>
  fields.map(({ field, code }) => `${field} ${code}`).sort();

/** What is asked, the error's code, and each field that is wrong, with its code. */
const REFUSED: [Record<string, unknown>, string, string[]][] = [
  [WRONG, "unknown_parameter", WRONG_FIELDS],
  // Some of another form, too.
  [
    { ...WRONG, weeks: "many", name: 7, week: 3 },
    "invalid_request",
    [
      "name invalid_request",
      ...WRONG_FIELDS.slice(0, 4),
      "week invalid_request",
      "weeks invalid_request",
    ],
  ],
  // What follows from a field of another form is not told.
  [
    { start_date: "yesterday", end_date: "2024-01-07", time_zone: "x" },
    "invalid_request",
    ["start_date invalid_request", "time_zone unknown_time_zone"],
  ],
  [
    { workflow: 1, time_zone: "x" },
    "invalid_request",
    ["time_zone unknown_time_zone", "workflow invalid_request"],
  ],
  [{ workflow: "none-1", weeks: 0 }, "workflow_not_found", [
    "weeks weeks_out_of_range",
    "workflow workflow_not_found",
  ]],
  [{ dry_run: "yes", weeks: 0 }, "invalid_request", [
    "dry_run invalid_request",
    "weeks weeks_out_of_range",
  ]],
  [{ keep_current: 1, settle_days: 2.5 }, "invalid_request", [
    "keep_current invalid_request",
    "settle_days invalid_request",
  ]],
  [{ end_date: "2024-01-07" }, "range_incomplete", [
    "start_date range_incomplete",
  ]],
  [{ weeks: 60 }, "range_not_kept", ["weeks range_not_kept"]],
];

Deno.test("start-collection tells every wrong field at once", async () => {
  await withHarness({}, async (harness) => {
    for (const [request, code, fields] of REFUSED) {
      const what = JSON.stringify(request);
      const answer = await start(harness, request);
      const { error } = await answer.json();
      assert.deepEqual(
        [error.code, told(error.fields)],
        [code, fields.sort()],
        what,
      );
      assert.ok(answer.status >= 400 && answer.status < 500, what);
      for (const { message } of error.fields as Wrong[]) {
        assert.match(message, /^[A-Z].*\.$/s, what);
      }
    }
    // In a preview what the database refuses is no error.
    const dry = await start(harness, { ...WRONG, dry_run: true });
    assert.equal(dry.status, 200);
    const { accepted, refusals, plan } = await dry.json();
    assert.deepEqual([accepted, plan, told(refusals)], [
      false,
      null,
      WRONG_FIELDS,
    ]);
    assert.equal(await collections(harness), 0);
  });
});

Deno.test("who is no member is told nothing else, in a preview either", async () => {
  await withHarness({}, async (harness) => {
    for (const dry_run of [true, false]) {
      const answer = await start(harness, {
        ...WRONG,
        instance: "amcother1",
        dry_run,
      });
      const { error } = await answer.json();
      assert.deepEqual(
        [answer.status, error.code, error.fields],
        [404, "instance_not_found", undefined],
      );
    }
    for (const body of ["[]", `{"dry_run": true, "x": "${"x".repeat(1e5)}"}`]) {
      const { data: { session } } = await harness.owner.auth.getSession();
      const answer = await send(harness, {
        headers: { Authorization: `Bearer ${session!.access_token}` },
        body,
      });
      assert.ok([400, 413].includes(answer.status), `${answer.status}`);
      assert.equal((await answer.json()).error.fields, undefined);
    }
  });
});

Deno.test("start-collection keeps a collection current in the same request", async () => {
  await withHarness({}, async (harness) => {
    const asked = { weeks: 2, keep_current: true, settle_days: 7 };
    const planned = await start(harness, { ...asked, dry_run: true });
    const { plan } = await planned.json();
    const first = await start(harness, asked);
    assert.equal(first.status, 201);
    const { settled } = await first.json();
    assert.equal(settled, plan.settled);
    const again = await start(harness, asked);
    assert.equal(again.status, 200);
    assert.equal((await again.json()).settled, 0);
    const { data } = await harness.owner.from("report_data_collections")
      .select("keep_current, settle_days");
    assert.deepEqual(data, [{ keep_current: true, settle_days: 7 }]);
  });
});
