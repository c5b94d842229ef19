/** Each role reads its rows of every table and view through the API too: a new one is read by itself. */
import assert from "node:assert/strict";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { DEMO_INSTANCE } from "../../local/amc/mod.ts";
import { signIn } from "../../local/demo/setup.ts";
import { collect, type Harness, withHarness } from "./support/harness.ts";
import { openWorker } from "./support/own_worker.ts";
import { finishAll } from "./support/weeks.ts";

const INSTANCE = DEMO_INSTANCE.instanceId;
const OTHER = "amcother1";

/** What admins alone read. */
const OF_ADMINS = ["invitations", "webhook_deliveries", "webhooks"];

/** Signs somebody up. @returns a client with the token */
async function person(
  { platform, sql }: Harness,
  name: string,
  role?: string,
  instance = INSTANCE,
): Promise<SupabaseClient> {
  const [email, password] = [`${name}@example.com`, `A-password-of-${name}`];
  await platform.createUser(email, password);
  if (role) {
    await sql`select amc_history.add_member(${instance}, ${email}, ${role})`;
  }
  return await signIn(platform, email, password);
}

/** Puts something into every table, and leaves another instance nothing but its admin. */
async function fill(harness: Harness): Promise<void> {
  const { sql } = harness;
  await using worker = openWorker(harness);
  const { collection_id } = await collect(harness, 2);
  await finishAll(harness, worker.tick);
  await sql`select public.set_webhook('ours', 'slack', 'https://hooks.test/x', instance_id => ${INSTANCE})`;
  await sql`select amc_history.raise_alert('late_execution', 'Look.', ${INSTANCE})`;
  await sql`select public.invite(array[${INSTANCE}], 'viewer')`;
  await sql`
    insert into public.workflow_checks (instance_id, workflow_id, kind, state, outcome, ended_at)
    select instance_id, workflow_id, 'first_week', 'ended', 'accepted', now()
    from public.report_data_collections`;
  await sql`
    select public.record_stoppage('week', id::text, 'x', 'amc', 'Words', instance_id, collection_id, id, null, true)
    from public.report_data_weeks where collection_id = ${collection_id} order by week_start_date limit 1`;
  await sql`
    update public.report_data_weeks set due_at = 'infinity'
    where id = (select week_id from public.stoppages where kind = 'week')`;
  await sql`
    with b as (insert into public.id_backfills (instance_id, since, actor, list_from, list_until, most_calls)
        values (${INSTANCE}, '2025-01-06', 'x', now(), now(), 1) returning id),
      w as (insert into public.id_backfill_weeks (backfill_id, week_id, instance_id, is_wanted, begins_at, ends_at)
        select b.id, (select id from public.report_data_weeks limit 1), ${INSTANCE}, true, now(), now() from b
        returning backfill_id, week_id)
    insert into public.id_backfill_candidates
      (backfill_id, week_id, execution_id, instance_id, is_proved, reason, details)
    select w.backfill_id, w.week_id, 'exec-x', ${INSTANCE}, true, 'x', '{}' from w`;
  await sql`
    insert into public.amc_instances (id, entity_id, marketplace_id, region, credential_name)
    values (${OTHER}, 'ENTITY1', 'ATVPDKIKX0DER', 'NA', 'none')`;
}

/** "some" or "none" of the instance's rows, or the code of the refusal. */
async function reads(client: SupabaseClient, name: string): Promise<string> {
  // Nobody reads token_hash.
  const columns = name === "invitations" ? "id,instance_id" : "*";
  const { data, error } = await client.from(name).select(columns);
  if (error) return error.code;
  const rows = (data as unknown[] as Record<string, unknown>[])
    .filter((row) => row.instance_id !== OTHER && row.id !== OTHER);
  return rows.length > 0 ? "some" : "none";
}

Deno.test("each role reads its rows of every table and view over HTTP", async () => {
  await withHarness({}, async (harness) => {
    const { platform, sql, owner, service } = harness;
    await fill(harness);
    const former = await person(harness, "former", "admin");
    await sql`
      delete from public.amc_instance_members m using auth.users u
      where u.id = m.user_id and u.email = 'former@example.com'`;
    const readers: [string, SupabaseClient, (name: string) => string][] = [
      [
        "anon",
        createClient(platform.apiUrl, platform.publishableKey),
        () => "42501",
      ],
      ["outsider", await person(harness, "outsider"), () => "none"],
      ["former member", former, () => "none"],
      [
        "admin of another",
        await person(harness, "other", "admin", OTHER),
        () => "none",
      ],
      ...await Promise.all(["viewer", "analyst"].map(async (
        role,
      ): Promise<[string, SupabaseClient, (name: string) => string]> => [
        role,
        await person(harness, role, role),
        (name) => OF_ADMINS.includes(name) ? "none" : "some",
      ])),
      ["admin", owner, () => "some"],
      ["service_role", service, () => "some"],
    ];
    const names = (await sql`
      select c.relname as name from pg_class c
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
      order by 1`).map(({ name }) => name as string);
    assert.ok(names.length > 25, names.join());
    for (const [who, client, wanted] of readers) {
      const answers: Record<string, string> = {};
      for (const name of names) answers[name] = await reads(client, name);
      assert.deepEqual(
        answers,
        Object.fromEntries(names.map((name) => [name, wanted(name)])),
        who,
      );
    }
  });
});
