import { cpus, loadavg, totalmem } from "node:os";
import postgres from "postgres";
import {
  type ClusterAddress,
  databaseUrl,
} from "../../local/platform/postgres/mod.ts";

/** The machine of a run. */
export interface Machine {
  cores: number;
  memoryGiB: number;
  system: string;
  postgres: string;
  deno: string;
  /** Settings of the server that influence the figures. */
  settings: string;
  /** Load averages (1, 5, 15 minutes) before the run: other programs used the machine. */
  load: number[];
}

const SETTINGS = [
  "fsync",
  "synchronous_commit",
  "shared_buffers",
  "work_mem",
  "max_wal_size",
  "wal_level",
  "jit",
];

/** Describes the machine, as it is before the run. */
export async function describeMachine(
  cluster: ClusterAddress,
): Promise<Machine> {
  const sql = postgres(databaseUrl(cluster, "supabase_admin", "postgres"), {
    max: 1,
  });
  try {
    const settings: string[] = [];
    for (const name of SETTINGS) {
      const [{ value }] = await sql`select current_setting(${name}) as value`;
      settings.push(`${name}=${value}`);
    }
    const [{ version }] = await sql`
      select current_setting('server_version') as version`;
    return {
      cores: cpus().length,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      system: `${Deno.build.os} ${Deno.build.arch}`,
      postgres: version,
      deno: Deno.version.deno,
      settings: settings.join(", "),
      load: loadavg(),
    };
  } finally {
    await sql.end();
  }
}
