/**
 * Starts a collection for the signed-in user. The database decides which weeks it has, and whether the same request came
 * before; the worker collects them.
 */
import { openAdminApi } from "../_shared/database/api.ts";
import type { Json } from "../_shared/database/database.types.ts";
import { createRpc } from "../_shared/database/rpc.ts";
import { requirePost } from "../_shared/http/request_error.ts";
import { withUser } from "../_shared/http/with_user.ts";
import { createLog } from "../_shared/log.ts";
import { readIdempotencyKey, readRequest } from "./request.ts";

const log = createLog();

async function start(request: Request, ownerId: string): Promise<Response> {
  requirePost(request);
  const {
    instance,
    workflow,
    parameter_values,
    idempotency_key: sent,
    ...range
  } = await readRequest(request);
  const idempotency_key = readIdempotencyKey(request, sent);
  const answer = await createRpc(openAdminApi())("create_collection", {
    requested_by: ownerId,
    instance_id: instance,
    workflow_id: workflow,
    ...range,
    ...(parameter_values ? { parameter_values: parameter_values as Json } : {}),
    ...(idempotency_key ? { idempotency_key } : {}),
  }) as { collection_id: string; created: boolean; weeks: unknown[] };
  log("info", answer.created ? "collection_created" : "collection_repeated", {
    collection_id: answer.collection_id,
    instance_id: instance,
    workflow_id: workflow,
    weeks: answer.weeks.length,
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
