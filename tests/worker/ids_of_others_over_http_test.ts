/** Whoever asks a function for what is not theirs gets the answer for an id that does not exist. */
import assert from "node:assert/strict";
import type { SupabaseClient } from "@supabase/supabase-js";
import { DEMO_INSTANCE } from "../../local/amc/mod.ts";
import { signIn } from "../../local/demo/setup.ts";
import { collect, type Harness, withHarness } from "./support/harness.ts";
import { openWorker } from "./support/own_worker.ts";
import { letTimePass, weeksOf } from "./support/weeks.ts";

/** The owner's ids, by the field that takes one. */
type Ids = Record<
  | "collection_id"
  | "week_id"
  | "attempt_id"
  | "execution_id"
  | "alert_id"
  | "backfill_id"
  | "instance"
  | "workflow",
  string | number
>;

const UNKNOWN: Ids = {
  collection_id: crypto.randomUUID(),
  week_id: crypto.randomUUID(),
  attempt_id: crypto.randomUUID(),
  execution_id: crypto.randomUUID(),
  alert_id: 999_999_999,
  backfill_id: crypto.randomUUID(),
  instance: "amcnone1",
  workflow: "weekly-campaigns-000000000000",
};

/** What a function can be asked for, the field with the id, and what else is sent. */
const CALLS: [string, string, keyof Ids, Record<string, unknown>][] = [
  ["control-collection", "pause", "collection_id", {}],
  ["control-collection", "resume", "collection_id", {}],
  ["control-collection", "cancel", "collection_id", {}],
  ["control-collection", "keep_current", "collection_id", {
    keep_current: true,
  }],
  ["control-collection", "archive", "collection_id", {}],
  ["control-collection", "rename", "collection_id", { name: "Ours" }],
  ["control-collection", "retry_failed", "collection_id", {}],
  ["control-collection", "retry", "week_id", {}],
  ["control-collection", "restate", "week_id", {}],
  ["control-collection", "confirm_execution", "attempt_id", {
    execution_id: "exec-1",
  }],
  ["control-collection", "confirm_no_execution", "attempt_id", {}],
  ["control-collection", "let_go_of_execution", "execution_id", {
    reason: "It hangs.",
  }],
  ["control-collection", "backfill_execution_ids", "collection_id", {}],
  ["control-collection", "cancel_id_backfill", "backfill_id", {}],
  ["control-collection", "choose_execution", "week_id", {
    execution_id: "exec-1",
  }],
  ["control-collection", "resolve_alert", "alert_id", {}],
  ["start-collection", "an instance", "instance", { workflow: "weekly-1" }],
  ["start-collection", "an instance and its workflow", "instance", {}],
];

/** Calls a function. @returns status and body, with the ids that were sent left out of it */
async function ask(
  client: SupabaseClient,
  [name, action, field, more]: typeof CALLS[number],
  ids: Ids,
): Promise<{ status: number; body: string }> {
  const isStart = name === "start-collection";
  const sent = {
    ...(isStart ? { workflow: ids.workflow } : { action }),
    [field]: ids[field],
    ...more,
  };
  const { data, error, response } = await client.functions.invoke(name, {
    body: sent,
  });
  const answer = error ? await error.context.json() : data;
  const body = JSON.stringify(answer)
    .replaceAll(String(ids[field]), "<id>")
    .replaceAll(String(ids.workflow), "<workflow>");
  return { status: response!.status, body };
}

/** A completed week, a week whose create was lost, and an alert. */
async function idsOf(harness: Harness): Promise<Ids> {
  const { collection_id, weeks } = await collect(harness, 2);
  harness.simulator.script({
    operation: "createExecution",
    where: { windowStart: `${weeks[1].week_start_date}T00:00:00` },
    fault: { kind: "drop", point: "before" },
  });
  await using worker = openWorker(harness);
  await worker.tick();
  await letTimePass(harness);
  await worker.tick();
  const [first, second] = await weeksOf(harness);
  assert.deepEqual(
    [first.status, second.attempt_state],
    ["completed", "unknown"],
  );
  const [{ attempt_id }] = await harness.sql`
    select id as attempt_id from public.week_attempts where week_id = ${second.id}`;
  await harness
    .sql`select amc_history.raise_alert('unknown_outcome', 'Look.', ${DEMO_INSTANCE.instanceId}, ${second.id})`;
  const [{ alert_id }] = await harness.sql`
    select max(id)::integer as alert_id from public.tracking_alerts`;
  const [{ backfill_id }] = await harness.sql`
    insert into public.id_backfills (instance_id, since, actor, list_from, list_until, most_calls)
    values (${DEMO_INSTANCE.instanceId}, '2025-01-06', 'system', now(), now(), 1) returning id as backfill_id`;
  return {
    collection_id,
    week_id: first.id,
    attempt_id,
    execution_id: first.execution_id!,
    alert_id,
    backfill_id,
    instance: DEMO_INSTANCE.instanceId,
    workflow: harness.workflow,
  };
}

