import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { endWithThisProcess } from "../../../local/platform/children.ts";

const SUITE = "trixie";
const PACKAGES = [
  "postgresql-17",
  "postgresql-17-cron",
  "postgresql-17-pgtap",
  "postgresql-17-plpgsql-check",
  "libtap-parser-sourcehandler-pgtap-perl",
];

/** A namespace of mounts and processes: what is mounted or still runs in it goes with the process that made it. */
const IN_NAMESPACE = ["--mount", "--pid", "--fork", "--kill-child"];

/** Why there can be no such root on this machine; the message is for the person who reads the run's output. */
export class NoDebianRoot extends Error {}

/**
 * Makes a root of Debian 13 with PostgreSQL 17, pg_cron, pgTAP, plpgsql_check and pg_prove, all of them Debian's packages. They
 * come from the mirror that this machine's apt is set up with.
 *
 * @param folder a folder that is still empty
 * @param parts ends what is running when it is disposed of
 * @throws NoDebianRoot where that is not possible, with the reason; Error where it is, and failed
 */
export async function makeDebianRoot(
  folder: string,
  parts: AsyncDisposableStack,
): Promise<void> {
  if (Deno.build.os !== "linux") {
    throw new NoDebianRoot(`it needs Linux, and this is ${Deno.build.os}`);
  }
  if (Deno.uid() !== 0) {
    throw new NoDebianRoot("debootstrap and chroot need the rights of root");
  }
  const mirror = await aptMirror(parts);
  await installDebootstrap(parts);
  await mkdir(folder, { recursive: true, mode: 0o755 });
  await tryOut(folder, mirror, parts);
  const { code, said } = await output(parts, "unshare", [
    ...IN_NAMESPACE,
    "debootstrap",
    "--variant=minbase",
    `--include=${PACKAGES.join(",")}`,
    SUITE,
    folder,
    mirror,
  ]);
  if (code === 0) return;
  const log = await Deno.readTextFile(
    join(folder, "debootstrap/debootstrap.log"),
  ).catch(() => "");
  throw new Error(`debootstrap failed: ${lastWords(`${said}\n${log}`)}`);
}

/** The mirror of Debian's own packages that apt knows; in a fresh container it knows it after an update. */
async function aptMirror(parts: AsyncDisposableStack): Promise<string> {
  for (const isFresh of [false, true]) {
    if (isFresh) await output(parts, "apt-get", ["update", "-q"]);
    const { stdout } = await output(parts, "apt-get", [
      "indextargets",
      "--format",
      "$(ORIGIN) $(LABEL) $(REPO_URI)",
      "Created-By: Packages",
    ]);
    const [, mirror] = /^Debian Debian (https?:\S+)$/m.exec(stdout) ?? [];
    if (mirror) return mirror;
  }
  throw new NoDebianRoot("apt knows no mirror of Debian here");
}

async function installDebootstrap(parts: AsyncDisposableStack): Promise<void> {
  const { code } = await output(parts, "debootstrap", ["--version"]);
  if (code === 0) return;
  await output(parts, "apt-get", ["update", "-q"]);
  await expect(
    parts,
    "apt cannot install debootstrap",
    "apt-get",
    ["install", "-y", "-q", "debootstrap"],
  );
}

/** Tries what debootstrap needs of this machine and of the mirror. */
async function tryOut(
  folder: string,
  mirror: string,
  parts: AsyncDisposableStack,
): Promise<void> {
  const device = join(folder, "try-out");
  const script = `mknod '${device}' c 1 3 && : >'${device}'`;
  await expect(
    parts,
    "root may not mount or make devices here",
    "unshare",
    [...IN_NAMESPACE, "sh", "-c", script],
  );
  await Deno.remove(device);
  await expect(
    parts,
    "apt's mirror of Debian cannot be reached",
    "wget",
    [
      "-nv",
      "--tries=3",
      "--timeout=20",
      "-O",
      "/dev/null",
      `${mirror}dists/${SUITE}/InRelease`,
    ],
  );
}

/** @throws NoDebianRoot with what that means, and the program's last words, when it fails */
async function expect(
  parts: AsyncDisposableStack,
  otherwise: string,
  program: string,
  args: string[],
): Promise<void> {
  const { code, said } = await output(parts, program, args);
  if (code !== 0) throw new NoDebianRoot(`${otherwise}: ${lastWords(said)}`);
}

function lastWords(said: string): string {
  return said.trim().split("\n").slice(-3).join(" | ").replace(/\.$/, "");
}

/** Runs a program until it and all that it started have ended. A program that there is not ends with 127, as in a shell. */
async function output(
  parts: AsyncDisposableStack,
  program: string,
  args: string[],
): Promise<{ code: number; stdout: string; said: string }> {
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(program, {
      args,
      // What a crash of the machine would leave of the root is of no interest.
      env: {
        DEBIAN_FRONTEND: "noninteractive",
        LC_ALL: "C",
        DPKG_FORCE: "unsafe-io",
      },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (error) {
    return { code: 127, stdout: "", said: (error as Error).message };
  }
  const release = endWithThisProcess(child);
  const ended = child.output().finally(release);
  parts.defer(async () => {
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await ended;
  });
  const { code, stdout, stderr } = await ended;
  const decoder = new TextDecoder();
  const out = decoder.decode(stdout);
  return { code, stdout: out, said: `${out}${decoder.decode(stderr)}` };
}
