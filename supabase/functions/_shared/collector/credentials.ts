import { CredentialError } from "../amc/mod.ts";
import type { Collector } from "./collector.ts";
import { reportRefusal } from "./pause_instance.ts";
import { setAside } from "./set_aside.ts";

/**
 * Tries the credentials that are new, or that Amazon refused once, by one token request each. One that cannot be tried now
 * is left alone for pauses that grow.
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
        const owner = { instance_id };
        await setAside(collector, "instance", instance_id, owner, error);
      }
    }
  }
  return claimed.length;
}
