import { join } from "node:path";
import { checkout } from "./postgres/checkout.ts";

/** The output of a run of the Supabase CLI, and its exit code. */
export interface CliResult {
  code: number;
  stdout: string;
  stderr: string;
}

/**
 * Runs the checkout's Supabase CLI, without telemetry, update checks or prompts.
 *
 * @param args the arguments; a database is named with `--remote=<url>`
 * @param workdir the folder that holds `supabase/`; the checkout by default
 * @param signal ends the run when it is aborted
 * @returns output and exit code, whatever they are
 * @throws the signal's reason once it is aborted
 */
export async function supabase(
  args: string[],
  workdir: string = checkout,
  signal?: AbortSignal,
): Promise<CliResult> {
  const output = await new Deno.Command(await binary(), {
    args: [...args, "--workdir", workdir, "--agent", "no"],
    env: {
      DO_NOT_TRACK: "1",
      // The embedded server listens on the loopback interface only, and has no certificate.
      PGSSLMODE: "disable",
      SUPABASE_TELEMETRY_DISABLED: "1",
      SUPABASE_NO_UPDATE_NOTIFIER: "1",
    },
    stdin: "null",
    signal,
  }).output();
  signal?.throwIfAborted();
  const decoder = new TextDecoder();
  return {
    code: output.code,
    stdout: decoder.decode(output.stdout),
    stderr: decoder.decode(output.stderr),
  };
}

/**
 * Applies the migrations of `supabase/migrations` that the database has not had yet.
 *
 * @param url a connection URL of the role postgres
 * @param workdir the folder that holds `supabase/`; the checkout by default
 * @param signal ends the run when it is aborted
 * @throws with the CLI's own words when a migration fails
 */
export async function migrate(
  url: string,
  workdir?: string,
  signal?: AbortSignal,
): Promise<void> {
  const result = await supabase(
    ["migration", "up", "--include-all", "--yes", `--remote=${url}`],
    workdir,
    signal,
  );
  if (result.code !== 0) {
    throw new Error(
      `Applying the migrations failed:\n${
        withoutPassword(`${result.stdout}${result.stderr}`).trim()
      }`,
    );
  }
}

/** Replaces the passwords of connection URLs in a text. */
export function withoutPassword(text: string): string {
  return text.replace(/(postgres(?:ql)?:\/\/[^:\s]+):[^@\s]+@/g, "$1:…@");
}

/** The CLI's own binary: the npm package's wrapper would need Node. */
async function binary(): Promise<string> {
  const machine = Deno.build.arch === "aarch64" ? "arm64" : "x64";
  for (const suffix of ["", "-musl"]) {
    const path = join(
      checkout,
      `node_modules/@supabase/cli-${Deno.build.os}-${machine}${suffix}/bin/supabase`,
    );
    if (await Deno.stat(path).catch(() => null)) return path;
  }
  throw new Error(
    `There is no Supabase CLI for this machine (${Deno.build.os}-${machine}) in node_modules: run npm ci, without omitting optional dependencies.`,
  );
}
