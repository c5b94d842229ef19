/** AMC simulator: the bodies that an error may have. */
import { amazonHeaders, type Reply } from "./http.ts";

/**
 * json: `{"code","details"}` (SPEC and observed, H). message: `{"message"}`, as gateways do (observed, H). html: a proxy's
 * page (observed). The others are forms of Amazon's other APIs, invented for this one: Message and errors; `details` as
 * an array or an object; a problem of RFC 9457; no body; a text, as `details` and `contentType` say.
 */
export const ERROR_BODIES = [
  "json",
  "message",
  "html",
  "Message",
  "errors",
  "details_array",
  "details_object",
  "problem",
  "empty",
  "text",
] as const;

type ErrorBody = typeof ERROR_BODIES[number];

/** What a body is made of. */
export interface ErrorParts {
  status: number;
  body: ErrorBody;
  /** AMC's words; default: the reason of the status. */
  details?: string;
  contentType?: string;
}

/** An error response with a body of some form. */
export function errorBody(parts: ErrorParts, reason: string): Reply {
  const { status, body, contentType = "text/plain" } = parts;
  if (body === "empty") return { status, headers: {}, body: "" };
  if (body === "html") return page(`${status} ${reason}`, status);
  // What the API gateway says when the API does not answer in time (observed, H).
  const late = body === "message" && status === 504;
  const words = parts.details ?? (late ? "Endpoint request timed out" : reason);
  if (body === "text") {
    return { status, headers: { "content-type": contentType }, body: words };
  }
  return {
    status,
    headers: { "content-type": "application/json", ...amazonHeaders() },
    body: JSON.stringify(jsonOf(body, status, words)),
  };
}

function jsonOf(
  body: Exclude<ErrorBody, "html" | "empty" | "text">,
  status: number,
  words: string,
): unknown {
  const code = String(status);
  switch (body) {
    case "json":
      return { code, details: words };
    case "message":
      return { message: words };
    case "Message":
      return { Message: words };
    case "errors":
      return { errors: [{ errorType: code, message: words }] };
    case "details_array":
      return { code, details: [{ field: "workflowId", message: words }] };
    case "details_object":
      return { code, details: { reason: words } };
    case "problem":
      return { type: "about:blank", title: words, status };
  }
}

/** As openresty answers for Amazon (observed). */
function page(title: string, status: number): Reply {
  return {
    status,
    headers: { "content-type": "text/html" },
    body:
      `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n` +
      "<hr><center>openresty</center>\r\n</body>\r\n</html>\r\n",
  };
}
