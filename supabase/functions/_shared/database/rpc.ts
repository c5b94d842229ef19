import type { Database } from "./database.types.ts";
import { DatabaseError } from "./errors.ts";

type Functions = Database["public"]["Functions"];

/** What update_week_status and its like answer. */
export type TrackingReport =
  Database["public"]["CompositeTypes"]["tracking_report"];
/** A week that was claimed: all that its create needs. */
export type ClaimedWeek = Functions["claim_due_weeks"]["Returns"][number];
/** A workflow version whose dry run is to be asked for (execution_id is null) or followed. */
export type ClaimedCheck =
  & Omit<Functions["claim_workflow_checks"]["Returns"][number], "execution_id">
  & { execution_id: string | null };
/** An instance whose list is to be read. */
export type ClaimedListing = Functions["claim_listing"]["Returns"][number];
/** A search for lost execution ids whose turn it is. */
export type ClaimedIdBackfill =
  Functions["claim_id_backfill"]["Returns"][number];
/** A result that is to be loaded. */
export type ClaimedLoad = Functions["claim_loads"]["Returns"][number];
/** What is due for a webhook. */
export type ClaimedDelivery = Functions["claim_deliveries"]["Returns"][number];

/**
 * Calls that end the same when repeated: each is fenced by its attempt or its listing, or is idempotent. A claim is not among them: one
 * whose answer was lost is left to its lease.
 */
const REPEATABLE: ReadonlySet<string> = new Set([
  "record_execution",
  "report_create",
  "record_listing",
  "settle_attempt",
  "update_week_status",
  "fail_load",
  "mark_workflow_saved",
  "record_dry_run",
  "report_workflow_check",
  "check_workflow_again",
  "mark_surveyed",
  "adopt_surveyed",
  "record_late_execution",
  "refute_confirmation",
  "record_observation",
  "backfill_execution_ids",
  "choose_execution",
  "decide_id_backfill",
  "record_stoppage",
  "end_stoppage",
  "collection_parameters",
  "preview_collection",
  "pause_collection",
  "resume_collection",
  "cancel_collection",
  "archive_collection",
  "rename_collection",
  "retry_week",
  "retry_failed_weeks",
  "restate_week",
  "confirm_execution",
  "confirm_no_execution",
  "let_go_of_execution",
  "resolve_alert",
  "finished_attempts",
  "report_credential_accepted",
  "report_delivery",
  "record_tick",
]);
/** A call that hangs must not hold the worker up. */
const CALL_TIMEOUT_MS = 30_000;
const MAX_TRIES = 5;
/** An id that AMC gave is not given up before its attempt's lease is half over. */
const MAX_TRIES_TO_STORE = 10;
const MAX_PAUSE_MS = 4_000;

/** What sends a call: a client of the data API (postgrest-js), or supabase-js, which has one inside. */
export interface RpcClient {
  rpc(name: never, args: never): {
    abortSignal(
      signal: AbortSignal,
    ): PromiseLike<{ data: unknown; error: unknown; status: number }>;
  };
}

/** Calls one of the database's functions, as service_role. */
export type Rpc = <Name extends keyof Functions & string>(
  name: Name,
  args: Functions[Name]["Args"],
) => Promise<Functions[Name]["Returns"]>;

/**
 * Makes the caller of the database's functions. A call that ends the same when repeated is repeated a few times, with
 * growing pauses, if the database could not take it.
 *
 * @param client sends the calls, as service_role or as a user
 * @param wait pauses for so many milliseconds
 * @throws DatabaseError from each call that fails for good
 */
export function createRpc(
  client: RpcClient,
  wait: (ms: number) => Promise<void> = (ms) =>
    new Promise((done) => setTimeout(done, ms)),
): Rpc {
  return async (name, args) => {
    const most = name === "record_execution" ? MAX_TRIES_TO_STORE : MAX_TRIES;
    for (let tried = 1;; tried++) {
      try {
        return await once(client, name, args);
      } catch (error) {
        const again = REPEATABLE.has(name) && tried < most &&
          error instanceof DatabaseError && error.isPassing;
        if (!again) throw error;
        await wait(
          Math.random() * Math.min(MAX_PAUSE_MS, 200 * 2 ** tried),
        );
      }
    }
  };
}

async function once<Name extends keyof Functions & string>(
  client: RpcClient,
  name: Name,
  args: Functions[Name]["Args"],
): Promise<Functions[Name]["Returns"]> {
  // The client cannot follow a name that is not a literal; the types are those of the signature above.
  const { data, error, status } = await client.rpc(
    name as never,
    args as never,
  ).abortSignal(AbortSignal.timeout(CALL_TIMEOUT_MS));
  if (error !== null) {
    const { message, code, details, hint } = error as {
      message: string;
      code?: string;
      details?: string;
      hint?: string;
    };
    throw new DatabaseError(
      message,
      code || null,
      details ?? null,
      hint ?? null,
      status,
      name,
    );
  }
  return data as Functions[Name]["Returns"];
}
