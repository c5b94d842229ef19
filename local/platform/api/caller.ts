/**
 * Stand-in for Supabase's API gateway and PostgREST: who is calling, as a role and claims.
 */
import { ApiError } from "./errors.ts";
import type { ApiKey } from "./keys.ts";
import type { Refusal, Tokens } from "./tokens.ts";

/** The role a request runs as and the claims that SQL sees in `request.jwt.claims`. */
export interface Caller {
  role: string;
  claims: Record<string, unknown>;
}

const refusals: Record<Refusal, [string, string]> = {
  parts: ["PGRST301", "Expected 3 parts in JWT"],
  signature: ["PGRST301", "No suitable key or wrong key type"],
  expired: ["PGRST303", "JWT expired"],
  not_yet_valid: ["PGRST303", "JWT not yet valid"],
  audience: ["PGRST303", "JWT not in audience"],
  claims: ["PGRST303", "Parsing claims failed"],
};

/** The token of an `Authorization: Bearer …` header, or null. */
export function bearerToken(request: Request): string | null {
  return /^bearer\s+(\S+)\s*$/i.exec(request.headers.get("authorization") ?? "")
    ?.[1] ?? null;
}

/**
 * Decides who calls. A user's JWT in `Authorization` decides the role whatever the key; without one, or
 * with the key itself there (supabase-js sends it so), the key's kind does.
 *
 * @throws ApiError 401 as PostgREST answers for a JWT that is malformed, expired, or not ours
 */
export async function identify(
  request: Request,
  key: ApiKey,
  tokens: Tokens,
): Promise<Caller> {
  const token = bearerToken(request);
  if (token === null || token === key.value) {
    const role = key.kind === "secret" ? "service_role" : "anon";
    return { role, claims: { role } };
  }
  const verdict = await tokens.verify(token);
  if ("refusal" in verdict) {
    const [code, message] = refusals[verdict.refusal];
    const full = verdict.refusal === "parts"
      ? `${message}; got ${token.split(".").length}`
      : message;
    throw new ApiError(401, code, full, null, null, {
      "www-authenticate":
        `Bearer error="invalid_token", error_description="${full}"`,
    });
  }
  const role = typeof verdict.claims.role === "string"
    ? verdict.claims.role
    : "anon";
  return { role, claims: { ...verdict.claims, role } };
}
