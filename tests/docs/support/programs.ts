import assert from "node:assert/strict";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkout } from "../../../local/platform/postgres/mod.ts";
import { blocksOf } from "./pages.ts";

/** The pages whose ts blocks make a program each, in the order of the page. */
export const PROGRAMS = [
  "README.md",
  "docs/API.md",
  "docs/MONITORING.md",
  "docs/READING.md",
];

/** What the blocks leave open, by what stands in them. */
export type Values = Record<string, string>;

/** The collection and workflow that READING.md's blocks go on from. */
export interface Given {
  collectionId: string;
  workflowId: string;
  resultsView: string;
}

/**
 * The program that a page's ts blocks make. READING.md goes on from the client of API.md's first block, and from a
 * collection that is there.
 */
export function programOf(path: string, given: Given): string {
  const blocks = blocksOf("ts", path).map(({ code }) => code);
  assert.ok(blocks.length > 0, `${path} has ts blocks`);
  if (path !== "docs/READING.md") return blocks.join("\n");
  return [
    blocksOf("ts", "docs/API.md")[0].code,
    `const collection = { collection_id: ${
      JSON.stringify(given.collectionId)
    } };
     const workflow = ${
      JSON.stringify({
        workflow_id: given.workflowId,
        results_view: given.resultsView,
      })
    } as { workflow_id: string | null; results_view: string | null };`,
    ...blocks,
  ].join("\n");
}

/** Fills in what a program leaves open; each must stand in it. */
export function filled(code: string, values: Values): string {
  return Object.entries(values).reduce((text, [open, value]) => {
    assert.ok(text.includes(open), `the example says ${open}`);
    return text.replaceAll(open, value);
  }, code);
}

/**
 * Gives some work a folder with programs and the generated types beside them, as a front end has them, and removes it.
 *
 * @param programs code by file name
 */
export async function withPrograms<T>(
  programs: Record<string, string>,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "amc-history-docs-"));
  try {
    const types = "supabase/functions/_shared/database/database.types.ts";
    await copyFile(join(checkout, types), join(folder, "database.types.ts"));
    for (const [name, code] of Object.entries(programs)) {
      await writeFile(join(folder, name), code);
    }
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Runs deno on files of a folder, with the checkout's imports.
 *
 * @returns what it printed
 * @throws AssertionError with stderr when it fails
 */
export async function deno(
  folder: string,
  command: string[],
  files: string[],
): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...command, "--config", join(checkout, "deno.json"), ...files],
    cwd: folder,
    env: { DENO_NO_PACKAGE_JSON: "1", NO_COLOR: "1" },
  });
  const { code, stdout, stderr } = await child.output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trimEnd();
}
