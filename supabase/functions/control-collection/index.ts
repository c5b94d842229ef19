/**
 * What the owner of a collection may do to it: pause, resume, cancel, try weeks again, restate a week, tell what became
 * of a create whose answer was lost, put an alert aside. Each is idempotent and says what it did. The same functions may be called as RPCs; this adds codes and statuses that a front end can show.
 */
import { z } from "zod";
import type { Database } from "../_shared/database/database.types.ts";
import { createRpc, type Rpc } from "../_shared/database/rpc.ts";
import { readJson } from "../_shared/http/body.ts";
import { RequestError, requirePost } from "../_shared/http/request_error.ts";
import { withUser } from "../_shared/http/with_user.ts";
import { createLog } from "../_shared/log.ts";

const log = createLog();

const collection_id = z.uuid("expected a collection's id");
const week_id = z.uuid("expected a week's id");
const attempt_id = z.uuid("expected an attempt's id");
const execution_id = z.string("expected AMC's id of an execution").min(1);
const alert_id = z.int("expected an alert's id").positive();
const schema = z.discriminatedUnion("action", [
  z.strictObject({ action: z.literal("pause"), collection_id }),
  z.strictObject({ action: z.literal("resume"), collection_id }),
  z.strictObject({ action: z.literal("cancel"), collection_id }),
  z.strictObject({ action: z.literal("retry_failed"), collection_id }),
  z.strictObject({ action: z.literal("retry"), week_id }),
  z.strictObject({ action: z.literal("restate"), week_id }),
  z.strictObject({
    action: z.literal("confirm_execution"),
    attempt_id,
    execution_id,
  }),
  z.strictObject({ action: z.literal("confirm_no_execution"), attempt_id }),
  z.strictObject({ action: z.literal("resolve_alert"), alert_id }),
], {
  error:
    "expected an action: pause, resume, cancel or retry_failed with a collection_id, retry or restate with a week_id, " +
    "confirm_execution or confirm_no_execution with an attempt_id, resolve_alert with an alert_id",
});

type ControlReport = Database["public"]["CompositeTypes"]["control_report"];

function carryOut(
  rpc: Rpc,
  request: z.infer<typeof schema>,
): Promise<ControlReport> {
  switch (request.action) {
    case "pause":
      return rpc("pause_collection", { collection_id: request.collection_id });
    case "resume":
      return rpc("resume_collection", { collection_id: request.collection_id });
    case "cancel":
      return rpc("cancel_collection", { collection_id: request.collection_id });
    case "retry_failed":
      return rpc("retry_failed_weeks", {
        collection_id: request.collection_id,
      });
    case "retry":
      return rpc("retry_week", { week_id: request.week_id });
    case "restate":
      return rpc("restate_week", { week_id: request.week_id });
    case "confirm_execution":
      return rpc("confirm_execution", {
        attempt_id: request.attempt_id,
        execution_id: request.execution_id,
      });
    case "confirm_no_execution":
      return rpc("confirm_no_execution", { attempt_id: request.attempt_id });
    case "resolve_alert":
      return rpc("resolve_alert", { alert_id: request.alert_id });
  }
}

async function control(request: Request, rpc: Rpc): Promise<Response> {
  requirePost(request);
  const asked = await readJson(request, schema);
  const report = await carryOut(rpc, asked);
  log("info", "collection_controlled", { ...asked, ...report });
  if (report.outcome === "rejected") {
    throw new RequestError(
      409,
      report.reason?.split(" ")[0] ?? "rejected",
      `This makes no sense now: ${report.reason}.`,
    );
  }
  return Response.json(report);
}

export default {
  fetch: withUser<Database>(
    log,
    "control_collection_failed",
    // As the user: the database decides whose collection it is.
    (request, { supabase }) => control(request, createRpc(supabase)),
  ),
};
