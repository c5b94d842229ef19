import {
  type AmcClient,
  createAmcClient,
  type Region,
  type RuntimeOptions,
} from "../amc/mod.ts";
import type { Sql } from "../database/sql.ts";
import type { Log } from "../log.ts";
import type { InstanceRow } from "./instance.ts";
import { createStoredCredentials } from "./stored_credentials.ts";

/** Addresses in place of those of the region. */
export interface AmcAddresses {
  /** AMC_API_URL: overrides the regional host. */
  apiUrl?: string;
  /** AMC_TOKEN_URL: overrides the token endpoint. */
  tokenUrl?: string;
  /** AMC_RESULT_HOSTS: hosts that result links may name. */
  resultHosts?: string[];
}

/** Gives the clients of instances. */
export interface AmcClients {
  /**
   * The client of an instance.
   *
   * @throws StoredCredentialError when Vault holds no complete credential of that name
   */
  of(instance: InstanceRow): Promise<AmcClient>;
  /**
   * Asks Amazon for a token of a credential, anew or for the first time.
   *
   * @throws StoredCredentialError when Amazon refuses it, or Vault holds none of that name; another AmcError when a later try
   *   may succeed
   */
  tryCredential(credentialName: string, region: string): Promise<void>;
  /** Forgets a credential that Amazon refused: the next use reads Vault again, where a person may have stored another. */
  forget(credentialName: string): void;
}

/**
 * Makes the clients of instances. Instances with the same credential share its tokens, which outlive a tick in a warm worker.
 * A credential that a person stores in place of another is used within ten seconds.
 *
 * @param runtime what tests replace
 */
export function createAmcClients(
  sql: Sql,
  addresses: AmcAddresses,
  log: Log,
  runtime: RuntimeOptions = {},
): AmcClients {
  const credentials = createStoredCredentials(
    sql,
    addresses.tokenUrl,
    log,
    runtime,
  );
  return {
    forget: (name) => credentials.forget(name),
    async tryCredential(name, region) {
      credentials.forget(name);
      const tokens = await credentials.tokensOf(name, region as Region);
      await tokens.token();
    },
    async of(instance) {
      const region = instance.region as Region;
      return createAmcClient({
        ...runtime,
        instance: {
          instanceId: instance.instance_id,
          entityId: instance.entity_id,
          marketplaceId: instance.marketplace_id,
          region,
        },
        tokens: await credentials.tokensOf(instance.credential_name, region),
        apiUrl: addresses.apiUrl,
        resultHosts: addresses.resultHosts,
        log: ({ event, ...entry }) =>
          log("info", event, { ...entry, instance_id: instance.instance_id }),
      });
    },
  };
}
