/** AMC simulator: the forms in which headers may come. */
import type { Call, Reply } from "./http.ts";
import type { Settings } from "./settings.ts";

const REQUEST_ID_HEADERS = ["x-amz-rid", "x-amz-request-id"];

const MEDIA_TYPES = {
  json: "application/json",
  octets: "application/octet-stream",
  text: "text/plain; charset=ISO-8859-1",
};

/** Gives a response of the Ads API the media type and the request id headers that the settings say. */
export function withHeaders(
  call: Call,
  reply: Reply,
  { mediaType, requestId }: Settings["answers"],
): Reply {
  if (["token", "download"].includes(call.operation)) return reply;
  const headers = { ...reply.headers };
  const isJson = /json$/.test(headers["content-type"] ?? "");
  if (mediaType !== "vendor" && isJson) {
    headers["content-type"] = MEDIA_TYPES[mediaType];
  }
  const id = headers["x-amz-rid"];
  if (requestId === "both" || id === undefined) return { ...reply, headers };
  for (const name of REQUEST_ID_HEADERS) delete headers[name];
  if (requestId !== "none") headers[requestId] = id;
  return { ...reply, headers };
}
