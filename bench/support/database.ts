import postgres from "postgres";
import {
  type Cluster,
  createDatabase,
  databaseUrl,
  dropDatabase,
  migrate,
  startCluster,
} from "../../local/platform/postgres/mod.ts";

const TEMPLATE = "migrated";

/** A database of the benchmark's server. */
export interface BenchDatabase {
  name: string;
  /** Connection URL of the role postgres. */
  url: string;
  /** Connection URL of the superuser, who fills tables with triggers off. */
  adminUrl: string;
  /** One session as the superuser. */
  admin: postgres.Sql;
  /** Sessions as service_role, as the API opens them. */
  asService(max: number): postgres.Sql;
  /** One session of a signed-in user, as the API opens it. */
  asUser(id: string): postgres.Sql;
  /** Sessions as postgres. */
  asOwner(max: number): postgres.Sql;
}

/** A PostgreSQL server with default settings, and databases on it. */
export interface BenchServer extends AsyncDisposable {
  cluster: Cluster;
  /** Makes a database with the migrations applied, or an empty one. */
  database(
    name: string,
    options?: { empty?: boolean },
  ): Promise<BenchDatabase>;
  /** Ends a database's sessions and drops it. */
  drop(database: BenchDatabase): Promise<void>;
}

/** Starts a server of the benchmark's own; disposing of it deletes its data. */
export async function startBenchServer(): Promise<BenchServer> {
  const cluster = await startCluster();
  const open = new Set<postgres.Sql>();
  try {
    await createDatabase(cluster, TEMPLATE);
    await migrate(databaseUrl(cluster, "postgres", TEMPLATE));
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return {
    cluster,
    async database(name, { empty = false } = {}) {
      await createDatabase(cluster, name, empty ? {} : { template: TEMPLATE });
      return openDatabase(cluster, name, open);
    },
    async drop(database) {
      await database.admin.end({ timeout: 5 });
      await dropDatabase(cluster, database.name);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...open].map((sql) => sql.end({ timeout: 2 })));
      await cluster.stop();
    },
  };
}

function openDatabase(
  cluster: Cluster,
  name: string,
  open: Set<postgres.Sql>,
): BenchDatabase {
  const url = databaseUrl(cluster, "postgres", name);
  const adminUrl = databaseUrl(cluster, "supabase_admin", name);
  const connect = (
    to: string,
    max: number,
    connection: Record<string, string> = {},
  ) => {
    const sql = postgres(to, { max, onnotice: () => {}, connection });
    open.add(sql);
    return sql;
  };
  return {
    name,
    url,
    adminUrl,
    admin: connect(adminUrl, 1),
    asService: (max) =>
      connect(databaseUrl(cluster, "authenticator", name), max, {
        role: "service_role",
      }),
    asUser: (id) =>
      connect(databaseUrl(cluster, "authenticator", name), 1, {
        role: "authenticated",
        "request.jwt.claims": JSON.stringify({
          sub: id,
          role: "authenticated",
        }),
      }),
    asOwner: (max) => connect(url, max),
  };
}

/** Vacuums, analyzes and writes to disk what was filled, so that no round pays for it. */
export async function settle({ admin }: BenchDatabase): Promise<void> {
  await admin.unsafe("vacuum (analyze)");
  await admin.unsafe("checkpoint");
}