/** All that the calls could change. */
async function state({ sql }: Harness): Promise<string> {
  const [row] = await sql`
    select (select jsonb_agg(c order by c.id) from public.report_data_collections c) as collections,
      (select jsonb_agg(w order by w.id) from public.report_data_weeks w) as weeks,
      (select jsonb_agg(a order by a.id) from public.week_attempts a) as attempts,
      (select jsonb_agg(t order by t.id) from public.tracking_alerts t) as alerts`;
  return JSON.stringify(row);
}

Deno.test("every function answers an id of somebody else's like one that does not exist, and changes nothing", async () => {
  await withHarness({}, async (harness) => {
    const { platform, owner } = harness;
    const ids = await idsOf(harness);
    const [email, password] = ["other@example.com", "Sees-nothing-of-it"];
    await platform.createUser(email, password);
    const other = await signIn(platform, email, password);
    const before = await state(harness);

    const { error } = await other.functions.invoke("control-collection", {
      body: { action: "?" },
    });
    const { error: { message } } = await error.context.json();
    const actions = /expected one of (.*)\.$/.exec(message)![1].split(", ");
    const inTable = CALLS.filter(([name]) => name === "control-collection");
    assert.deepEqual(actions, inTable.map(([, action]) => action));

    const answers = async (client: SupabaseClient, who: string) => {
      for (const call of CALLS) {
        const what = `${call.slice(0, 2).join(": ")}, ${who}`;
        const none = await ask(client, call, UNKNOWN);
        assert.equal(none.status, 404, `${what}: ${none.body}`);
        assert.deepEqual(await ask(client, call, ids), none, what);
      }
    };
    await answers(other, "no member");
    // A member who may only read is told so.
    await harness.sql`
      insert into public.amc_instance_members (instance_id, user_id, role)
      select ${ids.instance}, id, 'viewer' from auth.users where email = ${email}`;
    for (const call of CALLS) {
      const { status, body } = await ask(other, call, ids);
      const what = `${call[1]}, a viewer: ${body}`;
      assert.equal(status, 403, what);
      assert.match(body, /"code":"role_too_low"/, what);
    }
    assert.equal(await state(harness), before);
    await harness.sql`
      update public.amc_instance_members set role = 'admin' where user_id <> ${harness.ownerId}`;
    // The owner who left.
    await harness.sql`
      delete from public.amc_instance_members where user_id = ${harness.ownerId}`;
    const left = await state(harness);
    await answers(owner, "the owner who left");
    assert.equal(await state(harness), left);
  });
});

Deno.test("start-collection answers a workflow of another instance like one that does not exist", async () => {
  await withHarness({}, async (harness) => {
    await harness.sql`
      insert into public.amc_instances (id, entity_id, marketplace_id, region, credential_name)
      values ('amcother1', 'ENTITY2', 'ATVPDKIKX0DER', 'NA', 'none')`;
    const [{ id }] = await harness.sql`
      insert into public.amc_workflows (instance_id, name, sql_query)
      values ('amcother1', 'Theirs', 'select 2') returning id`;
    const answers = [];
    for (const workflow of [id, UNKNOWN.workflow]) {
      const { error } = await harness.owner.functions.invoke(
        "start-collection",
        { body: { instance: DEMO_INSTANCE.instanceId, workflow } },
      );
      const text = await error.context.text();
      answers.push([error.context.status, text.replaceAll(workflow, "<id>")]);
    }
    assert.equal(answers[0][0], 404);
    assert.deepEqual(answers[0], answers[1]);
  });
});
