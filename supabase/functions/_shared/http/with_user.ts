import {
  type SupabaseContext,
  withSupabase,
  type WithSupabaseConfig,
} from "@supabase/server";
import type { Log } from "../log.ts";
import { withErrorResponses } from "./with_error_responses.ts";

/**
 * Serves a signed-in user: whoever is not gets 401, in the same form as every other refusal.
 *
 * @param event the log's word for a failure
 * @param cors headers for browsers, if the usual ones do not do
 */
export function withUser<Database>(
  log: Log,
  event: string,
  handler: (
    request: Request,
    context: SupabaseContext<Database>,
  ) => Promise<Response>,
  cors?: WithSupabaseConfig["cors"],
): (request: Request) => Promise<Response> {
  const serve = withSupabase<Database>(
    { auth: "user", ...(cors ? { cors } : {}) },
    withErrorResponses(log, event, handler),
  );
  return async (request) => {
    const response = await serve(request);
    if (response.status !== 401) return response;
    const { message } = await response.clone().json().catch(() => ({}));
    if (typeof message !== "string") return response;
    return Response.json({
      error: {
        code: "unauthorized",
        message,
        hint: "Sign in, and send the user's access token.",
      },
    }, { status: 401, headers: corsOf(response) });
  };
}

function corsOf(response: Response): Headers {
  return new Headers(
    [...response.headers].filter(([name]) =>
      name.startsWith("access-control-")
    ),
  );
}
