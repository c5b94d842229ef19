// `npm run test:extensions`: the migrations, the database tests, every function and the schedule on Debian's PostgreSQL 17 with
// the real pg_cron, pgTAP and plpgsql_check. pg_net and Vault have no package there: they stay stand-ins.
// The last line is `N passed, N failed`. Where no such root can be made it ends in `, 1 skipped`, and the line before says why.
// `-- --root <folder>` keeps the root there for the next run.

import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import {
  checkout,
  createDatabase,
  databaseUrl,
  dropDatabase,
  migrate,
} from "../../local/platform/postgres/mod.ts";
import { stopOnSignals } from "../../local/platform/signals.ts";
import { connected } from "../support/connected.ts";
import { checkJobs } from "./support/check_jobs.ts";
import {
  type DebianCluster,
  startDebianCluster,
} from "./support/debian_cluster.ts";
import { makeDebianRoot, NoDebianRoot } from "./support/debian_root.ts";
import { asLoginRole } from "./support/login_role.ts";

const DATABASE = "amc_history";

/** What passed and what failed, told as it happens. */
class Results {
  passed = 0;
  failed = 0;

  /** Counts one check. @returns whether it passed */
  async check(name: string, work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
      this.passed++;
      console.log(`${name} ... ok`);
      return true;
    } catch (error) {
      this.failed++;
      console.log(`${name} ... FAILED\n${(error as Error).message}`);
      return false;
    }
  }
}

/** An empty database with the real pg_cron in it, whose jobs do not run yet. */
async function freshDatabase(cluster: DebianCluster): Promise<void> {
  const admin = databaseUrl(cluster, "supabase_admin", "postgres");
  await connected(admin, async (sql) => {
    await sql`alter system set cron.launch_active_jobs = off`;
    await sql`select pg_reload_conf()`;
  });
  await dropDatabase(cluster, DATABASE);
  await createDatabase(cluster, DATABASE);
  const url = databaseUrl(cluster, "supabase_admin", DATABASE);
  await connected(url, async (sql) => {
    await sql.file(
      new URL("./support/sql/real_pg_cron.sql", import.meta.url).pathname,
    );
    await sql`create extension pgtap with schema extensions`;
    await sql`create extension plpgsql_check with schema extensions`;
  });
}

/** Runs every database test by pg_prove, and counts its assertions. */
async function proveAll(
  cluster: DebianCluster,
  root: string,
  results: Results,
): Promise<void> {
  const folder = "/srv/tests";
  await rm(join(root, folder), { recursive: true, force: true });
  await cp(join(checkout, "supabase/tests"), join(root, folder), {
    recursive: true,
  });
  const { code, stdout, stderr } = await cluster.run([
    "pg_prove",
    "--verbose",
    "--recurse",
    "--ext",
    ".sql",
    `${folder}/database`,
  ], {
    PGHOST: cluster.host,
    PGPORT: String(cluster.port),
    PGUSER: "postgres",
    PGPASSWORD: cluster.passwords.postgres,
    PGDATABASE: DATABASE,
  });
  const count = (pattern: RegExp) => stdout.match(pattern)?.length ?? 0;
  const failed = count(/^not ok /gm);
  results.passed += count(/^ok /gm);
  results.failed += failed;
  console.log(stdout.match(/^(Files=|Result:).*$/gm)?.join("\n"));
  if (failed > 0) console.log(stdout.match(/^not ok .*$/gm)!.join("\n"));
  // A file that stopped half way has no assertion that failed.
  if (code !== 0 && failed === 0) {
    results.failed++;
    console.log(stderr.trim());
  }
}

/** @throws with every finding */
async function checkFunctions(url: string): Promise<void> {
  const findings = await connected(
    url,
    (sql) =>
      sql.file(
        new URL("./support/sql/plpgsql_check.sql", import.meta.url).pathname,
      ),
  ) as { finding: string }[];
  if (findings.length > 0) {
    throw new Error(findings.map(({ finding }) => finding).join("\n"));
  }
}

async function runAll(
  cluster: DebianCluster,
  root: string,
  results: Results,
): Promise<void> {
  await freshDatabase(cluster);
  await results.check(
    "the migrations apply as a login role that became postgres",
    async () => migrate(await asLoginRole(cluster, DATABASE)),
  );
  await freshDatabase(cluster);
  const url = databaseUrl(cluster, "postgres", DATABASE);
  const migrated = await results.check(
    "the migrations apply as postgres, which is no superuser",
    () => migrate(url),
  );
  if (!migrated) return;
  await proveAll(cluster, root, results);
  await results.check(
    "plpgsql_check finds nothing in any function",
    () => checkFunctions(databaseUrl(cluster, "supabase_admin", DATABASE)),
  );
  await checkJobs(cluster, DATABASE, (name, work) => results.check(name, work));
}

/** The root: the one that is kept, made if it is not there yet, or a fresh one that is removed at the end. */
async function prepareRoot(
  kept: string | undefined,
  parts: AsyncDisposableStack,
): Promise<string> {
  if (kept !== undefined) {
    const isMade = await Deno.stat(join(kept, "usr/lib/postgresql/17"))
      .catch(() => null);
    if (isMade === null) await makeDebianRoot(kept, parts);
    return kept;
  }
  const folder = await mkdtemp(join(tmpdir(), "amc-history-debian-"));
  parts.defer(() => rm(folder, { recursive: true, force: true }));
  await Deno.chmod(folder, 0o755);
  const root = join(folder, "root");
  await makeDebianRoot(root, parts);
  return root;
}

async function main(kept?: string): Promise<number> {
  const parts = new AsyncDisposableStack();
  // A signal and the end below wait for one and the same clearing up.
  let ending: Promise<void> | undefined;
  const end = () => ending ??= parts.disposeAsync();
  parts.defer(stopOnSignals(end));
  const results = new Results();
  try {
    const root = await prepareRoot(kept, parts);
    const cluster = await startDebianCluster(root, DATABASE);
    parts.defer(() => cluster.stop());
    await runAll(cluster, root, results);
  } catch (error) {
    if (error instanceof NoDebianRoot) {
      console.log(
        `The real extensions were not tested: ${error.message}.\n0 passed, 0 failed, 1 skipped`,
      );
      return 0;
    }
    results.failed++;
    console.log((error as Error).message);
  } finally {
    await end();
  }
  console.log(`\n${results.passed} passed, ${results.failed} failed`);
  return results.failed > 0 ? 1 : 0;
}

const [option, folder, ...rest] = Deno.args;
if (option !== undefined && (option !== "--root" || !folder || rest.length)) {
  console.error("Expected no argument, or --root <folder>.");
  Deno.exit(2);
}
Deno.exit(await main(folder && resolve(folder)));
