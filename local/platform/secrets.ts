import { randomBytes } from "node:crypto";
import postgres from "postgres";

/** API keys by name, as a hosted project has them. */
export interface Keys {
  publishable: { default: string };
  secret: { default: string; cron: string };
}

/** Makes new API keys. */
export function makeKeys(): Keys {
  const random = () => randomBytes(24).toString("base64url");
  return {
    publishable: { default: `sb_publishable_${random()}` },
    secret: {
      default: `sb_secret_${random()}`,
      cron: `sb_secret_${random()}`,
    },
  };
}

/** Stores secrets in Vault under their names, as an operator of a hosted project would; again replaces the value. */
export async function storeVaultSecrets(
  url: string,
  secrets: Record<string, string>,
): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    for (const [name, secret] of Object.entries(secrets)) {
      const [known] = await sql`
        select id from vault.decrypted_secrets where name = ${name}`;
      if (known) await sql`select vault.update_secret(${known.id}, ${secret})`;
      else await sql`select vault.create_secret(${secret}, ${name})`;
    }
  } finally {
    await sql.end();
  }
}
