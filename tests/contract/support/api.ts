/** The stand-in itself on an embedded Postgres, for what only a stand-in does. */
import postgres from "postgres";
import {
  type Api,
  type ApiOptions,
  startApi,
} from "../../../local/platform/api/mod.ts";
import {
  createDatabase,
  databaseUrl,
  startCluster,
} from "../../../local/platform/postgres/mod.ts";

/** A running stand-in with keys that the tests know. */
export interface TestApi {
  api: Api;
  options: ApiOptions;
  logged: string[];
  /** Runs SQL as the role postgres. */
  sql(text: string): Promise<void>;
  close(): Promise<void>;
}

/** The keys that {@link openApi} gives out. */
export const keys = {
  publishable: "sb_publishable_stand_in_test",
  secret: "sb_secret_stand_in_test",
  cron: "sb_secret_stand_in_test_cron",
};

/** Starts a cluster and the stand-in on it. */
export async function openApi(): Promise<TestApi> {
  const cluster = await startCluster();
  try {
    await createDatabase(cluster, "contract");
    const logged: string[] = [];
    const options: ApiOptions = {
      databaseUrl: databaseUrl(cluster, "authenticator", "contract"),
      adminDatabaseUrl: databaseUrl(cluster, "supabase_admin", "contract"),
      publishableKeys: { default: keys.publishable },
      secretKeys: { default: keys.secret, cron: keys.cron },
      schemas: ["public"],
      functions: async (request) =>
        Response.json({
          method: request.method,
          path: new URL(request.url).pathname,
          apikey: request.headers.get("apikey"),
          length: (await request.text()).length,
        }, { status: 202 }),
      log: (line) => logged.push(line),
    };
    const api = await startApi(options);
    return {
      api,
      options,
      logged,
      async sql(text) {
        const sql = postgres(databaseUrl(cluster, "postgres", "contract"), {
          max: 1,
          onnotice: () => {},
        });
        await sql.unsafe(text).finally(() => sql.end());
      },
      async close() {
        await api.stop();
        await cluster.stop();
      },
    };
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

/** Calls a function by POST. */
export async function call(
  { api }: TestApi,
  name: string,
  headers: Record<string, string>,
) {
  const response = await fetch(`${api.url}/rest/v1/rpc/${name}`, {
    method: "POST",
    headers,
  });
  return {
    status: response.status,
    body: await response.json(),
    headers: response.headers,
  };
}

/** A token of a signed-in user's, with these claims. */
export async function userToken(
  { api }: TestApi,
  claims: Record<string, unknown> = {},
): Promise<string> {
  return await api.signJwt({
    sub: crypto.randomUUID(),
    aud: "authenticated",
    role: "authenticated",
    ...claims,
  });
}
