import postgres from "postgres";
import type { Credential } from "../amc/mod.ts";

/** A direct connection to Postgres, for what must not go through the API: credentials and the bytes of results. */
export type Sql = postgres.Sql;

/**
 * Opens a direct connection as the role postgres; at most two sessions, closed after a minute without work.
 *
 * Whenever a session has ended, what is asked from then on goes through new ones: the driver (postgres 3.4.9) may not be able
 * to connect again where a session was (when it ends between a write and its flush, `closed` leaves the timer of that flush
 * set, and the next start-up message waits for it in vain until `connect_timeout`, and so does the one after it).
 *
 * @param url SUPABASE_DB_URL
 */
export function openSql(url: string): Sql {
  let current = open();
  function open(): Sql {
    const sessions = openSessions(url, () => {
      if (sessions !== current) return;
      current = open();
      // What is under way there ends by itself.
      sessions.end().catch(() => {});
    });
    return sessions;
  }
  return new Proxy(current, {
    apply: (_, self, args) => Reflect.apply(current, self, args),
    get: (_, name) => Reflect.get(current, name),
  });
}

function openSessions(url: string, onclose: () => void): Sql {
  return postgres(url, {
    max: 2,
    idle_timeout: 60,
    connect_timeout: 15,
    keep_alive: 30,
    // The pooled address of a project does not keep prepared statements.
    prepare: false,
    onnotice: () => {},
    onclose,
    // A load sets its own.
    connection: { application_name: "amc-history", statement_timeout: 30_000 },
  });
}

/** What Vault holds under a name, and which one it is. */
export interface StoredCredential {
  /** Null if Vault holds none of that name, or it is not whole. */
  credential: Credential | null;
  /** Raised each time another is stored; null if no instance uses the name any more. */
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
  const [row] = await sql`
    select amc_history.amc_credential(${name}) as credential,
      (select max(credential_version) from public.amc_instances where credential_name = ${name}) as version`;
  const { client_id, client_secret, refresh_token } = row?.credential ?? {};
  const whole = [client_id, client_secret, refresh_token].every((part) =>
    typeof part === "string" && part !== ""
  );
  const credential = whole
    ? {
      clientId: client_id,
      clientSecret: client_secret,
      refreshToken: refresh_token,
    }
    : null;
  return { credential, version: row.version };
}
