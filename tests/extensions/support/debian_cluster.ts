import { randomBytes } from "node:crypto";
import { copyFile, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  checkout,
  type ClusterAddress,
  createRoles,
} from "../../../local/platform/postgres/mod.ts";
import { freePort } from "../../../local/platform/postgres/port.ts";
import { startServer } from "../../../local/platform/postgres/server.ts";

const BIN = "/usr/lib/postgresql/17/bin";
const DATA = "/var/lib/postgresql/amc-history";
/** There is no package of these: the stand-ins of the embedded platform take their place. */
const STAND_INS = /^(pg_net|supabase_vault)(--.*\.sql|\.control)$/;

/** PostgreSQL 17 of Debian's packages, in a root of its own. */
export interface DebianCluster extends ClusterAddress {
  /** Runs a program in the root, as the server's account. */
  run(args: string[], env?: Record<string, string>): Promise<Run>;
  stop(): Promise<void>;
}

/** What a program in the root came to. */
export interface Run {
  code: number;
  stdout: string;
  stderr: string;
}

/**
 * Starts PostgreSQL in a root that makeDebianRoot made, with Supabase's roles and random passwords.
 *
 * @param root the root's folder
 * @param database the one whose jobs pg_cron runs
 */
export async function startDebianCluster(
  root: string,
  database: string,
): Promise<DebianCluster> {
  const passwords = {
    postgres: password(),
    authenticator: password(),
    supabase_admin: password(),
  };
  const run = (args: string[], env = {}) => inRoot(root, args, env);
  await copyStandIns(root);
  await initialise(root, passwords.supabase_admin);
  const program = join(root, "start-postgres");
  await writeFile(
    program,
    `#!/bin/sh\nexec chroot --userspec=postgres:postgres '${root}' ${BIN}/postgres "$@"\n`,
    { mode: 0o755 },
  );
  const port = freePort();
  const server = await startServer({
    program,
    data: DATA,
    cwd: root,
    account: null,
    port,
    settings: [
      "ssl=off",
      "fsync=off",
      // A root has no /dev/shm of its own.
      "dynamic_shared_memory_type=mmap",
      "shared_preload_libraries=pg_cron",
      `cron.database_name=${database}`,
      // Without a password for pg_cron's own sessions.
      "cron.use_background_workers=on",
      "max_worker_processes=20",
    ],
  });
  if (server === "port taken") throw new Error(`Port ${port} is taken.`);
  const cluster = {
    host: "127.0.0.1",
    port,
    passwords,
    authority: "",
    run,
    stop: () => server.end("SIGINT"),
  };
  await createRoles(cluster);
  return cluster;
}

/** Makes the data folder anew. */
async function initialise(
  root: string,
  superuserPassword: string,
): Promise<void> {
  await rm(join(root, DATA), { recursive: true, force: true });
  const passwordFile = "/tmp/password";
  await writeFile(join(root, passwordFile), superuserPassword, {
    mode: 0o644,
  });
  expectSuccess(
    await inRoot(root, [
      `${BIN}/initdb`,
      `--pgdata=${DATA}`,
      "--username=supabase_admin",
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale=C",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
      "--no-sync",
    ], {}),
  );
  await Deno.remove(join(root, passwordFile));
}

/** @throws with the program's words unless it ended with status 0 */
function expectSuccess({ code, stdout, stderr }: Run): void {
  if (code !== 0) throw new Error(`${stdout}${stderr}`.trim());
}

function password(): string {
  return randomBytes(18).toString("base64url");
}

async function inRoot(
  root: string,
  args: string[],
  env: Record<string, string>,
): Promise<Run> {
  const { code, stdout, stderr } = await new Deno.Command("chroot", {
    args: ["--userspec=postgres:postgres", root, ...args],
    clearEnv: true,
    env: { PATH: "/usr/bin:/bin:/usr/sbin:/sbin", LC_ALL: "C.UTF-8", ...env },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return {
    code,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
  };
}

async function copyStandIns(root: string): Promise<void> {
  const from = join(checkout, "local/platform/postgres/extensions");
  const to = join(root, "usr/share/postgresql/17/extension");
  await mkdir(to, { recursive: true });
  for (const name of await readdir(from)) {
    if (STAND_INS.test(name)) await copyFile(join(from, name), join(to, name));
  }
}
