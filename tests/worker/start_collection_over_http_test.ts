import assert from "node:assert/strict";
import { corsHeaders } from "@supabase/supabase-js/cors";
import { signIn } from "../../local/demo/setup.ts";
import { withHarness } from "./support/harness.ts";
import {
  type Call,
  collections,
  instance,
  send,
  start,
} from "./support/start_collection.ts";

const REFUSED: [string, Record<string, unknown>, number, string][] = [
  ["an unknown zone", { time_zone: "Mars/Olympus" }, 400, "unknown_time_zone"],
  ["no weeks", { weeks: 0 }, 400, "weeks_out_of_range"],
  ["61 weeks", { weeks: 61 }, 400, "weeks_out_of_range"],
  ["half a week", { weeks: 1.5 }, 400, "invalid_request"],
  ["weeks as text", { weeks: "4" }, 400, "invalid_request"],
  [
    "an end in the future",
    { start_date: "2044-01-04", end_date: "2044-01-10" },
    400,
    "range_in_future",
  ],
  [
    "no whole weeks",
    { start_date: "2024-01-01", end_date: "2024-01-09" },
    400,
    "range_not_whole_weeks",
  ],
  [
    "a start on another weekday",
    {
      start_date: "2024-01-02",
      end_date: "2024-01-08",
      week_starts_on: "monday",
    },
    400,
    "range_not_whole_weeks",
  ],
  [
    "an end before the start",
    { start_date: "2024-01-15", end_date: "2024-01-07" },
    400,
    "range_not_whole_weeks",
  ],
  ["a start alone", { start_date: "2024-01-01" }, 400, "range_incomplete"],
  [
    "weeks and dates",
    { weeks: 1, start_date: "2024-01-01", end_date: "2024-01-07" },
    400,
    "range_ambiguous",
  ],
  [
    "no date",
    { start_date: "2024-02-30", end_date: "2024-03-06" },
    400,
    "invalid_request",
  ],
  ["an unknown weekday", { week_starts_on: "noday" }, 400, "unknown_weekday"],
  ["another's instance", { instance: "amcother1" }, 404, "instance_not_found"],
  ["an unknown workflow", { workflow: "none-1" }, 404, "workflow_not_found"],
  [
    "a parameter that was not declared",
    { parameter_values: { brand: "x" } },
    400,
    "unknown_parameter",
  ],
  ["an unknown field", { week: 3 }, 400, "invalid_request"],
  ["no workflow", { workflow: undefined }, 400, "invalid_request"],
];

Deno.test("start-collection refuses what makes no sense with a stable code and a sentence, and makes nothing", async () => {
  await withHarness({}, async (harness) => {
    await harness.sql`
      insert into public.amc_instances (id, entity_id, marketplace_id, region, credential_name)
      values ('amcother1', 'ENTITY2', 'ATVPDKIKX0DER', 'NA', 'none')`;
    for (const [what, request, status, code] of REFUSED) {
      const answer = await start(harness, request);
      const { error } = await answer.json();
      assert.deepEqual([answer.status, error?.code], [status, code], what);
      assert.match(error.message, /^[A-Z].*\.$/s, what);
    }
    assert.equal(await collections(harness), 0);
  });
});

Deno.test("start-collection refuses a body that is no JSON object, and methods other than POST", async () => {
  await withHarness({}, async (harness) => {
    const { data: { session } } = await harness.owner.auth.getSession();
    const headers = { Authorization: `Bearer ${session!.access_token}` };
    const refused: [Call, number, string][] = [
      [{ body: "weeks=3" }, 400, "invalid_json"],
      [{ body: "" }, 400, "invalid_json"],
      [{ body: "[]" }, 400, "invalid_request"],
      [{ body: "null" }, 400, "invalid_request"],
      [{ body: `"${"x".repeat(100_001)}"` }, 413, "request_too_large"],
      [
        { body: "[".repeat(40_000) + "]".repeat(40_000) },
        400,
        "invalid_request",
      ],
      [{ method: "GET" }, 405, "method_not_allowed"],
      [{ method: "PUT", body: "{}" }, 405, "method_not_allowed"],
      [{ method: "DELETE", body: "{}" }, 405, "method_not_allowed"],
    ];
    for (const [call, status, code] of refused) {
      const answer = await send(harness, { headers, ...call });
      const { error } = await answer.json();
      assert.deepEqual([answer.status, error?.code], [status, code]);
    }
    assert.equal(await collections(harness), 0);
  });
});

