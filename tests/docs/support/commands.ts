import { blocksOf } from "./pages.ts";

/** One command of a page. */
export interface Command {
  /** Page and line of its block, and the command. */
  where: string;
  /** As it stands there, without a comment. */
  text: string;
  words: string[];
}

/** Every command of every sh block. */
export const commands: Command[] = blocksOf("sh").flatMap((
  { page, line, code },
) =>
  code.replaceAll("\\\n", " ").split("\n")
    .map((text) => text.replace(/(^|\s)#.*$/, "").trim())
    .filter((text) => text !== "")
    .map((text) => ({
      where: `${page}:${line}: ${text}`,
      text,
      words: (text.match(/'[^']*'|"[^"]*"|[^\s'"]+/g) ?? [])
        .filter((word) => !/^[A-Z_]+=/.test(word)),
    }))
);
