/**
 * Stand-in for PostgREST: the routes under `/rest/v1`.
 */
import { type Caller, identify } from "./caller.ts";
import type { RestContext, RestOptions } from "./context.ts";
import { ApiError, standIn, toApiError } from "./errors.ts";
import { errorResponse } from "./http.ts";
import type { ApiKey } from "./keys.ts";
import { changeRelation } from "./mutation.ts";
import { describeApi } from "./open_api.ts";
import { requestedSchema } from "./params.ts";
import { readRelation } from "./relation.ts";
import { callFunction } from "./rpc.ts";

function route(
  context: RestContext,
  request: Request,
  path: string,
  key: ApiKey,
): Promise<Response> {
  if (path === "") return describeApi(context, request, key);
  const call = /^rpc\/([^/]+)$/.exec(path);
  if (call) return callFunction(context, request, decodeURIComponent(call[1]));
  if (path.includes("/")) {
    throw new ApiError(
      404,
      "PGRST125",
      "Invalid path specified in request URL",
    );
  }
  const name = decodeURIComponent(path);
  switch (request.method) {
    case "GET":
    case "HEAD":
      return readRelation(context, request, name);
    case "POST":
    case "PATCH":
    case "DELETE":
      return changeRelation(context, request, name);
    case "PUT":
      throw standIn("upserts with PUT", "Use POST or PATCH.");
    default:
      throw new ApiError(
        405,
        "PGRST117",
        `Unsupported HTTP method: ${request.method}`,
      );
  }
}

/** Answers a request under `/rest/v1`; every failure becomes a response. */
export async function rest(
  options: RestOptions,
  request: Request,
  key: ApiKey,
): Promise<Response> {
  let caller: Caller | null = null;
  try {
    caller = await identify(request, key, options.tokens);
    const schema = requestedSchema(request, options.schemas);
    const path = new URL(request.url).pathname.replace(/^\/rest\/v1\/?/, "");
    const { database, maxRows } = options;
    const context = { database, caller, schema, maxRows };
    const response = await route(context, request, path, key);
    // Which of several schemas answered, PostgREST says itself.
    if (options.schemas.length > 1) {
      response.headers.set("content-profile", schema);
    }
    return response;
  } catch (error) {
    return errorResponse(
      toApiError(error, caller?.role === "anon"),
      request.method,
    );
  }
}
