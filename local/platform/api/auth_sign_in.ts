/**
 * Stand-in for Supabase Auth: beginning and renewing a session: sign-up, sign-in with a password, refresh.
 */
import { type AuthContext, signedIn } from "./auth_context.ts";
import { checkAddress, checkPassword } from "./auth_password.ts";
import { AuthError, metadata, readObject, text } from "./auth_protocol.ts";
import { findUser, insertUser, signIn } from "./auth_users.ts";

/**
 * `POST signup`: makes a user with a password, confirmed at once as with `enable_confirmations = false`, and signs in.
 *
 * An address that was made by an administrator and never confirmed counts as taken; GoTrue would confirm it.
 *
 * @throws AuthError for an address that is taken or is none, a weak password, a phone number, and anonymous sign-in
 */
export async function signUp(
  context: AuthContext,
  request: Request,
): Promise<Response> {
  const body = await readObject(request);
  const { email, password, phone } = {
    email: text(body, "email"),
    password: text(body, "password"),
    phone: text(body, "phone"),
  };
  if (email === "" && phone === "") {
    const message = "Anonymous sign-ins are disabled";
    throw new AuthError(422, "anonymous_provider_disabled", message);
  }
  if (password === "") {
    const message = "Signup requires a valid password";
    throw new AuthError(400, "validation_failed", message);
  }
  checkPassword(password);
  if (email !== "" && phone !== "") {
    const message =
      "Only an email address or phone number should be provided on signup.";
    throw new AuthError(400, "validation_failed", message);
  }
  if (phone !== "") {
    const message = "Phone signups are disabled";
    throw new AuthError(400, "phone_provider_disabled", message);
  }
  checkAddress(email);
  const made = await insertUser(context.database, {
    email,
    password,
    confirmed: true,
    userMetadata: metadata(body, "data"),
  });
  if (!made) {
    throw new AuthError(422, "user_already_exists", "User already registered");
  }
  const user = await signIn(context.database, email, password);
  const { session, refreshToken } = context.sessions.begin(made.id);
  return await signedIn(context, user ?? made, session, refreshToken);
}

/**
 * `POST token`: a session for a password, or for a refresh token.
 *
 * @throws AuthError for credentials that do not fit, and STANDIN for another kind of grant
 */
export async function grantToken(
  context: AuthContext,
  request: Request,
): Promise<Response> {
  const grant = new URL(request.url).searchParams.get("grant_type") ?? "";
  if (grant === "password") {
    return await signInWithPassword(context, await readObject(request));
  }
  if (grant === "refresh_token") {
    return await refresh(context, await readObject(request));
  }
  throw new AuthError(
    400,
    "STANDIN",
    `The local stand-in does not support grant_type "${grant}"`,
  );
}

async function signInWithPassword(
  context: AuthContext,
  body: Record<string, unknown>,
): Promise<Response> {
  const [email, password] = [text(body, "email"), text(body, "password")];
  if (email === "") {
    throw new AuthError(400, "validation_failed", "missing email or phone");
  }
  const user = await signIn(context.database, email, password);
  if (!user) {
    throw new AuthError(
      400,
      "invalid_credentials",
      "Invalid login credentials",
    );
  }
  if (user.email_confirmed_at === null) {
    throw new AuthError(400, "email_not_confirmed", "Email not confirmed");
  }
  const { session, refreshToken } = context.sessions.begin(user.id);
  return await signedIn(context, user, session, refreshToken);
}

const notFound = () =>
  new AuthError(
    400,
    "refresh_token_not_found",
    "Invalid Refresh Token: Refresh Token Not Found",
  );

async function refresh(
  context: AuthContext,
  body: Record<string, unknown>,
): Promise<Response> {
  const given = text(body, "refresh_token");
  if (given === "") {
    throw new AuthError(400, "validation_failed", "refresh_token required");
  }
  const result = context.sessions.refresh(given);
  if ("refusal" in result) {
    if (result.refusal === "not_found") throw notFound();
    throw new AuthError(
      400,
      "refresh_token_already_used",
      "Invalid Refresh Token: Already Used",
    );
  }
  const { session, refreshToken } = result;
  const user = await findUser(context.database, session.userId);
  if (!user) throw notFound();
  return await signedIn(context, user, session, refreshToken);
}
