/** A second person's first hour, with nothing but a link, the publishable key, and what a BI tool is given. */
import assert from "node:assert/strict";
import {
  createClient,
  FunctionsHttpError,
  type SupabaseClient,
} from "@supabase/supabase-js";
import postgres from "postgres";
import { DEMO_INSTANCE } from "../../local/amc/mod.ts";
import { collect, type Harness, withHarness } from "./support/harness.ts";
import { openWorker } from "./support/own_worker.ts";
import { assertOneCreateEach, finishAll } from "./support/weeks.ts";

const INSTANCE = DEMO_INSTANCE.instanceId;
const NEWCOMER = { email: "second@example.com", password: "A-second-person" };

/** What a browser has before anybody signs in. */
function browser({ platform }: Harness): SupabaseClient {
  return createClient(platform.apiUrl, platform.publishableKey, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
}

/** Signs up in a browser of one's own. */
async function signUp(harness: Harness, email: string, password: string) {
  const client = browser(harness);
  const { data, error } = await client.auth.signUp({ email, password });
  assert.equal(error, null);
  assert.ok(data.session, "signed in at once");
  return client;
}

/** The stable code and hint with which opening a link is refused. */
async function refused(client: SupabaseClient, token: string) {
  const { error } = await client.rpc("accept_invitation", { token });
  assert.ok(error?.hint, JSON.stringify(error));
  return error.details;
}

/** Everything that a person looks at first, each with how many rows there are. */
async function look(client: SupabaseClient): Promise<Record<string, number>> {
  const seen: Record<string, number> = {};
  for (
    const name of [
      "amc_instances",
      "amc_workflows",
      "report_data_collections",
      "collection_progress",
      "report_data_weeks",
      "week_results",
    ]
  ) {
    const { data } = await client.from(name).select().throwOnError();
    seen[name] = data.length;
  }
  return seen;
}

/** Extends the collection of a query as the documents show it. */
async function extend(
  client: SupabaseClient,
  workflow: string,
  weeks: number,
) {
  const { data, error, response } = await client.functions.invoke(
    "start-collection",
    { body: { instance: INSTANCE, workflow, weeks } },
  );
  const words = error instanceof FunctionsHttpError
    ? await error.context.text()
    : String(error);
  assert.equal(error, null, words);
  return { ...data, status: response?.status };
}

/** The sum of a measure by month, as a BI tool asks for it over a connection with a login of its own. */
async function sumsOfBiTool(
  { platform, sql, resultsView }: Harness,
): Promise<Record<string, number>> {
  const name = `bi_${crypto.randomUUID().replaceAll("-", "").slice(0, 12)}`;
  const [{ login, password }] = await sql`
    select * from amc_history.create_bi_login(${name}, array[${INSTANCE}])`;
  const url = new URL(platform.databaseUrl);
  [url.username, url.password] = [login, password];
  const tool = postgres(url.href, { max: 1, onnotice: () => {} });
  try {
    const rows = await tool`
      select date_trunc('month', week_start_date)::date::text as month, sum(impressions)::float8 as impressions
      from ${tool(`public.${resultsView}`)} group by 1`;
    return Object.fromEntries(
      rows.map(({ month, impressions }) => [month, impressions]),
    );
  } finally {
    await tool.end({ timeout: 5 });
    await sql`select amc_history.drop_bi_login(${name})`;
  }
}

/** Signs up and opens the link, after others and with half of it. @returns the newcomer's client */
async function opensLink(
  harness: Harness,
  token: string,
): Promise<SupabaseClient> {
  const stranger = await signUp(harness, "other@example.com", "Somebody-else");
  const second = await signUp(harness, NEWCOMER.email, NEWCOMER.password);
  assert.deepEqual(Object.values(await look(second)), [0, 0, 0, 0, 0, 0]);
  assert.equal(await refused(second, "half-a-tok"), "invitation_not_found");
  assert.equal(await refused(stranger, token), "invitation_for_another");
  const { data: joined } = await second.rpc("accept_invitation", { token })
    .throwOnError();
  assert.deepEqual(joined, [{ instance_id: INSTANCE, role: "analyst" }]);
  assert.equal(await refused(second, token), "invitation_used");
  return second;
}

/** The sum of a measure by month, from the rows of each week. */
async function sumsOfRows(
  client: SupabaseClient,
  weeks: { id: string; week_start_date: string }[],
): Promise<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const { id, week_start_date } of weeks) {
    const { data: rows } = await client.rpc("week_rows", { week_id: id })
      .throwOnError();
    const month = `${week_start_date.slice(0, 7)}-01`;
    for (const { impressions } of rows) {
      sums[month] = (sums[month] ?? 0) + (impressions ?? 0);
    }
  }
  return sums;
}

Deno.test("a second person accepts a link, sees everything, extends the collection, and reads it as a BI tool would", async () => {
  await withHarness(
    { simulator: { results: { rows: 20 } } },
    async (harness) => {
      const { owner, workflow, resultsView } = harness;
      await using worker = openWorker(harness);
      const { collection_id } = await collect(harness, 2);
      await finishAll(harness, worker.tick);
      const { data: invited } = await owner.rpc("invite", {
        instance_ids: [INSTANCE],
        role: "analyst",
        email: NEWCOMER.email,
      }).throwOnError();

      const second = await opensLink(harness, invited.token);
      assert.deepEqual(await look(second), {
        amc_instances: 1,
        amc_workflows: 1,
        report_data_collections: 1,
        collection_progress: 1,
        report_data_weeks: 2,
        week_results: 2,
      });
      const extended = await extend(second, workflow, 4);
      assert.deepEqual(
        [extended.status, extended.collection_id, extended.created],
        [200, collection_id, false],
      );
      assert.deepEqual([extended.extended, extended.weeks.length], [2, 4]);
      await finishAll(harness, worker.tick);
      await assertOneCreateEach(harness);

      const { data: progress } = await second.from("collection_progress")
        .select().single().throwOnError();
      assert.deepEqual([progress.status, progress.completed], ["completed", 4]);
      const sums = await sumsOfRows(second, extended.weeks);
      const { data: shown } = await second.from(resultsView)
        .select("week_start_date,impressions").throwOnError();
      assert.equal(
        new Set(shown.map(({ week_start_date }) => week_start_date)).size,
        4,
      );
      assert.deepEqual(await sumsOfBiTool(harness), sums);
    },
  );
});
