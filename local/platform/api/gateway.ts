/**
 * Stand-in for Supabase's API gateway: which path goes where.
 *
 * `/rest/v1`, `/auth/v1` and `/functions/v1` are served. Realtime, Storage and GraphQL are refused by
 * name; so is every other path.
 */
import type { Auth } from "./auth.ts";
import { errorResponse, json, preflight } from "./http.ts";
import { ApiError } from "./errors.ts";
import { checkKey, type KeyLookup } from "./keys.ts";
import type { RestOptions } from "./context.ts";
import { rest } from "./rest.ts";

/** What the gateway routes to. */
export interface GatewayOptions {
  rest: RestOptions;
  auth: Auth;
  keys: KeyLookup;
  functions: (request: Request) => Promise<Response>;
}

const served = "/rest/v1, /auth/v1 and /functions/v1";
const refused: Record<string, string> = {
  realtime: "Realtime",
  storage: "Storage",
  graphql: "GraphQL",
  pg: "pg-meta",
};

/** Routes one request. */
export async function gateway(
  options: GatewayOptions,
  request: Request,
): Promise<Response> {
  const { pathname } = new URL(request.url);
  const [, area, version] = pathname.split("/");
  // Functions answer for themselves, preflights included, as on a hosted project.
  if (area === "functions" && version === "v1") {
    return await options.functions(request);
  }
  if (request.method === "OPTIONS") return preflight(request);
  if (area === "auth" && version === "v1") {
    return await options.auth.handle(
      request,
      pathname.replace(/^\/auth\/v1\/?/, ""),
    );
  }
  if (area === "rest" && version === "v1") {
    const key = checkKey(request, options.keys);
    return key instanceof Response
      ? key
      : await rest(options.rest, request, key);
  }
  if (area in refused) {
    return errorResponse(
      new ApiError(
        400,
        "STANDIN",
        `The local platform has no ${refused[area]}`,
        null,
        `It serves ${served}.`,
      ),
      request.method,
    );
  }
  return json(404, {
    message: "no Route matched with those values",
    hint: `It serves ${served}.`,
  });
}
