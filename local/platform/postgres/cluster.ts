import { chown, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import postgres from "postgres";
import { type Account, serverAccount } from "./account.ts";
import type { ClusterAddress, LoginRole } from "./address.ts";
import { databaseUrl } from "./address.ts";
import { installBinaries, localFolder } from "./binaries.ts";
import { type Certificate, makeCertificate } from "./certificate.ts";
import { freePort, portIsFree } from "./port.ts";
import { makeRunFolder } from "./run_folder.ts";
import { startServer } from "./server.ts";

/** What {@link startCluster} may be told. */
export interface ClusterOptions {
  /** A TCP port of 127.0.0.1 to listen on; without it, a free one is chosen. */
  port?: number;
  /** Server settings, each as `name=value`, added to the defaults. */
  settings?: string[];
  /** Receives each line that the server logs. */
  log?: (line: string) => void;
  /** An absolute path: where the folder for its data is made, by default `.local` of the checkout. */
  folder?: string;
  /** Data that outlives the server; without it, a folder is made for it and removed by {@link Cluster.stop}. */
  keep?: KeptData;
  /** Ends a start that is under way: it fails with the signal's reason and leaves nothing behind. */
  signal?: AbortSignal;
}

/** Data that outlives its server. */
export interface KeptData {
  /** Absolute path of a folder that the server's account can reach; it is made if there is none. */
  folder: string;
  /** The passwords of the data that is there; without them the folder's content is replaced by fresh data. */
  passwords?: Record<LoginRole, string>;
}

/** A PostgreSQL server of this process. */
export interface Cluster extends ClusterAddress {
  /** Process id of the running postmaster; null when it is down. */
  readonly pid: number | null;
  /** Starts the server again, on the same port and data, after {@link Cluster.kill}. */
  start(): Promise<void>;
  /** Ends the postmaster with SIGKILL, as a crash would; data stays. */
  kill(): Promise<void>;
  /** Ends the server and removes its data unless it is to be kept. May be called more than once. */
  stop(): Promise<void>;
}

/**
 * Starts a fresh PostgreSQL 17 on 127.0.0.1 with Supabase's roles and random passwords. Its data lies in a folder of
 * its own until {@link Cluster.stop}; changes reach the disk (fsync) so that a kill loses nothing that was committed.
 *
 * @throws a sentence when a demanded port is taken, or when PostgreSQL cannot be run here
 */
export async function startCluster(
  options: ClusterOptions = {},
): Promise<Cluster> {
  if (options.port !== undefined && !portIsFree(options.port)) {
    throw new Error(portTaken(options.port));
  }
  const account = await serverAccount();
  const { keep, signal } = options;
  signal?.throwIfAborted();
  const { binaries, run } = await prepareFolders(account, options);
  const isFresh = keep?.passwords === undefined;
  const passwords = keep?.passwords ?? randomPasswords();
  const prepared = { binaries, run, account, passwords, isKept: !!keep };
  try {
    signal?.throwIfAborted();
    const [certificate] = await Promise.all([
      makeCertificate(),
      isFresh ? initialise(prepared, signal) : null,
    ]);
    await putCertificate(prepared, certificate);
    const place = { ...prepared, authority: certificate.authority };
    const cluster = await startOnPort(place, options);
    if (!isFresh) return cluster;
    await createRoles(cluster).catch(async (error) => {
      await cluster.stop();
      throw error;
    });
    return cluster;
  } catch (error) {
    if (isFresh) await rm(run, { recursive: true, force: true });
    throw error;
  }
}

/** Makes the folders that the server's account must be able to enter, whatever this process's umask. */
async function prepareFolders(
  account: Account,
  { keep, folder: chosen }: ClusterOptions,
): Promise<{ binaries: string; run: string }> {
  const umask = Deno.umask(0o022);
  try {
    const folder = await localFolder(account);
    const binaries = await installBinaries(folder);
    if (!keep) {
      const run = await makeRunFolder(chosen ?? folder, account);
      return { binaries, run };
    }
    if (!keep.passwords) {
      await rm(keep.folder, { recursive: true, force: true });
      await mkdir(keep.folder, { recursive: true, mode: 0o700 });
      if (account) await chown(keep.folder, account.uid, account.gid);
    }
    return { binaries, run: keep.folder };
  } finally {
    Deno.umask(umask);
  }
}

/** Lets the server offer TLS, with a certificate that is made anew at each start. */
async function putCertificate(
  { run, account }: Prepared,
  { cert, key }: Certificate,
): Promise<void> {
  for (const [name, text] of [["server.crt", cert], ["server.key", key]]) {
    const path = join(run, "data", name);
    await writeFile(path, text, { mode: 0o600 });
    if (account) await chown(path, account.uid, account.gid);
  }
}

interface Prepared {
  binaries: string;
  run: string;
  account: Account;
  passwords: Record<LoginRole, string>;
  /** Whether the data stays when the server stops. */
  isKept: boolean;
}

interface Place extends Prepared {
  authority: string;
}

/** A port that was free a moment ago may be taken by now: a chosen one is chosen anew, a demanded one is not. */
async function startOnPort(
  place: Place,
  options: ClusterOptions,
): Promise<Cluster> {
  const attempts = options.port === undefined ? 5 : 1;
  for (let attempt = 1;; attempt++) {
    const port = options.port ?? freePort();
    const outcome = await launch(place, port, options);
    if (outcome !== "port taken") return outcome;
    if (attempt === attempts) throw new Error(portTaken(port));
  }
}

async function launch(
  place: Place,
  port: number,
  options: ClusterOptions,
): Promise<Cluster | "port taken"> {
  const begin = () =>
    startServer({
      program: join(place.binaries, "bin/postgres"),
      data: join(place.run, "data"),
      account: place.account,
      port,
      settings: options.settings ?? [],
      log: options.log,
    });
  const first = await begin();
  if (first === "port taken") return first;
  let server: typeof first | null = first;
  return {
    host: "127.0.0.1",
    port,
    passwords: place.passwords,
    authority: place.authority,
    get pid() {
      return server?.pid ?? null;
    },
    async start() {
      if (server) return;
      const next = await begin();
      if (next === "port taken") throw new Error(portTaken(port));
      server = next;
    },
    async kill() {
      await server?.end("SIGKILL");
      server = null;
    },
    async stop() {
      await server?.end("SIGINT");
      server = null;
      if (!place.isKept) await rm(place.run, { recursive: true, force: true });
    },
  };
}

function portTaken(port: number): string {
  return `Port ${port} of 127.0.0.1 is taken by another program: name another port, or none to have a free one chosen.`;
}

function randomPasswords(): Record<LoginRole, string> {
  const password = () => randomBytes(18).toString("base64url");
  return {
    postgres: password(),
    authenticator: password(),
    supabase_admin: password(),
  };
}

async function initialise(
  { binaries, run, account, passwords }: Prepared,
  signal: AbortSignal | undefined,
): Promise<void> {
  const data = join(run, "data");
  const passwordFile = join(run, "password");
  await mkdir(data, { mode: 0o700 });
  await writeFile(passwordFile, passwords.supabase_admin, { mode: 0o600 });
  if (account) {
    for (const path of [data, passwordFile]) {
      await chown(path, account.uid, account.gid);
    }
  }
  const { success, stderr } = await new Deno.Command(
    join(binaries, "bin/initdb"),
    {
      args: [
        `--pgdata=${data}`,
        "--username=supabase_admin",
        `--pwfile=${passwordFile}`,
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--no-sync",
        "--no-instructions",
      ],
      ...(account ?? {}),
      cwd: run,
      env: { LC_ALL: "C", TZ: "UTC" },
      stdout: "null",
      signal,
    },
  ).output();
  await rm(passwordFile, { force: true });
  signal?.throwIfAborted();
  if (!success) {
    throw new Error(
      `initdb failed: ${new TextDecoder().decode(stderr).trim()}`,
    );
  }
}

/** Makes Supabase's roles in a server whose superuser supabase_admin is, with the cluster's passwords. */
export async function createRoles(cluster: ClusterAddress): Promise<void> {
  const sql = postgres(databaseUrl(cluster, "supabase_admin", "postgres"), {
    max: 1,
    onnotice: () => {},
  });
  try {
    const roles = await Deno.readTextFile(
      new URL("./sql/roles.sql", import.meta.url),
    );
    await sql.unsafe(roles);
    for (const role of ["postgres", "authenticator"] as const) {
      // Made of A-Z a-z 0-9 - _ alone (randomPasswords), so it can stand between quotes.
      await sql.unsafe(
        `alter role ${role} password '${cluster.passwords[role]}'`,
      );
    }
  } finally {
    await sql.end();
  }
}
