import {
  AmcError,
  CredentialError,
  ThrottledError,
  UnauthorizedError,
} from "../amc/mod.ts";
import { StoredCredentialError } from "./amc_clients.ts";
import type { Collector } from "./collector.ts";
import type { InstanceRow } from "./instance.ts";

/**
 * Whether an error concerns every call for the instance: a throttle, a credential or token that was refused. It tells nothing
 * about what was asked for.
 */
export function isInstanceWide(error: unknown): boolean {
  return error instanceof ThrottledError || error instanceof CredentialError ||
    error instanceof UnauthorizedError;
}

/**
 * Keeps every worker from calling AMC for an instance after a call failed: as long as AMC said, until a person reconnects
 * if the credential is refused, else for a growing pause. Errors that are not AMC's are none of its business.
 *
 * @returns whether the error was AMC's
 */
export async function pauseInstance(
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
    // Without a version it stops nothing.
    const version = error instanceof StoredCredentialError
      ? error.version
      : null;
    const stopped = await collector.rpc("report_credential_failure", {
      credential_name,
      credential_version: version!,
      code,
      message,
    });
    collector.log("warn", "credential_refused", {
      instance_id,
      code,
      version,
      stopped,
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
