import { readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";

/** An SQL file with all that it includes, and where each line stands. */
export interface Script {
  text: string;
  /** For each line of the text, the file and line it comes from: "setup.psql:12". */
  places: string[];
}

const INCLUDE = /^\\ir\s+(\S+)\s*$/;

/**
 * Reads an SQL file and puts in place of each line `\ir <path>` what that file has, as psql does: the path is relative to
 * the file that includes it, and an included file may include others. It is the only command of psql that is understood.
 *
 * @param path the file; places are named relative to its folder
 * @throws where a file is missing or includes itself, with the file and line that include it
 */
export async function expandIncludes(path: string): Promise<Script> {
  const script: { lines: string[]; places: string[] } = {
    lines: [],
    places: [],
  };
  await append(script, path, dirname(path), [path]);
  return { text: script.lines.join("\n"), places: script.places };
}

async function append(
  script: { lines: string[]; places: string[] },
  path: string,
  folder: string,
  open: string[],
): Promise<void> {
  const text = await readFile(path, "utf8");
  for (const [index, line] of text.replace(/\n$/, "").split("\n").entries()) {
    const place = `${relative(folder, path)}:${index + 1}`;
    const named = INCLUDE.exec(line)?.[1];
    if (named === undefined) {
      script.lines.push(line);
      script.places.push(place);
      continue;
    }
    const included = join(dirname(path), named);
    if (open.includes(included)) {
      throw new Error(`${place} includes ${named}, which includes it again.`);
    }
    try {
      await append(script, included, folder, [...open, included]);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      throw new Error(
        `${place} includes ${named}, and there is no file ${included}.`,
      );
    }
  }
}

/**
 * @param position counted in characters from 1, as Postgres does
 * @returns the file and line of this position
 */
export function locate({ text, places }: Script, position: number): string {
  const line = text.slice(0, position - 1).split("\n").length;
  return places[line - 1];
}
