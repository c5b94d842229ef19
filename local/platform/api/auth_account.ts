/**
 * Stand-in for Supabase Auth: what a signed-in user does with the own account: read it, change it, sign out.
 */
import { type AuthContext, authenticate } from "./auth_context.ts";
import { checkPassword } from "./auth_password.ts";
import { AuthError, readObject } from "./auth_protocol.ts";
import { hasPassword, updateUser, type User } from "./auth_users.ts";
import { json } from "./http.ts";

/** `GET user`: the user of the access token. */
export async function readAccount(
  context: AuthContext,
  request: Request,
): Promise<Response> {
  return json(200, (await authenticate(context, request)).user);
}

/** What a user may change here. */
const changeable = ["password", "data", "nonce"];

/** Refuses a change that this stand-in does not make; what stays as it is may be sent along. */
function checkChange(user: User, body: Record<string, unknown>): void {
  if (body.app_metadata !== undefined && body.app_metadata !== null) {
    const message = "Updating app_metadata requires admin privileges";
    throw new AuthError(403, "not_admin", message);
  }
  const refused = Object.entries(body).find(([name, value]) =>
    !changeable.includes(name) && value !== null && value !== "" &&
    !(name === "email" && String(value).toLowerCase() === user.email)
  );
  if (!refused) return;
  throw new AuthError(
    400,
    "STANDIN",
    `The local stand-in for Supabase Auth does not support a change of "${
      refused[0]
    }"; it supports password and data`,
  );
}

/**
 * `PUT user`: changes the password or the metadata of the user of the access token.
 *
 * A new password ends the user's other sessions, as in GoTrue. Access tokens already given out stay good under
 * `/rest/v1` until they expire.
 *
 * @throws AuthError for a weak password, the same one again, and STANDIN for another change
 */
export async function changeAccount(
  context: AuthContext,
  request: Request,
): Promise<Response> {
  const { user, sessionId } = await authenticate(context, request);
  const body = await readObject(request);
  checkChange(user, body);
  const password = typeof body.password === "string" ? body.password : null;
  if (password !== null) {
    checkPassword(password);
    if (await hasPassword(context.database, user.id, password)) {
      const message = "New password should be different from the old password.";
      throw new AuthError(422, "same_password", message);
    }
  }
  const changed = await updateUser(context.database, user.id, {
    password,
    userMetadata: isObject(body.data) ? body.data : {},
  });
  if (!changed) throw new AuthError(404, "user_not_found", "User not found");
  if (password !== null) {
    context.sessions.endAll(user.id, sessionId === "" ? null : sessionId);
  }
  return json(200, changed);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * `POST logout`: ends the session of the access token, the user's other ones, or all.
 *
 * @throws AuthError for another scope than `local`, `others` and `global`
 */
export async function signOut(
  context: AuthContext,
  request: Request,
): Promise<Response> {
  const { user, sessionId } = await authenticate(context, request);
  const { sessions } = context;
  const scope = new URL(request.url).searchParams.get("scope") ?? "global";
  if (scope === "local") sessions.end(sessionId);
  else if (scope === "others") sessions.endAll(user.id, sessionId);
  else if (scope === "global") sessions.endAll(user.id);
  else {
    const message = `Unsupported logout scope "${scope}"`;
    throw new AuthError(400, "validation_failed", message);
  }
  const { headers } = json(200, null);
  headers.delete("content-type");
  return new Response(null, { status: 204, headers });
}
