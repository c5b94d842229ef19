import { DEMO_INSTANCE } from "../../../local/amc/mod.ts";
import type { Bench } from "./bench.ts";

/** The instance that a bench connects. */
export const instance = DEMO_INSTANCE.instanceId;

/** A request to start-collection, as it is sent. */
export interface Call {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

/** Calls start-collection as the owner, with these fields besides instance and workflow. */
export async function start(
  bench: Bench,
  request: Record<string, unknown>,
  headers: Record<string, string> = {},
): Promise<Response> {
  const { data: { session } } = await bench.owner.auth.getSession();
  return await send(bench, {
    headers: {
      apikey: bench.platform.publishableKey,
      Authorization: `Bearer ${session!.access_token}`,
      ...headers,
    },
    body: JSON.stringify({ instance, workflow: bench.workflow, ...request }),
  });
}

/** Calls start-collection with nothing but what is given. */
export function send(
  { platform }: Bench,
  { method = "POST", headers, body }: Call,
): Promise<Response> {
  return fetch(`${platform.apiUrl}/functions/v1/start-collection`, {
    method,
    headers: { "Content-Type": "application/json", ...headers },
    body: method === "GET" ? undefined : body,
  });
}

/** How many collections there are. */
export async function collections({ sql }: Bench): Promise<number> {
  const [{ count }] = await sql`
    select count(*)::integer from public.report_data_collections`;
  return count;
}
