import type { Credential } from "../amc/mod.ts";
import type { Sql } from "./sql.ts";

/** What Vault holds under a name, and which version of it. */
export interface StoredCredential {
  /** Null if Vault holds none of that name, or only a part of one. */
  credential: Credential | null;
  /** Raised each time another is stored; null if no instance uses the name any more. */
  version: number | null;
}

interface CredentialRow {
  credential: Record<string, unknown> | null;
  version: number | null;
}

/**
 * Reads a Login with Amazon credential from Vault, and its version at the same moment.
 *
 * @param name the secret's name, as in amc_instances.credential_name
 */
export async function readCredential(
  sql: Sql,
  name: string,
): Promise<StoredCredential> {
  const [{ credential, version }] = await sql<CredentialRow>`
    select amc_history.amc_credential(${name}) as credential,
      (select max(credential_version) from public.amc_instances where credential_name = ${name}) as version`;
  const clientId = textOf(credential?.client_id);
  const clientSecret = textOf(credential?.client_secret);
  const refreshToken = textOf(credential?.refresh_token);
  const whole = clientId && clientSecret && refreshToken;
  return {
    credential: whole ? { clientId, clientSecret, refreshToken } : null,
    version,
  };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
