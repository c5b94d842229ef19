import { deepEqual, equal, ok } from "node:assert/strict";
import { globSync } from "node:fs";
import { join } from "node:path";
import { parseArguments } from "../../local/demo/arguments.ts";
import { checkout } from "../../local/platform/postgres/mod.ts";
import { supabase } from "../../local/platform/supabase_cli.ts";
import { type Command, commands } from "./support/commands.ts";
import { blocksOf, pages } from "./support/pages.ts";

/**
 * The commands of every page are ones that there are: the shell reads them, their program knows the subcommand, the flags and
 * the paths. run_commands_test.ts runs those that can be run here.
 */
const { scripts } = JSON.parse(
  Deno.readTextFileSync(join(checkout, "package.json")),
) as { scripts: Record<string, string> };

function of(program: string): Command[] {
  return commands.filter(({ words }) => words[0] === program);
}

const helpBySubcommand = new Map<string, string>();

/** What the CLI says of a subcommand of one or two words. */
async function helpOf(subcommand: string[]): Promise<string> {
  const key = subcommand.join(" ");
  const known = helpBySubcommand.get(key);
  if (known !== undefined) return known;
  const { stdout, stderr } = await supabase([...subcommand, "--help"]);
  helpBySubcommand.set(key, stdout + stderr);
  return stdout + stderr;
}

Deno.test("the shell can read every sh block", async () => {
  for (const { page, line, code } of blocksOf("sh")) {
    const child = new Deno.Command("bash", {
      args: ["-n", "-c", code],
      stderr: "piped",
    });
    const { success, stderr } = await child.output();
    ok(success, `${page}:${line}: ${new TextDecoder().decode(stderr)}`);
  }
});

Deno.test("sh blocks use only programs that these tests know", () => {
  const known = ["npm", "npx", "git", "export", "psql", ".ci/run"];
  deepEqual(
    commands.filter(({ words }) =>
      words.length > 0 && !known.includes(words[0])
    ).map(({ where }) => where),
    [],
  );
});

Deno.test("every npm command in a block or in the text is npm's own or a script", () => {
  const inText = pages.flatMap(({ path, prose }) =>
    [...prose.matchAll(/`npm ((?:run )?[a-z:]+)/g)]
      .map(([, name]) => ({ where: path, name }))
  );
  const inBlocks = of("npm").map(({ where, words }) => ({
    where,
    name: words.slice(1, words[1] === "run" ? 3 : 2).join(" "),
  }));
  for (const { where, name } of [...inText, ...inBlocks]) {
    const script = name.replace(/^run /, "");
    const own = ["ci", "version"].includes(name);
    const short = ["start", "test"].includes(name);
    ok(
      own || (script in scripts && (short || name.startsWith("run "))),
      `${where}: npm ${name} is no command`,
    );
  }
});

Deno.test("every npm start takes its options", () => {
  for (const { where, words } of of("npm")) {
    if (words[1] !== "start") continue;
    const options = words.includes("--")
      ? words.slice(words.indexOf("--") + 1)
      : [];
    try {
      parseArguments(options);
    } catch (error) {
      throw new Error(`${where}: ${(error as Error).message}`);
    }
  }
});

Deno.test("every npm test names parts of paths that there are", () => {
  const files = globSync([
    "supabase/tests/database/**/*.test.sql",
    "supabase/functions/tests/**/*_test.ts",
    "tests/**/*_test.ts",
  ], { cwd: checkout });
  for (const { where, words } of of("npm")) {
    if (words[1] !== "test" || !words.includes("--")) continue;
    for (const part of words.slice(words.indexOf("--") + 1)) {
      if (part.startsWith("--")) continue;
      ok(files.some((file) => file.includes(part)), `${where}: no ${part}`);
    }
  }
});

Deno.test("every supabase command is one that the pinned CLI has, with its flags", async () => {
  for (const { where, words } of of("npx")) {
    equal(words[1], "supabase", where);
    const first = words.findIndex((word, at) =>
      at > 1 && !/^[a-z]+$/.test(word)
    );
    const path = words.slice(2, first === -1 ? 4 : Math.min(first, 4));
    const help = await helpOf(path);
    ok(
      new RegExp(`\nUSAGE\n  supabase ${path.join(" ")} \\[flags\\]`).test(
        help,
      ),
      `${where}: supabase has no command ${path.join(" ")}`,
    );
    for (const word of words.slice(2 + path.length)) {
      const [, flag] = /^(--?[a-z-]+)/.exec(word) ?? [];
      ok(
        flag === undefined || new RegExp(`${flag}[\\s,[]`).test(help),
        `${where}: supabase ${path.join(" ")} has no flag ${flag}`,
      );
    }
  }
});

Deno.test("commands for the cloud project say --remote where the CLI would take the local database", async () => {
  const onThisMachine = ["test db"];
  for (const { where, words } of of("npx")) {
    const path = words.slice(2, 4).filter((word) => /^[a-z]+$/.test(word));
    if (onThisMachine.includes(path.join(" "))) continue;
    const help = await helpOf(path);
    ok(
      !help.includes("Local by default") ||
        words.some((word) => word.startsWith("--remote")),
      `${where}: expected --remote`,
    );
  }
});

Deno.test("functions deploy names every function", () => {
  const folders = [...Deno.readDirSync(join(checkout, "supabase/functions"))]
    .filter(({ name, isDirectory }) =>
      isDirectory && name !== "_shared" && name !== "tests"
    ).map(({ name }) => name).sort();
  const deploys = of("npx").map(({ words }) => words.slice(2))
    .filter((words) => words.slice(0, 2).join(" ") === "functions deploy");
  ok(deploys.length > 0);
  for (const [, , ...rest] of deploys) {
    deepEqual(rest.filter((word) => !word.startsWith("-")).sort(), folders);
  }
});

Deno.test("the README lists every script of package.json", () => {
  const readme = Deno.readTextFileSync(join(checkout, "README.md"));
  const missing = Object.keys(scripts).filter((name) =>
    !new RegExp(`\\| \`npm (run )?${name}[ \`]`).test(readme)
  );
  deepEqual(missing, []);
});
