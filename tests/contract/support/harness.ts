/**
 * Where the contract suite runs: against the stand-in on an embedded Postgres, or, with CONTRACT_URL,
 * CONTRACT_PUBLISHABLE_KEY, CONTRACT_SECRET_KEY and CONTRACT_DATABASE_URL set, against a real Supabase project.
 */
import {
  type AuthResponse,
  createClient,
  type SignUpWithPasswordCredentials,
  type SupabaseClient,
} from "@supabase/supabase-js";
import postgres from "postgres";
import { startApi } from "../../../local/platform/api/mod.ts";
import {
  createDatabase,
  databaseUrl,
  startCluster,
} from "../../../local/platform/postgres/mod.ts";

/** An API to test, with clients for each kind of caller. */
export interface Harness {
  url: string;
  publishableKey: string;
  secretKey: string;
  /** A client that is not signed in. */
  anon(): SupabaseClient;
  /** A client with the secret key. */
  service(): SupabaseClient;
  /** A new user, and a client signed in as that user. */
  user(): Promise<
    { client: SupabaseClient; id: string; email: string; password: string }
  >;
  /** Signs up with a client; the user is deleted at the end. */
  signUp(
    client: SupabaseClient,
    credentials: SignUpWithPasswordCredentials,
  ): Promise<AuthResponse>;
  /** A plain request; `path` follows the address, such as `/rest/v1/contract_notes`. */
  request(path: string, init?: RequestInit): Promise<Response>;
  /** Deletes users and objects, and stops what was started. */
  close(): Promise<void>;
}

/** What both kinds of project have in common. */
interface Project {
  url: string;
  publishableKey: string;
  secretKey: string;
  databaseUrl: string;
  stop(): Promise<void>;
}

const settings = [
  "CONTRACT_URL",
  "CONTRACT_PUBLISHABLE_KEY",
  "CONTRACT_SECRET_KEY",
  "CONTRACT_DATABASE_URL",
];

function realProject(): Project | null {
  const [url, publishableKey, secretKey, databaseUrl] = settings.map((name) =>
    Deno.env.get(name)
  );
  if (!url) return null;
  if (!publishableKey || !secretKey || !databaseUrl) {
    throw new Error(
      `Against a real Supabase all of these must be set: ${
        settings.join(", ")
      }.`,
    );
  }
  return {
    url: url.replace(/\/$/, ""),
    publishableKey,
    secretKey,
    databaseUrl,
    stop: () => Promise.resolve(),
  };
}

/** The stand-in, with a database of its own. */
export async function standInProject(): Promise<Project> {
  const cluster = await startCluster();
  try {
    await createDatabase(cluster, "contract");
    const publishableKey = `sb_publishable_${crypto.randomUUID()}`;
    const secretKey = `sb_secret_${crypto.randomUUID()}`;
    const api = await startApi({
      databaseUrl: databaseUrl(cluster, "authenticator", "contract"),
      adminDatabaseUrl: databaseUrl(cluster, "supabase_admin", "contract"),
      publishableKeys: { default: publishableKey },
      secretKeys: { default: secretKey },
      schemas: ["public"],
      functions: () =>
        Promise.resolve(new Response("no functions", { status: 404 })),
    });
    return {
      url: api.url,
      publishableKey,
      secretKey,
      databaseUrl: databaseUrl(cluster, "postgres", "contract"),
      async stop() {
        await api.stop();
        await cluster.stop();
      },
    };
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

async function runSql(url: string, file: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await sql.unsafe(await Deno.readTextFile(new URL(file, import.meta.url)));
    await sql`notify pgrst, 'reload schema'`;
  } finally {
    await sql.end();
  }
}

/** A real PostgREST learns of new objects a moment later: asks until it has, within a minute. */
async function untilKnown(client: SupabaseClient): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt++) {
    const { error } = await client.rpc("contract_ready");
    if (!error) return;
    if (error.code !== "PGRST202") {
      throw new Error(`contract_ready failed: ${error.message}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(
    "The API did not learn of the suite's objects within a minute.",
  );
}

/** Opens a harness with the suite's objects in it. */
export async function openHarness(): Promise<Harness> {
  const project = realProject() ?? await standInProject();
  const clientOf = (key: string): SupabaseClient =>
    createClient(project.url, key, {
      auth: { persistSession: false, autoRefreshToken: false },
    });
  const service = clientOf(project.secretKey);
  const users: string[] = [];
  const harness: Harness = {
    url: project.url,
    publishableKey: project.publishableKey,
    secretKey: project.secretKey,
    anon: () => clientOf(project.publishableKey),
    service: () => clientOf(project.secretKey),
    async user() {
      const email = `contract-${crypto.randomUUID()}@example.com`;
      const password = crypto.randomUUID();
      const made = await service.auth.admin.createUser({
        email,
        password,
        email_confirm: true,
      });
      if (made.error) throw made.error;
      users.push(made.data.user.id);
      const client = clientOf(project.publishableKey);
      const { error } = await client.auth.signInWithPassword({
        email,
        password,
      });
      if (error) throw error;
      return { client, id: made.data.user.id, email, password };
    },
    async signUp(client, credentials) {
      const response = await client.auth.signUp(credentials);
      if (response.data.user) users.push(response.data.user.id);
      return response;
    },
    request: (path, init) => fetch(`${project.url}${path}`, init),
    async close() {
      for (const id of users) await service.auth.admin.deleteUser(id);
      await runSql(project.databaseUrl, "./drop.sql");
      await project.stop();
    },
  };
  try {
    await runSql(project.databaseUrl, "./drop.sql");
    await runSql(project.databaseUrl, "./objects.sql");
    await untilKnown(service);
    return harness;
  } catch (error) {
    await project.stop();
    throw error;
  }
}
