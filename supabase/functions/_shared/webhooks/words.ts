import { createRedactor } from "../amc/sanitize.ts";
import type { WebhookSecret } from "../database/webhook.ts";
import type { Outcome } from "./post.ts";

/** How much is kept of what a webhook answers. */
const WORDS_CHARACTERS = 400;

/**
 * The words of an outcome that may be kept: without the webhook's secrets, and without what may be the half of one where
 * reading stopped, which taking out many others before it would bring forward.
 */
export function keptWords(
  { words, isCut }: Pick<Outcome, "words" | "isCut">,
  secret: WebhookSecret | null,
): string {
  const secrets = secretsOf(secret);
  const clean = createRedactor(() => secrets)(words);
  const half = isCut
    ? Math.max(0, ...secrets.map((each) => encodeURIComponent(each).length))
    : 0;
  return clean.slice(0, Math.max(0, clean.length - half))
    .slice(0, WORDS_CHARACTERS);
}

/** What must not stand in words: the address, each of its parts that could be a key, and the signing key. */
function secretsOf(secret: WebhookSecret | null): string[] {
  if (secret === null) return [];
  const { url, signingKey } = secret;
  const parts = URL.canParse(url)
    ? `${new URL(url).pathname}${new URL(url).search}`.split(/[/?&=]/)
    : [];
  return [url, ...parts.filter((part) => part.length >= 6), signingKey ?? ""];
}
