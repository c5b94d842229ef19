/**
 * AMC simulator: the checks of the four headers (required: SPEC, H). An unknown or expired token answers 401; a
 * wrong or missing entity or marketplace answers 403 `Unauthorized request.` (observed, H).
 */
import { ApiError, TEXTS } from "./errors.ts";
import type { Call } from "./http.ts";
import type { Credential } from "./types.ts";
import type { InstanceState, SimulatorState } from "./state.ts";

/** The client of a valid token whose ClientId header is its own. @throws ApiError 401 */
export function authenticate(state: SimulatorState, call: Call): Credential {
  const match = /^Bearer (\S+)$/.exec(call.headers.get("authorization") ?? "");
  const token = match && state.tokens.get(match[1]);
  const clientId = call.headers.get("amazon-advertising-api-clientid");
  const valid = token && token.endsAt > Date.now() &&
    token.client.clientId === clientId;
  if (!valid) throw new ApiError(401, TEXTS.token);
  return token.client;
}

/** Whether a client may see an instance. */
export function mayReach(client: Credential, instance: InstanceState): boolean {
  const { credentials } = instance.settings;
  return credentials === undefined || credentials.includes(client.name);
}

/** Whether the entity and marketplace headers are those of an instance. */
export function headersMatch(call: Call, instance: InstanceState): boolean {
  const { entityId, marketplaceId } = instance.settings;
  return call.headers.get("amazon-advertising-api-advertiserid") === entityId &&
    call.headers.get("amazon-advertising-api-marketplaceid") === marketplaceId;
}

/** The instance of a reporting path, if the headers open it. @throws ApiError 401 or 403 */
export function authorizeInstance(
  state: SimulatorState,
  call: Call,
): InstanceState {
  const client = authenticate(state, call);
  const instance = state.instances.get(call.params.instanceId);
  if (
    !instance || !mayReach(client, instance) || !headersMatch(call, instance)
  ) {
    throw new ApiError(403, TEXTS.forbidden);
  }
  if (!instance.settings.termsAccepted) throw new ApiError(403, TEXTS.terms);
  return instance;
}
