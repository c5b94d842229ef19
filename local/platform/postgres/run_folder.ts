import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import type { Account } from "./account.ts";

/**
 * Makes a fresh folder for one run of a server, which the account owns. The folder of a run that
 * was killed (its process and its server are gone) is removed first.
 *
 * @returns the folder's absolute path
 */
export async function makeRunFolder(
  folder: string,
  account: Account,
): Promise<string> {
  const runs = join(folder, "run");
  await mkdir(runs, { recursive: true });
  await removeKilledRuns(folder);
  const run = await mkdtemp(join(runs, "postgres-"));
  await writeFile(join(run, "owner.pid"), String(Deno.pid));
  await chmod(run, 0o700);
  if (account) await chown(run, account.uid, account.gid);
  return run;
}

/** Removes what runs that were killed have left in a folder. */
export async function removeKilledRuns(folder: string): Promise<void> {
  const runs = join(folder, "run");
  for (const name of await readdir(runs).catch(() => [])) {
    const run = join(runs, name);
    const owner = await readPid(join(run, "owner.pid"));
    if (owner === null || isAlive(owner)) continue;
    const server = await readPid(join(run, "data/postmaster.pid"));
    if (server !== null && isAlive(server)) continue;
    await rm(run, { recursive: true, force: true });
  }
}

async function readPid(file: string): Promise<number | null> {
  const text = await readFile(file, "utf8").catch(() => "");
  const pid = Number.parseInt(text, 10);
  return pid > 1 ? pid : null;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code === "EPERM";
  }
}
