import { deepEqual, ok } from "node:assert/strict";
import { existsSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { checkout } from "../../local/platform/postgres/mod.ts";
import { anchorsOf, type Page, pages } from "./support/pages.ts";

const byPath = new Map(pages.map((page) => [page.path, page]));

/** The targets of a page's links, without code in backticks. */
function linksOf({ prose }: Page): string[] {
  return [...prose.replace(/`[^`]*`/g, "").matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target);
}

function isRelative(target: string): boolean {
  return !/^[a-z]+:/.test(target);
}

/** What is wrong with a link to something in the checkout, or null. */
function fault(page: Page, target: string): string | null {
  const [path, anchor] = target.split("#");
  const file = path === ""
    ? page.path
    : normalize(join(dirname(page.path), path));
  if (!existsSync(join(checkout, file))) return "no such file";
  if (anchor === undefined) return null;
  const linked = byPath.get(file);
  if (linked === undefined) return "an anchor of a file that is no page";
  return anchorsOf(linked).has(anchor) ? null : "no such heading";
}

Deno.test("every link between pages leads to a file, and its anchor to a heading", () => {
  const broken = pages.flatMap((page) =>
    linksOf(page).filter(isRelative).flatMap((target) => {
      const what = fault(page, target);
      return what === null ? [] : [`${page.path}: ${target} (${what})`];
    })
  );
  deepEqual(broken, []);
});

Deno.test("links to other places use https", () => {
  const others = pages.flatMap((page) =>
    linksOf(page).filter((target) => !isRelative(target))
  );
  deepEqual(others.filter((target) => !target.startsWith("https://")), []);
});

Deno.test("every page can be reached from the README", () => {
  const reached = new Set(["README.md"]);
  for (const path of reached) {
    for (const target of linksOf(byPath.get(path)!).filter(isRelative)) {
      const file = normalize(join(dirname(path), target.split("#")[0]));
      const folder = normalize(join(file, "README.md"));
      if (byPath.has(file)) reached.add(file);
      else if (byPath.has(folder)) reached.add(folder);
    }
  }
  deepEqual(pages.map(({ path }) => path).filter((p) => !reached.has(p)), []);
});

Deno.test("the README stays a front door: fewer than 200 lines", () => {
  const lines = Deno.readTextFileSync(join(checkout, "README.md")).split("\n");
  ok(lines.length <= 200, `${lines.length - 1} lines`);
});
