import { mkdir } from "node:fs/promises";
import { join } from "node:path";

const SUITE = "trixie";
const PACKAGES = [
  "postgresql-17",
  "postgresql-17-cron",
  "postgresql-17-pgtap",
  "postgresql-17-plpgsql-check",
  "libtap-parser-sourcehandler-pgtap-perl",
];

/** Why there can be no such root on this machine; the message is for the person who reads the run's output. */
export class NoDebianRoot extends Error {}

/**
 * Makes a root of Debian 13 with PostgreSQL 17, pg_cron, pgTAP, plpgsql_check and pg_prove, all of them Debian's packages. They
 * come from the mirror that this machine's apt is set up with.
 *
 * @param folder a folder that is still empty; on its file system device nodes must be allowed
 * @throws NoDebianRoot where that is not possible, with the reason
 */
export async function makeDebianRoot(folder: string): Promise<void> {
  if (Deno.build.os !== "linux") {
    throw new NoDebianRoot(`it needs Linux, and this is ${Deno.build.os}`);
  }
  if (Deno.uid() !== 0) {
    throw new NoDebianRoot("debootstrap and chroot need the rights of root");
  }
  const mirror = await aptMirror();
  await installDebootstrap();
  await mkdir(folder, { recursive: true, mode: 0o755 });
  await run("debootstrap", [
    "--variant=minbase",
    `--include=${PACKAGES.join(",")}`,
    SUITE,
    folder,
    mirror,
  ], join(folder, "debootstrap/debootstrap.log"));
}

/** The mirror of Debian's own packages that apt knows. */
async function aptMirror(): Promise<string> {
  const { stdout } = await output("apt-get", [
    "indextargets",
    "--format",
    "$(ORIGIN) $(LABEL) $(REPO_URI)",
    "Created-By: Packages",
  ]).catch(() => ({ stdout: "" }));
  const [, mirror] = /^Debian Debian (\S+)$/m.exec(stdout) ?? [];
  if (!mirror) {
    throw new NoDebianRoot("apt knows no mirror of Debian here");
  }
  return mirror;
}

async function installDebootstrap(): Promise<void> {
  if ((await output("debootstrap", ["--version"]).catch(() => null)) !== null) {
    return;
  }
  await output("apt-get", ["update", "-q"]).catch(() => null);
  await run("apt-get", ["install", "-y", "-q", "debootstrap"]);
}

/** @throws NoDebianRoot with the program's last words when it fails */
async function run(
  program: string,
  args: string[],
  log?: string,
): Promise<void> {
  const { code, said } = await output(program, args).catch(({ message }) => ({
    code: 1,
    said: String(message),
  }));
  if (code === 0) return;
  const logged = log && await Deno.readTextFile(log).catch(() => "");
  const words = `${said}\n${logged ?? ""}`.trim().split("\n").slice(-3);
  throw new NoDebianRoot(`${program} failed: ${words.join(" | ")}`);
}

/** Runs a program to its end. @throws when there is no such program */
async function output(
  program: string,
  args: string[],
): Promise<{ code: number; stdout: string; said: string }> {
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args,
    env: { DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C" },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  const out = decoder.decode(stdout);
  return { code, stdout: out, said: `${out}${decoder.decode(stderr)}` };
}
