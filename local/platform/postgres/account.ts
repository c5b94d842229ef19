import { readFile, stat } from "node:fs/promises";
import { dirname } from "node:path";

/** The operating-system account that the server runs as; null means: as whoever runs this process. */
export type Account = { uid: number; gid: number } | null;

/**
 * Finds the account for the server. PostgreSQL refuses to run as root, so root lends it an unprivileged account that is
 * there already: `postgres`, else `nobody`. Nothing is created.
 *
 * @throws when this process is root and neither account exists
 */
export async function serverAccount(): Promise<Account> {
  if (Deno.uid() !== 0) return null;
  const passwd = await readFile("/etc/passwd", "utf8");
  for (const name of ["postgres", "nobody"]) {
    const entry = passwd.split("\n").find((line) =>
      line.startsWith(`${name}:`)
    );
    const [, , uid, gid] = entry?.split(":") ?? [];
    if (Number(uid) > 0 && Number(gid) > 0) {
      return { uid: Number(uid), gid: Number(gid) };
    }
  }
  throw new Error(
    "PostgreSQL does not run as root, and this machine has neither an account `postgres` nor `nobody` to lend it: run as an ordinary user.",
  );
}

/**
 * Tells whether an account can reach a folder: whether it may pass through each existing folder on the way there.
 *
 * @param path an absolute path, which need not exist yet
 */
export async function canReach(
  account: Account,
  path: string,
): Promise<boolean> {
  if (account === null) return true;
  for (let folder = path;; folder = dirname(folder)) {
    const found = await stat(folder).catch(() => null);
    if (found !== null) {
      const passes = found.uid === account.uid
        ? found.mode & 0o100
        : found.gid === account.gid
        ? found.mode & 0o010
        : found.mode & 0o001;
      if (!passes) return false;
    }
    if (folder === dirname(folder)) return true;
  }
}
