import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";

/** The sources that hold guards. */
export interface Sources {
  /** The texts of the migrations, in their order. */
  migrations: string[];
  /** The modules of the edge functions, by their path in the checkout. */
  modules: Map<string, string>;
}

/** Reads the sources of a checkout. */
export async function readSources(folder: string): Promise<Sources> {
  const read = async (pattern: string) => {
    const paths = await Array.fromAsync(glob(pattern, { cwd: folder }));
    return await Promise.all(
      paths.sort().map(async (path) =>
        [path, await readFile(join(folder, path), "utf8")] as const
      ),
    );
  };
  const migrations = await read("supabase/migrations/*.sql");
  const modules = await read("supabase/functions/**/*.ts");
  return {
    migrations: migrations.map(([, text]) => text),
    modules: new Map(modules),
  };
}

function escape(text: string): string {
  return text.replaceAll(/[.$#*]/g, "\\$&");
}

/**
 * The statement that creates a function or a trigger: the last one, if a later migration replaces it.
 *
 * @param name of a function, with its schema
 * @throws when no migration creates it
 */
export function findDefinition(
  migrations: string[],
  kind: "function" | "trigger",
  name: string,
): string {
  const text = migrations.join("\n");
  const head = new RegExp(
    `^create\\s+(or\\s+replace\\s+)?${kind}\\s+${escape(name)}(?![\\w$])`,
    "gmi",
  );
  const start = [...text.matchAll(head)].at(-1)?.index;
  if (start === undefined) throw new Error("no migration creates it");
  const parts = /\$(\w*)\$.*?\$\1\$|'(?:[^']|'')*'|--[^\n]*|;/gs;
  parts.lastIndex = start;
  let part = parts.exec(text);
  while (part !== null && part[0] !== ";") part = parts.exec(text);
  return text.slice(start, parts.lastIndex);
}

/** Where a function or a class stands in a text: from its head to the bracket that closes it, as `deno fmt` indents it. */
function findBlock(
  text: string,
  indent: string,
  head: string,
): [number, number] | null {
  const start = text.search(new RegExp(`^${indent}${head}`, "m"));
  if (start < 0) return null;
  // A signature of several lines has a line that closes one bracket and opens another.
  const close = new RegExp(`\n${indent}[})].*(?<![{(])(?=\n|$)`);
  const end = close.exec(text.slice(start));
  return end && [start, start + end.index + end[0].length];
}

function findInModule(text: string, name: string): [number, number] | null {
  const [outer, method] = name.split(".").map(escape);
  const block = findBlock(
    text,
    "",
    `(export )?(async )?(function\\*?|class) ${outer}(?![\\w$])`,
  );
  if (block === null || method === undefined) return block;
  const [start, end] = block;
  const within = findBlock(
    text.slice(start, end),
    "  ",
    `(static |async |get |\\*)*${method}(?=[(<])`,
  );
  return within && [start + within[0], start + within[1]];
}

/** A function of a module, and what stands around it. */
export interface Block {
  path: string;
  before: string;
  text: string;
  after: string;
}

/**
 * Finds a function of the edge functions, in whatever module it stands.
 *
 * @param name `refresh`, or `Segment.pieces` for a method
 * @throws when not exactly one module has it
 */
export function findBlockNamed(
  modules: Map<string, string>,
  name: string,
): Block {
  const found = [...modules].flatMap(([path, text]) => {
    const block = findInModule(text, name);
    if (block === null) return [];
    const [start, end] = block;
    return [{
      path,
      before: text.slice(0, start),
      text: text.slice(start, end),
      after: text.slice(end),
    }];
  });
  if (found.length !== 1) {
    const paths = found.map(({ path }) => path).join(" and ") || "none";
    throw new Error(
      `expected one module of supabase/functions to have it, and found ${paths}`,
    );
  }
  return found[0];
}
