/**
 * Stand-in for Supabase Auth (GoTrue): password sign-in, refresh, user, sign-out, keys, and the two admin
 * calls that tests need (create and delete a user). All else under `/auth/v1` is refused by name.
 */
import { type Session, Sessions } from "./auth_sessions.ts";
import {
  deleteUser,
  findUser,
  insertUser,
  signIn,
  type User,
} from "./auth_users.ts";
import {
  AuthError,
  authErrorResponse,
  metadata,
  readObject,
  text,
} from "./auth_protocol.ts";
import { sessionResponse } from "./auth_response.ts";
import { bearerToken } from "./caller.ts";
import type { Database } from "./database.ts";
import { json } from "./http.ts";
import { type ApiKey, checkKey, type KeyLookup } from "./keys.ts";
import type { Tokens } from "./tokens.ts";

/** What the routes under `/auth/v1` stand on. */
export interface AuthOptions {
  /** Connects as a role that may write `auth.users`. */
  database: Database;
  tokens: Tokens;
  keys: KeyLookup;
  /** The issuer of the tokens: `<url>/auth/v1`. */
  issuer: () => string;
}

/** The routes under `/auth/v1`. */
export class Auth {
  readonly sessions = new Sessions();
  constructor(readonly options: AuthOptions) {}

  /** Answers a request; `path` is what follows `/auth/v1/`. */
  async handle(request: Request, path: string): Promise<Response> {
    if (path === ".well-known/jwks.json") {
      return json(200, this.options.tokens.jwks);
    }
    const key = checkKey(request, this.options.keys);
    if (key instanceof Response) return key;
    try {
      return await this.#route(request, path, key);
    } catch (error) {
      if (error instanceof AuthError) return authErrorResponse(request, error);
      const failure = new AuthError(
        500,
        "unexpected_failure",
        `The local stand-in for Supabase Auth failed: ${
          error instanceof Error ? error.message : ""
        }`,
      );
      return authErrorResponse(request, failure);
    }
  }

