import {
  AmcError,
  CredentialError,
  ThrottledError,
  TokenUnavailableError,
  UnauthorizedError,
} from "../amc/mod.ts";
import { StoredCredentialError } from "./stored_credentials.ts";
import type { Collector } from "./collector.ts";
import type { InstanceRow } from "./instance.ts";

/** The instances that were paused for an error, which may pass through several hands. */
const pausedFor = new WeakMap<AmcError, Set<string>>();

/**
 * Whether an error concerns every call for the instance: a throttle, a refused credential or token, no token. It says nothing
 * about the execution or result that was asked for. Who gets one from `instanceClient`'s client has nothing to do about it.
 */
export function isInstanceWide(error: unknown): boolean {
  return error instanceof ThrottledError || error instanceof CredentialError ||
    error instanceof UnauthorizedError ||
    error instanceof TokenUnavailableError;
}

/**
 * Whether AMC turned one call away: mostly it turns all away for a while, and the instance is paused; but where it does so for
 * one thing only, that must not pause the instance again and again. Whoever asked about a single thing sets it aside too.
 */
export function isTurnedAway(error: unknown): boolean {
  return error instanceof ThrottledError || error instanceof UnauthorizedError;
}

/**
 * Pauses an instance after a call to AMC failed, for every worker: for as long as AMC asked, until a person stores another
 * credential if it was refused, else for a pause that grows. Does nothing about errors that are not AmcErrors, and once only
 * about each.
 *
 * @returns whether it was an AmcError
 */
export async function pauseInstance(
  collector: Collector,
  instance: InstanceRow,
  error: unknown,
): Promise<boolean> {
  if (!(error instanceof AmcError)) return false;
  const { instance_id, credential_name } = instance;
  const paused = pausedFor.get(error) ?? new Set();
  if (paused.has(instance_id)) return true;
  pausedFor.set(error, paused.add(instance_id));
  const { code, message, requestId } = error;
  collector.log("warn", "amc_call_failed", {
    instance_id,
    code,
    message,
    request_id: requestId,
  });
  if (error instanceof CredentialError) {
    await reportRefusal(collector, credential_name, instance_id, error);
  } else {
    await collector.rpc("pause_instance", {
      instance_id,
      reason: code,
      words: message,
      request_id: requestId ?? undefined,
      ...(error.retryAfterSeconds === null
        ? {}
        : { retry_after_seconds: error.retryAfterSeconds }),
    });
  }
  return true;
}

/** Reports a credential that Amazon refused: the database decides whether it is tried again, or stops its instances. */
export async function reportRefusal(
  collector: Collector,
  credential_name: string,
  instance_id: string,
  error: CredentialError,
): Promise<void> {
  const { code, message } = error;
  collector.clients.forget(credential_name);
  // The database stops nothing for a null version.
  const version = error instanceof StoredCredentialError ? error.version : null;
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
}
