import {
  type AmcClient,
  createAmcClient,
  createTokenSource,
  CredentialError,
  type Region,
  type TokenSource,
} from "../amc/mod.ts";
import { readCredential, type Sql } from "../database/sql.ts";
import type { Log } from "../log.ts";
import type { InstanceRow } from "./instance.ts";

/** Addresses in place of those of the region. */
export interface AmcAddresses {
  /** AMC_API_URL: overrides the regional host. */
  apiUrl?: string;
  /** AMC_TOKEN_URL: overrides the token endpoint. */
  tokenUrl?: string;
  /** AMC_RESULT_HOSTS: hosts that result links may name. */
  resultHosts?: string[];
}

/** A stored credential was refused or is missing. It names the version that was read: a person may have stored another since. */
export class StoredCredentialError extends CredentialError {
  constructor(
    { code, message, status, requestId }: CredentialError,
    /** The version in amc_instances.credential_version; null if no instance uses the credential. */
    readonly version: number | null,
  ) {
    super(code, message, { status, requestId });
  }
}

/** How long a credential is used before Vault is read again. */
const CREDENTIAL_FRESH_MS = 10_000;

interface Cached {
  credential: string;
  tokens: TokenSource;
}

/** Gives the clients of instances. */
export interface AmcClients {
  /**
   * The client of an instance.
   *
   * @throws StoredCredentialError when Vault holds no complete credential of that name
   */
  of(instance: InstanceRow): Promise<AmcClient>;
  /** Forgets a credential that Amazon refused: the next use reads Vault again, where a person may have stored another. */
  forget(credentialName: string): void;
}

/**
 * Makes the clients of instances. Instances with the same credential share its tokens, which outlive a tick in a warm worker.
 * A credential that a person stores in place of another is used within ten seconds.
 */
export function createAmcClients(
  sql: Sql,
  addresses: AmcAddresses,
  log: Log,
): AmcClients {
  const cache = new Map<string, { cached: Promise<Cached>; readAt: number }>();

  async function read(
    name: string,
    region: Region,
    before: Cached | null,
  ): Promise<Cached> {
    const { credential, version } = await readCredential(sql, name);
    if (credential === null) {
      const missing = new CredentialError(
        "credential_missing",
        `Expected Vault to hold a credential named ${name} with client_id, client_secret and refresh_token; it is missing or incomplete.`,
      );
      throw new StoredCredentialError(missing, version);
    }
    const text = JSON.stringify([credential, version]);
    if (before?.credential === text) return before;
    const tokens = createTokenSource({
      credential,
      region,
      tokenUrl: addresses.tokenUrl,
      log: ({ event, ...entry }) => log("info", event, entry),
    });
    return { credential: text, tokens: versioned(tokens, version) };
  }

  // No await between the look-up and the store: weeks that are submitted together share one token.
  async function tokensOf(name: string, region: Region): Promise<TokenSource> {
    const key = `${name} ${region}`;
    let entry = cache.get(key);
    if (!entry || performance.now() - entry.readAt > CREDENTIAL_FRESH_MS) {
      const before = entry?.cached.catch(() => null) ?? null;
      const cached = Promise.resolve(before).then((known) =>
        read(name, region, known)
      );
      entry = { cached, readAt: performance.now() };
      cache.set(key, entry);
      // The next use tries again.
      cached.catch(() => cache.delete(key));
    }
    return (await entry.cached).tokens;
  }

  return {
    forget(name) {
      for (const key of cache.keys()) {
        if (key.startsWith(`${name} `)) cache.delete(key);
      }
    },
    async of(instance) {
      const region = instance.region as Region;
      return createAmcClient({
        instance: {
          instanceId: instance.instance_id,
          entityId: instance.entity_id,
          marketplaceId: instance.marketplace_id,
          region,
        },
        tokens: await tokensOf(instance.credential_name, region),
        apiUrl: addresses.apiUrl,
        resultHosts: addresses.resultHosts,
        log: ({ event, ...entry }) =>
          log("info", event, { ...entry, instance_id: instance.instance_id }),
      });
    },
  };
}

/** The same tokens; their errors name the version of the credential. */
function versioned(tokens: TokenSource, version: number | null): TokenSource {
  return {
    ...tokens,
    async token(signal) {
      try {
        return await tokens.token(signal);
      } catch (error) {
        if (!(error instanceof CredentialError)) throw error;
        throw new StoredCredentialError(error, version);
      }
    },
  };
}
