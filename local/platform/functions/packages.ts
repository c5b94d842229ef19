import { dirname } from "node:path";
import type { FunctionConfig } from "./config.ts";

/**
 * Fetches the npm packages of a function into Deno's cache, before its worker starts: the worker itself sees nothing of the
 * environment (certificates, proxies, registry) that fetching may need here.
 *
 * @param signal ends the fetching when it is aborted
 * @returns what went wrong, in Deno's words; null when all packages are there
 */
export async function fetchPackages(
  config: FunctionConfig,
  signal: AbortSignal,
): Promise<string | null> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "cache",
      "--quiet",
      "--no-lock",
      "--node-modules-dir=none",
      ...(config.importMap ? ["--config", config.importMap] : ["--no-config"]),
      config.entrypoint,
    ],
    cwd: dirname(config.entrypoint),
    env: { DENO_NO_PACKAGE_JSON: "1", NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    signal,
  }).output().catch((error: Error) => ({
    success: false,
    stderr: new TextEncoder().encode(error.message),
  }));
  return success ? null : new TextDecoder().decode(stderr).trim();
}
