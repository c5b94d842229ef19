/**
 * Stand-in for Supabase Auth: what a secret key may do: create and delete users.
 */
import type { AuthContext } from "./auth_context.ts";
import { checkAddress } from "./auth_password.ts";
import { AuthError, metadata, readObject, text } from "./auth_protocol.ts";
import { deleteUser, insertUser, type User } from "./auth_users.ts";
import { bearerToken } from "./caller.ts";
import { json } from "./http.ts";
import type { ApiKey } from "./keys.ts";

function requireAdmin(request: Request, key: ApiKey): void {
  const token = bearerToken(request);
  if (key.kind === "secret" && (token === null || token === key.value)) return;
  throw new AuthError(403, "not_admin", "User not allowed");
}

/**
 * Makes a user.
 *
 * @throws AuthError for an address that is none, or is taken
 */
export async function makeUser(
  context: AuthContext,
  user: Parameters<typeof insertUser>[1],
): Promise<User> {
  checkAddress(user.email);
  const made = await insertUser(context.database, user);
  if (made) return made;
  const message = "A user with this email address has already been registered";
  throw new AuthError(422, "email_exists", message);
}

/** `POST admin/users`: makes a user, for a secret key. */
export async function createUser(
  context: AuthContext,
  request: Request,
  key: ApiKey,
): Promise<Response> {
  requireAdmin(request, key);
  const body = await readObject(request);
  const user = await makeUser(context, {
    email: text(body, "email"),
    password: text(body, "password"),
    confirmed: body.email_confirm === true,
    appMetadata: metadata(body, "app_metadata"),
    userMetadata: metadata(body, "user_metadata"),
  });
  return json(200, user);
}

/** `DELETE admin/users/<id>`: deletes a user and ends the user's sessions, for a secret key. */
export async function removeUser(
  context: AuthContext,
  request: Request,
  key: ApiKey,
  id: string,
): Promise<Response> {
  requireAdmin(request, key);
  const user = await deleteUser(context.database, id);
  if (!user) throw new AuthError(404, "user_not_found", "User not found");
  context.sessions.endAll(id);
  return json(200, {});
}
