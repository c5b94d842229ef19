import { glob } from "node:fs/promises";
import { join } from "node:path";
import { checkout } from "../../../local/platform/postgres/mod.ts";

/** The names of all failpoints, as the functions' sources have them. */
export async function failpointNames(): Promise<string[]> {
  const points = new Set<string>();
  const folder = join(checkout, "supabase", "functions");
  for await (const path of glob("**/*.ts", { cwd: folder })) {
    const source = await Deno.readTextFile(join(folder, path));
    for (const [, point] of source.matchAll(/\bcheckpoint\(\s*"(\w+)"/g)) {
      points.add(point);
    }
  }
  return [...points].sort();
}