Deno.test("start-collection takes a signed-in user, and no key in a user's place", async () => {
  await withHarness({}, async (harness) => {
    const { platform } = harness;
    const body = JSON.stringify({ instance, workflow: harness.workflow });
    const callers: Record<string, string>[] = [
      {},
      { apikey: platform.publishableKey },
      { apikey: platform.secretKeys.cron },
      { apikey: platform.secretKeys.default },
      { Authorization: `Bearer ${platform.secretKeys.cron}` },
      { Authorization: "Bearer eyJhbGciOiJub25lIn0.e30." },
    ];
    for (const headers of callers) {
      const answer = await send(harness, { headers, body });
      assert.equal(answer.status, 401, JSON.stringify(Object.keys(headers)));
      await answer.body?.cancel();
    }
    assert.equal(await collections(harness), 0);
  });
});

Deno.test("a good request answers 201 with the weeks, which are the newest full ones that ended two weeks ago", async () => {
  await withHarness({}, async (harness) => {
    const answer = await start(harness, { weeks: 3, week_starts_on: "sunday" });
    assert.equal(answer.status, 201);
    const { collection_id, created, weeks } = await answer.json();
    assert.equal(created, true);
    assert.equal(weeks.length, 3);
    const [last] = await harness.sql`
      select c.end_date::text, w.status from public.report_data_collections c
      join public.report_data_weeks w on w.collection_id = c.id
      where c.id = ${collection_id} order by w.week_start_date desc`;
    assert.equal(weeks[2].week_end_date, last.end_date);
    assert.equal(new Date(`${weeks[0].week_start_date}Z`).getUTCDay(), 0);
    const age = Date.now() - Date.parse(last.end_date) - 24 * 3600_000;
    assert.ok(age >= 14 * 24 * 3600_000 && age < 22 * 24 * 3600_000);
    const { data } = await harness.owner.from("collection_progress").select(
      "collection_id, weeks, pending",
    );
    assert.deepEqual(data, [{ collection_id, weeks: 3, pending: 3 }]);
  });
});

Deno.test("a browser may send the key and what supabase-js sends from another origin, to every function", async () => {
  await withHarness({}, async (harness) => {
    const sent = [
      ...corsHeaders["Access-Control-Allow-Headers"].split(", "),
      "idempotency-key",
    ];
    for (const name of ["start-collection", "control-collection"]) {
      const answer = await fetch(
        `${harness.platform.apiUrl}/functions/v1/${name}`,
        {
          method: "OPTIONS",
          headers: {
            Origin: "https://reports.example.com",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": sent.join(", "),
          },
        },
      );
      assert.ok(answer.ok, `status ${answer.status}`);
      const allowed = answer.headers.get("Access-Control-Allow-Headers")!
        .toLowerCase().split(/\s*,\s*/);
      for (const header of sent) assert.ok(allowed.includes(header), header);
      assert.equal(answer.headers.get("Access-Control-Allow-Origin"), "*");
      await answer.body?.cancel();
    }
    const refused = await start(harness, { weeks: 0 });
    assert.equal(refused.headers.get("Access-Control-Allow-Origin"), "*");
    await refused.body?.cancel();
  });
});

Deno.test("another user sees nothing of a collection, and cannot start one on the instance", async () => {
  await withHarness({}, async (harness) => {
    const answer = await start(harness, { weeks: 2 });
    assert.equal(answer.status, 201);
    await answer.body?.cancel();
    const [email, password] = ["other@example.com", "Sees-nothing-of-it"];
    await harness.platform.createUser(email, password);
    const other = await signIn(harness.platform, email, password);
    for (
      const relation of [
        "report_data_collections",
        "report_data_weeks",
        "collection_progress",
        "amc_instances",
        "amc_workflows",
      ]
    ) {
      const { data, error } = await other.from(relation).select("*");
      assert.equal(error, null, relation);
      assert.deepEqual(data, [], relation);
    }
    const { error } = await other.functions.invoke("start-collection", {
      body: { instance, workflow: harness.workflow, weeks: 2 },
    });
    assert.equal(error.context.status, 404);
    const said = await error.context.json();
    assert.equal(said.error.code, "instance_not_found");
  });
});
