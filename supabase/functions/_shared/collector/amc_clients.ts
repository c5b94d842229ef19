import {
  type AmcClient,
  createAmcClient,
  createTokenSource,
  CredentialError,
  type Region,
  type TokenSource,
} from "../amc/mod.ts";
import { type Direct, readCredential } from "../database/direct.ts";
import type { Log } from "../log.ts";
import type { InstanceRow } from "./collector.ts";

/** Where AMC is, when it is not where the region says. */
export interface AmcAddresses {
  /** AMC_API_URL: overrides the regional host. */
  apiUrl?: string;
  /** AMC_TOKEN_URL: overrides the token endpoint. */
  tokenUrl?: string;
  /** AMC_RESULT_HOSTS: hosts that result links may name, separated by commas. */
  resultHosts?: string[];
}

/** How long a credential that was read from Vault is used before it is read again. */
const CREDENTIAL_FRESH_MS = 300_000;

interface Cached {
  tokens: Promise<TokenSource>;
  readAt: number;
}

/**
 * Makes the clients of instances. Those with one credential share its tokens, which outlive a tick in a warm worker.
 *
 * @returns gives the client of an instance; throws CredentialError if Vault holds no whole credential of that name
 */
export function createAmcClients(
  direct: Direct,
  addresses: AmcAddresses,
  log: Log,
): (instance: InstanceRow) => Promise<AmcClient> {
  const cache = new Map<string, Cached>();

  async function read(name: string, region: Region): Promise<TokenSource> {
    const credential = await readCredential(direct, name);
    if (credential === null) {
      throw new CredentialError(
        "credential_missing",
        `Vault holds no whole credential named ${name}.`,
      );
    }
    return createTokenSource({
      credential,
      region,
      tokenUrl: addresses.tokenUrl,
      log: ({ event, ...entry }) => log("info", event, entry),
    });
  }

  // Nothing is awaited between looking and storing: weeks that are submitted together share one token.
  function tokensOf(name: string, region: Region): Promise<TokenSource> {
    const key = `${region} ${name}`;
    const cached = cache.get(key);
    if (cached && performance.now() - cached.readAt < CREDENTIAL_FRESH_MS) {
      return cached.tokens;
    }
    const tokens = read(name, region);
    cache.set(key, { tokens, readAt: performance.now() });
    // A credential that is not there yet is looked for again the next time.
    tokens.catch(() => cache.delete(key));
    return tokens;
  }

  return async (instance) => {
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
  };
}
