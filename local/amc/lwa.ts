/** AMC simulator: Login with Amazon's token endpoint, for the refresh_token grant alone (REF, H). */
import type { Call, Reply } from "./http.ts";
import { randomText } from "./random.ts";
import type { SimulatorState } from "./state.ts";

const BASE62 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** Status and description per error: the first two are documented, H; the others are general LWA material. */
const ERRORS = {
  invalid_grant: [
    400,
    "The request has an invalid grant parameter : refresh_token. User may have revoked or didn't grant the permission.",
  ],
  invalid_client: [401, "Client authentication failed"],
  invalid_request: [400, "The request is missing a required parameter"],
  unauthorized_client: [400, "The client is not authorized for this grant"],
  unsupported_grant_type: [400, "The grant type is not supported"],
} as const;

/** An error response of the token endpoint. */
export function oauthError(error: keyof typeof ERRORS): Reply {
  const [status, description] = ERRORS[error];
  return tokenJson(status, {
    error,
    error_description: description,
    request_id: crypto.randomUUID(),
  });
}

/** Answers `POST /auth/o2/token`. The refresh token comes back unchanged. */
export function answerToken(state: SimulatorState, call: Call): Reply {
  const type = call.headers.get("content-type") ?? "";
  if (!type.startsWith("application/x-www-form-urlencoded")) {
    return oauthError("invalid_request");
  }
  const form = new URLSearchParams(new TextDecoder().decode(call.body));
  const grant = form.get("grant_type");
  if (!grant || !form.get("client_id")) return oauthError("invalid_request");
  const client = state.credentials.find(({ clientId }) =>
    clientId === form.get("client_id")
  );
  if (!client || client.clientSecret !== form.get("client_secret")) {
    return oauthError("invalid_client");
  }
  if (grant !== "refresh_token") return oauthError("unsupported_grant_type");
  const refreshToken = form.get("refresh_token");
  if (!refreshToken) return oauthError("invalid_request");
  if (
    refreshToken !== client.refreshToken || state.revoked.has(client.name)
  ) {
    return oauthError("invalid_grant");
  }
  const { tokenSeconds } = state.settings;
  const token = `Atza|${randomText(64, BASE62)}`;
  const now = Date.now();
  for (const [old, { endsAt }] of state.tokens) {
    if (endsAt < now) state.tokens.delete(old);
  }
  state.tokens.set(token, { client, endsAt: now + tokenSeconds * 1000 });
  return tokenJson(200, {
    access_token: token,
    refresh_token: refreshToken,
    token_type: "bearer",
    expires_in: Math.max(1, Math.round(tokenSeconds)),
  });
}

/** Makes a credential with random secrets, in the forms that LWA's have. */
export function randomCredential(name: string) {
  return {
    name,
    clientId: `amzn1.application-oa2-client.${
      randomText(32, "0123456789abcdef")
    }`,
    clientSecret: `amzn1.oa2-cs.v1.${randomText(64, "0123456789abcdef")}`,
    refreshToken: `Atzr|${randomText(80, BASE62)}`,
  };
}

function tokenJson(status: number, body: unknown): Reply {
  return {
    status,
    headers: {
      "content-type": "application/json;charset=UTF-8",
      "cache-control": "no-store",
    },
    body: JSON.stringify(body),
  };
}
