/**
 * Asks for weeks of a query for the signed-in user. The database makes its collection, or adds what that does not have yet;
 * the worker collects it. With `dry_run` it answers what that would do.
 */
import { openAdminApi } from "../_shared/database/api.ts";
import { createRpc, type Rpc } from "../_shared/database/rpc.ts";
import { InvalidBody } from "../_shared/http/body.ts";
import { requirePost } from "../_shared/http/request_error.ts";
import { withUser } from "../_shared/http/with_user.ts";
import { createLog } from "../_shared/log.ts";
import { argumentsOf, withEveryField, withOtherFields } from "./planning.ts";
import {
  type CollectionRequest,
  readIdempotencyKey,
  readRequest,
} from "./request.ts";

const log = createLog();

/** What the database answers: what the request changed, and the weeks that it asked for. */
type Answer = {
  collection_id: string;
  created: boolean;
  extended: number;
  reopened: number;
  settled: number;
  weeks: unknown[];
};

async function start(request: Request, userId: string): Promise<Response> {
  requirePost(request);
  const rpc = createRpc(openAdminApi());
  const { dry_run, idempotency_key: sent, ...asked } = await read(
    request,
    rpc,
    userId,
  );
  const idempotency_key = readIdempotencyKey(request, sent);
  const given = argumentsOf(userId, asked);
  if (dry_run) {
    return Response.json(await rpc("preview_collection", given));
  }
  const answer = await rpc("start_collection", {
    ...given,
    ...(idempotency_key ? { idempotency_key } : {}),
  }).catch(async (error) => {
    throw await withEveryField(rpc, given, error);
  }) as Answer;
  log("info", answer.created ? "collection_created" : "collection_asked_for", {
    collection_id: answer.collection_id,
    instance_id: asked.instance,
    workflow_id: asked.workflow,
    weeks: answer.weeks.length,
    extended: answer.extended,
    reopened: answer.reopened,
    settled: answer.settled,
  });
  return Response.json(answer, { status: answer.created ? 201 : 200 });
}

async function read(
  request: Request,
  rpc: Rpc,
  userId: string,
): Promise<CollectionRequest> {
  try {
    return await readRequest(request);
  } catch (error) {
    throw error instanceof InvalidBody
      ? await withOtherFields(rpc, userId, error)
      : error;
  }
}

export default {
  fetch: withUser(
    log,
    "start_collection_failed",
    (request, { id }) => start(request, id),
  ),
};
