/**
 * AMC simulator: the checks of the four headers (required: SPEC, H). An unknown or expired token answers 401; a
 * wrong or missing entity or marketplace answers 403 `Unauthorized request.` (observed, H).
 */
import { ApiError, TEXTS } from "./errors.ts";
import type { Call } from "./http.ts";
import type { Credential } from "./types.ts";
import type { InstanceState, World } from "./world.ts";

/** The client of a valid token whose ClientId header is its own. @throws ApiError 401 */
export function authenticate(world: World, call: Call): Credential {
  const match = /^Bearer (\S+)$/.exec(call.headers.get("authorization") ?? "");
  const token = match && world.tokens.get(match[1]);
  const clientId = call.headers.get("amazon-advertising-api-clientid");
  const valid = token && token.endsAt > Date.now() &&
    token.client.clientId === clientId;
  if (!valid) throw new ApiError(401, TEXTS.token);
  return token.client;
}

/** Whether a client may see an instance. */
export function mayReach(client: Credential, state: InstanceState): boolean {
  const { credentials } = state.settings;
  return credentials === undefined || credentials.includes(client.name);
}

/** Whether the entity and marketplace headers are those of an instance. */
export function headersMatch(call: Call, state: InstanceState): boolean {
  const { entityId, marketplaceId } = state.settings;
  return call.headers.get("amazon-advertising-api-advertiserid") === entityId &&
    call.headers.get("amazon-advertising-api-marketplaceid") === marketplaceId;
}

/** The instance of a reporting path, if the headers open it. @throws ApiError 401 or 403 */
export function authorizeInstance(world: World, call: Call): InstanceState {
  const client = authenticate(world, call);
  const state = world.instances.get(call.params.instanceId);
  if (!state || !mayReach(client, state) || !headersMatch(call, state)) {
    throw new ApiError(403, TEXTS.forbidden);
  }
  if (!state.settings.termsAccepted) throw new ApiError(403, TEXTS.terms);
  return state;
}
