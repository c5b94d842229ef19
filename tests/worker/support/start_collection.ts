import { DEMO_INSTANCE } from "../../../local/amc/mod.ts";
import type { Harness } from "./harness.ts";

/** The instance that a harness connects. */
export const instance = DEMO_INSTANCE.instanceId;

/** A request to start-collection, as it is sent. */
export interface Call {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

/** Calls start-collection as the owner, with these fields besides instance and workflow. */
export async function start(
  harness: Harness,
  request: Record<string, unknown>,
  headers: Record<string, string> = {},
): Promise<Response> {
  const { data: { session } } = await harness.owner.auth.getSession();
  return await send(harness, {
    headers: {
      apikey: harness.platform.publishableKey,
      Authorization: `Bearer ${session!.access_token}`,
      ...headers,
    },
    body: JSON.stringify({ instance, workflow: harness.workflow, ...request }),
  });
}

/** Calls start-collection with nothing but what is given. */
export function send(
  { platform }: Harness,
  { method = "POST", headers, body }: Call,
): Promise<Response> {
  return fetch(`${platform.apiUrl}/functions/v1/start-collection`, {
    method,
    headers: { "Content-Type": "application/json", ...headers },
    body: method === "GET" ? undefined : body,
  });
}

/** How many collections there are. */
export async function collections({ sql }: Harness): Promise<number> {
  const [{ count }] = await sql`
    select count(*)::integer from public.report_data_collections`;
  return count;
}
