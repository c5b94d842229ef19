// Webhooks are told once they accept it, exactly once, and one that does not holds up nothing.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { eventually } from "../support/eventually.ts";
import { collect, type Harness, withHarness } from "./support/harness.ts";
import { heldUp } from "./support/held_up.ts";
import { openWorker, type OwnWorker } from "./support/own_worker.ts";
import { column, letTimePass } from "./support/weeks.ts";
import {
  listen,
  setWebhook,
  type WebhookListener,
} from "./support/webhook_listener.ts";

const KEY = "a-key-that-both-sides-have";

function open(harness: Harness, timeoutMs: number): OwnWorker {
  return openWorker(harness, {
    parts: { webhooks: { hosts: ["127.0.0.1"], timeoutMs } },
  });
}

async function deliveries({ sql }: Harness, webhook: string) {
  const rows = await sql`
    select kind || ' ' || state as told from public.webhook_deliveries
    where webhook_id = ${webhook} order by id`;
  return rows.map(({ told }) => told);
}

/** No table that the API reads, and no log, has the address or the key. */
async function assertNoSecret(
  { sql }: Harness,
  worker: OwnWorker,
): Promise<void> {
  const told = JSON.stringify([
    await sql`select words from public.stoppages`,
    await sql`select * from public.webhook_deliveries`,
    worker.lines,
  ]);
  assert.ok(!/T0SECRET|a-key-that/.test(told), told);
}

/** The webhook takes what waits for it: once, and signed. */
async function acceptAll(
  harness: Harness,
  worker: OwnWorker,
  listener: WebhookListener,
  id: string,
): Promise<void> {
  listener.received = [];
  listener.answer = () => new Response("ok");
  await letTimePass(harness);
  await worker.tick();
  await worker.tick();
  assert.deepEqual(await heldUp(harness), []);
  assert.deepEqual(await deliveries(harness, id), [
    "collection_finished sent",
    "test sent",
  ]);
  assert.equal(listener.received.length, 1);
  const [{ headers, body }] = listener.received;
  const timestamp = headers.get("AMC-History-Timestamp");
  assert.equal(
    headers.get("AMC-History-Signature"),
    `v1=${
      createHmac("sha256", KEY).update(`${timestamp}.${body}`).digest("hex")
    }`,
  );
  const { webhook, items } = JSON.parse(body);
  assert.equal(webhook, "on call");
  assert.deepEqual(
    items.map(({ kind, code }: Record<string, string>) => `${kind} ${code}`),
    ["collection_finished completed", "test test"],
  );
}

/** Answers at last, however the test ends: a listener waits for what it has not answered. */
function releasing(pending: PromiseWithResolvers<Response>): Disposable {
  return { [Symbol.dispose]: () => pending.resolve(new Response()) };
}

Deno.test("a webhook that is down, slow, failing or elsewhere is told once it accepts, exactly once, and signed", async () => {
  await withHarness({}, async (harness) => {
    await using listener = listen();
    await using worker = open(harness, 500);
    const id = await setWebhook(harness, "on call", "json", listener, KEY);
    // However slow this machine is, it is not tried again before the test lets time pass.
    await harness
      .sql`update amc_history.allowances set stoppage_pause_base = '1 hour'`;
    await listener.down();
    await collect(harness, 1);
    await eventually("the week", async () => {
      await worker.tick();
      await letTimePass(harness);
      return (await column(harness, "status")).every((s) => s === "completed");
    });
    await harness.sql`select public.test_webhook(${id})`;
    await worker.tick();
    assert.deepEqual(await heldUp(harness), ["webhook not_reached"]);
    const pending = Promise.withResolvers<Response>();
    using _ = releasing(pending);
    listener.up();
    for (
      const [held, answer] of [
        ["webhook timed_out", () => pending.promise],
        [
          "webhook http_500",
          () => new Response(`Not at ${listener.url}`, { status: 500 }),
        ],
        [
          "webhook redirected",
          () => Response.redirect("http://127.0.0.1:1/elsewhere"),
        ],
      ] as const
    ) {
      listener.answer = answer;
      await letTimePass(harness);
      await worker.tick();
      assert.deepEqual(await heldUp(harness), [held]);
      assert.ok((await deliveries(harness, id)).every((d) => /queued/.test(d)));
      await worker.tick();
    }
    assert.equal(listener.received.length, 3, "each try was one POST");
    pending.resolve(new Response());
    await assertNoSecret(harness, worker);
    await acceptAll(harness, worker, listener, id);
  });
});

Deno.test("a webhook that does not answer holds up no week, and no other webhook", async () => {
  await withHarness({}, async (harness) => {
    await using silent = listen();
    await using other = listen();
    await using worker = open(harness, 300_000);
    const pending = Promise.withResolvers<Response>();
    using _ = releasing(pending);
    silent.answer = () => pending.promise;
    const id = await setWebhook(harness, "silent", "slack", silent);
    await setWebhook(harness, "other", "slack", other);
    await harness
      .sql`update amc_history.allowances set delivery_lease = '1 day'`;
    await harness.sql`select public.test_webhook(id) from public.webhooks`;
    const waiting = worker.tick();
    await eventually(
      "both",
      () =>
        Promise.resolve(silent.received.length + other.received.length === 2),
    );
    await using second = open(harness, 300_000);
    await collect(harness, 2);
    await eventually("the weeks", async () => {
      await second.tick();
      await letTimePass(harness);
      return (await column(harness, "status")).every((s) => s === "completed");
    });
    await eventually("the end of the collection", async () => {
      await second.tick();
      return other.received.length === 2;
    });
    assert.equal(
      JSON.parse(other.received[1].body).text,
      "Finished: completed",
    );
    assert.equal(silent.received.length, 1, "one worker tells a webhook");
    pending.resolve(new Response());
    await waiting;
    await worker.tick();
    assert.deepEqual(await deliveries(harness, id), [
      "test sent",
      "collection_finished sent",
    ]);
  });
});
