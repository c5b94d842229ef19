/**
 * Stand-in for Supabase Auth (GoTrue): sign-up, password sign-in, refresh, the own account, sign-out, public keys, and
 * the two admin calls that tests need (create and delete a user). All else under `/auth/v1` is refused by name.
 */
import { changeAccount, readAccount, signOut } from "./auth_account.ts";
import { createUser, makeUser, removeUser } from "./auth_admin.ts";
import type { AuthContext, AuthOptions } from "./auth_context.ts";
import { AuthError, authErrorResponse } from "./auth_protocol.ts";
import { Sessions } from "./auth_sessions.ts";
import { grantToken, signUp } from "./auth_sign_in.ts";
import type { User } from "./auth_users.ts";
import { json } from "./http.ts";
import { type ApiKey, checkKey } from "./keys.ts";

/** The routes under `/auth/v1`. */
export class Auth {
  readonly #context: AuthContext;

  constructor(options: AuthOptions) {
    this.#context = { ...options, sessions: new Sessions() };
  }

  /** Answers a request; `path` is what follows `/auth/v1/`. Every failure becomes a response. */
  async handle(request: Request, path: string): Promise<Response> {
    if (path === ".well-known/jwks.json") {
      return json(200, this.#context.tokens.jwks);
    }
    const key = checkKey(request, this.#context.keys);
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

  /**
   * Makes a user who can sign in with a password if confirmed.
   *
   * @throws AuthError for an address that is none, or is taken
   */
  create(user: Parameters<typeof makeUser>[1]): Promise<User> {
    return makeUser(this.#context, user);
  }

  #route(
    request: Request,
    path: string,
    key: ApiKey,
  ): Promise<Response> | Response {
    switch (`${request.method} ${path}`) {
      case "GET health":
        return json(200, {
          version: "stand-in",
          name: "GoTrue",
          description: "A local stand-in for Supabase Auth",
        });
      case "POST signup":
        return signUp(this.#context, request);
      case "POST token":
        return grantToken(this.#context, request);
      case "GET user":
        return readAccount(this.#context, request);
      case "PUT user":
        return changeAccount(this.#context, request);
      case "POST logout":
        return signOut(this.#context, request);
      case "POST admin/users":
        return createUser(this.#context, request, key);
    }
    const adminUser = /^admin\/users\/([^/]+)$/.exec(path);
    if (adminUser && request.method === "DELETE") {
      const id = decodeURIComponent(adminUser[1]);
      return removeUser(this.#context, request, key, id);
    }
    throw new AuthError(
      400,
      "STANDIN",
      `The local stand-in for Supabase Auth does not support ${request.method} ${path}; it supports ` +
        "signup, token (password, refresh_token), user, logout, health, .well-known/jwks.json, and admin/users " +
        "to create and delete",
    );
  }
}
