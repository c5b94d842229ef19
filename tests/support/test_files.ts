import { glob } from "node:fs/promises";
import { checkout } from "../../local/platform/postgres/mod.ts";

/** Long runs, by their folder: each has a command of its own, test:large. */
const OF_THEIR_OWN = ["tests/large/"];

/** In the order in which files begin: long ones early, so that no lane is left with one when the others have ended. */
const ORDER = [
  "supabase/tests/database/**/*.test.sql",
  "tests/walks/*_test.ts",
  "tests/chaos/*_test.ts",
  "tests/fuzz/*_test.ts",
  "tests/system/*_test.ts",
  "tests/**/*_test.ts",
  "supabase/functions/tests/**/*_test.ts",
];

/** Whether a test needs more room than there is in memory. */
export function isLarge(path: string): boolean {
  return OF_THEIR_OWN.some((folder) => path.startsWith(folder));
}

/**
 * Finds the pgTAP files and the files of Deno tests.
 *
 * @param filters parts of paths, of which a file's path has at least one; with none, all but the long runs are found
 * @returns their paths from the checkout, in the order in which they are to begin
 */
export async function findTests(filters: string[]): Promise<string[]> {
  const paths = new Set<string>();
  for (const pattern of ORDER) {
    const found: string[] = [];
    for await (const path of glob(pattern, { cwd: checkout })) {
      const wanted = filters.length === 0
        ? !isLarge(path)
        : filters.some((filter) => path.includes(filter.replace(/^\.\//, "")));
      if (wanted) found.push(path);
    }
    for (const path of found.sort()) paths.add(path);
  }
  return [...paths];
}
