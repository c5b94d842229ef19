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

/** Where AMC is, when it is not where the region says. */
export interface AmcAddresses {
  /** AMC_API_URL: overrides the regional host. */
  apiUrl?: string;
  /** AMC_TOKEN_URL: overrides the token endpoint. */
  tokenUrl?: string;
  /** AMC_RESULT_HOSTS: hosts that result links may name, separated by commas. */
  resultHosts?: string[];
}

/** A credential was refused, or is missing, as it was stored when it was read: a person may have stored another since. */
export class StoredCredentialError extends CredentialError {
  constructor(
    { code, message, status, requestId }: CredentialError,
    /** The credential's version, as in amc_instances; null if no instance used it. */
    readonly version: number | null,
  ) {
    super(code, message, { status, requestId });
  }
}

/** How long a credential that was read from Vault is used before it is looked at again. */
const CREDENTIAL_FRESH_MS = 10_000;

interface Cached {
  credential: string;
  tokens: TokenSource;
}

/** Gives the clients of instances. */
export interface AmcClients {
  /** The client of an instance; throws CredentialError if Vault holds no whole credential of that name. */
  of(instance: InstanceRow): Promise<AmcClient>;
  /** Reads a credential anew the next time: Amazon refused it, and a person may have stored another. */
  forget(credentialName: string): void;
}

/**
 * Makes the clients of instances. Those with one credential share its tokens, which outlive a tick in a warm worker; a
 * credential that a person has stored anew takes the place of the old one.
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
        `Vault holds no whole credential named ${name}.`,
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

  // Nothing is awaited between looking and storing: weeks that are submitted together share one token.
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
      // A credential that is not there yet is looked for again the next time.
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

/** The same tokens, whose refusals say which credential was refused. */
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
