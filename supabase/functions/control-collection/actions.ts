import type { Database } from "../_shared/database/database.types.ts";
import type { Rpc } from "../_shared/database/rpc.ts";
import { invalidRequest, requireFields } from "../_shared/http/body.ts";
import {
  type Fields,
  type ObjectOf,
  optional,
  text,
  truth,
  uuid,
  wholeNumber,
} from "../_shared/json_fields.ts";

/** What the database did. */
export type ControlReport =
  Database["public"]["CompositeTypes"]["control_report"];

type Action = (rpc: Rpc, body: unknown) => Promise<ControlReport>;

const COLLECTION = { collection_id: uuid("a collection's id") };
const WEEK = { week_id: uuid("a week's id") };
const ATTEMPT = { attempt_id: uuid("an attempt's id") };
const EXECUTION = { execution_id: text("AMC's id of an execution") };
const SEARCH = { backfill_id: uuid("the id of a search for lost ids") };
const ALERT = { alert_id: wholeNumber("an alert's id", 1) };

const ACTIONS: Readonly<Record<string, Action>> = {
  pause: action(COLLECTION, (rpc, ids) => rpc("pause_collection", ids)),
  resume: action(COLLECTION, (rpc, ids) => rpc("resume_collection", ids)),
  cancel: action(COLLECTION, (rpc, ids) => rpc("cancel_collection", ids)),
  keep_current: action(
    {
      ...COLLECTION,
      keep_current: truth("true or false"),
      settle_days: optional(wholeNumber("2 to 60 days")),
    },
    (rpc, ids) => rpc("set_keep_current", ids),
  ),
  archive: action(COLLECTION, (rpc, ids) => rpc("archive_collection", ids)),
  rename: action(
    { ...COLLECTION, name: text("a name of 1 to 200 characters", 200) },
    (rpc, ids) => rpc("rename_collection", ids),
  ),
  retry_failed: action(
    COLLECTION,
    (rpc, ids) => rpc("retry_failed_weeks", ids),
  ),
  retry: action(WEEK, (rpc, ids) => rpc("retry_week", ids)),
  restate: action(WEEK, (rpc, ids) => rpc("restate_week", ids)),
  confirm_execution: action(
    { ...ATTEMPT, ...EXECUTION },
    (rpc, ids) => rpc("confirm_execution", ids),
  ),
  confirm_no_execution: action(
    ATTEMPT,
    (rpc, ids) => rpc("confirm_no_execution", ids),
  ),
  let_go_of_execution: action(
    {
      ...EXECUTION,
      reason: text("why"),
      try_again: optional(truth("true or false")),
    },
    (rpc, ids) => rpc("let_go_of_execution", ids),
  ),
  backfill_execution_ids: action(
    {
      collection_id: optional(uuid("a collection's id")),
      instance_id: optional(text("AMC's id of an instance")),
      since: optional(text("a day, YYYY-MM-DD", 10)),
      dry_run: optional(truth("true or false")),
    },
    (rpc, scope) => rpc("backfill_execution_ids", scope),
  ),
  cancel_id_backfill: action(
    SEARCH,
    (rpc, ids) => rpc("cancel_id_backfill", ids),
  ),
  choose_execution: action(
    { ...WEEK, ...EXECUTION },
    (rpc, ids) => rpc("choose_execution", ids),
  ),
  resolve_alert: action(ALERT, (rpc, ids) => rpc("resolve_alert", ids)),
};

function action<F extends Fields>(
  fields: F,
  call: (rpc: Rpc, ids: ObjectOf<F>) => Promise<ControlReport>,
): Action {
  return (rpc, body) => call(rpc, requireFields(body, fields));
}

/**
 * Carries out what a request asks for: one of the actions, with the ids that it needs.
 *
 * @param rpc calls the database as the user who asks
 * @param body the request's JSON: `action`, one of ACTIONS, with the fields that stand there
 * @returns what the database did
 * @throws RequestError 400 invalid_request; DatabaseError when the database refuses
 */
export function carryOut(rpc: Rpc, body: unknown): Promise<ControlReport> {
  const { action: name, ...ids } = Object(body) as Record<string, unknown>;
  if (typeof name === "string" && Object.hasOwn(ACTIONS, name)) {
    return ACTIONS[name](rpc, ids);
  }
  throw invalidRequest([
    `action: expected one of ${Object.keys(ACTIONS).join(", ")}`,
  ]);
}
