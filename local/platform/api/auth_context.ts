/**
 * Stand-in for Supabase Auth: what its routes share: users, sessions, tokens, and who is calling.
 */
import { AuthError } from "./auth_protocol.ts";
import { sessionResponse } from "./auth_response.ts";
import type { Session, Sessions } from "./auth_sessions.ts";
import { findUser, type User } from "./auth_users.ts";
import { bearerToken } from "./caller.ts";
import type { Database } from "./database.ts";
import { json } from "./http.ts";
import type { KeyLookup } from "./keys.ts";
import type { Tokens } from "./tokens.ts";

/** What the routes under `/auth/v1` are made with. */
export interface AuthOptions {
  /** Connects as a role that may write `auth.users`. */
  database: Database;
  tokens: Tokens;
  keys: KeyLookup;
  /** The issuer of the tokens: `<url>/auth/v1`. */
  issuer: () => string;
}

/** What a route under `/auth/v1` works with. */
export interface AuthContext extends AuthOptions {
  sessions: Sessions;
}

/** The response to whoever signs in, signs up or refreshes: the user with an access and a refresh token. */
export async function signedIn(
  context: AuthContext,
  user: User,
  session: Session,
  refreshToken: string,
): Promise<Response> {
  const { tokens, issuer } = context;
  return json(
    200,
    await sessionResponse(tokens, issuer(), user, session, refreshToken),
  );
}

/**
 * Finds out whose access token a request carries.
 *
 * @returns the user, and the id of the session, empty when the token names none
 * @throws AuthError 401 or 403, in GoTrue's words
 */
export async function authenticate(
  context: AuthContext,
  request: Request,
): Promise<{ user: User; sessionId: string }> {
  const token = bearerToken(request);
  if (token === null) {
    const message = "This endpoint requires a valid Bearer token";
    throw new AuthError(401, "no_authorization", message);
  }
  // The gateway turns a key into a token of its role, which names no user.
  if (context.keys(token)) {
    throw new AuthError(403, "bad_jwt", "invalid claim: missing sub claim");
  }
  const verdict = await context.tokens.verify(token);
  if ("refusal" in verdict) {
    const why = verdict.refusal === "expired"
      ? "token is expired"
      : "token is not valid";
    const message = `invalid JWT: unable to parse or verify signature, ${why}`;
    throw new AuthError(403, "bad_jwt", message);
  }
  const { sub, session_id } = verdict.claims;
  const user = sub ? await findUser(context.database, sub) : null;
  if (!user) {
    const message = "User from sub claim in JWT does not exist";
    throw new AuthError(403, "user_not_found", message);
  }
  if (typeof session_id === "string" && !context.sessions.find(session_id)) {
    const message = "Session from session_id claim in JWT does not exist";
    throw new AuthError(403, "session_not_found", message);
  }
  return { user, sessionId: typeof session_id === "string" ? session_id : "" };
}
