/**
 * Starts a collection for the signed-in user. The database decides which weeks it has and whether it was asked for before;
 * the schedule collects them.
 */
import { withSupabase } from "@supabase/server";
import { openAdminClient } from "../_shared/database/admin.ts";
import type { Json } from "../_shared/database/database.types.ts";
import { DatabaseError } from "../_shared/database/errors.ts";
import { createRpc } from "../_shared/database/rpc.ts";
import { refusal, RequestError, requirePost } from "../_shared/http/answers.ts";
import { createLog } from "../_shared/log.ts";
import { readIdempotencyKey, readRequest } from "./request.ts";

const log = createLog();

const ALLOWED_HEADERS =
  "authorization, x-client-info, apikey, content-type, idempotency-key";

async function start(request: Request, ownerId: string): Promise<Response> {
  requirePost(request);
  const idempotency_key = readIdempotencyKey(request);
  const { instance, workflow, parameter_values, ...range } = await readRequest(
    request,
  );
  const answer = await createRpc(openAdminClient())("create_collection", {
    owner_id: ownerId,
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

/** The database's refusals carry a stable code in their detail, and the status in their SQLSTATE or by class. */
function asRequestError(error: unknown): RequestError | null {
  if (error instanceof RequestError) return error;
  if (!(error instanceof DatabaseError) || error.detail === null) return null;
  const { code, detail, message, hint } = error;
  if (!/^[a-z_]+$/.test(detail) || !/^(22|PT4)/.test(code ?? "")) return null;
  const status = code!.startsWith("PT") ? Number(code!.slice(2)) : 400;
  return new RequestError(
    status,
    detail,
    message.replace(/^create_collection: /, ""),
    hint,
  );
}

export default {
  fetch: withSupabase({
    auth: "user",
    cors: {
      headers: {
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Allow-Methods": "POST, OPTIONS",
        "Access-Control-Allow-Headers": ALLOWED_HEADERS,
      },
    },
  }, async (request, { userClaims }) => {
    try {
      return await start(request, userClaims!.id);
    } catch (error) {
      const mistake = asRequestError(error);
      if (mistake !== null) return refusal(mistake);
      log("error", "start_collection_failed", {
        error: (error as Error).name,
        code: (error as { code?: string }).code,
        message: (error as Error).message,
      });
      return refusal(
        new RequestError(
          500,
          "internal_error",
          "The collection could not be started.",
          "Try again; with an Idempotency-Key it cannot be started twice.",
        ),
      );
    }
  }),
};
