/**
 * Stand-in for PostgREST: the media types that a request accepts and a response has.
 */
import { ApiError, standIn } from "./errors.ts";

/** The form of a response with rows: a JSON array, the JSON object of exactly one row, or CSV. */
export type Form = "array" | "object" | "csv";

/** The media type of each form. */
export const mediaTypes: Readonly<Record<Form, string>> = {
  array: "application/json",
  object: "application/vnd.pgrst.object+json",
  csv: "text/csv",
};

/** The media types of the header `Accept`, in order, each with its parameters; any when there is none. */
function accepted(request: Request): { media: string; rest: string[] }[] {
  const header = request.headers.get("accept") ?? "*/*";
  return header.split(",").map((type) => {
    const [media, ...rest] = type.toLowerCase().split(";");
    return { media: media.trim(), rest: rest.map((part) => part.trim()) };
  });
}

function unavailable(request: Request): ApiError {
  const types = accepted(request).map(({ media, rest }) =>
    [media, ...rest].join(";")
  );
  return new ApiError(
    406,
    "PGRST107",
    `None of these media types are available: ${types.join(", ")}`,
  );
}

/**
 * Reads which form a request for rows accepts.
 *
 * @throws ApiError 406 PGRST107 for a media type that PostgREST does not have, STANDIN for one that only PostgREST has
 */
export function acceptedForm(request: Request): Form {
  for (const { media, rest } of accepted(request)) {
    if (
      media === "application/vnd.pgrst.object+json" ||
      media === "application/vnd.pgrst.object"
    ) {
      if (rest.includes("nulls=stripped")) {
        throw standIn("stripped nulls", "Leave them out yourself.");
      }
      return "object";
    }
    if (["application/json", "*/*", "application/*"].includes(media)) {
      return "array";
    }
    if (media === "text/csv") return "csv";
    if (media.startsWith("application/vnd.pgrst")) {
      throw standIn(
        `responses as ${media}`,
        "Ask for application/json or text/csv.",
      );
    }
  }
  throw unavailable(request);
}

/** The media type of the API's description. */
export const openApiType = "application/openapi+json";

/**
 * Checks that a request for the API's description accepts it.
 *
 * @throws ApiError 406 PGRST107
 */
export function checkAcceptsOpenApi(request: Request): void {
  const fits = accepted(request).some(({ media }) =>
    [openApiType, "application/json", "*/*"].includes(media)
  );
  if (!fits) throw unavailable(request);
}
