/**
 * Stand-in for Supabase Auth: reads its request bodies and writes its errors.
 */
import { json } from "./http.ts";

/** From this version of Auth's API on, an error's body is `{code, message}`. */
const newErrors = "2024-01-01";

/** An error in GoTrue's words. */
export class AuthError extends Error {
  /** @param more fields that the body has besides code and message */
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly more: Record<string, unknown> = {},
  ) {
    super(message);
  }
}

/** GoTrue's body, old or new: supabase-js asks for the new one with a header. */
export function authErrorResponse(
  request: Request,
  error: AuthError,
): Response {
  const wants = request.headers.get("x-supabase-api-version") ?? "";
  const { status, code, message, more } = error;
  return wants >= newErrors
    ? json(status, { code, message, ...more }, {
      "x-supabase-api-version": newErrors,
    })
    : json(status, { code: status, error_code: code, msg: message, ...more });
}

/** The JSON object in a request's body. */
export async function readObject(
  request: Request,
): Promise<Record<string, unknown>> {
  try {
    const value = await request.json();
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // Falls through to the refusal.
  }
  throw new AuthError(400, "bad_json", "Could not parse request body as JSON");
}

/** A field that is text; the empty text when it is not. */
export function text(body: Record<string, unknown>, field: string): string {
  const value = body[field];
  return typeof value === "string" ? value : "";
}

/** A field that is an object; an empty one when it is not. */
export function metadata(
  body: Record<string, unknown>,
  field: string,
): Record<string, unknown> {
  const value = body[field];
  return typeof value === "object" && value !== null
    ? value as Record<string, unknown>
    : {};
}
