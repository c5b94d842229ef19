// The headers that supabase-js sends, as `corsHeaders` of `@supabase/supabase-js/cors` lists them: a test compares the two. The
// package itself would make a function larger than the server bundles (docs/decisions/supabase-js.md).
const HEADERS =
  "authorization, x-client-info, apikey, content-type, x-retry-count, traceparent, tracestate, baggage, idempotency-key";
const METHODS = "GET, POST, PUT, PATCH, DELETE, OPTIONS";

const ALLOWED = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Allow-Methods": METHODS,
  "Access-Control-Allow-Headers": HEADERS,
};

/**
 * Lets browsers call a function from any origin: answers their preflight requests, and puts the headers that they look for
 * on every response.
 */
export function withCors(
  serve: (request: Request) => Promise<Response>,
): (request: Request) => Promise<Response> {
  return async (request) => {
    if (request.method === "OPTIONS") {
      return new Response(null, { status: 204, headers: ALLOWED });
    }
    const response = await serve(request);
    const readable = new Response(response.body, response);
    for (const [name, value] of Object.entries(ALLOWED)) {
      readable.headers.set(name, value);
    }
    return readable;
  };
}
