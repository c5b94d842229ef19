import { readdir, readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parse } from "smol-toml";
import { z } from "zod";

/** How one edge function is served: its block in `config.toml`, with Supabase's defaults filled in. */
export interface FunctionConfig {
  name: string;
  enabled: boolean;
  /** Whether a request needs a valid JWT before the function sees it. */
  verifyJwt: boolean;
  /** Absolute path of the module that is the function. */
  entrypoint: string;
  /** Absolute path of the function's `deno.json`; null when it has none. */
  importMap: string | null;
}

const block = z.object({
  enabled: z.boolean().default(true),
  verify_jwt: z.boolean().default(true),
  import_map: z.string().optional(),
  entrypoint: z.string().optional(),
});
const config = z.object({ functions: z.record(z.string(), block).optional() });

/**
 * Reads which functions there are: each folder of `supabase/functions` with an `index.ts`, and each block
 * `[functions.<name>]` of `config.toml`. Paths in `config.toml` are relative to the folder `supabase`.
 *
 * @param supabaseFolder absolute path of the folder `supabase`
 * @throws when `config.toml` cannot be parsed or says something of another type
 */
export async function readFunctionConfigs(
  supabaseFolder: string,
): Promise<Map<string, FunctionConfig>> {
  const file = join(supabaseFolder, "config.toml");
  const toml = await readFile(file, "utf8").catch(() => "");
  const parsed = config.safeParse(parse(toml));
  if (!parsed.success) {
    throw new Error(
      `${file}: expected blocks [functions.<name>] as Supabase knows them; ${
        z.prettifyError(parsed.error)
      }`,
    );
  }
  const blocks = parsed.data.functions ?? {};
  const names = new Set([
    ...Object.keys(blocks),
    ...await folders(supabaseFolder),
  ]);
  const configs = new Map<string, FunctionConfig>();
  for (const name of names) {
    const found = blocks[name] ?? block.parse({});
    const folder = join(supabaseFolder, "functions", name);
    const importMap = found.import_map === undefined
      ? join(folder, "deno.json")
      : resolve(supabaseFolder, found.import_map);
    configs.set(name, {
      name,
      enabled: found.enabled,
      verifyJwt: found.verify_jwt,
      entrypoint: found.entrypoint === undefined
        ? join(folder, "index.ts")
        : resolve(supabaseFolder, found.entrypoint),
      importMap: await exists(importMap) ? importMap : null,
    });
  }
  return configs;
}

async function folders(supabaseFolder: string): Promise<string[]> {
  const functions = join(supabaseFolder, "functions");
  const entries = await readdir(functions).catch(() => []);
  const found = await Promise.all(
    entries.map(async (name) =>
      await exists(join(functions, name, "index.ts")) ? [name] : []
    ),
  );
  return found.flat();
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(() => true, () => false);
}
