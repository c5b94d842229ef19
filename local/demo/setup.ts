import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import postgres from "postgres";
import { DEMO_INSTANCE, DEMO_WORKFLOW, type Simulator } from "../amc/mod.ts";
import type { Platform } from "../platform/platform.ts";

/** The functions' own settings that let them call a simulator in Amazon's place. */
export function simulatorEnv(simulator: Simulator): Record<string, string> {
  return {
    AMC_API_URL: simulator.url,
    AMC_TOKEN_URL: simulator.tokenUrl,
    AMC_RESULT_HOSTS: simulator.resultHost,
  };
}

/** Connects the demo instance as an operator would at a database prompt. */
export async function connectInstance(
  platform: Platform,
  simulator: Simulator,
  options: { email: string; pollSeconds?: number },
): Promise<void> {
  const { instanceId, entityId, marketplaceId, name } = DEMO_INSTANCE;
  const { clientId, clientSecret, refreshToken } = simulator.credential;
  const sql = postgres(platform.databaseUrl, { max: 1, onnotice: () => {} });
  try {
    const credential = sql.json({
      client_id: clientId,
      client_secret: clientSecret,
      refresh_token: refreshToken,
    });
    await sql`select amc_history.connect_instance(
      ${instanceId}, ${entityId}, ${marketplaceId}, 'NA', ${credential}, ${options.email}, ${name})`;
    if (options.pollSeconds !== undefined) {
      await sql`
        update public.amc_instances set poll_seconds = ${options.pollSeconds} where id = ${instanceId}`;
    }
  } finally {
    await sql.end();
  }
}

/** Signs a user in as a front end does. */
export async function signIn(
  platform: Platform,
  email: string,
  password: string,
): Promise<SupabaseClient> {
  const client = createClient(platform.apiUrl, platform.publishableKey, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
  const { error } = await client.auth.signInWithPassword({
    email,
    password,
  });
  if (error) {
    throw new Error(`${email} could not sign in: ${error.message}`);
  }
  return client;
}

/** What save_workflow answers. */
export interface SavedWorkflow {
  workflow_id: string;
  created: boolean;
  results_view: string;
  raw_view: string;
}

/** Saves the demo workflow. */
export async function saveWorkflow(
  client: SupabaseClient,
): Promise<SavedWorkflow> {
  const { data, error } = await client.rpc("save_workflow", {
    instance_id: DEMO_INSTANCE.instanceId,
    name: "Weekly campaigns",
    sql_query: DEMO_WORKFLOW.sqlQuery,
  });
  if (error) {
    throw new Error(`The workflow could not be saved: ${error.message}`);
  }
  return data;
}

/** What start-collection answers. */
export interface StartedCollection {
  collection_id: string;
  created: boolean;
  weeks: { id: string; week_start_date: string; status: string }[];
}

/**
 * Starts a collection of the demo instance through the edge function start-collection.
 *
 * @param idempotencyKey the same key and request give the same collection again
 */
export async function startCollection(
  client: SupabaseClient,
  request: { workflow: string; weeks: number },
  idempotencyKey?: string,
): Promise<StartedCollection> {
  const { data, error } = await client.functions.invoke("start-collection", {
    body: { instance: DEMO_INSTANCE.instanceId, ...request },
    headers: idempotencyKey ? { "Idempotency-Key": idempotencyKey } : {},
  });
  if (error) {
    const reason = error.context instanceof Response
      ? await error.context.text()
      : error.message;
    throw new Error(`The collection could not be started: ${reason}`);
  }
  return data;
}
