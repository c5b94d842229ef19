/**
 * Stand-in for Supabase Auth: the response to a sign-in or a refresh, with the claims that Auth signs.
 */
import type { Session } from "./auth_sessions.ts";
import type { User } from "./auth_users.ts";
import type { Tokens } from "./tokens.ts";

/** How long an access token is good, in seconds. */
const tokenLifetime = 3600;

/**
 * Signs an access token and returns it with the rest of the response's body.
 *
 * @param issuer `<url>/auth/v1`
 */
export async function sessionResponse(
  tokens: Tokens,
  issuer: string,
  user: User,
  session: Session,
  refreshToken: string,
): Promise<Record<string, unknown>> {
  const now = Math.floor(Date.now() / 1000);
  const accessToken = await tokens.sign({
    iss: issuer,
    sub: user.id,
    aud: "authenticated",
    exp: now + tokenLifetime,
    iat: now,
    email: user.email,
    phone: "",
    app_metadata: user.app_metadata,
    user_metadata: user.user_metadata,
    role: user.role,
    aal: "aal1",
    amr: [{ method: "password", timestamp: session.since }],
    session_id: session.id,
    is_anonymous: false,
  });
  return {
    access_token: accessToken,
    token_type: "bearer",
    expires_in: tokenLifetime,
    expires_at: now + tokenLifetime,
    refresh_token: refreshToken,
    user,
    weak_password: null,
  };
}
