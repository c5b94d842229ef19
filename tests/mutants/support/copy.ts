import {
  cp,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkout } from "../../../local/platform/postgres/mod.ts";
import { applyEdit, type Edit } from "./mutant.ts";

const LEFT_OUT = [".git", ".local", "node_modules"];

/** A copy of the checkout in a temporary folder: the checkout itself is never changed. */
export class Copy implements AsyncDisposable {
  private constructor(readonly folder: string) {}

  static async make(): Promise<Copy> {
    const folder = await mkdtemp(join(tmpdir(), "amc-history-mutant-"));
    for (const entry of await readdir(checkout)) {
      if (LEFT_OUT.includes(entry)) continue;
      await cp(join(checkout, entry), join(folder, entry), { recursive: true });
    }
    await symlink(join(checkout, "node_modules"), join(folder, "node_modules"));
    return new Copy(folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Does some work with some edits made, and takes them back. */
  async edited<T>(edits: Edit[], work: () => Promise<T>): Promise<T> {
    const files = [...new Set(edits.map(({ file }) => file))];
    const texts = new Map<string, string>();
    for (const file of files) {
      texts.set(file, await readFile(join(this.folder, file), "utf8"));
    }
    try {
      for (const file of files) {
        const text = edits.filter((edit) => edit.file === file)
          .reduce(applyEdit, texts.get(file)!);
        await writeFile(join(this.folder, file), text);
      }
      return await work();
    } finally {
      for (const [file, text] of texts) {
        await writeFile(join(this.folder, file), text);
      }
    }
  }
}
