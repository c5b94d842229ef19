import { globSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "../../../local/platform/postgres/mod.ts";

/** A code block of a page. */
export interface Block {
  page: string;
  /** Line of its first line of code, from 1. */
  line: number;
  /** What follows the opening fence: ts, sql, sh, mermaid, or nothing. */
  language: string;
  code: string;
}

/** A page of the documentation, by its path in the checkout. */
export interface Page {
  path: string;
  /** Its text without code blocks; lines keep their numbers. */
  prose: string;
  blocks: Block[];
}

/** Every Markdown page of the checkout. */
export const pages: Page[] = globSync("**/*.md", {
  cwd: checkout,
  exclude: (name) => ["node_modules", ".local"].includes(name),
}).sort().map(readPage);

/** @throws when there is no such page */
export function pageOf(path: string): Page {
  const page = pages.find((page) => page.path === path);
  if (page === undefined) throw new Error(`There is no page ${path}.`);
  return page;
}

/** The text of a page. */
export function textOf(path: string): string {
  return Deno.readTextFileSync(join(checkout, pageOf(path).path));
}

/** The blocks of one language, of one page or of all. */
export function blocksOf(language: string, path?: string): Block[] {
  return (path === undefined ? pages : [pageOf(path)])
    .flatMap(({ blocks }) => blocks)
    .filter((block) => block.language === language);
}

/** The anchors of a page's headings, as GitHub makes them. */
export function anchorsOf({ prose }: Page): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading] of prose.matchAll(/^#{1,6} +(.+?) *$/gm)) {
    const slug = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}_\- ]/gu, "").replaceAll(" ", "-");
    let anchor = slug;
    for (let n = 1; anchors.has(anchor); n++) anchor = `${slug}-${n}`;
    anchors.add(anchor);
  }
  return anchors;
}

function readPage(path: string): Page {
  const lines = Deno.readTextFileSync(join(checkout, path)).split("\n");
  const prose: string[] = [];
  const blocks: Block[] = [];
  let open: { indent: string; block: Block } | null = null;
  for (const [index, line] of lines.entries()) {
    const [, indent, language] = /^( *)```(.*)$/.exec(line) ?? [];
    if (indent !== undefined && open === null) {
      const block = { page: path, line: index + 2, language, code: "" };
      open = { indent, block };
    } else if (indent !== undefined) {
      blocks.push(open!.block);
      open = null;
    } else if (open !== null) {
      open.block.code += `${line.slice(open.indent.length)}\n`;
    }
    prose.push(open === null && indent === undefined ? line : "");
  }
  if (open !== null) throw new Error(`${path} ends within a code block.`);
  return { path, prose: prose.join("\n"), blocks };
}
