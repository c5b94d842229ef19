const METHODS = "GET, POST, PUT, PATCH, DELETE, OPTIONS";
const HEADERS =
  "authorization, x-client-info, apikey, content-type, x-retry-count, traceparent, tracestate, baggage";

/** Which requests browsers may send from pages of other origins. */
export interface Cors {
  /** The methods, separated by commas. */
  methods?: string;
  /** The request headers, separated by commas. */
  headers?: string;
}

/**
 * Lets browsers call a function from any origin: answers their preflight requests, and puts the headers that they look for
 * on every response.
 *
 * @param cors what is allowed; by default every method, and the headers that supabase-js sends
 */
export function withCors(
  serve: (request: Request) => Promise<Response>,
  { methods = METHODS, headers = HEADERS }: Cors = {},
): (request: Request) => Promise<Response> {
  const allowed = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": methods,
    "Access-Control-Allow-Headers": headers,
  };
  return async (request) => {
    if (request.method === "OPTIONS") {
      return new Response(null, { status: 204, headers: allowed });
    }
    const response = await serve(request);
    const readable = new Response(response.body, response);
    for (const [name, value] of Object.entries(allowed)) {
      readable.headers.set(name, value);
    }
    return readable;
  };
}
