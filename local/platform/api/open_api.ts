/**
 * Stand-in for PostgREST: the description of the API (`GET /rest/v1/`), an OpenAPI 2 document in PostgREST's form.
 */
import type { RestContext } from "./context.ts";
import { ApiError } from "./errors.ts";
import { corsHeaders, json } from "./http.ts";
import type { ApiKey } from "./keys.ts";
import { checkAcceptsOpenApi, mediaTypes, openApiType } from "./media.ts";
import { describedObjects } from "./open_api_catalog.ts";
import { openApiDocument } from "./open_api_document.ts";
import { becomeCaller, inTransaction, requestFacts } from "./transaction.ts";

/**
 * Answers a request for the description of the tables, views and functions that the caller has a right to.
 *
 * As on a hosted project since 2026, the gateway lets only secret keys ask; a user's JWT beside the key still decides
 * the role.
 *
 * @throws ApiError 405 PGRST117 for another method, 406 PGRST107 for a media type that the root does not have
 */
export async function describeApi(
  context: RestContext,
  request: Request,
  key: ApiKey,
): Promise<Response> {
  if (key.kind !== "secret") {
    return json(401, {
      message: "Access to schema is forbidden",
      hint:
        "Accessing the schema via the Data API is only allowed using a secret API key.",
    });
  }
  if (request.method !== "GET" && request.method !== "HEAD") {
    throw new ApiError(
      405,
      "PGRST117",
      `Unsupported HTTP method: ${request.method}`,
    );
  }
  checkAcceptsOpenApi(request);
  const described = await inTransaction(context.database, async (tx) => {
    const facts = requestFacts(request, context.caller, context.schema);
    await becomeCaller(tx, facts, true);
    return await describedObjects(tx, context.schema);
  });
  const document = openApiDocument(described, new URL(request.url), [
    ...Object.values(mediaTypes),
  ]);
  const body = request.method === "HEAD" ? null : JSON.stringify(document);
  return new Response(body, {
    headers: {
      ...corsHeaders,
      "content-type": `${openApiType}; charset=utf-8`,
    },
  });
}
