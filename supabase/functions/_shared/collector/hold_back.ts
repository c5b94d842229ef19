import { AmcError, CredentialError, ThrottledError } from "../amc/mod.ts";
import type { Collector, InstanceRow } from "./collector.ts";

/**
 * Keeps every worker from calling AMC for an instance after a call failed: as long as AMC said, until a person reconnects
 * if the credential is refused, else for a growing pause. Errors that are not AMC's are none of its business.
 *
 * @returns whether the error was AMC's
 */
export async function holdBack(
  collector: Collector,
  instance: InstanceRow,
  error: unknown,
): Promise<boolean> {
  if (!(error instanceof AmcError)) return false;
  const { instance_id, credential_name } = instance;
  const { code, message, requestId } = error;
  collector.log("warn", "amc_call_failed", {
    instance_id,
    code,
    message,
    request_id: requestId,
  });
  if (error instanceof CredentialError) {
    collector.clients.forget(credential_name);
    await collector.rpc("report_credential_failure", {
      credential_name,
      code,
      message,
    });
  } else {
    await collector.rpc("pause_instance", {
      instance_id,
      reason: code,
      ...(error instanceof ThrottledError && error.retryAfterSeconds !== null
        ? { retry_after_seconds: error.retryAfterSeconds }
        : {}),
    });
  }
  return true;
}
