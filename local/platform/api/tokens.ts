/**
 * Stand-in for Supabase Auth's signing keys: user JWTs signed with ES256, and the public key as a JWKS.
 */
import * as jose from "jose";

/** The key pair that signs user JWTs, as a private JWK with `kid`; keep it to keep sessions alive. */
export interface JwtKeys {
  privateJwk: jose.JWK;
}

/** Why a JWT was not accepted. */
export type Refusal =
  | "parts"
  | "signature"
  | "expired"
  | "not_yet_valid"
  | "audience"
  | "claims";

/** Signs and checks user JWTs. */
export interface Tokens {
  jwks: { keys: jose.JWK[] };
  sign(claims: Record<string, unknown>): Promise<string>;
  verify(
    token: string,
  ): Promise<{ claims: jose.JWTPayload } | { refusal: Refusal }>;
}

/** Makes a new key pair for `startApi`. */
export async function makeJwtKeys(): Promise<JwtKeys> {
  const pair = await jose.generateKeyPair("ES256", { extractable: true });
  const privateJwk = await jose.exportJWK(pair.privateKey);
  return {
    privateJwk: {
      ...privateJwk,
      kid: crypto.randomUUID(),
      alg: "ES256",
      use: "sig",
    },
  };
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof jose.errors.JWTExpired) return "expired";
  if (error instanceof jose.errors.JWTClaimValidationFailed) {
    if (error.claim === "aud") return "audience";
    return error.claim === "nbf" ? "not_yet_valid" : "claims";
  }
  return "signature";
}

/**
 * Makes the signer and checker of user JWTs from a key pair. `verify` asks for ES256 with our key, an
 * `exp` that has not passed (30 s of skew, as PostgREST allows) and the audience `authenticated`.
 */
export async function makeTokens(keys: JwtKeys): Promise<Tokens> {
  const { d: _secret, ...publicJwk } = keys.privateJwk;
  const privateKey = await jose.importJWK(keys.privateJwk, "ES256");
  const publicKey = await jose.importJWK(publicJwk, "ES256");
  const kid = keys.privateJwk.kid;
  return {
    jwks: { keys: [{ ...publicJwk, key_ops: ["verify"] }] },
    sign(claims) {
      const now = Math.floor(Date.now() / 1000);
      return new jose.SignJWT({ iat: now, exp: now + 3600, ...claims })
        .setProtectedHeader({
          alg: "ES256",
          typ: "JWT",
          ...(kid ? { kid } : {}),
        })
        .sign(privateKey);
    },
    async verify(token) {
      if (token.split(".").length !== 3) return { refusal: "parts" };
      try {
        const { payload } = await jose.jwtVerify(token, publicKey, {
          algorithms: ["ES256"],
          audience: "authenticated",
          requiredClaims: ["exp"],
          clockTolerance: 30,
        });
        return { claims: payload };
      } catch (error) {
        return { refusal: refusalOf(error) };
      }
    },
  };
}
