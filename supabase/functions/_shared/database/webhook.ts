import type { Sql } from "./sql.ts";

/** What Vault holds of a webhook. */
export interface WebhookSecret {
  url: string;
  /** Null where the webhook's form is not signed. */
  signingKey: string | null;
}

/**
 * Reads a webhook's address and key from Vault.
 *
 * @returns null if Vault holds no address of it
 */
export async function readWebhookSecret(
  sql: Sql,
  webhookId: string,
): Promise<WebhookSecret | null> {
  const [row] = await sql<{ secret: Record<string, unknown> | null }>`
    select amc_history.webhook_secret(${webhookId}) as secret`;
  const { url, signing_key } = row?.secret ?? {};
  if (typeof url !== "string") return null;
  return {
    url,
    signingKey: typeof signing_key === "string" ? signing_key : null,
  };
}
