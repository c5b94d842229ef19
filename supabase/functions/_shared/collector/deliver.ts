import type { ClaimedDelivery } from "../database/rpc.ts";
import { readWebhookSecret, type WebhookSecret } from "../database/webhook.ts";
import { resolveHost } from "../webhooks/addresses.ts";
import { type Item, jsonBody, slackBody } from "../webhooks/forms.ts";
import { type Outcome, post } from "../webhooks/post.ts";
import { sign } from "../webhooks/sign.ts";
import { keptWords } from "../webhooks/words.ts";
import type { Collector } from "./collector.ts";
import { forEachOf } from "./for_each_of.ts";

/** How many webhooks are told at the same time. */
const CONCURRENCY = 5;
const TIMEOUT_MS = 10_000;
/** After so long no further webhooks are claimed in this tick. */
const LONGEST_MS = 20_000;

/**
 * Tells webhooks what is due, to each all at once. One that does not take it is held up alone.
 *
 * @returns how many webhooks were told, or tried
 */
export async function deliver(collector: Collector): Promise<number> {
  const begun = collector.now();
  let told = 0;
  do {
    const claimed = await collector.rpc("claim_deliveries", {
      max_webhooks: CONCURRENCY,
    });
    if (claimed.length === 0) break;
    told += claimed.length;
    await forEachOf(
      claimed,
      CONCURRENCY,
      collector.log,
      (delivery) => tellWebhook(collector, delivery),
    );
  } while (collector.now() - begun < LONGEST_MS);
  return told;
}

async function tellWebhook(
  collector: Collector,
  { webhook_id, name, form, lease, items }: ClaimedDelivery,
): Promise<void> {
  const secret = await readWebhookSecret(collector.sql, webhook_id);
  const outcome = secret === null
    ? noSecret()
    : await postItems(collector, secret, name, form, items as Item[]);
  const { accepted, status, code } = outcome;
  const words = keptWords(outcome, secret);
  collector.log(accepted ? "info" : "warn", "webhook_told", {
    webhook: name,
    things: (items as Item[]).length,
    status,
    code,
    message: words,
  });
  await collector.rpc("report_delivery", {
    lease,
    accepted,
    words,
    status,
    code,
  });
}

async function postItems(
  { webhooks }: Collector,
  { url, signingKey }: WebhookSecret,
  name: string,
  form: string,
  items: readonly Item[],
): Promise<Outcome> {
  const options = {
    hosts: webhooks?.hosts ?? [],
    resolve: webhooks?.resolve ?? resolveHost,
    timeoutMs: webhooks?.timeoutMs ?? TIMEOUT_MS,
  };
  if (form === "slack") return await post(url, {}, slackBody(items), options);
  if (signingKey === null) return noSecret();
  const at = new Date();
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const body = jsonBody(name, items, at);
  return await post(
    url,
    {
      "AMC-History-Timestamp": timestamp,
      "AMC-History-Signature": await sign(signingKey, timestamp, body),
    },
    body,
    options,
  );
}

function noSecret(): Outcome {
  return {
    accepted: false,
    code: "secret_missing",
    words:
      "Vault holds no address, or no signing key, of this webhook. Call set_webhook with both.",
  };
}
