import {
  createTokenSource,
  CredentialError,
  type Region,
  type RuntimeOptions,
  type TokenSource,
} from "../amc/mod.ts";
import { readCredential } from "../database/credential.ts";
import type { Sql } from "../database/sql.ts";
import type { Log } from "../log.ts";

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

/** Gives the tokens of the credentials that Vault holds. */
export interface StoredCredentials {
  /**
   * The tokens of a credential, which every caller shares.
   *
   * @throws StoredCredentialError when Vault holds no complete credential of that name
   */
  tokensOf(name: string, region: Region): Promise<TokenSource>;
  /** Forgets a credential that Amazon refused: the next use reads Vault again, where a person may have stored another. */
  forget(name: string): void;
}

interface Cached {
  credential: string;
  tokens: TokenSource;
}

/**
 * Makes the tokens of credentials, read from Vault and kept for {@link CREDENTIAL_FRESH_MS}. A credential that a person stores
 * in place of another gets new tokens; one that is the same keeps those that it has.
 *
 * @param tokenUrl replaces the region's token endpoint
 * @param runtime what tests replace
 */
export function createStoredCredentials(
  sql: Sql,
  tokenUrl: string | undefined,
  log: Log,
  runtime: RuntimeOptions = {},
): StoredCredentials {
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
      ...runtime,
      credential,
      region,
      tokenUrl: tokenUrl,
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
    tokensOf,
    forget(name) {
      for (const key of cache.keys()) {
        if (key.startsWith(`${name} `)) cache.delete(key);
      }
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
