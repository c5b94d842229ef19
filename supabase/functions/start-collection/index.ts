/**
 * Asks for weeks of a query for the signed-in user. The database makes its collection, or adds what that does not have yet;
 * the worker collects it.
 */
import { openAdminApi } from "../_shared/database/api.ts";
import type { Json } from "../_shared/database/database.types.ts";
import { createRpc } from "../_shared/database/rpc.ts";
import { requirePost } from "../_shared/http/request_error.ts";
import { withUser } from "../_shared/http/with_user.ts";
import { createLog } from "../_shared/log.ts";
import { readIdempotencyKey, readRequest } from "./request.ts";

const log = createLog();

/** What the database answers: what the request changed, and the weeks that it asked for. */
type Answer = {
  collection_id: string;
  created: boolean;
  extended: number;
  reopened: number;
  weeks: unknown[];
};

async function start(request: Request, userId: string): Promise<Response> {
  requirePost(request);
  const {
    instance,
    workflow,
    parameter_values,
    idempotency_key: sent,
    ...range
  } = await readRequest(request);
  const idempotency_key = readIdempotencyKey(request, sent);
  const answer = await createRpc(openAdminApi())("start_collection", {
    requested_by: userId,
    instance_id: instance,
    workflow_id: workflow,
    ...range,
    ...(parameter_values ? { parameter_values: parameter_values as Json } : {}),
    ...(idempotency_key ? { idempotency_key } : {}),
  }) as Answer;
  log("info", answer.created ? "collection_created" : "collection_asked_for", {
    collection_id: answer.collection_id,
    instance_id: instance,
    workflow_id: workflow,
    weeks: answer.weeks.length,
    extended: answer.extended,
    reopened: answer.reopened,
  });
  return Response.json(answer, { status: answer.created ? 201 : 200 });
}

export default {
  fetch: withUser(
    log,
    "start_collection_failed",
    (request, { id }) => start(request, id),
  ),
};
