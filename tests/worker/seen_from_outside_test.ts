/** What uptime monitors and Prometheus see: the functions health and metrics. */
import assert from "node:assert/strict";
import { DEMO_INSTANCE } from "../../local/amc/mod.ts";
import {
  formatMetrics,
} from "../../supabase/functions/metrics/open_metrics.ts";
import { eventually } from "../support/eventually.ts";
import { collect, type Harness, withHarness } from "./support/harness.ts";
import { parseOpenMetrics } from "./support/open_metrics.ts";

function call(
  { platform }: Harness,
  name: string,
  init: RequestInit = {},
): Promise<Response> {
  return fetch(`${platform.apiUrl}/functions/v1/${name}`, init);
}

/** What health says, once it says so with this status. */
async function health(harness: Harness, status: number): Promise<unknown> {
  let said: unknown;
  await eventually(`health with status ${status}`, async () => {
    const answer = await call(harness, "health");
    said = await answer.json();
    return answer.status === status;
  }, 120);
  return said;
}

Deno.test("health says 200 while the whole moves and 503 with reasons while it does not, to anybody, without ids", async () => {
  await withHarness({}, async (harness) => {
    const { sql } = harness;
    assert.deepEqual(await health(harness, 503), {
      status: "unavailable",
      reasons: [{
        code: "not_watched",
        words:
          "The database has not looked for a while whether anything moves: see whether pg_cron runs the job amc-history-watch.",
      }],
    });
    await sql`select amc_history.watch()`;
    assert.deepEqual(await health(harness, 200), { status: "ok", reasons: [] });
    const head = await call(harness, "health", { method: "HEAD" });
    assert.equal(head.status, 200);
    assert.equal(head.headers.get("access-control-allow-origin"), "*");
    assert.equal(head.headers.get("cache-control"), "no-store");
    const posted = await call(harness, "health", { method: "POST" });
    assert.equal(posted.status, 405);
    assert.equal((await posted.json()).error.code, "method_not_allowed");

    await sql`
      select public.record_stoppage('wake_up', 'collect', 'http_401', 'supabase', ${`Key of ${DEMO_INSTANCE.instanceId}`}, null,
        waits_for_person => true)`;
    await sql`update public.stoppages set since = now() - interval '1 hour'`;
    const said = JSON.stringify(await health(harness, 503));
    assert.match(said, /"code":"wake_up","words":"Compare amc_history_project/);
    assert.ok(!said.includes(DEMO_INSTANCE.instanceId), said);
    await sql`select public.end_stoppage('wake_up', 'collect')`;
    await health(harness, 200);
    await sql`update amc_history.heartbeats set at = now() - interval '6 minutes'`;
    await health(harness, 503);

    await sql`alter function public.health_report() rename to gone`;
    await eventually("a database that does not answer", async () => {
      const answer = await call(harness, "health");
      const text = await answer.text();
      return answer.status === 503 && /"database_not_reached"/.test(text);
    }, 120);
  });
});

Deno.test("metrics opens to its own tokens alone", async () => {
  await withHarness({}, async (harness) => {
    const { sql, platform, owner } = harness;
    const { data: { session } } = await owner.auth.getSession();
    const [{ token }] = await sql`
      select amc_history.create_metrics_token('prometheus') as token`;
    const [{ hash }] = await sql`
      select token_hash as hash from amc_history.metrics_tokens`;
    const tokens: Record<string, string | null> = {
      nobody: null,
      "the default secret key": platform.secretKeys.default,
      "the cron key": platform.secretKeys.cron,
      "a user": session!.access_token,
      "a token cut short": token.slice(0, -1),
      "a token with more": `${token}0`,
      "the hash of a token": hash,
    };
    for (const [who, sent] of Object.entries(tokens)) {
      const answer = await call(harness, "metrics", {
        headers: {
          apikey: platform.publishableKey,
          ...(sent === null ? {} : { Authorization: `Bearer ${sent}` }),
        },
      });
      assert.equal(answer.status, 401, who);
      assert.equal((await answer.json()).error.code, "unauthorized", who);
    }
    const headers = { Authorization: `Bearer ${token}` };
    const open = await call(harness, "metrics", { headers });
    assert.equal(open.status, 200);
    await open.body?.cancel();
    await sql`select amc_history.delete_metrics_token('prometheus')`;
    const late = await call(harness, "metrics", { headers });
    assert.equal(late.status, 401);
    await late.body?.cancel();
    assert.ok(!JSON.stringify(harness.lines).includes(token));
  });
});

Deno.test("metrics answers OpenMetrics", async () => {
  await withHarness({}, async (harness) => {
    await collect(harness, 2);
    const [{ token }] = await harness.sql`
      select amc_history.create_metrics_token('prometheus') as token`;
    const headers = { Authorization: `Bearer ${token}` };
    const posted = await call(harness, "metrics", { headers, method: "POST" });
    assert.equal(posted.status, 405);
    await posted.body?.cancel();

    const answer = await call(harness, "metrics", { headers });
    assert.equal(answer.status, 200);
    assert.equal(
      answer.headers.get("content-type"),
      "application/openmetrics-text; version=1.0.0; charset=utf-8",
    );
    assert.equal(answer.headers.get("access-control-allow-origin"), "*");
    const families = parseOpenMetrics(await answer.text());
    const value = (name: string, labels: Record<string, string>) =>
      families.get(`amc_history_${name}`)?.samples.get(JSON.stringify(labels));
    const instance = DEMO_INSTANCE.instanceId;
    assert.equal(value("slots", { instance }), 10);
    assert.equal(value("weeks", { instance, state: "waiting" }), 2);
    assert.equal(value("instance_state", { instance, state: "connected" }), 1);
    assert.equal(value("instance_state", { instance, state: "full" }), 0);
    assert.equal(value("paused_seconds", { instance }), 0);
    assert.equal(value("success_ratio", { instance }), undefined);
    assert.equal(value("open_stoppages", { kind: "listing" }), 0);
    assert.equal(value("open_alerts", { code: "held_up" }), 0);
    assert.equal(families.get("amc_history_week_seconds")?.type, "summary");
  });
});

Deno.test("labels and help keep whatever stands in them, and nothing without a value is written", () => {
  const odd = 'a "quoted" \\ back\\nslash\nand a line';
  const text = formatMetrics([
    {
      name: "a_ratio",
      type: "gauge",
      unit: "ratio",
      help: odd,
      samples: [
        { labels: { is: odd, other: "},x 1" }, value: 0.25 },
        { labels: { is: "none" }, value: null },
        { labels: {}, value: 1e21 },
      ],
    },
    { name: "b", type: "gauge", help: "Nothing.", samples: [] },
  ]);
  const families = parseOpenMetrics(text);
  assert.equal(families.get("a_ratio")?.help, odd);
  assert.deepEqual([...families.get("a_ratio")!.samples], [
    [JSON.stringify({ is: odd, other: "},x 1" }), 0.25],
    ["{}", 1e21],
  ]);
  assert.equal(families.get("b")?.samples.size, 0);
  assert.equal(formatMetrics([]), "# EOF\n");
});
