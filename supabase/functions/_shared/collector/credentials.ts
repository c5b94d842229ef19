import { CredentialError } from "../amc/mod.ts";
import { logFailure } from "../log.ts";
import type { Collector } from "./collector.ts";
import { reportRefusal } from "./pause_instance.ts";

/**
 * Tries the credentials that are new, or that Amazon refused once, by one token request each. One that cannot be tried now
 * is left to its lease.
 */
export async function tryCredentials(collector: Collector): Promise<number> {
  const claimed = await collector.rpc("claim_credentials", {});
  for (const { instance_id, credential_name, ...credential } of claimed) {
    const { credential_version, region } = credential;
    try {
      await collector.clients.tryCredential(credential_name, region);
      await collector.rpc("report_credential_accepted", {
        credential_name,
        credential_version,
      });
      collector.log("info", "credential_accepted", { instance_id });
    } catch (error) {
      if (error instanceof CredentialError) {
        await reportRefusal(collector, credential_name, instance_id, error);
      } else {
        logFailure(collector.log, "credential_not_tried", error, {
          instance_id,
        });
      }
    }
  }
  return claimed.length;
}
