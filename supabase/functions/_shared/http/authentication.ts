import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  importJWK,
  type JSONWebKeySet,
  jwtVerify,
  type JWTVerifyGetKey,
} from "jose";
import { projectUrl, type ReadVariable } from "../project.ts";
import { RequestError } from "./request_error.ts";

/** Who sent a request. */
export interface User {
  /** The id in auth.users. */
  id: string;
  /** The access token, with which the database can be called as this user. */
  token: string;
}

/** Finds out who sent a request. */
export type Authenticate = (request: Request) => Promise<User>;

/**
 * Makes the function that checks that a request comes from a signed-in user: an access token of Supabase Auth in `Authorization: Bearer`,
 * not expired, signed by one of the project's keys. Those are in SUPABASE_JWKS; where it is not set, they are read from
 * SUPABASE_JWKS_URL, else from `/auth/v1/.well-known/jwks.json` of SUPABASE_PUBLIC_URL or SUPABASE_URL, whichever is set first.
 *
 * @returns the function; it throws RequestError 401 unauthorized, and another error when the project's
 *   keys cannot be read
 */
export function createAuthenticate(
  read: ReadVariable = (name) => Deno.env.get(name),
): Authenticate {
  let keyOf: JWTVerifyGetKey | undefined;
  return async (request) => {
    const token = /^Bearer (\S+)$/.exec(
      request.headers.get("authorization") ?? "",
    )?.[1];
    if (token === undefined) {
      throw unauthorized("got a request without one");
    }
    keyOf ??= verificationKeys(read);
    return { id: await subjectOf(token, keyOf), token };
  };
}

async function subjectOf(
  token: string,
  keyOf: JWTVerifyGetKey,
): Promise<string> {
  try {
    const { payload } = await jwtVerify(token, keyOf);
    if (typeof payload.sub === "string") return payload.sub;
  } catch (error) {
    // The keys could not be read, so the token could not be checked.
    if (!isAboutToken(error)) throw error;
    if (error instanceof errors.JWTExpired) {
      throw unauthorized("got one that has expired");
    }
  }
  throw unauthorized("got a token that this project did not issue to a user");
}

function isAboutToken(error: unknown): error is errors.JOSEError {
  return error instanceof errors.JOSEError &&
    !(error instanceof errors.JWKSTimeout) &&
    !(error instanceof errors.JWKSInvalid) &&
    error.code !== "ERR_JOSE_GENERIC";
}

function unauthorized(got: string): RequestError {
  return new RequestError(
    401,
    "unauthorized",
    `Expected a user's access token, ${got}.`,
    "Sign in, and send the user's access token as Authorization: Bearer.",
  );
}

function verificationKeys(read: ReadVariable): JWTVerifyGetKey {
  const text = read("SUPABASE_JWKS")?.trim();
  if (!text) {
    return createRemoteJWKSet(secureUrl(keysUrl(read)));
  }
  const keys = keySetIn(text);
  const publicKeys = createLocalJWKSet(keys);
  return async (header, token) => {
    if (header.alg !== "HS256") return await publicKeys(header, token);
    // A project without signing keys signs with its shared secret, which jose does not look up in a key set.
    const secret = keys.keys.find(({ kty, alg, kid }) =>
      kty === "oct" && alg === "HS256" && kid === header.kid
    );
    if (secret === undefined) throw new errors.JWKSNoMatchingKey();
    return await importJWK(secret, "HS256");
  };
}

/** Where the keys are read: a self-hosted platform gives SUPABASE_URL an address of its own network, which has no TLS. */
function keysUrl(read: ReadVariable): string {
  const url = read("SUPABASE_JWKS_URL")?.trim();
  if (url) return url;
  const project = read("SUPABASE_PUBLIC_URL")?.trim() || projectUrl(read);
  return `${project.replace(/\/+$/, "")}/auth/v1/.well-known/jwks.json`;
}

/** The key set in a text: `{"keys": […]}`, or the list alone. */
function keySetIn(text: string): JSONWebKeySet {
  const parsed = JSON.parse(text);
  return Array.isArray(parsed) ? { keys: parsed } : parsed;
}

/** Somebody on the way could replace the keys in a response that is not encrypted. */
function secureUrl(text: string): URL {
  const url = new URL(text);
  const isLoopback = /^(localhost|.+\.localhost|\[::1\]|127\.\d+\.\d+\.\d+)$/
    .test(url.hostname);
  if (url.protocol === "https:" || isLoopback) return url;
  throw new TypeError(
    `Expected SUPABASE_JWKS, or an address with https to read the keys from (SUPABASE_JWKS_URL, SUPABASE_PUBLIC_URL or SUPABASE_URL), got ${url.origin}.`,
  );
}
