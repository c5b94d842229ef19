/**
 * Stand-in for Supabase's API gateway: what all responses have in common (JSON bodies, CORS).
 */
import { ApiError } from "./errors.ts";

const exposed =
  "Content-Encoding, Content-Location, Content-Range, Content-Type, Date, Location, " +
  "Preference-Applied, Range-Unit, Server, Transfer-Encoding, X-Supabase-Api-Version";

/** Headers that let a front end on any origin read a response. */
export const corsHeaders: Readonly<Record<string, string>> = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": exposed,
};

/** The response to a browser's preflight, which carries no key. */
export function preflight(request: Request): Response {
  const asked = request.headers.get("access-control-request-headers");
  return new Response(null, {
    status: 200,
    headers: {
      ...corsHeaders,
      "access-control-allow-methods":
        "GET, POST, PATCH, PUT, DELETE, OPTIONS, HEAD",
      "access-control-allow-headers": asked ??
        "apikey, authorization, content-type, prefer, range, x-client-info",
      "access-control-max-age": "86400",
    },
  });
}

/** A response with a JSON body. */
export function json(
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      "content-type": "application/json; charset=utf-8",
      ...corsHeaders,
      ...headers,
    },
  });
}

/** An error as a response; HEAD gets the status without a body. */
export function errorResponse(error: ApiError, method = "GET"): Response {
  const response = json(error.status, error.body, error.headers);
  return method === "HEAD"
    ? new Response(null, { status: response.status, headers: response.headers })
    : response;
}
