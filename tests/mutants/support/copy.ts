import { cp, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkout } from "../../../local/platform/postgres/mod.ts";
import type { Changes } from "./mutant.ts";
import { readSources, type Sources } from "./sources.ts";

const LEFT_OUT = [".git", ".local", "node_modules"];

/** After all others. */
const MIGRATION = "supabase/migrations/99991231235959_mutant.sql";

/** A copy of the checkout in a temporary folder: the checkout itself is never changed. */
export class Copy implements AsyncDisposable {
  private constructor(readonly folder: string, readonly sources: Sources) {}

  static async make(): Promise<Copy> {
    const folder = await mkdtemp(join(tmpdir(), "amc-history-mutant-"));
    for (const entry of await readdir(checkout)) {
      if (LEFT_OUT.includes(entry)) continue;
      await cp(join(checkout, entry), join(folder, entry), { recursive: true });
    }
    await symlink(join(checkout, "node_modules"), join(folder, "node_modules"));
    return new Copy(folder, await readSources(folder));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Does some work with a mutant's changes made, and undoes them. */
  async changed<T>(
    { migration, modules }: Changes,
    work: () => Promise<T>,
  ): Promise<T> {
    try {
      for (const [path, text] of modules) await this.#write(path, text);
      if (migration !== "") await this.#write(MIGRATION, migration);
      return await work();
    } finally {
      for (const path of modules.keys()) {
        await this.#write(path, this.sources.modules.get(path)!);
      }
      await rm(join(this.folder, MIGRATION), { force: true });
    }
  }

  async #write(path: string, text: string): Promise<void> {
    await writeFile(join(this.folder, path), text);
  }
}
