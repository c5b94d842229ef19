import { AmcError, TokenUnavailableError } from "../amc/mod.ts";
import { DatabaseError } from "../database/errors.ts";
import { idsOf, logFailure } from "../log.ts";
import type { Collector } from "./collector.ts";

/** What something that is held up belongs to, as claims have it. */
export interface Owner {
  instance_id: string;
  collection_id?: string;
  week_id?: string;
}

/** What a claimed row of an instance belongs to. */
export function ownerOf(
  { instance_id }: { instance_id: string },
  { collection_id, week_id }: { collection_id: string; week_id: string },
): Required<Owner> {
  return { instance_id, collection_id, week_id };
}

/**
 * Sets aside what failed, alone, as a stoppage with its reason: it is left alone for pauses that grow, and everything beside it
 * goes on. Never throws.
 *
 * @param kind what it is, as the column `kind` of `stoppages` says
 * @param subject its id
 * @param owner what it belongs to
 */
export async function setAside(
  collector: Collector,
  kind: string,
  subject: string,
  owner: Owner,
  error: unknown,
): Promise<void> {
  const { instance_id, collection_id, week_id } = owner;
  const { source, code } = originOf(error);
  const { message } = error as Error;
  const request_id = error instanceof AmcError ? error.requestId : null;
  collector.log("warn", "set_aside", {
    ...idsOf(owner),
    kind,
    subject,
    source,
    code,
    message,
    request_id,
  });
  try {
    await collector.rpc("record_stoppage", {
      kind,
      subject,
      code,
      source,
      words: message,
      instance_id,
      collection_id,
      week_id,
      request_id: request_id ?? undefined,
    });
  } catch (failure) {
    logFailure(collector.log, "not_set_aside", failure, owner);
  }
}

/** In whose words an error is, and its code in a stoppage. */
function originOf(error: unknown): { source: string; code: string } {
  if (error instanceof TokenUnavailableError) {
    return { source: "amazon_login", code: error.code };
  }
  if (error instanceof AmcError) return { source: "amc", code: error.code };
  if (error instanceof DatabaseError) {
    return { source: "postgres", code: "database_refused" };
  }
  return { source: "amc_history", code: "not_handled" };
}