  #route(
    request: Request,
    path: string,
    key: ApiKey,
  ): Promise<Response> | Response {
    const adminUser = /^admin\/users\/([^/]+)$/.exec(path);
    switch (`${request.method} ${path}`) {
      case "GET health":
        return json(200, {
          version: "stand-in",
          name: "GoTrue",
          description: "A local stand-in for Supabase Auth",
        });
      case "POST token":
        return this.#token(request);
      case "GET user":
        return this.#user(request);
      case "POST logout":
        return this.#logout(request);
      case "POST admin/users":
        return this.#createUser(request, key);
    }
    if (adminUser && request.method === "DELETE") {
      return this.#deleteUser(request, key, decodeURIComponent(adminUser[1]));
    }
    throw new AuthError(
      400,
      "STANDIN",
      `The local stand-in for Supabase Auth does not support ${request.method} ${path}; it supports ` +
        "token (password, refresh_token), user, logout, health, .well-known/jwks.json, and admin/users " +
        "to create and delete",
    );
  }

  async #token(request: Request): Promise<Response> {
    const grant = new URL(request.url).searchParams.get("grant_type") ?? "";
    if (grant === "password") {
      return await this.#password(await readObject(request));
    }
    if (grant === "refresh_token") {
      return await this.#refresh(await readObject(request));
    }
    throw new AuthError(
      400,
      "STANDIN",
      `The local stand-in does not support grant_type "${grant}"`,
    );
  }

  async #password(body: Record<string, unknown>): Promise<Response> {
    const [email, password] = [text(body, "email"), text(body, "password")];
    if (email === "") {
      throw new AuthError(400, "validation_failed", "missing email or phone");
    }
    const user = await signIn(this.options.database, email, password);
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
    const { session, refreshToken } = this.sessions.begin(user.id);
    return await this.#session(user, session, refreshToken);
  }

  async #refresh(body: Record<string, unknown>): Promise<Response> {
    const given = text(body, "refresh_token");
    if (given === "") {
      throw new AuthError(400, "validation_failed", "refresh_token required");
    }
    const result = this.sessions.refresh(given);
    if ("refusal" in result) {
      throw result.refusal === "not_found"
        ? new AuthError(
          400,
          "refresh_token_not_found",
          "Invalid Refresh Token: Refresh Token Not Found",
        )
        : new AuthError(
          400,
          "refresh_token_already_used",
          "Invalid Refresh Token: Already Used",
        );
    }
    const { session, refreshToken } = result;
    const user = await findUser(this.options.database, session.userId);
    if (!user) {
      throw new AuthError(
        400,
        "refresh_token_not_found",
        "Invalid Refresh Token: Refresh Token Not Found",
      );
    }
    return await this.#session(user, session, refreshToken);
  }

  async #session(
    user: User,
    session: Session,
    refreshToken: string,
  ): Promise<Response> {
    const { tokens, issuer } = this.options;
    return json(
      200,
      await sessionResponse(tokens, issuer(), user, session, refreshToken),
    );
  }

  /** Who the bearer token is for; refused in GoTrue's words. */
  async #authenticate(
    request: Request,
  ): Promise<{ user: User; sessionId: string }> {
    const token = bearerToken(request);
    if (token === null) {
      const message = "This endpoint requires a valid Bearer token";
      throw new AuthError(401, "no_authorization", message);
    }
    // The gateway turns a key into a token of its role, which names no user.
    if (this.options.keys(token)) {
      throw new AuthError(403, "bad_jwt", "invalid claim: missing sub claim");
    }
    const verdict = await this.options.tokens.verify(token);
    if ("refusal" in verdict) {
      const why = verdict.refusal === "expired"
        ? "token is expired"
        : "token is not valid";
      const message =
        `invalid JWT: unable to parse or verify signature, ${why}`;
      throw new AuthError(403, "bad_jwt", message);
    }
    const { sub, session_id } = verdict.claims;
    const user = sub ? await findUser(this.options.database, sub) : null;
    if (!user) {
      throw new AuthError(
        403,
        "user_not_found",
        "User from sub claim in JWT does not exist",
      );
    }
    if (typeof session_id === "string" && !this.sessions.find(session_id)) {
      const message = "Session from session_id claim in JWT does not exist";
      throw new AuthError(403, "session_not_found", message);
    }
    return {
      user,
      sessionId: typeof session_id === "string" ? session_id : "",
    };
  }

  async #user(request: Request): Promise<Response> {
    return json(200, (await this.#authenticate(request)).user);
  }

  async #logout(request: Request): Promise<Response> {
    const { user, sessionId } = await this.#authenticate(request);
    const scope = new URL(request.url).searchParams.get("scope") ?? "global";
    if (scope === "local") this.sessions.end(sessionId);
    else if (scope === "others") this.sessions.endAll(user.id, sessionId);
    else if (scope === "global") this.sessions.endAll(user.id);
    else {throw new AuthError(
        400,
        "validation_failed",
        `Unsupported logout scope "${scope}"`,
      );}
    const { headers } = json(200, null);
    headers.delete("content-type");
    return new Response(null, { status: 204, headers });
  }

  #requireAdmin(request: Request, key: ApiKey): void {
    const token = bearerToken(request);
    if (key.kind === "secret" && (token === null || token === key.value)) {
      return;
    }
    throw new AuthError(403, "not_admin", "User not allowed");
  }

  async #createUser(request: Request, key: ApiKey): Promise<Response> {
    this.#requireAdmin(request, key);
    const body = await readObject(request);
    const user = await this.create({
      email: text(body, "email"),
      password: text(body, "password"),
      confirmed: body.email_confirm === true,
      appMetadata: metadata(body, "app_metadata"),
      userMetadata: metadata(body, "user_metadata"),
    });
    return json(200, user);
  }

  /** Makes a user; refuses an address that is no address or is taken. */
  async create(user: Parameters<typeof insertUser>[1]): Promise<User> {
    if (!/^[^@\s]+@[^@\s]+$/.test(user.email)) {
      const message = "Unable to validate email address: invalid format";
      throw new AuthError(400, "validation_failed", message);
    }
    const made = await insertUser(this.options.database, user);
    if (made) return made;
    const message =
      "A user with this email address has already been registered";
    throw new AuthError(422, "email_exists", message);
  }

  async #deleteUser(
    request: Request,
    key: ApiKey,
    id: string,
  ): Promise<Response> {
    this.#requireAdmin(request, key);
    const user = await deleteUser(this.options.database, id);
    if (!user) throw new AuthError(404, "user_not_found", "User not found");
    this.sessions.endAll(id);
    return json(200, {});
  }
}
